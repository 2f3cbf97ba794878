//! The Python methods of texts and mappings that YAML values use: `env_var('X').lower()`.
//!
//! Invariant: what is not listed here is an unknown method, as for any other object.

use minijinja::value::{Value, ValueKind, from_args};
use minijinja::{Error, ErrorKind, State};

/// Calls a method that the template engine does not know.
pub(super) fn call(
    _state: &mut State,
    value: &Value,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    match (value.as_str(), value.kind()) {
        (Some(text), _) => of_text(text, method, args),
        (None, ValueKind::Map) => of_map(value, method, args),
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}

fn of_text(text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let trimmed = |by: fn(&str) -> &str| from_args::<()>(args).map(|()| Value::from(by(text)));
    Ok(match method {
        "lower" => Value::from(text.to_lowercase()),
        "upper" => Value::from(text.to_uppercase()),
        "strip" => trimmed(str::trim)?,
        "lstrip" => trimmed(str::trim_start)?,
        "rstrip" => trimmed(str::trim_end)?,
        "startswith" => Value::from(text.starts_with(from_args::<(&str,)>(args)?.0)),
        "endswith" => Value::from(text.ends_with(from_args::<(&str,)>(args)?.0)),
        "replace" => {
            let (from, to) = from_args::<(&str, &str)>(args)?;
            Value::from(text.replace(from, to))
        }
        "split" => match from_args::<(Option<&str>,)>(args)?.0 {
            Some(by) if !by.is_empty() => text.split(by).map(Value::from).collect(),
            _ => text.split_whitespace().map(Value::from).collect(),
        },
        _ => return Err(Error::from(ErrorKind::UnknownMethod)),
    })
}

fn of_map(map: &Value, method: &str, args: &[Value]) -> Result<Value, Error> {
    let get = |key: &Value| map.get_item(key).unwrap_or_default();
    Ok(match method {
        "get" => {
            let (key, default) = from_args::<(Value, Option<Value>)>(args)?;
            match get(&key) {
                found if found.is_undefined() => default.unwrap_or_else(|| Value::from(())),
                found => found,
            }
        }
        "keys" => map.try_iter()?.collect(),
        "values" => map.try_iter()?.map(|key| get(&key)).collect(),
        "items" => (map.try_iter()?).map(|key| Value::from(vec![key.clone(), get(&key)])).collect(),
        _ => return Err(Error::from(ErrorKind::UnknownMethod)),
    })
}
