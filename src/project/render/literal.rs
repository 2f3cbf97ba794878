//! Native values: the filters `as_text`, `as_number`, `as_bool`, `as_native`, and values as YAML nodes.
//!
//! The filters mark a text; what it becomes is decided when it turns out to be the whole value.
//! Invariant: a marked text that is part of a longer text prints as it is.

use std::fmt;
use std::sync::Arc;

use minijinja::Environment;
use minijinja::value::{Object, ObjectRepr, Value};
use serde_json::{Number, Value as Json};

use crate::source::Span;
use crate::source::Spanned;
use crate::source::yaml::{Mapping, Node, Yaml};

/// What a marked text shall become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Text,
    Number,
    Bool,
    Native,
}

/// A text with the type that it shall become.
#[derive(Debug)]
pub(super) struct Marked {
    mark: Mark,
    text: String,
}

impl Object for Marked {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Marked {
    /// The value, or why it is not of the wanted type.
    pub(super) fn value(&self) -> Result<Json, String> {
        let value = match self.mark {
            Mark::Text => Json::String(self.text.clone()),
            _ => python_literal(&self.text).unwrap_or_else(|| Json::String(self.text.clone())),
        };
        match self.mark {
            Mark::Number if !value.is_number() => Err(self.complaint("number")),
            Mark::Bool if !value.is_boolean() => Err(self.complaint("bool")),
            _ => Ok(value),
        }
    }

    fn complaint(&self, wanted: &str) -> String {
        format!("could not convert value '{}' into type '{wanted}'", self.text)
    }
}

/// Adds the marking filters.
pub(super) fn add_filters(environment: &mut Environment<'static>) {
    for (name, mark) in [
        ("as_text", Mark::Text),
        ("as_number", Mark::Number),
        ("as_bool", Mark::Bool),
        ("as_native", Mark::Native),
    ] {
        environment.add_filter(name, move |value: Value| {
            let text = value.to_string();
            Value::from_object(Marked { mark, text })
        });
    }
}

/// A Python literal as `ast.literal_eval` reads it; `None` when the text is none.
fn python_literal(text: &str) -> Option<Json> {
    let text = text.trim_start_matches([' ', '\t']).trim_end();
    match text {
        "None" => return Some(Json::Null),
        "True" => return Some(Json::Bool(true)),
        "False" => return Some(Json::Bool(false)),
        _ => {}
    }
    number(text).or_else(|| {
        let composed = text.starts_with(['[', '{', '(', '"', '\'']);
        composed.then(|| composed_literal(text)).flatten()
    })
}

fn number(text: &str) -> Option<Json> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if all_digits && digits.len() > 1 && digits.starts_with('0') {
        return None;
    }
    if all_digits {
        return text.trim_start_matches('+').parse::<i64>().ok().map(Json::from);
    }
    let is_float = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.bytes().all(|b| b.is_ascii_digit() || b".eE+-".contains(&b));
    let float: f64 = is_float.then(|| text.parse().ok()).flatten()?;
    Number::from_f64(float).map(Json::Number)
}

/// Lists, mappings, tuples and quoted texts: the template engine writes them as Python does.
fn composed_literal(text: &str) -> Option<Json> {
    let environment = Environment::empty();
    let expression = environment.compile_expression(text).ok()?;
    if !expression.undeclared_variables(false).is_empty() {
        return None;
    }
    serde_json::to_value(expression.eval(()).ok()?).ok()
}

/// A value as a YAML node at one place.
pub(super) fn node(value: Json, span: Span) -> Node {
    let child = |value| Yaml { node: node(value, span), span };
    match value {
        Json::Null => Node::Null,
        Json::Bool(value) => Node::Bool(value),
        Json::Number(n) => match n.as_i64() {
            Some(n) => Node::Int(n),
            None => Node::Float(n.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Node::Str(text),
        Json::Array(items) => Node::Seq(items.into_iter().map(child).collect()),
        Json::Object(map) => Node::Map(Mapping {
            entries: map
                .into_iter()
                .map(|(value, entry)| (Spanned { value, span }, child(entry)))
                .collect(),
        }),
    }
}
