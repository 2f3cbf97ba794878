//! YAML in and out: `fromyaml`, `toyaml`, and what a template sees of a YAML tree.

use std::path::Path;

use jiff::civil::{Date, DateTime};
use minijinja::value::Value;
use serde_json::Value as Json;

use super::data::sort;
use crate::jinja::args::Args;
use crate::jinja::objects::function::function;
use crate::jinja::{python, values};
use crate::source::yaml::{Node, Yaml};
use crate::source::{SourceMap, yaml};

/// `fromyaml(text, default=None)`.
pub(super) fn fromyaml() -> Value {
    function("fromyaml", |_, args| {
        let args = Args::new("fromyaml", args)?;
        let text = args.required(0, "value")?;
        let parsed = text.as_str().and_then(|text| {
            let file = SourceMap::new().add("fromyaml", Path::new(""), text);
            yaml::parse(file, text).ok()
        });
        Ok(match parsed {
            Some(document) => value_of(&document.root),
            None => args.optional(1, "default").unwrap_or(Value::from(())),
        })
    })
}

/// A YAML tree as PyYAML's loader gives it: mutable lists and dicts, dates as `datetime` objects.
pub fn value_of(yaml: &Yaml) -> Value {
    match &yaml.node {
        Node::Time(text) => time(text),
        Node::Seq(items) => values::list(items.iter().map(value_of).collect()),
        Node::Map(map) => values::dict(map.iter().map(|(key, value)| (key, value_of(value)))),
        _ => values::to_mutable(&yaml.to_json()),
    }
}

/// A date, a naive datetime, or one in UTC when an offset was written.
fn time(text: &str) -> Value {
    if let Ok(date) = text.parse::<Date>()
        && text.len() == 10
    {
        return python::date(date);
    }
    let text = text.replace(['\t', ' '], "T").to_uppercase();
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return python::datetime_utc(moment);
    }
    text.parse::<DateTime>().map_or_else(|_| Value::from(text), python::datetime_naive)
}

/// `toyaml(value, default=None, sort_keys=False)`.
pub(super) fn toyaml() -> Value {
    function("toyaml", |_, args| {
        let args = Args::new("toyaml", args)?;
        let sorted = args.truth(2, "sort_keys").unwrap_or(false);
        match values::to_json(&args.required(0, "value")?) {
            Ok(json) => {
                let json = if sorted { sort(json) } else { json };
                let mut out = String::new();
                write_yaml(&json, 0, &mut out);
                // PyYAML ends a document that is one unquoted scalar.
                if !json.is_array() && !json.is_object() && !out.starts_with(['\'', '"']) {
                    out.push_str("...\n");
                }
                Ok(Value::from(out))
            }
            Err(_) => Ok(args.optional(1, "default").unwrap_or(Value::from(()))),
        }
    })
}

/// Block style with two spaces, as PyYAML's `safe_dump` writes it.
fn write_yaml(json: &Json, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match json {
        Json::Object(map) if !map.is_empty() => {
            for (at, (key, value)) in map.iter().enumerate() {
                if at > 0 || out.ends_with('\n') || out.is_empty() {
                    out.push_str(&indent);
                }
                out.push_str(&yaml_scalar(&Json::String(key.clone())));
                out.push(':');
                match value {
                    Json::Object(map) if !map.is_empty() => {
                        out.push('\n');
                        write_yaml(value, depth + 1, out);
                    }
                    Json::Array(items) if !items.is_empty() => {
                        out.push('\n');
                        write_yaml(value, depth, out);
                    }
                    _ => {
                        out.push(' ');
                        out.push_str(&yaml_scalar(value));
                        out.push('\n');
                    }
                }
            }
        }
        Json::Array(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                if at > 0 || out.ends_with('\n') || out.is_empty() {
                    out.push_str(&indent);
                }
                out.push_str("- ");
                match item {
                    Json::Object(map) if !map.is_empty() => write_yaml(item, depth + 1, out),
                    Json::Array(inner) if !inner.is_empty() => write_yaml(item, depth + 1, out),
                    _ => {
                        out.push_str(&yaml_scalar(item));
                        out.push('\n');
                    }
                }
            }
        }
        scalar => {
            out.push_str(&yaml_scalar(scalar));
            out.push('\n');
        }
    }
}

fn yaml_scalar(json: &Json) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(number) => number.to_string(),
        Json::Array(_) => "[]".to_owned(),
        Json::Object(_) => "{}".to_owned(),
        Json::String(text) => yaml_text(text),
    }
}

fn yaml_text(text: &str) -> String {
    let plain_type = matches!(yaml::plain(text), yaml::Node::Str(_));
    let special = text.starts_with(|c: char| "-?:,[]{}#&*!|>'\"%@` ".contains(c))
        || text.ends_with(' ')
        || text.ends_with(':')
        || text.contains(": ")
        || text.contains(" #");
    if text.contains(['\n', '\t', '\r']) {
        return serde_json::to_string(text).unwrap_or_default();
    }
    if plain_type && !special && !text.is_empty() {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "''"))
}
