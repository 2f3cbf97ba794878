//! Data in and out: JSON, sets, zips, hashes.

use md5::{Digest, Md5};
use minijinja::Error;
use minijinja::value::Value;
use serde_json::Value as Json;

use crate::jinja::args::{Args, invalid};
use crate::jinja::objects::function::function;
use crate::jinja::values;

/// `tojson(value, default=None, sort_keys=False)`. dbt 1.12: what cannot be written is an error, whatever the default.
pub(super) fn tojson() -> Value {
    function("tojson", |_, args| {
        let args = Args::new("tojson", args)?;
        let sorted = args.truth(2, "sort_keys").unwrap_or(false);
        let json = values::to_json(&args.required(0, "value")?)?;
        Ok(Value::from(json_text(&if sorted { sort(json) } else { json })))
    })
}

/// `fromjson(text, default=None)`.
pub(super) fn fromjson() -> Value {
    function("fromjson", |_, args| {
        let args = Args::new("fromjson", args)?;
        let text = args.required(0, "string")?;
        let parsed = text.as_str().and_then(|text| serde_json::from_str::<Json>(text).ok());
        Ok(match parsed {
            Some(json) => values::to_mutable(&json),
            None => args.optional(1, "default").unwrap_or(Value::from(())),
        })
    })
}

/// JSON as Python's `json.dumps` writes it.
fn json_text(json: &Json) -> String {
    crate::jinja::filters::dumps(json, crate::jinja::filters::Keys::Inserted, None)
}

pub(super) fn sort(json: Json) -> Json {
    match json {
        Json::Object(map) => {
            let mut pairs: Vec<(String, Json)> =
                map.into_iter().map(|(k, v)| (k, sort(v))).collect();
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
            Json::Object(pairs.into_iter().collect())
        }
        Json::Array(items) => Json::Array(items.into_iter().map(sort).collect()),
        other => other,
    }
}

/// `local_md5(text)`.
pub(super) fn local_md5() -> Value {
    function("local_md5", |_, args| {
        let text = Args::new("local_md5", args)?.text(0, "value")?;
        let hex: String = Md5::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
        Ok(Value::from(hex))
    })
}

/// `set(iterable, default=None)`.
pub(super) fn set() -> Value {
    function("set", |_, args| {
        let args = Args::new("set", args)?;
        match args.required(0, "value")?.try_iter() {
            Ok(items) => values::set(items.collect()),
            Err(_) => Ok(args.optional(1, "default").unwrap_or(Value::from(()))),
        }
    })
}

/// `set_strict(iterable)`.
pub(super) fn set_strict() -> Value {
    function("set_strict", |_, args| {
        let value = Args::new("set_strict", args)?.required(0, "value")?;
        let items = value
            .try_iter()
            .map_err(|_| invalid(format!("set_strict() needs a list, got {value}")))?;
        values::set(items.collect())
    })
}

/// `zip(*iterables, default=None)`.
pub(super) fn zip() -> Value {
    function("zip", |_, args| {
        let args = Args::new("zip", args)?;
        match zipped(args.positional()) {
            Ok(value) => Ok(value),
            Err(_) => Ok(args.named("default").unwrap_or(Value::from(()))),
        }
    })
}

/// `zip_strict(*iterables)`.
pub(super) fn zip_strict() -> Value {
    function("zip_strict", |_, args| zipped(Args::new("zip_strict", args)?.positional()))
}

fn zipped(columns: &[Value]) -> Result<Value, Error> {
    let mut iterators = columns
        .iter()
        .map(|column| {
            column.try_iter().map_err(|_| invalid(format!("zip() needs lists, got {column}")))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let mut rows = Vec::new();
    while !iterators.is_empty() {
        let row: Option<Vec<Value>> = iterators.iter_mut().map(Iterator::next).collect();
        match row {
            Some(row) => rows.push(values::tuple(row)),
            None => break,
        }
    }
    Ok(values::list(rows))
}

/// `diff_of_two_dicts(a, b)`: what `a` has beyond `b`, keys and list items compared in lower case.
pub(super) fn diff_of_two_dicts() -> Value {
    function("diff_of_two_dicts", |_, args| {
        let args = Args::new("diff_of_two_dicts", args)?;
        let a = values::to_json(&args.required(0, "dict_a")?)?;
        let b = values::to_json(&args.required(1, "dict_b")?)?;
        let lower = |json: &Json| json.as_str().unwrap_or_default().to_lowercase();
        let mut out = serde_json::Map::new();
        for (key, items) in a.as_object().into_iter().flatten() {
            let other = b
                .as_object()
                .and_then(|b| b.iter().find(|(k, _)| k.to_lowercase() == key.to_lowercase()));
            let known: Vec<String> =
                other.and_then(|(_, v)| v.as_array()).into_iter().flatten().map(lower).collect();
            let rest: Vec<Json> = items
                .as_array()
                .into_iter()
                .flatten()
                .filter(|item| !known.contains(&lower(item)))
                .cloned()
                .collect();
            if !rest.is_empty() {
                out.insert(key.clone(), Json::Array(rest));
            }
        }
        Ok(values::to_mutable(&Json::Object(out)))
    })
}
