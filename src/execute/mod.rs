//! 5 EXECUTE: the selected nodes on the database, in the order of the graph.
//!
//! One writer, many readers: what writes takes its turn on one connection, each node in a transaction of its
//! own; tests that only read run beside it. A failed node rolls back, and what needs it is skipped.
//! Invariant: after any failure every relation is the old one or the new one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use indexmap::IndexSet;

use crate::adapters::Session;
use crate::artifacts::manifest::CompiledInfo;
use crate::artifacts::run_results::RunResult;
use crate::compile::Compiler;
use crate::diagnostics::{Diagnostic, codes};
use crate::events::{Event, FailingKeys, NodeOutcome, RowDiff, Sample, Status};
use crate::graph::Dag;
use crate::jinja::contexts::Connection;
use crate::manifest::Node;
use crate::names::UniqueId;
use ledger::{CostRow, Ledger, Recent};

mod aside;
mod attempt;
mod backoff;
mod catalog;
mod clone;
mod contract;
mod cost;
mod expectations;
mod failing_keys;
mod failure;
mod freshness;
mod function;
mod hermetic;
mod history;
mod hooks;
mod ignored;
mod inline;
pub mod ledger;
mod lock;
mod materialization;
pub mod microbatch;
mod model;
mod operation;
mod outcome;
mod overridden;
mod partial;
mod plan;
mod pointer;
mod priority;
mod profile;
mod publish;
mod queue;
mod record;
mod schedule;
mod seed;
mod stop;
mod shared_scan;
mod test;
mod test_statement;
mod timeout;
mod turns;
mod unit_test;
mod warnings;

pub use catalog::catalog;
pub use clone::clone;
pub use expectations::{Requeue, requeue};
pub use failure::of_adapter as failure_of_adapter;
pub use freshness::{Looked, freshness, is_checked};
pub use inline::{Rows, query};
pub use operation::{call_macro, run_sql};
pub use profile::NodeTime;
pub use shared_scan::SharedScans;
pub use stop::Stop;
pub use test_statement::TestStatements;
pub use unit_test::{Units, mistake as unit_test_mistake};

/// What is run and how.
pub struct Run<'a> {
    /// Compiles the nodes.
    pub compiler: &'a Compiler,
    /// The whole graph.
    pub dag: &'a Dag<UniqueId>,
    /// The nodes to run.
    pub wanted: &'a IndexSet<UniqueId>,
    /// Failed tests hold up what is below them.
    pub tests_gate: bool,
    /// How many nodes run at a time.
    pub threads: usize,
    /// A failed `on-run-start` hook holds up every node.
    pub start_gates: bool,
    /// What the command itself says about batches.
    pub batches: microbatch::Batches,
    /// Where the run is written down.
    pub ledger: Ledger,
    /// Ends the run early.
    pub stop: &'a Stop,
    /// The unit tests of the project, as nodes.
    pub units: Units,
    /// Tests that share a scan.
    pub shared_scans: SharedScans,
    /// Statements that are known from tests before.
    pub test_statements: TestStatements,
}

/// How a run ended.
#[derive(Debug, Default)]
pub struct Finished {
    /// How every node ended, in the order in which they did.
    pub results: Vec<RunResult>,
    /// What was compiled.
    pub compiled: HashMap<UniqueId, Arc<CompiledInfo>>,
    /// Where the time of the nodes went, when that was measured.
    pub times: Vec<NodeTime>,
}

/// How one node ended, before it is published.
pub(crate) struct Ended {
    pub(crate) status: Status,
    pub(crate) message: Option<String>,
    /// Rows that were written.
    pub(crate) rows: Option<i64>,
    /// Rows that the node's query gave, where some of them were not written.
    pub(crate) rows_in: Option<i64>,
    /// Rows that an expectation set aside.
    pub(crate) quarantined: Option<i64>,
    /// Rows that an expectation dropped.
    pub(crate) dropped: Option<i64>,
    pub(crate) failures: Option<i64>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) sample: Option<Sample>,
    pub(crate) keys: Option<FailingKeys>,
    pub(crate) diff: Option<RowDiff>,
    pub(crate) show_command: Option<String>,
    pub(crate) compiled: Option<Arc<CompiledInfo>>,
    pub(crate) compile_time: Duration,
    /// The time that writing files took, when that was measured.
    pub(crate) write_time: Duration,
    /// Tests that ran in the node's transaction.
    pub(crate) tested: Vec<publish::Tested>,
    /// How the batches of a microbatch model ended, as artifacts have it.
    pub(crate) batches: Option<serde_json::Value>,
    /// What its statements cost.
    pub(crate) cost: Option<CostRow>,
    /// The node's own transaction has written it into the ledger.
    pub(crate) is_recorded: bool,
}

impl Ended {
    pub(crate) fn with(status: Status) -> Self {
        Ended {
            status,
            message: None,
            rows: None,
            rows_in: None,
            quarantined: None,
            dropped: None,
            failures: None,
            diagnostics: Vec::new(),
            sample: None,
            keys: None,
            diff: None,
            show_command: None,
            compiled: None,
            compile_time: Duration::ZERO,
            write_time: Duration::ZERO,
            tested: Vec::new(),
            batches: None,
            cost: None,
            is_recorded: false,
        }
    }

    pub(crate) fn error(diagnostic: Diagnostic) -> Self {
        Ended {
            message: Some(diagnostic.message.clone()),
            diagnostics: vec![diagnostic],
            ..Ended::with(Status::Error)
        }
    }
}

/// The connections of a run.
pub(crate) struct Connections {
    /// The one that writes.
    pub(crate) writer: Arc<Connection>,
    /// What is known of the nodes from earlier runs.
    pub(crate) recent: Recent,
}

impl Connections {
    fn over(session: Box<dyn Session>) -> Self {
        Connections { writer: Arc::new(Connection::over(session)), recent: Recent::default() }
    }
}

impl Run<'_> {
    fn emit(&self, event: Event) {
        self.compiler.globals.sink.emit(event);
    }

    fn node(&self, id: &UniqueId) -> Option<&Arc<Node>> {
        self.compiler.manifest.nodes.get(id).or_else(|| self.units.node(id))
    }
}

/// Runs the nodes.
///
/// # Errors
/// The database cannot be opened.
pub fn run(run: &Run<'_>) -> Result<Finished, Box<Diagnostic>> {
    let order = plan::plan(run);
    run.emit(Event::RunStarted {
        total: order.total(),
        summary: outcome::summary(&run.compiler.manifest),
        threads: run.threads,
    });
    if order.total() == 0 {
        return Ok(Finished::default());
    }
    if let Some(problem) = run.compiler.query_comment(None).problem {
        let message = format!("`query-comment` of the project file: {problem}");
        return Err(Box::new(Diagnostic::error(codes::BAD_CONFIG, message)));
    }
    let _lock = lock::acquire(run)?;
    let adapter = &run.compiler.globals.adapter;
    let session = adapter.writer().map_err(|error| failure::of_adapter(&error))?;
    let mut connections = Connections::over(session);
    connections.writer.watch();
    plan::create_schemas(run, &connections).map_err(|error| failure::of_adapter(&error))?;
    if run.compiler.project.flags.hermetic {
        hermetic::add_sources(run, &connections)?;
    }
    if let Err(error) = record::begin(run, &connections, &order) {
        // Tests need no ledger: they must work beside another program that holds the database.
        match error.is_transient() && !lock::is_needed(run) {
            true => record::tell_missing(run, &error),
            false => return Err(failure::of_adapter(&error)),
        }
    }
    connections.recent = record::recent(run, &connections, &order);
    ignored::tell(run);
    let finished = Mutex::new(Finished::default());
    let started = hooks::run(run, &connections, hooks::When::Start, &finished);
    schedule::drive(run, &connections, &order, started, &finished);
    if !run.stop.is_requested() {
        hooks::run(run, &connections, hooks::When::End, &finished);
    }
    let finished = finished.into_inner().expect("invariant: no panic under lock");
    record::end(run, &connections, &finished);
    Ok(finished)
}

/// Says and keeps how a node ended.
pub(crate) fn report(
    run: &Run<'_>,
    id: &UniqueId,
    index: usize,
    ended: Ended,
    elapsed: Duration,
    finished: &Mutex<Finished>,
) {
    let result = outcome::result(run, id, &ended, elapsed);
    record::ended(run, id, &ended, elapsed);
    let event = Event::NodeFinished {
        index,
        outcome: NodeOutcome {
            id: id.clone(),
            status: ended.status,
            title: outcome::title(run.node(id)),
            message: ended.message,
            rows: ended.failures.or(ended.rows),
            quarantined: ended.quarantined,
            dropped: ended.dropped,
            elapsed,
            diagnostics: ended.diagnostics,
            sample: ended.sample,
            keys: ended.keys,
            diff: ended.diff,
            show_command: ended.show_command,
        },
    };
    let mut finished = finished.lock().expect("invariant: no panic under lock");
    if let Some(compiled) = ended.compiled {
        finished.compiled.insert(id.clone(), compiled);
    }
    finished.results.push(result);
    drop(finished);
    run.emit(event);
}
