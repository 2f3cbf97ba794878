//! Filters that apply a filter, test or attribute to every item.

use minijinja::value::Value;
use minijinja::{Error, State};

use super::Filter;
use super::sequences::attribute;
use crate::jinja::values::{Args, elements, is_undefined, list, type_error};

pub(super) const FILTERS: &[(&str, Filter)] = &[
    ("map", map),
    ("select", |state, value, args| choose(state, value, args, true)),
    ("reject", |state, value, args| choose(state, value, args, false)),
    ("selectattr", |state, value, args| choose_by_attribute(state, value, args, true)),
    ("rejectattr", |state, value, args| choose_by_attribute(state, value, args, false)),
];

/// `map('filter', …)` or `map(attribute='a.b', default=…)`.
fn map(state: &mut State<'_, '_>, value: &Value, raw: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("map", raw)?;
    let items = elements(value)?;
    if args.positional().is_empty() {
        let path = args.required(1, "attribute")?;
        let default = args.get(2, "default");
        let pick = |item: Value| {
            let found = attribute(&item, &path)?;
            Ok(if is_undefined(&found) { default.clone().unwrap_or(found) } else { found })
        };
        return items.into_iter().map(pick).collect::<Result<_, Error>>().map(list);
    }
    let name =
        raw[0].as_str().ok_or_else(|| type_error("map() needs the name of a filter"))?.to_owned();
    let mut mapped = Vec::with_capacity(items.len());
    for item in items {
        let mut filter_args = vec![item];
        filter_args.extend_from_slice(&raw[1..]);
        mapped.push(state.apply_filter(&name, &filter_args)?);
    }
    Ok(list(mapped))
}

fn holds(state: &mut State<'_, '_>, item: &Value, test: &[Value]) -> Result<bool, Error> {
    let Some((name, args)) = test.split_first() else {
        return Ok(item.is_true());
    };
    let name =
        name.as_str().ok_or_else(|| type_error("the name of a test must be a string"))?.to_owned();
    let mut test_args = vec![item.clone()];
    test_args.extend_from_slice(args);
    state.perform_test(&name, &test_args)
}

fn choose(
    state: &mut State<'_, '_>,
    value: &Value,
    args: &[Value],
    wanted: bool,
) -> Result<Value, Error> {
    let mut chosen = Vec::new();
    for item in elements(value)? {
        if holds(state, &item, args)? == wanted {
            chosen.push(item);
        }
    }
    Ok(list(chosen))
}

fn choose_by_attribute(
    state: &mut State<'_, '_>,
    value: &Value,
    args: &[Value],
    wanted: bool,
) -> Result<Value, Error> {
    let Some((path, test)) = args.split_first() else {
        return Err(type_error("missing the name of an attribute"));
    };
    let mut chosen = Vec::new();
    for item in elements(value)? {
        let found = attribute(&item, path)?;
        if holds(state, &found, test)? == wanted {
            chosen.push(item);
        }
    }
    Ok(list(chosen))
}
