//! Names in templates that nothing sets: they print nothing, and a loop over one has no turns.
//!
//! dbt says nothing of them. Where the SQL has a hole because of one, the name is the mistake and not the SQL.

use std::sync::Arc;

use crate::check::shadow::Shadow;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::jinja::rewrite;
use crate::manifest::Node;
use crate::names::did_you_mean;
use crate::source::Span;

/// What is wrong with a text that the engine does not take, when it is the node's template that names nothing.
pub(in crate::check) fn explain(
    shadow: &Shadow<'_>,
    node: &Arc<Node>,
    mistakes: &Diagnostics,
) -> Option<Diagnostic> {
    let is_hole = |mistake: &Diagnostic| {
        ["syntax error", "incomplete input"].iter().any(|part| mistake.message.contains(part))
    };
    if node.test().is_some() || !mistakes.iter().any(is_hole) {
        return None;
    }
    let source = &*node.raw_code;
    let uses = rewrite::uses(source).ok()?;
    let bound = bound(source);
    let unknown = uses.iter().find(|one| {
        let name = one.path[0].as_str();
        !WORDS.contains(&name)
            && !bound.iter().any(|known| known == name)
            && is_unknown(shadow, node, name)
    })?;
    let name = unknown.path[0].as_str();
    let start = node.span.start as usize + unknown.span.start;
    let message = format!("'{name}' is undefined");
    let mistake = Diagnostic::error(codes::UNKNOWN_NAME, message).at(
        Span::new(node.span.file, start, start + name.len()),
        "it makes nothing, and the SQL has a hole here",
    );
    Some(mistake.suggest(did_you_mean(name, bound.iter().map(String::as_str))))
}

/// Words of the language that stand where names do.
const WORDS: &[&str] = &[
    "set",
    "for",
    "in",
    "if",
    "elif",
    "else",
    "endif",
    "endfor",
    "endset",
    "not",
    "and",
    "or",
    "is",
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
    "do",
    "macro",
    "endmacro",
    "call",
    "endcall",
    "loop",
    "recursive",
    "filter",
    "endfilter",
    "import",
    "from",
    "as",
    "with",
    "without",
    "context",
    "defined",
    "undefined",
    "caller",
    "varargs",
    "kwargs",
    "block",
    "endblock",
    "raw",
    "endraw",
    "snapshot",
    "endsnapshot",
    "include",
    "extends",
    "break",
    "continue",
    "ignore",
    "missing",
];

/// Names that the template itself gives a meaning: whatever stands in a `set`, a `for` or a `macro` tag.
fn bound(source: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut names = Vec::new();
    for tag in source.split("{%").skip(1) {
        let tag = tag.split("%}").next().unwrap_or_default().trim_start_matches(['-', '+']).trim();
        let Some((word, rest)) = tag.split_once(char::is_whitespace) else { continue };
        let binds = match word {
            "set" => rest.split('=').next(),
            "for" => rest.split(" in ").next(),
            "macro" | "call" | "import" | "from" | "with" => Some(rest),
            _ => None,
        };
        names.extend(binds.unwrap_or_default().split(|c| !is_part(c)).map(str::to_owned));
    }
    names.retain(|name| !name.is_empty());
    names
}

fn is_unknown(shadow: &Shadow<'_>, node: &Arc<Node>, name: &str) -> bool {
    let scope = Arc::new(shadow.compiler.scope(node, shadow.rendering()));
    let asked = scope.render("names", &format!("{{{{ {name} is defined }}}}"));
    asked.is_ok_and(|answer| answer == "False")
}
