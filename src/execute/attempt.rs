//! One try at a node: its transaction, its SQL, and how it ends when anything fails.
//!
//! Invariant: an attempt that fails rolls back and still says what was compiled.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Ended, Run, contract, failure, record};
use crate::artifacts::manifest::CompiledInfo;
use crate::compile::CompiledNode;
use crate::diagnostics::Diagnostic;
use crate::events::Status;
use crate::jinja::contexts::Connection;
use crate::manifest::Node;

/// A try at one node.
pub(super) struct Attempt<'r> {
    pub(super) run: &'r Run<'r>,
    pub(super) node: &'r Arc<Node>,
    pub(super) connection: &'r Arc<Connection>,
    start: Instant,
    compiled: Option<Arc<CompiledInfo>>,
    compile_time: Duration,
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
        let (start, compile_time) = (Instant::now(), Duration::ZERO);
        let mut attempt = Attempt { run, node, connection, start, compiled: None, compile_time };
        match work(&mut attempt) {
            Ok(ended) => ended,
            Err(diagnostic) => {
                let _ = connection.with(|session| session.rollback());
                attempt.write_statements();
                Ended { compiled: attempt.compiled, ..Ended::error(*diagnostic) }
            }
        }
    }

    /// Begins the node's transaction.
    pub(super) fn begin(&self) -> Result<(), Box<Diagnostic>> {
        let begun = self.connection.with(|session| session.begin());
        begun.map(drop).map_err(|error| failure::of_transaction(self.node, &error))
    }

    /// Makes what the node did permanent, together with what the ledger says of it.
    pub(super) fn commit(&self, ended: &Ended) -> Result<(), Box<Diagnostic>> {
        let row = record::row(self.run, &self.node.unique_id, ended, self.start.elapsed());
        let committed = self.connection.with(|session| record::commit(self.run, session, &row));
        committed.map(drop).map_err(|error| contract::of_commit(self.node, self.connection, &error))
    }

    /// Makes what the node did permanent; the ledger is told later how it ended.
    pub(super) fn commit_unrecorded(&self) -> Result<(), Box<Diagnostic>> {
        let committed = self.connection.with(|session| session.commit());
        committed.map(drop).map_err(|error| failure::of_transaction(self.node, &error))
    }

    /// Writes and keeps what was compiled; compiling ends here.
    pub(super) fn keep(&mut self, compiled: &CompiledNode) -> Arc<CompiledInfo> {
        let mut info = self.run.compiler.write_compiled(self.node, compiled);
        info.build_path = Some(self.run.compiler.statements_path(self.node));
        let info = Arc::new(info);
        self.compiled = Some(info.clone());
        self.compile_time = self.start.elapsed();
        info
    }

    /// Writes the statements that ran below `run/`.
    pub(super) fn write_statements(&self) {
        self.run.compiler.write_statements(self.node, &self.connection.take_statements());
    }

    /// How the node ended, with what was compiled and the time that took.
    pub(super) fn ended(&self, status: Status) -> Ended {
        Ended {
            compiled: self.compiled.clone(),
            compile_time: self.compile_time,
            ..Ended::with(status)
        }
    }
}
