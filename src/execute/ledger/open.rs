//! One run's place in the ledger: its first entry, what waits, its last entry.

use std::sync::{Arc, Mutex, OnceLock};

use jiff::Timestamp;
use serde_json::Value as Json;

use super::schema;
use super::write::{BatchRow, NodeRow, insert_batch, time};
use crate::adapters::{AdapterError, Datum, Result, Session};

/// What is known of a run before its first node.
#[derive(Clone, Debug)]
pub struct Start<'a> {
    /// The id of the invocation; the ledger makes it unique.
    pub invocation_id: &'a str,
    /// The root package.
    pub project: &'a str,
    /// The target by name.
    pub target: &'a str,
    /// dbt's word for the verb.
    pub command: &'a str,
    /// The arguments as typed.
    pub command_line: &'a str,
    /// Which process runs: `process 4711`.
    pub process: &'a str,
    /// When it began.
    pub started_at: Timestamp,
    /// The nodes that will run.
    pub planned: &'a [String],
    /// The batches that were asked for by name, as not yet reached.
    pub batches: &'a [BatchRow],
    /// The flags that a repetition needs.
    pub flags: Json,
}

/// The entries of one run. Until it is opened it takes none.
#[derive(Debug, Default)]
pub struct Ledger {
    run_id: OnceLock<String>,
    waiting: Mutex<Vec<Arc<NodeRow>>>,
}

impl Ledger {
    /// Makes the tables that are missing and the entry of the run, in a transaction of its own.
    ///
    /// # Errors
    /// The engine's; or the tables were made by a newer forge.
    pub fn open(&self, session: &mut dyn Session, start: &Start<'_>) -> Result<()> {
        session.begin()?;
        let opened = begin_run(session, start);
        match opened {
            Ok(run_id) => {
                session.commit()?;
                // A ledger is opened once; whoever opens it again keeps the first run.
                let _ = self.run_id.set(run_id);
                Ok(())
            }
            Err(error) => {
                session.rollback()?;
                Err(error)
            }
        }
    }

    /// The id of the run; `None` before it is opened.
    pub fn run_id(&self) -> Option<&str> {
        self.run_id.get().map(String::as_str)
    }

    /// Keeps an entry until the next transaction.
    pub fn wait(&self, row: NodeRow) {
        if self.run_id().is_some() {
            self.waiting.lock().expect("invariant: no panic under lock").push(Arc::new(row));
        }
    }

    /// Writes the entries that wait, in the open transaction; returns how many. They wait on until
    /// [`Ledger::settled`], as the transaction may not be committed.
    pub fn record_waiting(&self, session: &mut dyn Session) -> Result<usize> {
        let rows = self.waiting.lock().expect("invariant: no panic under lock").clone();
        for row in &rows {
            self.record_node(session, row)?;
        }
        Ok(rows.len())
    }

    /// Forgets the first entries that waited: they are committed.
    pub fn settled(&self, count: usize) {
        self.waiting.lock().expect("invariant: no panic under lock").drain(..count);
    }

    /// Writes what waits and how the run ended, in a transaction of its own.
    pub fn close(
        &self,
        session: &mut dyn Session,
        status: &str,
        ended_at: Timestamp,
    ) -> Result<()> {
        let Some(run_id) = self.run_id() else {
            return Ok(());
        };
        session.begin()?;
        let written = self.record_waiting(session).and_then(|count| {
            let sql = "update _forge_runs set status = ?, ended_at = ? where run_id = ?";
            session.query(sql, &[status.into(), time(ended_at), run_id.into()])?;
            Ok(count)
        });
        match written {
            Ok(count) => {
                session.commit()?;
                self.settled(count);
                Ok(())
            }
            Err(error) => {
                session.rollback()?;
                Err(error)
            }
        }
    }
}

/// The command that moves rows of earlier runs and is no run of its own to `retry`.
pub(super) const REQUEUE: &str = "requeue";

fn begin_run(session: &mut dyn Session, start: &Start<'_>) -> Result<String> {
    if let Some(found) = schema::version(session)?.filter(|found| *found != schema::VERSION) {
        let message = format!(
            "the ledger in this database has version {found}, this forge writes version {}; use the forge that made it",
            schema::VERSION
        );
        return Err(AdapterError::Other { message });
    }
    schema::create(session)?;
    schema::prune(session)?;
    let last = session.query("select max(number) from _forge_runs", &[])?;
    let number = last.scalar().and_then(Datum::as_i64).unwrap_or(0) + 1;
    let run_id = unused(session, start.invocation_id, number)?;
    let place = [start.project.into(), start.target.into()];
    // Only the last run can be repeated, so only its plan is kept; what was requeued since is no reason to forget it.
    if start.command != REQUEUE {
        let forget = "update _forge_runs set planned = null where project = ? and target = ? and planned is not null";
        session.query(forget, &place)?;
    }
    let planned = serde_json::to_string(start.planned).expect("invariant: ids are text");
    // Tests run beside others; any other run has waited until nobody else was running.
    if start.command != "test" {
        let killed = "update _forge_runs set status = 'killed' where status = 'running' and command <> 'test'";
        session.query(killed, &[])?;
    }
    let [project, target] = place;
    let sql = "insert into _forge_runs (run_id, number, project, target, command, command_line, process, started_at, status, nodes, \
               planned, flags) values (?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ?)";
    let nodes = i64::try_from(start.planned.len()).unwrap_or(i64::MAX);
    let values = [
        run_id.as_str().into(),
        number.into(),
        project,
        target,
        start.command.into(),
        start.command_line.into(),
        start.process.into(),
        time(start.started_at),
        nodes.into(),
        planned.into(),
        start.flags.to_string().into(),
    ];
    session.query(sql, &values)?;
    for batch in start.batches {
        insert_batch(session, &run_id, batch)?;
    }
    Ok(run_id)
}

/// With a frozen clock invocations have equal ids; entries of two runs must not meet.
fn unused(session: &mut dyn Session, id: &str, number: i64) -> Result<String> {
    let known = session.query("select 1 from _forge_runs where run_id = ?", &[id.into()])?;
    Ok(if known.rows.is_empty() { id.to_owned() } else { format!("{id}-{number}") })
}
