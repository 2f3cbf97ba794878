//! `run`, `test`, `seed`, `snapshot`, `build`: the selected nodes on the database.

use indexmap::IndexSet;

use super::choose::selected;
use super::write::{add_inlined, results_of, write_artifacts, write_parsed};
use super::{Prepared, RunSummary, Selection, Verb, World, profile};
use crate::artifacts::run_results::RunResult;
use crate::diagnostics::Diagnostics;
use crate::events::{Event, Level};
use crate::execute;
use crate::execute::microbatch::Batches;
use crate::manifest::ResourceType;
use crate::manifest::batch::engine_text;
use crate::names::UniqueId;
use crate::project::Flags;

impl Verb {
    fn resource_types(self) -> &'static [ResourceType] {
        match self {
            Verb::Run => &[ResourceType::Model],
            Verb::Test => &[ResourceType::Test, ResourceType::UnitTest],
            Verb::Seed => &[ResourceType::Seed],
            Verb::Snapshot => &[ResourceType::Snapshot],
            Verb::Build => &[
                ResourceType::Model,
                ResourceType::Seed,
                ResourceType::Snapshot,
                ResourceType::Test,
                ResourceType::UnitTest,
                ResourceType::Exposure,
                ResourceType::Function,
            ],
        }
    }
}

/// Runs the selected nodes and writes the artifacts, also when nodes fail.
pub fn run(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
    verb: Verb,
) -> Result<RunSummary, Diagnostics> {
    let mut wanted = selected(world, prepared, selection, verb.resource_types())?;
    if prepared.project.flags.hermetic {
        add_inputs(prepared, &mut wanted);
    }
    run_nodes(world, prepared, wanted, verb, Batches::default())
}

/// Adds what the nodes read, as far as the project builds it; a unit test reads nothing that is built.
fn add_inputs(prepared: &Prepared, wanted: &mut IndexSet<UniqueId>) {
    let dag = &prepared.dag;
    let readers = wanted.iter().filter(|id| id.resource_type() != "unit_test");
    let above = dag.ancestors(&dag.indices_of(readers.map(|id| id.as_str())), None);
    let built = [ResourceType::Seed, ResourceType::Model, ResourceType::Snapshot];
    for id in dag.order().iter().filter(|at| above.contains(**at)).map(|at| dag.key(*at)) {
        let node = prepared.manifest.nodes.get(id);
        if node.is_some_and(|node| built.contains(&node.resource_type)) {
            wanted.insert(id.clone());
        }
    }
}

/// Runs these nodes and writes the artifacts, also when nodes fail; `batches` are those that the command itself names.
pub(super) fn run_nodes(
    world: &World,
    prepared: &Prepared,
    wanted: IndexSet<UniqueId>,
    verb: Verb,
    batches: Batches,
) -> Result<RunSummary, Diagnostics> {
    tell_windows(world, &prepared.project.flags);
    let (exposures, wanted): (IndexSet<UniqueId>, IndexSet<UniqueId>) =
        wanted.into_iter().partition(|id| prepared.manifest.exposures.contains_key(id));
    let run = execute::Run {
        tests_gate: verb == Verb::Build,
        units: execute::Units::of(&prepared.manifest),
        batches,
        ..run_of(world, prepared, &wanted)
    };
    let mut stages = prepared.stages.clone();
    stages.end("select");
    let flags = &prepared.project.flags;
    if [&flags.log_format, &flags.log_format_file].contains(&&"json".to_owned()) {
        // Who follows the log looks nodes up in the manifest while they run; dbt always writes it twice.
        write_parsed(world, prepared);
    }
    let start = std::time::Instant::now();
    let finished = execute::run(&run).map_err(|d| Diagnostics::from(*d))?;
    stages.skip();
    let mut compiled = finished.compiled;
    add_inlined(prepared, &mut compiled);
    let mut ended = finished.results;
    ended.extend(exposure_results(prepared, &exposures, &ended));
    let results = results_of(world, prepared, ended);
    write_artifacts(world, prepared, Some(&results), &compiled);
    world.sink.emit(Event::RunFinished { elapsed: start.elapsed() });
    profile::tell(world, prepared, stages, (run.threads, finished.times));
    Ok(RunSummary { results, has_promoted: prepared.judging.has_promoted() })
}

/// A run of these nodes with what the project says, without tests that gate, unit tests or batches.
pub(super) fn run_of<'a>(
    world: &'a World,
    prepared: &'a Prepared,
    wanted: &'a IndexSet<UniqueId>,
) -> execute::Run<'a> {
    let project = &prepared.project;
    execute::Run {
        compiler: &prepared.compiler,
        dag: &prepared.dag,
        wanted,
        tests_gate: false,
        threads: project.flags.threads.unwrap_or(project.target.threads),
        start_gates: project.flags.behavior("skip_nodes_if_on_run_start_fails"),
        batches: Batches::default(),
        ledger: execute::ledger::Ledger::default(),
        stop: &world.stop,
        units: execute::Units::default(),
        shared_scans: execute::SharedScans::default(),
        test_statements: execute::TestStatements::default(),
    }
}

/// Says which event time is read and built; its end is exclusive, which is easily forgotten.
fn tell_windows(world: &World, flags: &Flags) {
    let windows = [("batches of", flags.event_time), ("a sample of", flags.sample)];
    for (what, window) in windows {
        if let Some(window) = window {
            let [start, end] = [window.start, window.end].map(engine_text);
            let text = format!("{what} event time from {start} up to, not including, {end} (UTC)");
            world.sink.emit(Event::Message { level: Level::Info, text });
        }
    }
}

/// dbt 1.12: `build` reports exposures too: nothing was done, or they were skipped as what they read failed.
pub(super) fn exposure_results(
    prepared: &Prepared,
    exposures: &IndexSet<UniqueId>,
    ended: &[RunResult],
) -> Vec<RunResult> {
    let dag = &prepared.dag;
    let failed = ended.iter().filter(|r| r.has_failed() || r.status == "skipped");
    let failed = dag.indices_of(failed.map(|r| r.unique_id.as_str()));
    let below = dag.descendants(&failed, None);
    exposures
        .iter()
        .map(|id| {
            let is_skipped = dag.index_of(id).is_some_and(|at| below.contains(at));
            RunResult {
                status: if is_skipped { "skipped" } else { "no-op" }.to_owned(),
                thread_id: "MainThread".to_owned(),
                failures: (!is_skipped).then_some(0),
                unique_id: id.to_string(),
                ..RunResult::default()
            }
        })
        .collect()
}
