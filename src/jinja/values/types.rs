//! Python's view of the engine's values: type names, numbers, iteration.

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind};

use super::{Dict, Generator, Lax, List, Range, Set, is_undefined};

/// A `TypeError` or `ValueError` of Python.
pub fn type_error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// Texts longer than this are a mistake, not a wish.
const MAX_LEN: usize = 50_000_000;

/// Refuses a text of that many bytes before it is made.
pub(crate) fn checked_len(len: usize) -> Result<usize, Error> {
    match len {
        0..=MAX_LEN => Ok(len),
        _ => Err(type_error("the text is too long")),
    }
}

/// The error of using an undefined value.
pub fn undefined() -> Error {
    Error::new(ErrorKind::UndefinedError, "left operand")
}

/// The name `type(value).__name__` has in Python.
pub fn type_name(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::Undefined => "Undefined",
        ValueKind::None => "NoneType",
        ValueKind::Bool => "bool",
        ValueKind::Number if value.is_integer() => "int",
        ValueKind::Number => "float",
        ValueKind::String => "str",
        ValueKind::Bytes => "bytes",
        _ if value.is_tuple() => "tuple",
        _ if value.downcast_object_ref::<Range>().is_some() => "range",
        _ if value.downcast_object_ref::<Set>().is_some() => "set",
        _ if value.downcast_object_ref::<Lax>().is_some() => "Undefined",
        _ if value.downcast_object_ref::<Generator>().is_some() => "generator",
        ValueKind::Seq => "list",
        ValueKind::Map => "dict",
        ValueKind::Iterable => "iterator",
        _ if super::decimal(value).is_some() => "decimal.Decimal",
        _ => "object",
    }
}

/// A number as Python computes with it; booleans count as integers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    Int(i128),
    Float(f64),
}

impl Number {
    pub(crate) fn float(self) -> f64 {
        match self {
            Number::Int(value) => value as f64,
            Number::Float(value) => value,
        }
    }

    pub(crate) fn value(self) -> Value {
        match self {
            Number::Int(value) => int(value),
            Number::Float(value) => Value::from(value),
        }
    }
}

/// An integer in the engine's smallest form.
pub(crate) fn int(value: i128) -> Value {
    match i64::try_from(value) {
        Ok(small) => Value::from(small),
        Err(_) => Value::from(value),
    }
}

/// The number behind a number or boolean.
pub(crate) fn number(value: &Value) -> Option<Number> {
    match value.kind() {
        ValueKind::Bool => Some(Number::Int(value.is_true() as i128)),
        ValueKind::Number if value.is_integer() => {
            i128::try_from(value.clone()).ok().map(Number::Int)
        }
        ValueKind::Number => f64::try_from(value.clone()).ok().map(Number::Float),
        // Where it matters that it is a decimal, who computes asks before.
        ValueKind::Plain => super::decimal(value).map(|decimal| Number::Float(decimal.to_f64())),
        _ => None,
    }
}

/// What a Python `for` loop sees: characters of a string, keys of a dict, nothing of an undefined.
pub fn elements(value: &Value) -> Result<Vec<Value>, Error> {
    if let Some(list) = value.downcast_object_ref::<List>() {
        return Ok(list.snapshot());
    }
    if let Some(dict) = value.downcast_object_ref::<Dict>() {
        return Ok(dict.keys());
    }
    if let Some(generator) = value.downcast_object_ref::<Generator>() {
        return generator.take();
    }
    if is_undefined(value) {
        return Ok(Vec::new());
    }
    if let Some(text) = value.as_str() {
        return Ok(text.chars().map(Value::from).collect());
    }
    if value.is_none() {
        return Err(not_iterable(value));
    }
    match value.try_iter() {
        Ok(items) => items.checked().collect(),
        Err(_) => Err(not_iterable(value)),
    }
}

/// The error for iterating over something else.
pub(crate) fn not_iterable(value: &Value) -> Error {
    type_error(format!("'{}' object is not iterable", type_name(value)))
}
