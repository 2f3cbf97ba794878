//! Keeps what earlier runs collected from being lost without a word: a relation that grows over time and is gone is not
//! silently begun anew.

use std::sync::Arc;

use super::Run;
use super::failure;
use super::ledger::LedgerReader;
use crate::diagnostics::{Diagnostic, codes};
use crate::jinja::contexts::Connection;
use crate::manifest::{Node, ResourceType};

/// Refuses to build an incremental model or a snapshot anew when the ledger knows that it was built before.
pub(super) fn refuse_loss(
    run: &Run<'_>,
    node: &Node,
    connection: &Arc<Connection>,
) -> Result<(), Box<Diagnostic>> {
    let flags = &run.compiler.project.flags;
    let is_snapshot = node.resource_type == ResourceType::Snapshot;
    let is_incremental =
        node.resource_type == ResourceType::Model && node.materialized() == "incremental";
    let is_wanted =
        !is_snapshot && node.config.get_bool("full_refresh").unwrap_or(flags.full_refresh);
    if flags.allow_rebuild || is_wanted || !(is_snapshot || is_incremental) {
        return Ok(());
    }
    let Some(relation) = &node.relation_name else {
        return Ok(());
    };
    let is_lost = connection.with(|session| {
        let found = session.get_relation(&node.schema, &node.alias)?;
        Ok(found.is_none() && LedgerReader(session).has_built(node.unique_id.as_str(), relation)?)
    });
    match is_lost.map_err(|error| failure::of_transaction(node, &error))? {
        Some(true) => Err(Box::new(lost(node, relation))),
        _ => Ok(()),
    }
}

fn lost(node: &Node, relation: &str) -> Diagnostic {
    let kind = node.resource_type;
    let message = format!(
        "{kind} `{}` was built before, but its relation {relation} is gone; building it anew would lose what it had \
         collected",
        node.name
    );
    let hint = match kind {
        ResourceType::Snapshot => {
            "restore the table from a backup, or begin a new history with `--allow-rebuild`"
        }
        _ => {
            "restore the table from a backup, or build it anew with `--full-refresh` or `--allow-rebuild`"
        }
    };
    Diagnostic::error(codes::LOST_HISTORY, message).at(node.span_start(), "").hint(hint)
}
