//! Expectations over columns that the query does not give.

use std::sync::Arc;

use super::places;
use crate::check::shadow::{CheckedNode, Shadow};
use crate::diagnostics::{Diagnostic, codes};
use crate::manifest::{Node, ResourceType, expectation};
use crate::names::did_you_mean;

/// Prepares every condition against the table of the model; templates are left to the run.
pub(super) fn check(shadow: &mut Shadow<'_>, node: &Arc<Node>, known: &CheckedNode) {
    if node.resource_type != ResourceType::Model || !expectation::has_any(&node.config) {
        return;
    }
    let Some(relation) = shadow.compiler.relation(&node.unique_id) else { return };
    for one in expectation::of(&node.config) {
        if one.expression.contains("{{") || one.expression.contains("{%") {
            continue;
        }
        let sql = format!("select ({}\n) from {}", one.expression, relation.render());
        let Err(error) = shadow.connection.with(|session| session.describe(&sql)) else { continue };
        let message = format!("expectation `{}` of model `{}`: {error}", one.name, node.name);
        let error = error.to_string();
        let column = error.strip_prefix("no such column: ").unwrap_or_default();
        let place = places::of_config_word(shadow, node, expectation::KEY, column);
        let names = known.columns.iter().map(|column| column.name.as_str());
        let mistake = Diagnostic::error(codes::BAD_EXPECTATION, message).at(place, "");
        shadow.tell(mistake.suggest(did_you_mean(column, names)));
    }
}
