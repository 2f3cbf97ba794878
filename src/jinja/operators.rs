//! The filters that the pre-pass writes in place of literals and operators.

use minijinja::value::{Rest, Value};
use minijinja::{Environment, Error, State};

use super::macros;
use super::values::{self, Comparison, Operator};

/// Registers them.
pub(super) fn register(env: &mut Environment<'static>) {
    env.add_filter("_py_list", |value: Value| values::elements(&value).map(values::list));
    env.add_filter("_py_dict", dict);
    env.add_filter("_py_iter", iterate);
    env.add_filter("_py_rows", rows);
    env.add_filter("_py_slice", slice);
    env.add_filter("_py_concat", concat);
    env.add_filter("_py_keep", macros::keep);
    env.add_filter("_py_kept", |state: &mut State, _: Value| macros::kept(state));
    env.add_filter("_py_begin", macros::begin);
    env.add_filter("_py_loaded", macros::loaded);
    env.add_filter("_py_neg", |state: &mut State, value: Value| values::negate(state, &value));
    env.add_filter("_py_pos", |value: Value| values::positive(&value));
    env.add_filter("_py_text", text);
    for (name, operator) in [
        ("_py_add", Operator::Add),
        ("_py_sub", Operator::Sub),
        ("_py_mul", Operator::Mul),
        ("_py_div", Operator::Div),
        ("_py_floordiv", Operator::FloorDiv),
        ("_py_mod", Operator::Mod),
        ("_py_pow", Operator::Pow),
    ] {
        env.add_filter(name, move |state: &mut State, left: Value, right: Value| {
            values::apply(state, operator, &left, &right)
        });
    }
    for (name, comparison) in [
        ("_py_eq", Comparison::Eq),
        ("_py_ne", Comparison::Ne),
        ("_py_lt", Comparison::Lt),
        ("_py_le", Comparison::Le),
        ("_py_gt", Comparison::Gt),
        ("_py_ge", Comparison::Ge),
        ("_py_in", Comparison::In),
        ("_py_notin", Comparison::NotIn),
    ] {
        env.add_filter(name, move |left: Value, right: Value| comparison.holds(&left, &right));
    }
}

fn dict(value: Value) -> Result<Value, Error> {
    let dict = values::Dict::default();
    dict.update(&value)?;
    Ok(Value::from_object(dict))
}

/// What a filter block writes: text, and nothing else.
fn text(value: Value) -> Result<Value, Error> {
    match value.as_str().is_some() || values::is_undefined(&value) {
        true => Ok(value),
        false => {
            let name = values::type_name(&value);
            Err(values::type_error(format!("sequence item 0: expected str instance, {name} found")))
        }
    }
}

/// What a loop with a body of that many bytes iterates over.
fn iterate(state: &mut State, value: Value, body: Option<u64>) -> Result<Value, Error> {
    let value = iterable(value)?;
    let turns = value.len().unwrap_or(0) as u64;
    macros::charge(state, turns.saturating_mul(body.unwrap_or(0)))?;
    Ok(value)
}

/// Strings give characters, numbers are an error.
fn iterable(value: Value) -> Result<Value, Error> {
    let generator = value.downcast_object_ref::<values::Generator>().is_some();
    if !generator && (value.as_object().is_some() || values::is_undefined(&value)) {
        return Ok(value);
    }
    values::elements(&value).map(Value::from)
}

/// What a loop with several targets iterates over: strings among the items can be taken apart.
fn rows(state: &mut State, value: Value, body: Option<u64>) -> Result<Value, Error> {
    let value = iterate(state, value, body)?;
    if value.downcast_object_ref::<values::List>().is_none() && !value.is_tuple() {
        return Ok(value);
    }
    let items = values::elements(&value)?;
    if items.iter().all(|item| item.as_str().is_none()) {
        return Ok(value);
    }
    let row = |item: Value| match item.as_str() {
        Some(_) => values::elements(&item).map(Value::from),
        None => Ok(item),
    };
    items.into_iter().map(row).collect::<Result<Vec<_>, Error>>().map(Value::from)
}

fn slice(value: Value, start: Value, stop: Value, step: Option<Value>) -> Result<Value, Error> {
    values::slice(&value, &start, &stop, &step.unwrap_or_default())
}

fn concat(state: &mut State, first: Value, others: Rest<Value>) -> Result<String, Error> {
    let mut text = values::python_str(&first);
    for other in others.iter() {
        text.push_str(&values::python_str(other));
        values::checked_len(text.len())?;
    }
    if text.len() > FREE {
        macros::charge(state, text.len() as u64)?;
    }
    Ok(text)
}

/// Shorter texts are not counted: they go as they come.
const FREE: usize = 1 << 20;
