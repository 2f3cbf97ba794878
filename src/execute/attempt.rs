//! One try at a node: its transaction, its SQL, and how it ends when anything fails.
//!
//! Invariant: an attempt that fails rolls back and still says what was compiled.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::aside::Computed;
use super::backoff::{self, Failure};
use super::ledger::{CostRow, Mode};
use super::profile::Watch;
use super::publish::{self, Tested};
use super::{Ended, Run, contract, cost, failure, record};
use crate::adapters::Cost;
use crate::artifacts::manifest::CompiledInfo;
use crate::compile::{CompiledNode, Compiler};
use crate::diagnostics::Diagnostic;
use crate::events::Status;
use crate::jinja::contexts::Connection;
use crate::manifest::Node;

/// A try at one node.
pub(super) struct Attempt<'r> {
    pub(super) run: &'r Run<'r>,
    pub(super) node: &'r Arc<Node>,
    pub(super) connection: &'r Arc<Connection>,
    /// Compiles the node; of a batch, for that batch.
    pub(super) compiler: Compiler,
    start: Instant,
    compiled: Option<Arc<CompiledInfo>>,
    compile_time: Duration,
    /// What all statements of the connection had cost when the attempt began.
    before: Option<Cost>,
    /// Bytes that the file had in use at that time.
    used: Option<u64>,
    mode: Mode,
    /// The time that writing files took.
    writing: Watch,
    /// Tests that ran in the node's transaction.
    pub(super) tested: Vec<Tested>,
    /// What was done before it was the node's turn.
    pub(super) computed: Option<&'r Computed>,
}

impl<'r> Attempt<'r> {
    /// Does `work`; a failure rolls back and leaves the statements that ran below `run/`.
    pub(super) fn make(
        run: &'r Run<'r>,
        node: &'r Arc<Node>,
        connection: &'r Arc<Connection>,
        work: impl FnOnce(&mut Self) -> Result<Ended, Box<Diagnostic>>,
    ) -> Ended {
        connection.take_statements();
        let mut attempt = Attempt::new(run, node, connection);
        match work(&mut attempt) {
            Ok(ended) => {
                let write_time = attempt.writing.sum();
                Ended { tested: attempt.tested, write_time, ..ended }
            }
            Err(diagnostic) => {
                let _ = connection.rollback();
                attempt.write_statements();
                publish::keep_stored(run, connection, &mut attempt.tested);
                let write_time = attempt.writing.sum();
                let Attempt { compiled, tested, .. } = attempt;
                Ended { compiled, tested, write_time, ..Ended::error(*diagnostic) }
            }
        }
    }

    /// Does `work` in a transaction of somebody else, who undoes it when it has failed.
    pub(super) fn nested(
        run: &'r Run<'r>,
        node: &'r Arc<Node>,
        connection: &'r Arc<Connection>,
        work: impl FnOnce(&mut Self) -> Result<Ended, Box<Diagnostic>>,
    ) -> Ended {
        let mut attempt = Attempt::new(run, node, connection);
        let ended = work(&mut attempt);
        ended.unwrap_or_else(|diagnostic| {
            attempt.write_statements();
            Ended { compiled: attempt.compiled, ..Ended::error(*diagnostic) }
        })
    }

    fn new(run: &'r Run<'r>, node: &'r Arc<Node>, connection: &'r Arc<Connection>) -> Self {
        Attempt {
            run,
            node,
            connection,
            compiler: run.compiler.clone(),
            start: Instant::now(),
            compiled: None,
            compile_time: Duration::ZERO,
            before: spent(connection),
            used: None,
            mode: Mode::Whole,
            writing: Watch::new(run.compiler.project.flags.profile_run),
            tested: Vec::new(),
            computed: None,
        }
    }

    /// Goes on where the node stands before its turn.
    pub(super) fn resume(&mut self, computed: Option<&'r Computed>) {
        self.computed = computed;
        let elapsed = computed.map_or(Duration::ZERO, |computed| computed.elapsed);
        self.start = self.start.checked_sub(elapsed).unwrap_or(self.start);
    }

    /// Does `work` in one transaction and commits it together with the node's entry in the ledger.
    ///
    /// When another connection holds the database, everything is undone and tried again after a wait. No other failure
    /// is tried again.
    pub(super) fn transaction(
        &mut self,
        work: impl Fn(&mut Self) -> Result<Ended, Box<Diagnostic>>,
    ) -> Result<Ended, Box<Diagnostic>> {
        let ended = self.transaction_until(work, Self::commit)?;
        Ok(Ended { is_recorded: true, ..ended })
    }

    /// The same with a commit of one's own.
    pub(super) fn transaction_until(
        &mut self,
        work: impl Fn(&mut Self) -> Result<Ended, Box<Diagnostic>>,
        commit: impl Fn(&Self, &Ended) -> Result<(), Box<Diagnostic>>,
    ) -> Result<Ended, Box<Diagnostic>> {
        let what = format!("{} `{}`", self.node.resource_type, self.node.name);
        backoff::retried(self.run, &what, || {
            self.connection.take_statements();
            self.tested.clear();
            let done = self.begin().and_then(|()| work(self));
            let done = done.and_then(|ended| commit(self, &ended).map(|()| ended));
            if done.as_ref().is_err_and(Failure::is_locked) {
                let _ = self.connection.rollback();
            }
            done
        })
    }

    /// Begins the node's transaction.
    fn begin(&mut self) -> Result<(), Box<Diagnostic>> {
        let begun = self.connection.with(|session| session.begin());
        begun.map_err(|error| failure::of_transaction(self.node, &error))?;
        self.mode = cost::mode(self.run, self.node, self.connection);
        self.used = self.used_bytes();
        self.before = spent(self.connection);
        Ok(())
    }

    /// Bytes that the node's file has in use.
    fn used_bytes(&self) -> Option<u64> {
        let used = self.connection.with(|session| session.used_bytes(&self.node.schema));
        used.ok().flatten().flatten()
    }

    /// What the node's statements have cost so far.
    fn cost(&self) -> Option<CostRow> {
        let mut cost = spent(self.connection)?.since(self.before?);
        cost += self.computed.map(|computed| computed.cost).unwrap_or_default();
        Some(CostRow { cost, bytes: None, mode: self.mode })
    }

    /// By how many bytes the file has grown.
    pub(super) fn growth(&self) -> Option<i64> {
        let [now, before] = [self.used_bytes()?, self.used?].map(i64::try_from);
        Some(now.ok()? - before.ok()?)
    }

    /// Makes what the node did permanent, together with what the ledger says of it.
    fn commit(&self, ended: &Ended) -> Result<(), Box<Diagnostic>> {
        let mut row = record::row(self.run, &self.node.unique_id, ended, self.start.elapsed());
        if let Some(cost) = &mut row.cost {
            cost.bytes = self.growth();
        }
        let committed = self.connection.with(|session| record::commit(self.run, session, &row));
        committed.map(drop).map_err(|error| contract::of_commit(self.node, self.connection, &error))
    }

    /// Writes and keeps what was compiled; compiling ends here.
    pub(super) fn keep(&mut self, compiled: &CompiledNode) -> Arc<CompiledInfo> {
        let write = || self.compiler.write_compiled(self.node, compiled);
        let mut info = self.writing.time(write);
        info.build_path = Some(self.compiler.statements_path(self.node));
        let info = Arc::new(info);
        self.compiled = Some(info.clone());
        self.compile_time = match self.computed.filter(|one| one.compiled.is_some()) {
            Some(computed) => computed.compile_time,
            None => self.start.elapsed(),
        };
        info
    }

    /// Writes the statements that ran below `run/`.
    pub(super) fn write_statements(&self) {
        let mut statements = self.connection.take_statements();
        if let Some(computed) = self.computed {
            computed.show_query(&mut statements);
        }
        self.writing.time(|| self.compiler.write_statements(self.node, &statements));
    }

    /// How the node ended, with what was compiled and the time that took.
    pub(super) fn ended(&self, status: Status) -> Ended {
        Ended {
            compiled: self.compiled.clone(),
            compile_time: self.compile_time,
            cost: self.cost(),
            ..Ended::with(status)
        }
    }
}

/// What the statements of a connection have cost so far.
fn spent(connection: &Connection) -> Option<Cost> {
    connection.with(|session| Ok(session.cost())).ok().flatten().flatten()
}
