//! Filters about lists and dicts.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Value, ValueKind};
use minijinja::{Error, State};

use super::Filter;
use crate::jinja::values::{
    Args, Dict, Operator, apply, elements, equal, is_undefined, list, order, python_repr,
    python_str, sort_values, tuple, type_error, type_name,
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
    ("last", |_, value, _| Ok(elements(value)?.pop().unwrap_or_default())),
    ("min", |_, value, args| extreme(value, args, "min")),
    ("max", |_, value, args| extreme(value, args, "max")),
    ("reverse", reverse),
    ("default", default),
    ("d", default),
    ("attr", |_, value, args| attribute(value, args.first().unwrap_or(&Value::UNDEFINED))),
];

/// `a.b.0` of a value, as Jinja2's `make_attrgetter` reads it; a missing part gives undefined.
pub(super) fn attribute(value: &Value, path: &Value) -> Result<Value, Error> {
    let Some(path) = path.as_str() else {
        return value.get_item(path);
    };
    let mut found = value.clone();
    for part in path.split('.') {
        found = match part.parse::<i64>() {
            Ok(index) => found.get_item(&Value::from(index)).unwrap_or_default(),
            Err(_) => found.get_attr(part).unwrap_or_default(),
        };
    }
    Ok(found)
}

fn length(value: &Value) -> Result<Value, Error> {
    if is_undefined(value) {
        return Ok(Value::from(0));
    }
    match value.len() {
        Some(len) => Ok(Value::from(len)),
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
    let parts: Vec<&str> = path.as_str().unwrap_or_default().split(',').collect();
    if parts.len() < 2 {
        return Ok(fold(attribute(item, path)?, case_sensitive));
    }
    let keys = parts
        .into_iter()
        .map(|part| Ok(fold(attribute(item, &Value::from(part))?, case_sensitive)));
    keys.collect::<Result<_, Error>>().map(list)
}

fn sort(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("sort", args)?;
    let reverse = args.flag(0, "reverse", false);
    let case_sensitive = args.flag(1, "case_sensitive", false);
    let path = args.get(2, "attribute").filter(|path| !path.is_none());
    let keyed = elements(value)?
        .into_iter()
        .map(|item| Ok((sort_key(&item, path.as_ref(), case_sensitive)?, item)))
        .collect::<Result<_, Error>>()?;
    sort_values(keyed, reverse).map(list)
}

fn unique(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
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
    Ok(list(kept))
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

fn batch(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("batch", args)?;
    let size = args.int(0, "linecount")?.unwrap_or(1).max(1) as usize;
    let fill = args.get(1, "fill_with").filter(|fill| !fill.is_none());
    let batches = elements(value)?
        .chunks(size)
        .map(|chunk| {
            let mut chunk = chunk.to_vec();
            if let Some(fill) = &fill {
                chunk.resize(size, fill.clone());
            }
            list(chunk)
        })
        .collect();
    Ok(list(batches))
}

fn slice(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("slice", args)?;
    let count = args.int(0, "slices")?.unwrap_or(1).max(1) as usize;
    let fill = args.get(1, "fill_with").filter(|fill| !fill.is_none());
    let items = elements(value)?;
    let (each, longer) = (items.len() / count, items.len() % count);
    let mut rest = items.as_slice();
    let mut slices = Vec::new();
    for index in 0..count {
        let (part, after) = rest.split_at(each + usize::from(index < longer));
        rest = after;
        let mut part = part.to_vec();
        if let Some(fill) = fill.as_ref().filter(|_| index >= longer && longer > 0) {
            part.push(fill.clone());
        }
        slices.push(list(part));
    }
    Ok(list(slices))
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
    pairs(value).map(list)
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
    let mut items = elements(value)?;
    items.reverse();
    Ok(list(items))
}

fn default(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("default", args)?;
    let fallback = args.get(0, "default_value").unwrap_or_else(|| Value::from(""));
    let falsy = args.flag(1, "boolean", false) && !value.is_true();
    Ok(if is_undefined(value) || falsy { fallback } else { value.clone() })
}
