//! `cost`: what the ledger knows of the work that nodes took, and what their tables take on disk.

use super::choose::selected;
use super::{Prepared, Selection, World};
use crate::adapters::Session;
use crate::diagnostics::Diagnostics;
use crate::execute::failure_of_adapter;
use crate::execute::ledger::{LedgerReader, NodeCost};
use crate::manifest::ResourceType;
use crate::names::UniqueId;

const BUILT: &[ResourceType] =
    &[ResourceType::Model, ResourceType::Seed, ResourceType::Snapshot, ResourceType::Test];

/// The selected nodes that the ledger knows the cost of, what took most work last comes first; of each so many runs.
pub fn cost(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
    limit: usize,
) -> Result<Vec<NodeCost>, Diagnostics> {
    let is_narrowed = !selection.resource_types.is_empty();
    let types = if is_narrowed { BUILT } else { &BUILT[..3] };
    let ids = selected(world, prepared, selection, types)?;
    let adapter = &prepared.compiler.globals.adapter;
    if !adapter.exists() {
        return Ok(Vec::new());
    }
    let mut session = adapter.reader().map_err(failed)?;
    let mut found = Vec::new();
    for id in ids {
        let runs = LedgerReader(&mut *session).costs_of_node(id.as_str(), limit).map_err(failed)?;
        if !runs.is_empty() {
            let bytes = bytes(&mut *session, prepared, &id)?;
            found.push(NodeCost { id, bytes, runs });
        }
    }
    // Sorting is stable: equal ones stay in the order of the graph.
    found.sort_by_key(|node| std::cmp::Reverse(node.runs[0].row.cost.steps));
    Ok(found)
}

fn bytes(
    session: &mut dyn Session,
    prepared: &Prepared,
    id: &UniqueId,
) -> Result<Option<u64>, Diagnostics> {
    match prepared.compiler.relation(id) {
        Some(relation) => session.stored_bytes(&relation).map_err(failed),
        None => Ok(None),
    }
}

fn failed(error: crate::adapters::AdapterError) -> Diagnostics {
    Diagnostics::from(*failure_of_adapter(&error))
}
