//! Which names a template calls: the static part of a macro's dependencies.

use std::ops::Range;

use super::lexer::{Kind, Token};
use super::{RewriteError, literals, rewrite};

/// A call of a name or a dotted path, such as `star()`, `dbt_utils.star()` or `adapter.dispatch('star')`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacroCall {
    /// The parts of the called path.
    pub path: Vec<String>,
    /// The call in the source, from the first name to the closing parenthesis.
    pub span: Range<usize>,
    /// Arguments that are plain string literals: keyword or none, and the string. A positional argument that is
    /// something else stands as `None`.
    pub arguments: Vec<(Option<String>, Option<String>)>,
}

impl MacroCall {
    /// For `adapter.dispatch('x', 'pkg')`: the macro name and the package, where they are literals.
    pub fn dispatched(&self) -> Option<(&str, Option<&str>)> {
        if self.path != ["adapter", "dispatch"] {
            return None;
        }
        let argument = |index: usize, keyword: &str| {
            let named = self.arguments.iter().find(|(key, _)| key.as_deref() == Some(keyword));
            let positional = self.arguments.get(index).filter(|(key, _)| key.is_none());
            named.or(positional).and_then(|(_, value)| value.as_deref())
        };
        Some((argument(0, "macro_name")?, argument(1, "macro_namespace")))
    }
}

/// Every call by name in a template, in order of appearance, nested calls before the ones around them.
pub fn macro_calls(source: &str) -> Result<Vec<MacroCall>, RewriteError> {
    rewrite(source).map(|rewritten| rewritten.calls)
}

/// Reads the literal arguments from the tokens of `( … )`.
pub(super) fn string_arguments(
    source: &str,
    tokens: &[Token],
) -> Vec<(Option<String>, Option<String>)> {
    let inner = &tokens[1..tokens.len() - 1];
    let mut depth = 0usize;
    let groups = inner.split(|token| {
        match token.kind {
            Kind::Op("(" | "[" | "{") => depth += 1,
            Kind::Op(")" | "]" | "}") => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.kind == Kind::Op(",")
    });
    let text = |token: &Token| &source[token.start..token.end];
    groups
        .filter(|group| !group.is_empty())
        .map(|group| {
            let (key, value) = match group {
                [name, eq, rest @ ..] if name.kind == Kind::Name && eq.kind == Kind::Op("=") => {
                    (Some(text(name).to_owned()), rest)
                }
                rest => (None, rest),
            };
            let literal = match value {
                [one] if one.kind == Kind::Str => Some(literals::decode(text(one))),
                _ => None,
            };
            (key, literal)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_plain_packaged_and_dispatched_calls() {
        let source =
            "{{ a(b(1)) }}{% do p.c(x) %}{{ adapter.dispatch('m', macro_namespace='q')(1) }}";
        let calls = macro_calls(source).expect("parses");
        let paths: Vec<_> = calls.iter().map(|call| call.path.join(".")).collect();
        assert_eq!(paths, ["b", "a", "p.c", "adapter.dispatch"]);
        assert_eq!(calls[3].dispatched(), Some(("m", Some("q"))));
    }
}
