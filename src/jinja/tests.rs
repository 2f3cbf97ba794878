//! Jinja2's tests (`x is …`) where the engine's own differ.

use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error};

use super::objects::relation::as_relation;
use super::values::{
    Comparison, Key, List, Number, is_undefined, number, order, type_error, type_name,
};

/// Registers them.
pub(super) fn register(env: &mut Environment<'static>) {
    env.add_test("defined", |value: &Value| !is_undefined(value));
    env.add_test("undefined", |value: &Value| is_undefined(value));
    env.add_test("none", |value: &Value| value.is_none());
    env.add_test("string", |value: &Value| value.kind() == ValueKind::String);
    env.add_test("number", |value: &Value| {
        matches!(value.kind(), ValueKind::Number | ValueKind::Bool)
            || super::values::decimal(value).is_some()
    });
    env.add_test("integer", |value: &Value| type_name(value) == "int");
    env.add_test("float", |value: &Value| type_name(value) == "float");
    env.add_test("boolean", |value: &Value| value.kind() == ValueKind::Bool);
    env.add_test("true", |value: &Value| value.kind() == ValueKind::Bool && value.is_true());
    env.add_test("false", |value: &Value| value.kind() == ValueKind::Bool && !value.is_true());
    env.add_test("mapping", mapping);
    env.add_test("sequence", sequence);
    env.add_test("iterable", iterable);
    env.add_test("callable", callable);
    env.add_test("sameas", same_as);
    env.add_test("odd", |value: Value| modulo(&value, 2).map(|rest| rest == 1.0));
    env.add_test("even", |value: Value| modulo(&value, 2).map(|rest| rest == 0.0));
    env.add_test("divisibleby", |value: Value, by: i64| modulo(&value, by).map(|rest| rest == 0.0));
    env.add_test("lower", |value: Value| cased(&value, char::is_lowercase, char::is_uppercase));
    env.add_test("upper", |value: Value| cased(&value, char::is_uppercase, char::is_lowercase));
    env.add_test("escaped", |_: &Value| false);
    env.add_test("filter", |name: Value| known(&super::filters::NAMES, name));
    env.add_test("test", |name: Value| known(&TESTS, name));
    for (names, comparison) in [
        (["eq", "==", "equalto"], Comparison::Eq),
        (["ne", "!=", "ne"], Comparison::Ne),
        (["lt", "<", "lessthan"], Comparison::Lt),
        (["le", "<=", "le"], Comparison::Le),
        (["gt", ">", "greaterthan"], Comparison::Gt),
        (["ge", ">=", "ge"], Comparison::Ge),
        (["in", "in", "in"], Comparison::In),
    ] {
        for name in names {
            env.add_test(name, move |left: Value, right: Value| comparison.holds(&left, &right));
        }
    }
}

const TESTS: [&str; 39] = [
    "odd",
    "even",
    "divisibleby",
    "defined",
    "undefined",
    "filter",
    "test",
    "none",
    "boolean",
    "false",
    "true",
    "integer",
    "float",
    "lower",
    "upper",
    "string",
    "mapping",
    "number",
    "sequence",
    "iterable",
    "callable",
    "sameas",
    "escaped",
    "in",
    "==",
    "eq",
    "equalto",
    "!=",
    "ne",
    ">",
    "gt",
    "greaterthan",
    "ge",
    ">=",
    "<",
    "lt",
    "lessthan",
    "<=",
    "le",
];

fn known(names: &[&str], name: Value) -> Result<bool, Error> {
    let name = Key::new(name)?;
    Ok(name.value().as_str().is_some_and(|name| names.contains(&name)))
}

/// Relations count: dbt's are mappings, and packages ask for that before they read `metadata`.
fn mapping(value: &Value) -> bool {
    value.kind() == ValueKind::Map || as_relation(value).is_some()
}

fn sequence(value: &Value) -> bool {
    matches!(
        value.kind(),
        ValueKind::Seq | ValueKind::Map | ValueKind::String | ValueKind::Undefined
    ) || is_undefined(value)
        || value.downcast_object_ref::<List>().is_some()
}

fn iterable(value: &Value) -> bool {
    sequence(value) || value.kind() == ValueKind::Iterable
}

fn callable(value: &Value) -> bool {
    let shown = value.as_object().map(|object| object.type_name());
    is_undefined(value)
        || shown.is_some_and(|name| {
            ["Macro", "Function", "Joiner"].iter().any(|part| name.contains(part))
        })
}

fn same_as(value: Value, other: Value) -> bool {
    if type_name(&value) != type_name(&other) {
        return false;
    }
    match (value.as_object(), other.as_object()) {
        (Some(_), Some(_)) => identity(&value) == identity(&other),
        _ => order(&value, &other).map_or(value == other, |ordering| ordering.is_eq()),
    }
}

/// Lists and dicts are the same only if they are one object.
fn identity(value: &Value) -> Option<usize> {
    let list = value.downcast_object_ref::<List>().map(|list| std::ptr::from_ref(list).addr());
    list.or_else(|| {
        let dict = value.downcast_object_ref::<super::values::Dict>();
        dict.map(|dict| std::ptr::from_ref(dict).addr())
    })
}

fn modulo(value: &Value, by: i64) -> Result<f64, Error> {
    match number(value) {
        Some(Number::Int(value)) if by != 0 => Ok(value.rem_euclid(i128::from(by)) as f64),
        Some(Number::Float(value)) if by != 0 => Ok(value.rem_euclid(by as f64)),
        Some(_) => Err(type_error("integer modulo by zero")),
        None => Err(type_error(format!("a number is required, not {}", type_name(value)))),
    }
}

fn cased(value: &Value, wanted: fn(char) -> bool, other: fn(char) -> bool) -> bool {
    let text = super::values::python_str(value);
    text.chars().any(wanted) && !text.chars().any(other)
}
