//! Microbatch models: one table built in windows of event time, each window a transaction of its own.
//!
//! [`plan`] says which batches there are, [`one`] builds one, [`record`] writes it into the ledger, [`gaps`] finds what
//! was never built. Source: dbt 1.12, `MicrobatchModelRunner`: a first batch that fails skips the others, any other one
//! leaves them alone. Invariant: a batch that fails leaves the table as it was, and the batches before it in place.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::ledger::CostRow;
use super::publish::Tested;
use super::{Ended, Run, history};
use crate::adapters::Cost;
use crate::diagnostics::{Diagnostic, codes};
use crate::events::{Event, NodeOutcome, Status};
use crate::jinja::contexts::Connection;
use crate::manifest::batch::iso_text;
use crate::manifest::{Batch, Node};
use crate::names::UniqueId;

mod gaps;
mod one;
mod plan;
mod record;
mod retry;

pub(super) use record::requested;

pub use gaps::{Gaps, gaps};
pub use retry::{failed_of_results, unfinished};

use one::Part;

/// How many failed batches are told in full.
const TOLD: usize = 5;

/// The batches that a command names itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// What to build, in this order.
    pub batches: Vec<Batch>,
    /// `--full-refresh` and `full_refresh` make the first of them build the table anew. Without it the batches are
    /// added to a table that is there, whatever the flags say.
    pub may_rebuild: bool,
}

/// What a command says about batches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batches {
    /// The batches to build of a model, instead of those that flags and clock say.
    pub requests: HashMap<UniqueId, Request>,
    /// What counts as now for the newest batch; of a repetition, when the first run began.
    pub now: Option<Timestamp>,
}

/// How the batches ended.
#[derive(Default)]
struct Tally {
    done: Vec<Batch>,
    failed: Vec<Batch>,
    rows: i64,
    outside: i64,
    rows_in: Option<i64>,
    quarantined: Option<i64>,
    dropped: Option<i64>,
    cost: Option<CostRow>,
    write_time: Duration,
    has_failed_first: bool,
    diagnostics: Vec<Diagnostic>,
    tested: Vec<Tested>,
}

/// Builds the batches of a model.
pub(super) fn run(run: &Run<'_>, node: &Arc<Node>, connection: &Arc<Connection>) -> Ended {
    let is_kept = history::refuse_loss(run, node, connection);
    let plan = match is_kept.and_then(|()| plan::of(run, node, connection)) {
        Ok(plan) => plan,
        Err(diagnostic) => return Ended::error(*diagnostic),
    };
    if plan.is_hollow {
        tell_future(run, node);
    }
    record::planned(run, node, connection, &plan);
    let mut tally = Tally::default();
    let total = plan.batches.len();
    for at in 0..total {
        // dbt: without a first batch there may be no table for the others to be added to.
        let is_skipped = tally.has_failed_first || run.stop.is_requested();
        let reason = if run.stop.is_requested() { "interrupted" } else { "the first batch failed" };
        let skipped = || Ended { message: Some(reason.to_owned()), ..Ended::with(Status::Skipped) };
        let skipped = is_skipped.then(skipped);
        let part = Part { plan: &plan, at, outside: Cell::new(0) };
        let start = std::time::Instant::now();
        let mut ended = skipped.unwrap_or_else(|| one::run(run, node, connection, &part));
        tally.outside += part.outside.get();
        tally.add(part.batch(), &mut ended);
        emit(run, node, &part, ended, start.elapsed());
    }
    tell_outside(run, node, &tally);
    tally.ended()
}

impl Tally {
    fn add(&mut self, batch: Batch, ended: &mut Ended) {
        match ended.status {
            Status::Success => self.done.push(batch),
            _ => {
                self.has_failed_first |= self.done.is_empty() && self.failed.is_empty();
                self.failed.push(batch);
            }
        }
        self.rows += ended.rows.unwrap_or(0);
        self.rows_in = sum(self.rows_in, ended.rows_in);
        self.quarantined = sum(self.quarantined, ended.quarantined);
        self.dropped = sum(self.dropped, ended.dropped);
        self.write_time += ended.write_time;
        if let Some(one) = ended.cost {
            let all =
                self.cost.get_or_insert(CostRow { cost: Cost::default(), bytes: None, ..one });
            all.cost += one.cost;
            all.bytes = sum(all.bytes, one.bytes);
        }
        for tested in std::mem::take(&mut ended.tested) {
            self.take(tested);
        }
        let room = TOLD.saturating_sub(self.diagnostics.len());
        let told = ended.diagnostics.iter().take(room).cloned();
        self.diagnostics.extend(told.map(|d| d.note(format!("in batch {}", batch.name()))));
    }

    /// Keeps how a test ended that ran in the transaction of a batch: how it failed, if it ever did.
    fn take(&mut self, tested: Tested) {
        match self.tested.iter_mut().find(|known| known.id == tested.id) {
            None => self.tested.push(tested),
            Some(known) if known.ended.status.is_failure() => {}
            Some(known) => *known = tested,
        }
    }

    /// The model as a whole, in dbt's words.
    fn ended(mut self) -> Ended {
        let (done, all) = (self.done.len(), self.done.len() + self.failed.len());
        let (status, message) = match (done, all - done) {
            (_, 0) => (Status::Success, "SUCCESS".to_owned()),
            (0, _) => (Status::Error, "ERROR".to_owned()),
            _ => (Status::PartialSuccess, format!("PARTIAL SUCCESS ({done}/{all})")),
        };
        let pairs = |batches: &mut Vec<Batch>| {
            batches.sort_by_key(|batch| batch.start);
            let pair = |batch: &Batch| json!([iso_text(batch.start), iso_text(batch.end)]);
            batches.iter().map(pair).collect::<Vec<_>>()
        };
        let batches =
            json!({"successful": pairs(&mut self.done), "failed": pairs(&mut self.failed)});
        Ended {
            message: Some(message),
            rows: (done > 0).then_some(self.rows),
            rows_in: self.rows_in,
            quarantined: self.quarantined,
            dropped: self.dropped,
            cost: self.cost,
            write_time: self.write_time,
            diagnostics: self.diagnostics,
            batches: Some(batches),
            tested: self.tested,
            ..Ended::with(status)
        }
    }
}

/// Counts add up as far as there are any.
fn sum(all: Option<i64>, one: Option<i64>) -> Option<i64> {
    match (all, one) {
        (None, one) => one,
        (all, None) => all,
        (Some(all), Some(one)) => Some(all + one),
    }
}

fn emit(run: &Run<'_>, node: &Node, part: &Part<'_>, ended: Ended, elapsed: Duration) {
    let name = part.batch().name();
    run.emit(Event::BatchFinished {
        index: part.at + 1,
        total: part.plan.batches.len(),
        outcome: NodeOutcome {
            id: node.unique_id.clone(),
            status: ended.status,
            title: format!("batch {name} of {}.{}", node.schema, node.alias),
            message: ended.message,
            rows: ended.rows,
            quarantined: ended.quarantined,
            dropped: ended.dropped,
            elapsed,
            diagnostics: ended.diagnostics,
            sample: None,
            keys: None,
            show_command: None,
            diff: None,
        },
    });
}

fn tell_future(run: &Run<'_>, node: &Node) {
    let message = format!("the first batch of `{}` begins in the future", node.name);
    let warning = Diagnostic::warning(codes::NO_BATCHES, message)
        .at(node.span_start(), "its table stays empty")
        .hint("set `begin` to the first day that has data");
    run.emit(Event::Diagnostic(warning));
}

fn tell_outside(run: &Run<'_>, node: &Node, tally: &Tally) {
    if tally.outside > 0 {
        run.emit(Event::Diagnostic(Diagnostic {
            severity: crate::diagnostics::Severity::Warning,
            ..*one::outside(node, tally.outside)
        }));
    }
}
