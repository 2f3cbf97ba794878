//! What a run writes into the ledger, and when.
//!
//! Invariant: a node that wrote data has its entry in the transaction of that data; an entry that cannot be written
//! otherwise is said and does not fail the run.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::Value as Json;

use super::ledger::{LedgerReader, NodeRow, Recent, Start};
use super::plan::Plan;
use super::{Connections, Ended, Finished, Run, backoff, microbatch};
use crate::adapters::{AdapterError, Result, Session};
use crate::artifacts::run_results::RunResult;
use crate::events::{Event, Level};
use crate::host::secrets::Mask;
use crate::manifest::ResourceType;
use crate::names::UniqueId;
use crate::project::Project;

/// Opens the ledger with the plan of the run.
pub(super) fn begin(run: &Run<'_>, connections: &Connections, plan: &Plan) -> Result<()> {
    let project = &run.compiler.project;
    let planned: Vec<String> = (plan.dag.order().iter())
        .filter(|at| plan.wanted.contains(**at))
        .map(|at| plan.dag.key(*at).to_string())
        .collect();
    let mask = Mask::of(&*run.compiler.globals.host);
    let start = Start {
        invocation_id: &project.invocation_id,
        project: &project.root().name,
        target: &project.target.name,
        command: &project.flags.which,
        command_line: &mask.apply(&project.flags.command_line),
        process: &format!("process {}", std::process::id()),
        started_at: project.started_at,
        planned: &planned,
        batches: &microbatch::requested(run),
        flags: flags(project, &mask),
    };
    let open = || connections.writer.with(|session| run.ledger.open(session, &start)).map(drop);
    backoff::retried(run, "the ledger", open)
}

/// What the ledger knows of the nodes from earlier runs. That it tells nothing changes no result: it says what to begin
/// first and what became expensive.
pub(super) fn recent(run: &Run<'_>, connections: &Connections, plan: &Plan) -> Recent {
    let Some(run_id) = run.ledger.run_id() else {
        return Recent::default();
    };
    let project = &run.compiler.project;
    let place = (&*project.root().name, &*project.target.name);
    let nodes: Vec<&str> = plan.wanted.iter().map(|at| plan.dag.key(at).as_str()).collect();
    let read = |session: &mut dyn Session| LedgerReader(session).recent(place, run_id, &nodes);
    connections.writer.with(read).ok().flatten().unwrap_or_default()
}

/// The flags that a repetition needs; none when they hold a secret, which is not written anywhere.
fn flags(project: &Project, mask: &Mask) -> Json {
    let flags =
        serde_json::to_value(&project.flags.given).expect("invariant: flags have string keys");
    match mask.apply(&flags.to_string()) {
        Cow::Borrowed(_) => flags,
        Cow::Owned(_) => Json::Null,
    }
}

/// Writes what still waits, and how the run ended.
pub(super) fn end(run: &Run<'_>, connections: &Connections, finished: &Finished) {
    let has_failed = finished.results.iter().any(RunResult::has_failed);
    let status = match has_failed {
        _ if run.stop.is_requested() => "interrupted",
        true => "error",
        false => "success",
    };
    let now = run.compiler.globals.host.now();
    let close = || connections.writer.with(|session| run.ledger.close(session, status, now));
    let closed = backoff::retried(run, "the ledger", close);
    if let Err(error) = closed {
        tell_missing(run, &error);
    }
}

/// Says that the ledger does not have all of this run.
pub(super) fn tell_missing(run: &Run<'_>, error: &AdapterError) {
    let text = format!("the ledger does not have all of this run: {error}");
    run.emit(Event::Message { level: Level::Warn, text });
}

/// Keeps how a node ended, unless its transaction has written that already.
pub(super) fn ended(run: &Run<'_>, id: &UniqueId, ended: &Ended, elapsed: Duration) {
    if !ended.is_recorded {
        run.ledger.wait(row(run, id, ended, elapsed));
    }
}

/// Commits the open transaction together with the entry of the node that made it, and with what waited.
pub(super) fn commit(run: &Run<'_>, session: &mut dyn Session, row: &NodeRow) -> Result<()> {
    let waited = run.ledger.record_waiting(session)?;
    run.ledger.record_node(session, row)?;
    session.commit()?;
    run.ledger.settled(waited);
    Ok(())
}

fn masked(run: &Run<'_>, message: &str) -> String {
    match message {
        "OK" => message.to_owned(),
        _ => Mask::of(&*run.compiler.globals.host).apply(message).into_owned(),
    }
}

/// The entry of a node.
pub(super) fn row(run: &Run<'_>, id: &UniqueId, ended: &Ended, elapsed: Duration) -> NodeRow {
    let node = run.node(id);
    let ended_at = run.compiler.globals.host.now();
    let since = jiff::SignedDuration::try_from(elapsed).unwrap_or_default();
    let is_built =
        |kind| matches!(kind, ResourceType::Model | ResourceType::Snapshot | ResourceType::Seed);
    let built = node.filter(|node| is_built(node.resource_type));
    NodeRow {
        unique_id: id.to_string(),
        resource_type: node.map_or("", |node| node.resource_type.as_str()).to_owned(),
        materialized: built.map(|node| match node.resource_type {
            ResourceType::Model => node.materialized().to_owned(),
            kind => kind.as_str().to_owned(),
        }),
        relation: node.and_then(|node| node.relation_name.clone()),
        status: ended.status.as_str().to_owned(),
        message: ended.message.as_deref().map(|message| masked(run, message)),
        started_at: ended_at.checked_sub(since).unwrap_or(ended_at),
        ended_at,
        seconds: elapsed.as_secs_f64(),
        rows_in: ended.rows_in.or(ended.rows),
        rows_out: ended.rows,
        quarantined: ended.quarantined,
        dropped: ended.dropped,
        failures: ended.failures,
        cost: ended.cost,
    }
}
