//! Keeps `--sample` and `--empty` from closing the history of a snapshot: rows that are not read look deleted.

use std::sync::Arc;

use serde_json::Value as Json;

use super::{Run, failure};
use crate::diagnostics::{Diagnostic, codes};
use crate::jinja::contexts::Connection;
use crate::manifest::{Node, ResourceType};

/// Refuses a snapshot that notices deletions, has a history, and would read a part of its rows.
pub(super) fn refuse(
    run: &Run<'_>,
    node: &Node,
    connection: &Arc<Connection>,
) -> Result<(), Box<Diagnostic>> {
    let flags = &run.compiler.project.flags;
    let flag = match (flags.empty, flags.sample) {
        (true, _) => "--empty",
        (false, Some(_)) => "--sample",
        (false, None) => return Ok(()),
    };
    if node.resource_type != ResourceType::Snapshot || !notices_deletions(node) {
        return Ok(());
    }
    let found = connection.with(|session| session.get_relation(&node.schema, &node.alias));
    let found = found.map_err(|error| failure::of_transaction(node, &error))?.flatten();
    if found.is_none() {
        return Ok(());
    }
    let message = format!(
        "snapshot `{}` notices deletions: with `{flag}` it would take rows for deleted that are only not read",
        node.name
    );
    Err(Box::new(
        Diagnostic::error(codes::PARTIAL_SNAPSHOT, message)
            .at(node.span_start(), "")
            .hint("leave it out with `--exclude`, or work in a database of your own"),
    ))
}

fn notices_deletions(node: &Node) -> bool {
    let is_on = |key| node.config.get(key).and_then(Json::as_bool).unwrap_or(false);
    let hard_deletes = node.config.get_str("hard_deletes");
    hard_deletes.map_or_else(|| is_on("invalidate_hard_deletes"), |word| word != "ignore")
}
