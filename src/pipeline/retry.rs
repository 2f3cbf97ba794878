//! `retry`: what the last run left undone, with that run's flags.
//!
//! The ledger knows it even of a run that was killed; without a ledger, or when a folder is named, `run_results.json`
//! does, as in dbt 1.12.

use std::collections::HashSet;
use std::path::Path;

use indexmap::IndexSet;
use serde_json::{Map, Value as Json};

use super::prepare::{connect, load};
use super::run::run_nodes;
use super::{Prepared, RunSummary, Verb, World};
use crate::adapters::{self, Session};
use crate::artifacts::run_results::{RunResult, RunResults};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::events::{Event, Level};
use crate::execute::failure_of_adapter;
use crate::execute::ledger::{LedgerReader, LoggedRun};
use crate::execute::microbatch::{self, Batches};
use crate::names::UniqueId;
use crate::project::{FlagOverrides, Project};

/// What a run left undone.
#[derive(Clone, Debug)]
pub struct Left {
    /// What the run did.
    pub verb: Verb,
    /// The run's flags, with those of now where they are about here and now.
    pub flags: FlagOverrides,
    /// The nodes that did not end well, or did not run.
    pub nodes: Vec<String>,
    /// The batches of microbatch models that did not end well, or did not run.
    pub batches: Batches,
    /// The run, for people.
    pub run: String,
}

/// Finds what the last run of this project and target left; `state` is a folder with `run_results.json`.
pub fn left(
    world: &World,
    flags: &FlagOverrides,
    state: Option<&str>,
) -> Result<Left, Diagnostics> {
    let project = load(world, flags)?;
    if let Some(folder) = state {
        return of_results(world, flags, &world.host.cwd().join(folder));
    }
    match of_ledger(world, flags, &project)? {
        Some(left) => Ok(left),
        None => of_results(world, flags, &project.target_dir()),
    }
}

/// Runs it.
pub fn retry(world: &World, prepared: &Prepared, left: &Left) -> Result<RunSummary, Diagnostics> {
    let is_known = |id: &UniqueId| prepared.manifest.resource(id.as_str()).is_some();
    let wanted: IndexSet<UniqueId> =
        left.nodes.iter().map(|id| UniqueId::from(id.as_str())).filter(is_known).collect();
    tell_gone(world, left, &wanted);
    let _ = prepared.compiler.globals.selected.set(wanted.iter().cloned().collect());
    run_nodes(world, prepared, wanted, left.verb, left.batches.clone())
}

/// Says which nodes the project no longer has: what was renamed is another node, and is not retried.
fn tell_gone(world: &World, left: &Left, wanted: &IndexSet<UniqueId>) {
    let is_gone = |id: &&String| !wanted.contains(&UniqueId::from(id.as_str()));
    let gone: Vec<String> = left.nodes.iter().filter(is_gone).map(|id| format!("`{id}`")).collect();
    if !gone.is_empty() {
        let text = format!(
            "not retried, as the project no longer has them under these names: {}",
            gone.join(", ")
        );
        world.sink.emit(Event::Message { level: Level::Warn, text });
    }
}

fn of_ledger(
    world: &World,
    flags: &FlagOverrides,
    project: &Project,
) -> Result<Option<Left>, Diagnostics> {
    let adapter = connect(world, project)?;
    if !adapter.exists() {
        return Ok(None);
    }
    let failed = |error| Diagnostics::from(*failure_of_adapter(&error));
    let mut session = adapter.reader().map_err(failed)?;
    let (name, target) = (&project.root().name, &project.target.name);
    let last = LedgerReader(&mut *session).last_run(name, target).map_err(failed)?;
    last.map(|run| of_run(&mut *session, flags, &run)).transpose()
}

fn of_run(
    session: &mut dyn Session,
    flags: &FlagOverrides,
    run: &LoggedRun,
) -> Result<Left, Diagnostics> {
    let mut ledger = LedgerReader(session);
    let failed = |error| Diagnostics::from(*failure_of_adapter(&error));
    let ended = ledger.nodes_of_run(&run.run_id).map_err(failed)?;
    let done: HashSet<&str> = (ended.iter())
        .filter(|node| !is_retried(&node.status, flags))
        .map(|node| node.unique_id.as_str())
        .collect();
    let planned = run.planned.iter().flatten();
    let nodes: Vec<String> = planned.filter(|id| !done.contains(id.as_str())).cloned().collect();
    let batches = batches_of_run(session, run, &nodes).map_err(failed)?;
    let shown = format!("run {} (`{}`)", run.number, run.command_line);
    let Json::Object(stored) = &run.flags else {
        let message =
            format!("{shown} cannot be repeated: its flags hold a secret, which is not kept");
        return Err(Diagnostic::error(codes::NOTHING_TO_RETRY, message)
            .hint("run the command itself again")
            .into());
    };
    let left = assemble(&run.command, stored.clone(), flags, nodes, shown)?;
    Ok(Left { batches, ..left })
}

/// The batches that the run left of these nodes; the newest batch of the others is that of the run's time.
fn batches_of_run(
    session: &mut dyn Session,
    run: &LoggedRun,
    nodes: &[String],
) -> adapters::Result<Batches> {
    let mut batches = Batches { now: run.started_at.parse().ok(), ..Batches::default() };
    for id in nodes {
        if let Some(mut request) = microbatch::unfinished(session, &run.run_id, id)? {
            // A backfill adds to the table that is there, whatever the flags say; so does its repetition.
            request.may_rebuild &= run.command != "backfill";
            batches.requests.insert(UniqueId::from(id.as_str()), request);
        }
    }
    Ok(batches)
}

fn of_results(world: &World, flags: &FlagOverrides, folder: &Path) -> Result<Left, Diagnostics> {
    let path = folder.join("run_results.json");
    let nothing = |reason: String| {
        Diagnostics::from(
            Diagnostic::error(codes::NOTHING_TO_RETRY, reason)
                .hint("run something first, for example `forge build`"),
        )
    };
    let text = world.host.read(&path).map_err(|error| {
        nothing(format!("there is no run to retry: {}: {error}", path.display()))
    })?;
    let results: RunResults = serde_json::from_str(&text)
        .map_err(|error| nothing(format!("cannot read {}: {error}", path.display())))?;
    if results.args.contains_key("hermetic") {
        let reason = "the last run was hermetic: what it built is gone".to_owned();
        return Err(nothing(reason));
    }
    let is_left = |result: &RunResult| {
        is_retried(&result.status, flags) && !result.unique_id.starts_with("operation.")
    };
    let left: Vec<RunResult> = results.results.into_iter().filter(is_left).collect();
    let requests = left.iter().filter_map(|result| {
        let request = microbatch::failed_of_results(result.batch_results.as_ref()?)?;
        Some((UniqueId::from(result.unique_id.as_str()), request))
    });
    let now = results.metadata.invocation_started_at.parse().ok();
    let batches = Batches { requests: requests.collect(), now };
    let nodes = left.into_iter().map(|result| result.unique_id).collect();
    let command = results.args.get("which").and_then(Json::as_str).unwrap_or_default().to_owned();
    let mut stored = results.args;
    // The file has variables as a mapping, the command line has them as YAML, which JSON is.
    if let Some(vars) = stored.get_mut("vars") {
        *vars = Json::String(vars.to_string());
    }
    let run = format!("the run of {}", path.display());
    Ok(Left { batches, ..assemble(&command, stored, flags, nodes, run)? })
}

/// dbt 1.12: warnings are retried under `--warn-error` only.
fn is_retried(status: &str, flags: &FlagOverrides) -> bool {
    match status {
        "success" | "pass" | "no-op" => false,
        "warn" => flags.warn_error == Some(true),
        _ => true,
    }
}

/// The flags of a run that its repetition takes over; the others are about here and now.
const REPEATED: &[&str] = &[
    "defer",
    "defer_state",
    "empty",
    "event_time_end",
    "event_time_start",
    "fail_fast",
    "favor_state",
    "full_refresh",
    "profile",
    "sample",
    "state",
    "store_failures",
    "strict",
    "target",
    "threads",
    "vars",
    "warn_error_options",
];
/// Those of them that the command line may change.
const OVERRIDABLE: &[&str] = &["profile", "target", "threads", "vars"];

fn assemble(
    command: &str,
    stored: Map<String, Json>,
    flags: &FlagOverrides,
    nodes: Vec<String>,
    run: String,
) -> Result<Left, Diagnostics> {
    let Some(verb) = verb_of(command) else {
        let message = format!("{run} cannot be repeated: `retry` knows nothing of `{command}`");
        return Err(Diagnostic::error(codes::NOTHING_TO_RETRY, message)
            .hint("run the command itself again")
            .into());
    };
    let mut all = serde_json::to_value(flags).expect("invariant: flags have string keys");
    for name in REPEATED {
        let is_given = OVERRIDABLE.contains(name) && !all[*name].is_null();
        if let (false, Some(value)) = (is_given, stored.get(*name)) {
            all[*name] = as_flag(name, value);
        }
    }
    let mut flags: FlagOverrides = serde_json::from_value(all).map_err(|error| {
        let message = format!("{run} cannot be repeated: its flags cannot be read: {error}");
        Diagnostics::from(Diagnostic::error(codes::NOTHING_TO_RETRY, message))
    })?;
    command.clone_into(&mut flags.which);
    Ok(Left { verb, flags, nodes, batches: Batches::default(), run })
}

/// A flag as the command line has it: what is a mapping in an artifact is YAML there.
fn as_flag(name: &str, value: &Json) -> Json {
    match value {
        Json::Object(_) => Json::String(value.to_string()),
        Json::Bool(false) if name != "fail_fast" => Json::Null,
        _ => value.clone(),
    }
}

fn verb_of(command: &str) -> Option<Verb> {
    Some(match command {
        "run" | "backfill" => Verb::Run,
        "test" => Verb::Test,
        "seed" => Verb::Seed,
        "snapshot" => Verb::Snapshot,
        "build" => Verb::Build,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn flags_of_the_run_come_back_and_those_of_now_stay() {
        let now = FlagOverrides {
            which: "retry".into(),
            quiet: Some(true),
            threads: Some(4),
            ..FlagOverrides::default()
        };
        let Json::Object(stored) = json!({
            "vars": "{a: 1}", "full_refresh": true, "threads": 1, "quiet": false, "project_dir": "/x",
            "store_failures": false, "warn_error_options": {"error": []},
        }) else {
            unreachable!()
        };
        let left = assemble("build", stored, &now, vec![], String::new()).unwrap();
        assert_eq!((left.verb, left.flags.which.as_str()), (Verb::Build, "build"));
        assert_eq!(left.flags.vars.as_deref(), Some("{a: 1}"));
        assert_eq!((left.flags.full_refresh, left.flags.store_failures), (Some(true), None));
        assert_eq!((left.flags.threads, left.flags.quiet), (Some(4), Some(true)));
        assert_eq!(left.flags.project_dir, None);
        assert!(assemble("ls", Map::new(), &now, vec![], String::new()).is_err());
    }
}
