//! Filters that apply a filter, test or attribute to every item.

use minijinja::value::Value;
use minijinja::{Error, State};

use super::Filter;
use super::sequences::attribute;
use crate::jinja::values::{Args, Generator, elements, is_undefined, type_error};

pub(super) const FILTERS: &[(&str, Filter)] = &[
    ("map", map),
    ("select", |state, value, args| {
        Ok(Generator::value("sync_do_select", choose(state, value, args, true)))
    }),
    ("reject", |state, value, args| {
        Ok(Generator::value("sync_do_reject", choose(state, value, args, false)))
    }),
    ("selectattr", |state, value, args| {
        let chosen = choose_by_attribute(state, value, args, true);
        Ok(Generator::value("sync_do_selectattr", chosen))
    }),
    ("rejectattr", |state, value, args| {
        let chosen = choose_by_attribute(state, value, args, false);
        Ok(Generator::value("sync_do_rejectattr", chosen))
    }),
];

/// `map('filter', …)` or `map(attribute='a.b', default=…)`.
fn map(state: &mut State<'_, '_>, value: &Value, raw: &[Value]) -> Result<Value, Error> {
    Ok(Generator::value("sync_do_map", mapped(state, value, raw)))
}

fn mapped(state: &mut State<'_, '_>, value: &Value, raw: &[Value]) -> Result<Vec<Value>, Error> {
    // What is false is not even asked for its items.
    if !value.is_true() {
        return Ok(Vec::new());
    }
    let mut args = Args::new("map", raw)?;
    let items = elements(value)?;
    if args.positional().is_empty() {
        let path = args.required(1, "attribute")?;
        let default = args.get(2, "default");
        let pick = |item: Value| {
            let found = attribute(&item, &path)?;
            Ok(if is_undefined(&found) { default.clone().unwrap_or(found) } else { found })
        };
        return items.into_iter().map(pick).collect();
    }
    let name =
        raw[0].as_str().ok_or_else(|| type_error("map() needs the name of a filter"))?.to_owned();
    let mut mapped = Vec::with_capacity(items.len());
    for item in items {
        let mut filter_args = vec![item];
        filter_args.extend_from_slice(&raw[1..]);
        mapped.push(state.apply_filter(&name, &filter_args)?);
    }
    Ok(mapped)
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
) -> Result<Vec<Value>, Error> {
    let mut chosen = Vec::new();
    if !value.is_true() {
        return Ok(chosen);
    }
    for item in elements(value)? {
        if holds(state, &item, args)? == wanted {
            chosen.push(item);
        }
    }
    Ok(chosen)
}

fn choose_by_attribute(
    state: &mut State<'_, '_>,
    value: &Value,
    args: &[Value],
    wanted: bool,
) -> Result<Vec<Value>, Error> {
    if !value.is_true() {
        return Ok(Vec::new());
    }
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
    Ok(chosen)
}
