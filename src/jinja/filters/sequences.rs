//! Filters about lists and dicts.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Value, ValueKind};
use minijinja::{Error, State};

use super::Filter;
use crate::jinja::values::{
    Args, Dict, Generator, List, Operator, apply, checked_len, elements, equal, is_undefined, list,
    order, python_repr, python_str, sort_values, tuple, type_error, type_name, undefined,
};

pub(super) const FILTERS: &[(&str, Filter)] = &[
    ("list", |_, value, _| elements(value).map(list)),
    ("length", |_, value, _| length(value)),
    ("count", |_, value, _| length(value)),
    ("sort", sort),
    ("unique", unique),
    ("groupby", group_by),
    ("batch", batch),
    ("slice", slice),
    ("sum", sum),
    ("join", join),
    ("dictsort", dict_sort),
    ("items", items),
    ("first", |_, value, _| Ok(elements(value)?.into_iter().next().unwrap_or_default())),
    ("last", last),
    ("random", random),
    ("is_list", |_, value, _| Ok(Value::from(type_name(value) == "list"))),
    ("min", |_, value, args| extreme(value, args, "min")),
    ("max", |_, value, args| extreme(value, args, "max")),
    ("reverse", reverse),
    ("default", default),
    ("d", default),
    ("attr", attr),
];

/// The attribute itself, not an item of that name.
fn attr(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("attr", args)?;
    let name = args.required(0, "name")?;
    args.finish(1)?;
    let plain = value.as_object().is_none()
        || value.downcast_object_ref::<Dict>().is_some()
        || value.downcast_object_ref::<List>().is_some();
    if plain { Ok(Value::UNDEFINED) } else { value.get_attr(&python_str(&name)) }
}

/// The last item; what can only be walked forward has none.
fn last(_: &mut State<'_, '_>, value: &Value, _: &[Value]) -> Result<Value, Error> {
    if matches!(type_name(value), "set" | "generator") {
        return Err(type_error(format!("'{}' object is not reversible", type_name(value))));
    }
    Ok(elements(value)?.pop().unwrap_or_default())
}

/// Any item.
fn random(_: &mut State<'_, '_>, value: &Value, _: &[Value]) -> Result<Value, Error> {
    let len = len(value)?;
    if !matches!(type_name(value), "str" | "list" | "tuple" | "range" | "Undefined") {
        return Err(type_error(format!("'{}' object is not a sequence", type_name(value))));
    }
    let number = RandomState::new().hash_one(len) as usize;
    let at = number.checked_rem(len).unwrap_or(0);
    Ok(elements(value)?.into_iter().nth(at).unwrap_or_default())
}

/// `a.b.0` of a value, as Jinja2's `make_attrgetter` reads it; a missing part gives undefined.
pub(super) fn attribute(value: &Value, path: &Value) -> Result<Value, Error> {
    let Some(path) = path.as_str() else {
        return value.get_item(path);
    };
    let mut found = value.clone();
    for part in path.split('.') {
        if is_undefined(&found) {
            return found.get_attr(part);
        }
        found = match part.parse::<i64>() {
            Ok(index) => found.get_item(&Value::from(index)).unwrap_or_default(),
            Err(_) => found.get_attr(part).unwrap_or_default(),
        };
    }
    Ok(found)
}

fn length(value: &Value) -> Result<Value, Error> {
    len(value).map(Value::from)
}

/// `len(value)`.
pub(super) fn len(value: &Value) -> Result<usize, Error> {
    if is_undefined(value) {
        return Ok(0);
    }
    match value.len() {
        Some(len) => Ok(len),
        None => Err(type_error(format!("object of type '{}' has no len()", type_name(value)))),
    }
}

/// Strings compare without case unless asked.
fn fold(value: Value, case_sensitive: bool) -> Value {
    match value.as_str() {
        Some(text) if !case_sensitive => Value::from(text.to_lowercase()),
        _ => value,
    }
}

fn sort_key(item: &Value, path: Option<&Value>, case_sensitive: bool) -> Result<Value, Error> {
    let Some(path) = path else {
        return Ok(fold(item.clone(), case_sensitive));
    };
    attribute(item, path).map(|found| fold(found, case_sensitive))
}

/// `sort` takes several attributes, with commas between.
fn sort_keys(item: &Value, path: Option<&Value>, case_sensitive: bool) -> Result<Value, Error> {
    let parts: Vec<Value> = match path {
        None => return Ok(fold(item.clone(), case_sensitive)),
        Some(path) => match path.as_str() {
            Some(text) => text.split(',').map(Value::from).collect(),
            None => vec![path.clone()],
        },
    };
    let keys = parts.iter().map(|part| Ok(fold(attribute(item, part)?, case_sensitive)));
    keys.collect::<Result<_, Error>>().map(list)
}

fn sort(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("sort", args)?;
    let reverse = args.flag(0, "reverse", false);
    let case_sensitive = args.flag(1, "case_sensitive", false);
    let path = args.get(2, "attribute").filter(|path| !path.is_none());
    let keyed = elements(value)?
        .into_iter()
        .map(|item| Ok((sort_keys(&item, path.as_ref(), case_sensitive)?, item)))
        .collect::<Result<_, Error>>()?;
    sort_values(keyed, reverse).map(list)
}

fn unique(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    Ok(Generator::value("do_unique", distinct(value, args)))
}

fn distinct(value: &Value, args: &[Value]) -> Result<Vec<Value>, Error> {
    let mut args = Args::new("unique", args)?;
    let case_sensitive = args.flag(0, "case_sensitive", false);
    let path = args.get(1, "attribute").filter(|path| !path.is_none());
    let seen = Dict::default();
    let mut kept = Vec::new();
    for item in elements(value)? {
        let key = sort_key(&item, path.as_ref(), case_sensitive)?;
        if seen.get(&key).is_none() {
            seen.insert(crate::jinja::values::Key::new(key)?, Value::from(true));
            kept.push(item);
        }
    }
    Ok(kept)
}

/// One group of `groupby`: a pair that also answers to `grouper` and `list`.
#[derive(Debug)]
struct Group {
    grouper: Value,
    items: Value,
}

impl Object for Group {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match (key.as_str(), key.as_usize()) {
            (Some("grouper"), _) | (_, Some(0)) => Some(self.grouper.clone()),
            (Some("list"), _) | (_, Some(1)) => Some(self.items.clone()),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(2)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&python_repr(&tuple(vec![self.grouper.clone(), self.items.clone()])))
    }
}

fn group_by(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("groupby", args)?;
    let path = args.required(0, "attribute")?;
    let fallback = args.get(1, "default");
    let case_sensitive = args.flag(2, "case_sensitive", false);
    let mut keyed = Vec::new();
    for item in elements(value)? {
        let found = attribute(&item, &path)?;
        let found = if is_undefined(&found) { fallback.clone().unwrap_or(found) } else { found };
        keyed.push((fold(found.clone(), case_sensitive), tuple(vec![found, item])));
    }
    let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
    for pair in sort_values(keyed, false)? {
        let (grouper, item) = (pair.get_item_by_index(0)?, pair.get_item_by_index(1)?);
        let same = |other: &Value| {
            equal(&fold(other.clone(), case_sensitive), &fold(grouper.clone(), case_sensitive))
        };
        match groups.last_mut().filter(|(last, _)| same(last)) {
            Some((_, items)) => items.push(item),
            None => groups.push((grouper, vec![item])),
        }
    }
    let group = |(grouper, items)| Value::from_object(Group { grouper, items: list(items) });
    Ok(list(groups.into_iter().map(group).collect()))
}

/// Longer batches and more slices are a mistake, not a wish.
const MAX_FILLED: i64 = 1_000_000;

fn batch(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    Args::new("batch", args)?.required(0, "linecount")?;
    Ok(Generator::value("do_batch", batches(value, args)))
}

fn batches(value: &Value, args: &[Value]) -> Result<Vec<Value>, Error> {
    let mut args = Args::new("batch", args)?;
    let size = args.int(0, "linecount")?.unwrap_or(1);
    let fill = args.get(1, "fill_with").filter(|fill| !fill.is_none());
    let mut batches = Vec::new();
    let mut batch = Vec::new();
    for item in elements(value)? {
        if batch.len() as i64 == size {
            batches.push(list(std::mem::take(&mut batch)));
        }
        batch.push(item);
    }
    if !batch.is_empty() {
        if let Some(fill) = fill.filter(|_| (batch.len() as i64) < size) {
            if size > MAX_FILLED {
                return Err(type_error("the batch is too large"));
            }
            batch.resize(size as usize, fill);
        }
        batches.push(list(batch));
    }
    Ok(batches)
}

fn slice(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    Args::new("slice", args)?.required(0, "slices")?;
    Ok(Generator::value("do_slice", slices(value, args)))
}

fn slices(value: &Value, args: &[Value]) -> Result<Vec<Value>, Error> {
    let mut args = Args::new("slice", args)?;
    let count = args.int(0, "slices")?.unwrap_or(1);
    if count == 0 {
        return Err(type_error("integer division or modulo by zero"));
    }
    if count > MAX_FILLED {
        return Err(type_error("too many slices"));
    }
    let count = count.max(0) as usize;
    if count == 0 {
        return Ok(Vec::new());
    }
    let fill = args.get(1, "fill_with").filter(|fill| !fill.is_none());
    let items = elements(value)?;
    let (each, longer) = (items.len() / count, items.len() % count);
    let mut rest = items.as_slice();
    let mut slices = Vec::new();
    for index in 0..count {
        let (part, after) = rest.split_at(each + usize::from(index < longer));
        rest = after;
        let mut part = part.to_vec();
        if let Some(fill) = fill.as_ref().filter(|_| index >= longer) {
            part.push(fill.clone());
        }
        slices.push(list(part));
    }
    Ok(slices)
}

fn sum(state: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("sum", args)?;
    let path = args.get(0, "attribute").filter(|path| !path.is_none());
    let mut total = args.get(1, "start").unwrap_or_else(|| Value::from(0));
    for item in elements(value)? {
        let item = match &path {
            Some(path) => attribute(&item, path)?,
            None => item,
        };
        total = apply(state, Operator::Add, &total, &item)?;
    }
    Ok(total)
}

fn join(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("join", args)?;
    let separator = args.get(0, "d").map_or_else(String::new, |separator| python_str(&separator));
    let path = args.get(1, "attribute").filter(|path| !path.is_none());
    let mut texts = Vec::new();
    for item in elements(value)? {
        texts.push(match &path {
            Some(path) => python_str(&attribute(&item, path)?),
            None => python_str(&item),
        });
    }
    let separators = separator.len().saturating_mul(texts.len());
    checked_len(texts.iter().map(String::len).sum::<usize>().saturating_add(separators))?;
    Ok(Value::from(texts.join(&separator)))
}

fn pairs(value: &Value) -> Result<Vec<Value>, Error> {
    if is_undefined(value) {
        return Ok(Vec::new());
    }
    if value.kind() != ValueKind::Map {
        return Err(type_error("Can only get item pairs from a mapping."));
    }
    let pair = |key: Value| Ok(tuple(vec![key.clone(), value.get_item(&key)?]));
    elements(value)?.into_iter().map(pair).collect()
}

fn items(_: &mut State<'_, '_>, value: &Value, _: &[Value]) -> Result<Value, Error> {
    Ok(Generator::value("do_items", pairs(value)))
}

fn dict_sort(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("dictsort", args)?;
    let case_sensitive = args.flag(0, "case_sensitive", false);
    let by = args.get(1, "by").map_or_else(|| "key".to_owned(), |by| by.to_string());
    let reverse = args.flag(2, "reverse", false);
    let index = match by.as_str() {
        "key" => 0,
        "value" => 1,
        _ => {
            return Err(type_error("You can only sort by either \"key\" or \"value\""));
        }
    };
    if value.is_undefined() {
        return Err(undefined());
    }
    let keyed = pairs(value)?
        .into_iter()
        .map(|pair| Ok((fold(pair.get_item_by_index(index)?, case_sensitive), pair)))
        .collect::<Result<_, Error>>()?;
    sort_values(keyed, reverse).map(list)
}

fn extreme(value: &Value, args: &[Value], which: &str) -> Result<Value, Error> {
    let mut args = Args::new(which, args)?;
    let case_sensitive = args.flag(0, "case_sensitive", false);
    let path = args.get(1, "attribute").filter(|path| !path.is_none());
    let mut best: Option<(Value, Value)> = None;
    for item in elements(value)? {
        let key = sort_key(&item, path.as_ref(), case_sensitive)?;
        let better = match &best {
            None => true,
            Some((found, _)) => {
                let Some(ordering) = order(&key, found) else {
                    let (left, right) = (type_name(&key), type_name(found));
                    let sign = if which == "min" { '<' } else { '>' };
                    return Err(type_error(format!(
                        "'{sign}' not supported between instances of '{left}' and '{right}'"
                    )));
                };
                if which == "min" { ordering.is_lt() } else { ordering.is_gt() }
            }
        };
        if better {
            best = Some((key, item));
        }
    }
    Ok(best.map_or(Value::UNDEFINED, |(_, item)| item))
}

fn reverse(_: &mut State<'_, '_>, value: &Value, _: &[Value]) -> Result<Value, Error> {
    if let Some(text) = value.as_str() {
        return Ok(Value::from(text.chars().rev().collect::<String>()));
    }
    if matches!(type_name(value), "set" | "generator" | "iterator") {
        return Err(type_error("argument must be iterable"));
    }
    let mut items = elements(value)?;
    items.reverse();
    Ok(Generator::value("reversed", Ok(items)))
}

fn default(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("default", args)?;
    let fallback = args.get(0, "default_value").unwrap_or_else(|| Value::from(""));
    let falsy = args.flag(1, "boolean", false) && !value.is_true();
    args.finish(2)?;
    Ok(if is_undefined(value) || falsy { fallback } else { value.clone() })
}
