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
    env.add_filter("_py_slice", slice);
    env.add_filter("_py_concat", concat);
    env.add_filter("_py_chain", chain);
    env.add_filter("_py_begin", macros::begin);
    env.add_filter("_py_loaded", macros::loaded);
    env.add_filter("_py_neg", |state: &mut State, value: Value| values::negate(state, &value));
    env.add_filter("_py_pos", |value: Value| value);
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

/// What a loop iterates over: strings give characters, numbers are an error.
fn iterate(value: Value) -> Result<Value, Error> {
    if value.as_object().is_some() || values::is_undefined(&value) {
        return Ok(value);
    }
    values::elements(&value).map(Value::from)
}

fn slice(value: Value, start: Value, stop: Value, step: Option<Value>) -> Result<Value, Error> {
    values::slice(&value, &start, &stop, &step.unwrap_or_default())
}

fn concat(first: Value, others: Rest<Value>) -> String {
    let mut text = values::python_str(&first);
    for other in others.iter() {
        text.push_str(&values::python_str(other));
    }
    text
}

/// `a < b <= c`: every neighbouring pair must hold.
fn chain(first: Value, rest: Rest<Value>) -> Result<bool, Error> {
    let mut left = first;
    for pair in rest.chunks(2) {
        let [operator, right] = pair else { break };
        let comparison = operator.as_str().and_then(Comparison::parse);
        if let Some(comparison) = comparison
            && !comparison.holds(&left, right)?
        {
            return Ok(false);
        }
        left = right.clone();
    }
    Ok(true)
}
