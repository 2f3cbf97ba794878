//! What happens during a run, as typed values, and who listens.
//!
//! Stages emit; `report/` has the listeners (terminal, plain lines, JSON lines, artifacts).

use std::time::Duration;

use crate::diagnostics::Diagnostic;
use crate::names::UniqueId;

mod diff;

pub use diff::{DiffCell, DiffRow, RowDiff, RowMark};

/// How a node ended; the words of `run_results.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// A model, seed, snapshot or operation was built.
    Success,
    /// The node could not be run.
    Error,
    /// Some batches of a model were built, and some were not.
    PartialSuccess,
    /// The node was not run because of another one.
    Skipped,
    /// A test found nothing.
    Pass,
    /// A test found too much.
    Fail,
    /// A test found something, and its severity is `warn`.
    Warn,
}

impl Status {
    /// The word in artifacts.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Success => "success",
            Status::Error => "error",
            Status::PartialSuccess => "partial success",
            Status::Skipped => "skipped",
            Status::Pass => "pass",
            Status::Fail => "fail",
            Status::Warn => "warn",
        }
    }

    /// Whether it makes the command fail.
    pub fn is_failure(self) -> bool {
        matches!(self, Status::Error | Status::Fail | Status::PartialSuccess)
    }
}

/// The first rows of a failed test or of `show`, as text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// Column names.
    pub columns: Vec<String>,
    /// Cells; `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
}

impl Sample {
    /// How many rows of a failed test are shown.
    pub const ROWS: usize = 5;
}

/// Which rows of a model a test is unhappy with, by what identifies them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailingKeys {
    /// The columns that identify a row.
    pub columns: Vec<String>,
    /// Their values; `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
    /// Whether these are all of them.
    pub is_complete: bool,
}

impl FailingKeys {
    /// How many rows are named.
    pub const ROWS: usize = 100;
}

/// How one node ended, for the terminal.
#[derive(Clone, Debug)]
pub struct NodeOutcome {
    /// The node.
    pub id: UniqueId,
    /// How it ended.
    pub status: Status,
    /// What the user reads about it: `table main."orders"`, `test not_null_orders_id`.
    pub title: String,
    /// dbt's message: `OK`, `Got 1 result, configured to fail if != 0`, the error's first line.
    pub message: Option<String>,
    /// Rows written, or failures of a test; `None` when not counted.
    pub rows: Option<i64>,
    /// Rows that expectations put into quarantine; `None` when there are no expectations.
    pub quarantined: Option<i64>,
    /// Rows that expectations left out.
    pub dropped: Option<i64>,
    /// Wall time.
    pub elapsed: Duration,
    /// Why it failed.
    pub diagnostics: Vec<Diagnostic>,
    /// The first failing rows of a test.
    pub sample: Option<Sample>,
    /// The rows that a test is unhappy with, where they can be named.
    pub keys: Option<FailingKeys>,
    /// What a unit test found.
    pub diff: Option<RowDiff>,
    /// The command that shows all failing rows.
    pub show_command: Option<String>,
}

/// The level of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Only in the log file.
    Debug,
    /// Progress.
    Info,
    /// Something to look at.
    Warn,
    /// Something failed.
    Error,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The command begins.
    CommandStarted {
        /// The id of the run, as in artifacts.
        invocation_id: String,
        /// Flags with their values.
        args: Vec<(String, String)>,
    },
    /// A line for the user: `log(…, info=true)`, notices.
    Message {
        /// Its level.
        level: Level,
        /// The text.
        text: String,
    },
    /// `log()` of a template.
    TemplateLog {
        /// Its level.
        level: Level,
        /// The text.
        text: String,
        /// The node that is rendered.
        node: Option<UniqueId>,
    },
    /// `print()` of a template: a line on standard output.
    Print(String),
    /// A mistake.
    Diagnostic(Diagnostic),
    /// A statement goes to the engine, with its comment.
    Statement {
        /// Its text.
        sql: String,
    },
    /// The nodes to run are known.
    RunStarted {
        /// How many there are.
        total: usize,
        /// What is in the project: `12 models, 31 tests, 4 seeds`.
        summary: String,
        /// How many run at a time.
        threads: usize,
    },
    /// A node began.
    NodeStarted {
        /// The node.
        id: UniqueId,
        /// Its place in the run, from 1.
        index: usize,
        /// What the user reads about it.
        title: String,
    },
    /// A node ended.
    NodeFinished {
        /// Its place in the run, from 1.
        index: usize,
        /// How.
        outcome: NodeOutcome,
    },
    /// A batch of a microbatch model ended.
    BatchFinished {
        /// Its place among the batches of its model, from 1.
        index: usize,
        /// How many these are.
        total: usize,
        /// How; its title names batch and model.
        outcome: NodeOutcome,
    },
    /// The run ended.
    RunFinished {
        /// Wall time.
        elapsed: Duration,
    },
    /// The command ends.
    CommandFinished {
        /// As typed.
        command: String,
        /// Whether its exit code is 0.
        success: bool,
        /// Wall time.
        elapsed: Duration,
    },
}

/// A listener. It is called from many threads.
pub trait EventSink: Send + Sync {
    /// Takes one event.
    fn emit(&self, event: Event);
}

/// Listens to nothing.
#[derive(Debug, Default, Clone, Copy)]
pub struct Silent;

impl EventSink for Silent {
    fn emit(&self, _event: Event) {}
}
