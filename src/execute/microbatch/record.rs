//! Batches in the ledger.
//!
//! Every batch of a run is written down as skipped before the first one begins, and gets its true status in the
//! transaction of its data. A run that is killed leaves behind exactly what it did not do.

use std::sync::Arc;

use jiff::Timestamp;

use super::super::attempt::Attempt;
use super::super::ledger::BatchRow;
use super::super::{Ended, Run, contract};
use super::one::Part;
use super::plan::Plan;
use crate::adapters::{Result, Session};
use crate::diagnostics::Diagnostic;
use crate::events::{Event, Level, Status};
use crate::jinja::contexts::Connection;
use crate::manifest::{Batch, Node};

/// The data of the batch is a part of what belongs there.
const SAMPLED: &str = "sampled";
/// Before the first batch of a table: event time that was never asked for.
const MISSING: &str = "missing";

/// The batches that the command names itself, as skipped: known from the start of the run, as nothing else tells a
/// repetition which ones a model was to build that was never reached.
pub(in crate::execute) fn requested(run: &Run<'_>) -> Vec<BatchRow> {
    let now = run.compiler.globals.host.now();
    let mut rows = Vec::new();
    for (id, request) in &run.batches.requests {
        let Some(node) = run.node(id) else { continue };
        rows.extend(request.batches.iter().map(|batch| blank(node, *batch, "skipped", now)));
    }
    rows
}

/// Writes all batches as skipped.
pub(super) fn planned(run: &Run<'_>, node: &Arc<Node>, connection: &Arc<Connection>, plan: &Plan) {
    if plan.is_hollow || plan.batches.is_empty() {
        return;
    }
    let now = run.compiler.globals.host.now();
    let rows: Vec<BatchRow> =
        plan.batches.iter().map(|batch| blank(node, *batch, "skipped", now)).collect();
    apart(run, connection, &rows);
}

/// The entry of a batch that was tried.
pub(super) fn row(
    node: &Node,
    part: &Part<'_>,
    ended: &Ended,
    started_at: Timestamp,
) -> Option<BatchRow> {
    let status = match ended.status {
        Status::Success if part.plan.is_partial => SAMPLED,
        status => status.as_str(),
    };
    let row = BatchRow {
        message: ended.message.clone().filter(|_| ended.status == Status::Error),
        rows_in: ended.rows_in.or(ended.rows),
        rows_out: ended.rows,
        ..blank(node, part.batch(), status, started_at)
    };
    (!part.plan.is_hollow).then_some(row)
}

/// Writes how a batch failed, in a transaction of its own: that of its data is gone.
pub(super) fn failed(run: &Run<'_>, connection: &Arc<Connection>, row: Option<BatchRow>) {
    let ended_at = run.compiler.globals.host.now();
    let rows: Vec<BatchRow> = row.into_iter().map(|row| BatchRow { ended_at, ..row }).collect();
    apart(run, connection, &rows);
}

/// Commits the data of a batch together with its entry.
pub(super) fn commit(
    attempt: &Attempt<'_>,
    part: &Part<'_>,
    ended: &Ended,
    started_at: Timestamp,
) -> std::result::Result<(), Box<Diagnostic>> {
    let Attempt { run, node, connection, .. } = *attempt;
    let ended_at = run.compiler.globals.host.now();
    let row = row(node, part, ended, started_at).map(|row| BatchRow { ended_at, ..row });
    let committed = connection.with(|session| {
        let waited = run.ledger.record_waiting(session)?;
        if part.creates() {
            anew(run, session, part, node, ended_at)?;
        }
        if let Some(row) = &row {
            run.ledger.record_batch(session, row)?;
        }
        session.commit()?;
        run.ledger.settled(waited);
        Ok(())
    });
    committed.map(drop).map_err(|error| contract::of_commit(node, connection, &error))
}

/// The table begins again: what earlier runs built is no longer there.
fn anew(
    run: &Run<'_>,
    session: &mut dyn Session,
    part: &Part<'_>,
    node: &Node,
    now: Timestamp,
) -> Result<()> {
    let relation = node.relation_name.as_deref().unwrap_or_default();
    run.ledger.replace_batches(session, node.unique_id.as_str(), relation)?;
    let config = &part.plan.config;
    let start = config.size.floor(config.begin);
    let end = part.plan.batches.iter().map(|batch| batch.start).min().unwrap_or(start);
    if start < end && !part.plan.is_hollow {
        let before = Batch { size: config.size, start, end };
        run.ledger.record_batch(session, &blank(node, before, MISSING, now))?;
    }
    Ok(())
}

fn blank(node: &Node, batch: Batch, status: &str, at: Timestamp) -> BatchRow {
    BatchRow {
        unique_id: node.unique_id.to_string(),
        relation: node.relation_name.clone(),
        start: batch.start,
        end: batch.end,
        size: batch.size.as_str().to_owned(),
        status: status.to_owned(),
        message: None,
        started_at: at,
        ended_at: at,
        rows_in: None,
        rows_out: None,
    }
}

/// Writes entries in a transaction of their own. That they are missing is told and stops nothing.
fn apart(run: &Run<'_>, connection: &Arc<Connection>, rows: &[BatchRow]) {
    if rows.is_empty() {
        return;
    }
    let written = connection.with(|session| {
        session.begin()?;
        let written = rows.iter().try_for_each(|row| run.ledger.record_batch(session, row));
        match written {
            Ok(()) => session.commit(),
            Err(error) => session.rollback().and(Err(error)),
        }
    });
    if let Err(error) = written {
        let text = format!("the batches of `{}` are not in the ledger: {error}", rows[0].unique_id);
        run.emit(Event::Message { level: Level::Warn, text });
    }
}
