//! Rendered values as YAML nodes.

use serde_json::Value as Json;

use crate::source::Span;
use crate::source::Spanned;
use crate::source::yaml::{Mapping, Node, Yaml};

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
