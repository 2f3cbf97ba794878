//! `requeue`: quarantined rows of the selected models are judged again.

use indexmap::IndexSet;

use super::choose::selected;
use super::run::run_of;
use super::write::{results_of, write_artifacts};
use super::{Prepared, RunSummary, Selection, World};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::events::Event;
use crate::execute::{self, Requeue};
use crate::manifest::{ResourceType, expectation};
use crate::names::UniqueId;

/// Requeues and writes the artifacts, also when a model fails.
///
/// # Errors
/// None of the selected models has expectations, or the database cannot be opened.
pub fn requeue(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
    how: Requeue,
) -> Result<RunSummary, Diagnostics> {
    let chosen = selected(world, prepared, selection, &[ResourceType::Model])?;
    let has_any = |id: &&UniqueId| {
        let node = prepared.manifest.nodes.get(*id);
        node.is_some_and(|node| expectation::has_any(&node.config))
    };
    let wanted: IndexSet<UniqueId> = chosen.iter().filter(has_any).cloned().collect();
    if wanted.is_empty() && !chosen.is_empty() {
        return Err(nothing_expected(prepared, &chosen).into());
    }
    let run = execute::Run { threads: 1, ..run_of(world, prepared, &wanted) };
    let start = std::time::Instant::now();
    let finished = execute::requeue(&run, how).map_err(|d| Diagnostics::from(*d))?;
    let results = results_of(world, prepared, finished.results);
    write_artifacts(world, prepared, Some(&results), &finished.compiled);
    world.sink.emit(Event::RunFinished { elapsed: start.elapsed() });
    Ok(RunSummary { results, has_promoted: prepared.judging.has_promoted() })
}

fn nothing_expected(prepared: &Prepared, chosen: &IndexSet<UniqueId>) -> Diagnostic {
    let nodes = chosen.iter().filter_map(|id| prepared.manifest.nodes.get(id));
    let names: Vec<String> = nodes.map(|node| format!("`{}`", node.name)).collect();
    let message = match names.len() {
        1 => format!("model {} has no expectations, so nothing is in quarantine", names[0]),
        _ => "none of the selected models has expectations".to_owned(),
    };
    let wanting = prepared.manifest.nodes.values();
    let wanting: Vec<&str> = wanting
        .filter(|node| expectation::has_any(&node.config))
        .map(|node| node.name.as_str())
        .collect();
    let problem = Diagnostic::error(codes::BAD_SELECTOR, message);
    match wanting.is_empty() {
        true => problem.hint("give a model `expectations` first"),
        false => problem.hint(format!("models with expectations: {}", wanting.join(", "))),
    }
}
