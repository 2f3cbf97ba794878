//! Templates that a parser can read without rendering them: text around calls with literal arguments.

use std::ops::Range;

use serde_json::Value as Json;

use super::lexer::{self, Kind, Token};

/// A tag that is one call of a name, `{{ ref('orders') }}`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlainCall<'s> {
    /// The name.
    pub(crate) name: &'s str,
    /// Literals without a name, in order.
    pub(crate) positional: Vec<Json>,
    /// Literals with a name, each name once, in order.
    pub(crate) named: Vec<(&'s str, Json)>,
    /// The tag in the source, braces included.
    pub(crate) span: Range<usize>,
}

/// The tags of a template, when each of them is one call with literal arguments. `None` for any other template, and
/// for one that is not valid.
pub(crate) fn plain_calls(source: &str) -> Option<Vec<PlainCall<'_>>> {
    let tokens = lexer::lex(source).ok()?;
    let ends = |token: &Token| token.kind == Kind::VariableEnd;
    let tags = tokens.split_inclusive(ends).map(|tag| {
        let is_data = |token: &&Token| token.kind == Kind::Data;
        &tag[tag.iter().take_while(is_data).count()..]
    });
    tags.filter(|tag| !tag.is_empty()).map(|tag| plain_call(source, tag)).collect()
}

fn plain_call<'s>(source: &'s str, tag: &[Token]) -> Option<PlainCall<'s>> {
    let [begin, name, open, arguments @ .., close, end] = tag else {
        return None;
    };
    let kinds = [begin, name, open, close, end].map(|token| token.kind);
    let wanted = [Kind::VariableBegin, Kind::Name, Kind::Op("("), Kind::Op(")"), Kind::VariableEnd];
    if kinds != wanted {
        return None;
    }
    let mut call = PlainCall {
        name: text(source, name),
        positional: Vec::new(),
        named: Vec::new(),
        span: begin.start..end.end,
    };
    if !arguments.is_empty() {
        for argument in arguments.split(|token| token.kind == Kind::Op(",")) {
            call.add(source, argument)?;
        }
    }
    Some(call)
}

impl<'s> PlainCall<'s> {
    fn add(&mut self, source: &'s str, argument: &[Token]) -> Option<()> {
        match argument {
            [value] if self.named.is_empty() => self.positional.push(literal(source, value)?),
            [name, equals, value] if name.kind == Kind::Name && equals.kind == Kind::Op("=") => {
                let name = text(source, name);
                if self.named.iter().any(|(known, _)| *known == name) {
                    return None;
                }
                self.named.push((name, literal(source, value)?));
            }
            _ => return None,
        }
        Some(())
    }
}

/// A text without escapes, or a truth.
fn literal(source: &str, token: &Token) -> Option<Json> {
    let text = text(source, token);
    match token.kind {
        Kind::Str if !text.contains(['\\', '\r']) => Some(Json::from(&text[1..text.len() - 1])),
        Kind::Name => match text {
            "true" | "True" => Some(Json::Bool(true)),
            "false" | "False" => Some(Json::Bool(false)),
            _ => None,
        },
        _ => None,
    }
}

fn text<'s>(source: &'s str, token: &Token) -> &'s str {
    &source[token.start..token.end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_calls_with_literals() {
        let source = "{{ config(materialized='table', enabled=true) }}{# {{ x }} #} {{- ref(\"a\", 'b') -}} }}";
        let calls = plain_calls(source).expect("plain");
        assert_eq!(calls.len(), 2);
        assert_eq!(calls[0].named[0], ("materialized", Json::from("table")));
        assert_eq!(calls[0].named[1], ("enabled", Json::Bool(true)));
        assert_eq!((calls[1].name, calls[1].positional.len()), ("ref", 2));
        assert_eq!(&source[calls[1].span.clone()], "{{- ref(\"a\", 'b') -}}");
        assert_eq!(plain_calls("no tags"), Some(vec![]));
    }

    #[test]
    fn leaves_everything_else_to_the_engine() {
        for source in [
            "{{ ref(name) }}",
            "{{ ref('a' 'b') }}",
            "{{ ref('a',) }}",
            "{{ ref(x='a', 'b') }}",
            "{{ ref(x='a', x='b') }}",
            "{{ ref('a\\n') }}",
            "{{ ref('a').schema }}",
            "{{ p.ref('a') }}",
            "{{ ref(['a']) }}",
            "{{ this }}",
            "{{ ref('a') }}{% if x %}{% endif %}",
            "{% set x = 1 %}",
            "{{ ref('a'",
        ] {
            assert_eq!(plain_calls(source), None, "{source}");
        }
    }
}
