//! `clone`: the selected nodes from an earlier state.

use std::collections::HashMap;

use indexmap::IndexSet;

use super::choose::selected;
use super::run::run_of;
use super::write::{results_of, write_artifacts};
use super::{Prepared, RunSummary, Selection, World};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::events::Event;
use crate::execute;
use crate::manifest::ResourceType;
use crate::names::UniqueId;
use crate::state::{self, Origin, Texts};

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

/// Where the nodes of the state to defer to have their relations.
pub(super) fn origins(
    world: &World,
    prepared: &Prepared,
) -> Result<HashMap<UniqueId, Origin>, Box<Diagnostic>> {
    let flags = &prepared.project.flags;
    let error = |message: String| Diagnostic::error(codes::BAD_STATE, message);
    let Some(asked) = flags.defer_state.as_deref().or(flags.state.as_deref()) else {
        let message =
            "--state or --defer-state are required for deferral, but neither was provided";
        return Err(Box::new(
            error(message.to_owned())
                .hint("name a folder with the manifest.json of another run: `--state DIR`"),
        ));
    };
    let host = &*world.host;
    let folder = state::folder(host, asked);
    if host.canonical(&folder) == host.canonical(&prepared.project.target_dir()) {
        let message = format!("The state and target directories are the same: '{asked}'");
        return Err(Box::new(error(message).hint(
            "copy the manifest.json of the other run to a folder of its own: each command writes a new one here",
        )));
    }
    Ok(Texts::read(host, &folder)?.snapshot(&folder)?.origins())
}
