//! Methods of strings and numbers, which the engine leaves to the embedder.

mod format;
mod numbers;
mod spec;
mod strings;

use minijinja::value::Value;
use minijinja::{Error, ErrorKind, State, UndefinedBehavior};

use super::values::{Lax, elements, list};

pub(crate) use spec::{float_text, general};
pub(crate) use strings::{MAX_WIDTH, capitalize, checked_replacement, title};

/// Calls a Python method of a value that is not an object of ours. While parsing, a method that nobody knows is
/// harmless, as any name is.
pub(crate) fn call(
    state: &mut State<'_, '_>,
    value: &Value,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    match known(state, value, method, args) {
        Err(error) if error.kind() == ErrorKind::UnknownMethod && is_lax(state, method) => {
            Ok(Lax::value())
        }
        result => result,
    }
}

/// Operators arrive as methods too; what has none must say so, for the other operand to be asked.
fn is_lax(state: &State<'_, '_>, method: &str) -> bool {
    state.undefined_behavior() == UndefinedBehavior::Chainable && !method.starts_with("__")
}

fn known(
    state: &mut State<'_, '_>,
    value: &Value,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    if let Some(text) = value.as_str() {
        return strings::call(state, text, method, args);
    }
    if value.is_number() || value.kind() == minijinja::value::ValueKind::Bool {
        return numbers::call(value, method, args);
    }
    if let Some(bytes) = value.as_bytes() {
        return match method {
            "decode" => Ok(Value::from(String::from_utf8_lossy(bytes).into_owned())),
            "hex" => Ok(Value::from(bytes.iter().map(|b| format!("{b:02x}")).collect::<String>())),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        };
    }
    if value.is_tuple() || value.downcast_object_ref::<Vec<Value>>().is_some() {
        // An immutable sequence answers as a list of the same items would.
        if matches!(method, "index" | "count") {
            return list(elements(value)?).call_method(state, method, args);
        }
    }
    if value.is_kwargs() || is_plain_map(value) {
        return super::values::value_to_mutable(value).call_method(state, method, args);
    }
    Err(Error::from(ErrorKind::UnknownMethod))
}

/// A map of the engine itself, as Rust code of other rooms may hand over; its `update` has no effect on it.
fn is_plain_map(value: &Value) -> bool {
    value.kind() == minijinja::value::ValueKind::Map
        && value.as_object().is_some_and(|object| object.type_name().contains("Map<"))
}
