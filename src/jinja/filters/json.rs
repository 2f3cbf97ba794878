//! `tojson` and `pprint`, and JSON text as Python writes it.

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, State};
use serde_json::Value as Json;

use super::Filter;
use crate::jinja::values::{
    Args, Dict, elements, float, list, python_repr, sort_values, to_json, tuple, type_error,
    type_name,
};

pub(super) const FILTERS: &[(&str, Filter)] = &[("tojson", to_json_filter), ("pprint", pprint)];

/// Jinja2's filter: sorted keys, and safe inside of HTML.
fn to_json_filter(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let indent = Args::new("tojson", args)?.int(0, "indent")?;
    let sorted = with_sorted_keys(value)?;
    let text =
        dumps(&to_json(&sorted)?, Keys::Inserted, indent.map(|indent| indent.max(0) as usize));
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\'' => safe.push_str("\\u0027"),
            c => safe.push(c),
        }
    }
    Ok(Value::from(safe))
}

/// A copy whose dicts are in the order of their keys, which must have one.
fn with_sorted_keys(value: &Value) -> Result<Value, Error> {
    match value.kind() {
        ValueKind::Seq if type_name(value) == "range" => {
            Err(type_error("Object of type range is not JSON serializable"))
        }
        ValueKind::Seq => {
            let items = elements(value)?.iter().map(with_sorted_keys).collect::<Result<_, _>>()?;
            Ok(if value.is_tuple() { tuple(items) } else { list(items) })
        }
        ValueKind::Map => {
            let pair = |key: Value| {
                let item = with_sorted_keys(&value.get_item(&key)?)?;
                Ok((key.clone(), tuple(vec![key, item])))
            };
            let keyed = elements(value)?.into_iter().map(pair).collect::<Result<_, Error>>()?;
            let sorted = Dict::default();
            sorted.update(&list(sort_values(keyed, false)?))?;
            Ok(Value::from_object(sorted))
        }
        _ => Ok(value.clone()),
    }
}

/// Short values print on one line, as `pprint.pformat` has it, dicts in order; longer ones are not broken up.
fn pprint(_: &mut State<'_, '_>, value: &Value, _: &[Value]) -> Result<Value, Error> {
    Ok(Value::from(python_repr(&with_sorted_keys(value).unwrap_or_else(|_| value.clone()))))
}

/// The order of keys in JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// By name.
    Sorted,
    /// As inserted.
    Inserted,
}

/// `json.dumps`: `, ` and `: `, ASCII only.
pub fn dumps(json: &Json, keys: Keys, indent: Option<usize>) -> String {
    let mut out = String::new();
    Writer { keys, indent, out: &mut out }.value(json, 0);
    out
}

struct Writer<'o> {
    keys: Keys,
    indent: Option<usize>,
    out: &'o mut String,
}

impl Writer<'_> {
    fn value(&mut self, json: &Json, depth: usize) {
        match json {
            Json::Null => self.out.push_str("null"),
            Json::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Json::Number(number) if number.is_f64() => {
                self.out.push_str(&float(number.as_f64().unwrap_or(f64::NAN)));
            }
            Json::Number(number) => self.out.push_str(&number.to_string()),
            Json::String(text) => self.string(text),
            Json::Array(items) if items.is_empty() => self.out.push_str("[]"),
            Json::Array(items) => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.separate(index, depth + 1);
                    self.value(item, depth + 1);
                }
                self.close(']', depth);
            }
            Json::Object(entries) if entries.is_empty() => self.out.push_str("{}"),
            Json::Object(entries) => {
                self.out.push('{');
                let mut entries: Vec<_> = entries.iter().collect();
                if self.keys == Keys::Sorted {
                    entries.sort_by_key(|(key, _)| *key);
                }
                for (index, (key, value)) in entries.into_iter().enumerate() {
                    self.separate(index, depth + 1);
                    self.string(key);
                    self.out.push_str(": ");
                    self.value(value, depth + 1);
                }
                self.close('}', depth);
            }
        }
    }

    fn separate(&mut self, index: usize, depth: usize) {
        match (self.indent, index) {
            (None, 0) => {}
            (None, _) => self.out.push_str(", "),
            (Some(indent), index) => {
                self.out.push_str(if index > 0 { ",\n" } else { "\n" });
                self.out.push_str(&" ".repeat(indent * depth));
            }
        }
    }

    fn close(&mut self, bracket: char, depth: usize) {
        if let Some(indent) = self.indent {
            self.out.push('\n');
            self.out.push_str(&" ".repeat(indent * depth));
        }
        self.out.push(bracket);
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                ' '..='~' => self.out.push(c),
                c => {
                    let mut units = [0; 2];
                    for unit in c.encode_utf16(&mut units) {
                        self.out.push_str(&format!("\\u{unit:04x}"));
                    }
                }
            }
        }
        self.out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_text_is_pythons() {
        let json = serde_json::json!({"b": [1, 2.0, null], "a": "é\n"});
        assert_eq!(dumps(&json, Keys::Inserted, None), r#"{"b": [1, 2.0, null], "a": "\u00e9\n"}"#);
        assert_eq!(dumps(&serde_json::json!([1]), Keys::Sorted, Some(2)), "[\n  1\n]");
    }
}
