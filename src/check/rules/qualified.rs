//! Views that have to name the schema of their file.

use std::sync::Arc;

use super::places;
use crate::check::shadow::{CheckedNode, Shadow};
use crate::check::tokens::tokens;
use crate::diagnostics::{Diagnostic, codes};
use crate::manifest::{Node, ResourceType};
use crate::source::Span;

/// Warns of a view whose common table expression has the name of what it reads.
pub(super) fn check(shadow: &mut Shadow<'_>, node: &Arc<Node>, known: &CheckedNode) {
    let is_view = node.resource_type == ResourceType::Model && node.materialized() == "view";
    let mut hiding = known.variants.iter().filter_map(|one| one.compiled.hiding.as_deref());
    let Some(name) = hiding.next().filter(|_| is_view) else { return };
    let message = format!(
        "`{name}` in view `{}` has the name of a relation that is read, so the view names the schema of its file",
        node.name
    );
    let warning = Diagnostic::warning(codes::SCHEMA_IN_VIEW, message);
    shadow.tell(
        warning
            .at(place(node, name), "")
            .note("a program that attaches the file under another name cannot read it")
            .hint("give the common table expression another name"),
    );
}

/// Where the expression is named; the start of the node when something else writes its name.
fn place(node: &Node, name: &str) -> Span {
    let tokens = tokens(&node.raw_code);
    let named = tokens
        .windows(2)
        .find(|pair| pair[0].is(name) && (pair[1].is("as") || pair[1].text == "("));
    named.map_or(node.span_start(), |pair| places::within(node, pair[0].start, pair[0].text.len()))
}
