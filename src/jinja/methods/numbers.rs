//! Methods of integers and floats.

use minijinja::value::Value;
use minijinja::{Error, ErrorKind};

use crate::jinja::values::{Number, number};

pub(super) fn call(value: &Value, method: &str, _args: &[Value]) -> Result<Value, Error> {
    match (method, number(value)) {
        ("is_integer", Some(Number::Float(value))) => Ok(Value::from(value.fract() == 0.0)),
        ("bit_length", Some(Number::Int(value))) => {
            Ok(Value::from(u128::BITS - value.unsigned_abs().leading_zeros()))
        }
        ("conjugate" | "real", _) => Ok(value.clone()),
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}
