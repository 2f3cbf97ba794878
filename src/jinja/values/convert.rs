//! Between the engine's values and JSON.

use minijinja::Error;
use minijinja::value::{Value, ValueKind};
use serde_json::Value as Json;

use super::types::{Number, number};
use super::{Dict, Set, dict, elements, list, none, python_str, type_error, type_name};

/// A value of mutable lists and dicts from JSON; integers and floats stay apart.
pub fn to_mutable(json: &Json) -> Value {
    match json {
        Json::Null => none(),
        Json::Bool(value) => Value::from(*value),
        Json::String(text) => Value::from(text.as_str()),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => Value::from(value),
            (None, Some(value)) => Value::from(value),
            (None, None) => Value::from(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::Array(items) => list(items.iter().map(to_mutable).collect()),
        Json::Object(entries) => {
            dict(entries.iter().map(|(key, value)| (key.as_str(), to_mutable(value))))
        }
    }
}

/// A deep copy in which the engine's own sequences and maps are mutable lists and dicts; tuples and objects stay.
pub fn value_to_mutable(value: &Value) -> Value {
    let own = |value: &Value| value.downcast_object_ref::<Vec<Value>>().is_some();
    match value.kind() {
        ValueKind::Seq if !value.is_tuple() && (own(value) || type_name(value) == "list") => {
            list(elements(value).unwrap_or_default().iter().map(value_to_mutable).collect())
        }
        ValueKind::Map => {
            let keys = elements(value).unwrap_or_default();
            dict(keys.into_iter().map(|key| {
                let item = value.get_item(&key).unwrap_or_default();
                (key, value_to_mutable(&item))
            }))
        }
        _ => value.clone(),
    }
}

/// JSON as Python's `json.dumps` sees a value; sets and undefined values have none.
pub fn to_json(value: &Value) -> Result<Json, Error> {
    if let Some(text) = value.as_str() {
        return Ok(Json::from(text));
    }
    if value.kind() == ValueKind::Bool {
        return Ok(Json::from(value.is_true()));
    }
    if super::decimal(value).is_some() {
        return Err(type_error("Object of type Decimal is not JSON serializable"));
    }
    match number(value) {
        Some(Number::Int(value)) => return Ok(integer(value)),
        Some(Number::Float(value)) => return Ok(Json::from(value)),
        None => {}
    }
    if let Some(dict) = value.downcast_object_ref::<Dict>() {
        return object(dict.pairs());
    }
    match value.kind() {
        ValueKind::None => Ok(Json::Null),
        ValueKind::Seq => {
            elements(value)?.iter().map(to_json).collect::<Result<_, _>>().map(Json::Array)
        }
        ValueKind::Map => {
            let keys = elements(value)?;
            object(
                keys.into_iter()
                    .map(|key| (key.clone(), value.get_item(&key).unwrap_or_default()))
                    .collect(),
            )
        }
        _ => {
            let is_set = value.downcast_object_ref::<Set>().is_some();
            let name = if is_set { "set" } else { type_name(value) };
            Err(type_error(format!("Object of type {name} is not JSON serializable")))
        }
    }
}

fn integer(value: i128) -> Json {
    match (i64::try_from(value), u64::try_from(value)) {
        (Ok(value), _) => Json::from(value),
        (_, Ok(value)) => Json::from(value),
        _ => Json::from(value as f64),
    }
}

fn object(pairs: Vec<(Value, Value)>) -> Result<Json, Error> {
    let mut out = serde_json::Map::new();
    for (key, value) in pairs {
        let key = match key.kind() {
            ValueKind::String => python_str(&key),
            ValueKind::Bool => if key.is_true() { "true" } else { "false" }.to_owned(),
            ValueKind::None => "null".to_owned(),
            ValueKind::Number => python_str(&key),
            _ => {
                let name = type_name(&key);
                let message = format!("keys must be str, int, float, bool or None, not {name}");
                return Err(type_error(message));
            }
        };
        out.insert(key, to_json(&value)?);
    }
    Ok(Json::Object(out))
}
