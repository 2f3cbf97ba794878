//! `clone`: the selected nodes from an earlier state.

use std::collections::HashMap;

use indexmap::IndexSet;

use super::choose::selected;
use super::past::origins;
use super::run::run_of;
use super::write::{results_of, write_artifacts};
use super::{Prepared, RunSummary, Selection, World};
use crate::diagnostics::Diagnostics;
use crate::events::Event;
use crate::execute;
use crate::manifest::ResourceType;
use crate::names::UniqueId;

const CLONED: &[ResourceType] = &[ResourceType::Model, ResourceType::Seed, ResourceType::Snapshot];

/// Clones the selected nodes from the state in a folder, and writes the artifacts.
pub fn clone(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
) -> Result<RunSummary, Diagnostics> {
    let origins = origins(world, prepared).map_err(|d| Diagnostics::from(*d))?;
    let ids = selected(world, prepared, selection, CLONED)?;
    let is_relation = |id: &UniqueId| {
        let node = prepared.manifest.nodes.get(id);
        node.is_some_and(|node| node.relation_name.is_some())
    };
    let wanted: IndexSet<UniqueId> = ids.into_iter().filter(is_relation).collect();
    let run = execute::Run { threads: 1, ..run_of(world, prepared, &wanted) };
    let start = std::time::Instant::now();
    let finished = execute::clone(&run, &origins).map_err(|d| Diagnostics::from(*d))?;
    let results = results_of(world, prepared, finished.results);
    write_artifacts(world, prepared, Some(&results), &HashMap::new());
    world.sink.emit(Event::RunFinished { elapsed: start.elapsed() });
    Ok(RunSummary { results, has_promoted: prepared.judging.has_promoted() })
}
