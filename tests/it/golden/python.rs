//! Values as the recording program, written in Python, compares and sorts them.
//!
//! Invariant: `1`, `1.0` and `true` are one value, as in Python; floats may differ in the last bits, since texts of
//! floats are read with different rounding.

use serde_json::Value as Json;

/// Python's `==` on JSON values.
pub(super) fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => match (number(a), number(b)) {
            (Some(x), Some(y)) => a == b || close(x, y),
            _ => a == b,
        },
    }
}

fn number(value: &Json) -> Option<f64> {
    match value {
        Json::Bool(value) => Some(f64::from(u8::from(*value))),
        other => other.as_f64(),
    }
}

fn close(x: f64, y: f64) -> bool {
    (x - y).abs() <= 4.0 * f64::EPSILON * x.abs().max(y.abs())
}

/// Python's truth: null, false, 0 and everything empty are false.
pub(super) fn truthy(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Bool(value) => *value,
        Json::Number(number) => number.as_f64() != Some(0.0),
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Object(map) => !map.is_empty(),
    }
}

/// `value or default` with an empty mapping for the default.
pub(super) fn or_empty(value: &Json) -> Json {
    if truthy(value) { value.clone() } else { Json::Object(serde_json::Map::new()) }
}

/// A mapping without keys whose value is null or empty, at every level.
pub(super) fn compact(value: &Json) -> Json {
    match value {
        Json::Object(map) => {
            let kept = map.iter().filter(|(_, value)| !is_void(value));
            Json::Object(kept.map(|(key, value)| (key.clone(), compact(value))).collect())
        }
        Json::Array(items) => Json::Array(items.iter().map(compact).collect()),
        other => other.clone(),
    }
}

/// Null, `{}` or `[]`.
pub(super) fn is_void(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// The list sorted by the JSON text of its items, whole floats counting as integers.
pub(super) fn sorted(list: &Json) -> Json {
    let mut items = list.as_array().cloned().unwrap_or_default();
    items.sort_by_cached_key(|item| sort_text(item).to_string());
    Json::Array(items)
}

fn sort_text(value: &Json) -> Json {
    match value {
        Json::Number(number) => match number.as_f64() {
            Some(float) if float.fract() == 0.0 && float.abs() < 1e15 => Json::from(float as i64),
            _ => value.clone(),
        },
        Json::Array(items) => Json::Array(items.iter().map(sort_text).collect()),
        Json::Object(map) => {
            let mut entries =
                map.iter().map(|(key, value)| (key.clone(), sort_text(value))).collect::<Vec<_>>();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Json::Object(entries.into_iter().collect())
        }
        other => other.clone(),
    }
}

/// The value as indented JSON with sorted keys, one scalar a line, for diffs; text as it is.
pub(super) fn pretty(value: &Json) -> String {
    match value {
        Json::Null => "(nothing)\n".to_owned(),
        Json::String(text) => text.clone(),
        other => serde_json::to_string_pretty(&sort_keys(other)).unwrap() + "\n",
    }
}

fn sort_keys(value: &Json) -> Json {
    match value {
        Json::Array(items) => Json::Array(items.iter().map(sort_keys).collect()),
        Json::Object(map) => {
            let mut entries =
                map.iter().map(|(key, value)| (key.clone(), sort_keys(value))).collect::<Vec<_>>();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Json::Object(entries.into_iter().collect())
        }
        other => other.clone(),
    }
}

#[test]
fn numbers_compare_as_in_python() {
    use serde_json::json;
    assert!(same(&json!([1, true, {"a": 2.0}]), &json!([1.0, 1, {"a": 2}])));
    assert!(!same(&json!([1]), &json!(["1"])));
    assert!(!same(&json!(0), &json!(null)));
    assert!(!same(&json!({"a": 1}), &json!({"a": 1, "b": null})));
    assert!(!same(&json!(9_007_199_254_740_993_i64), &json!(9_007_199_254_700_000_i64)));
}
