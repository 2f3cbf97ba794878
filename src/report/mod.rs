//! 6 REPORT: what people and programs see of a run.
//!
//! Three consoles listen to the events of a run: [`terminal`] (live), [`plain`] and [`json_lines`]; [`log_file`] writes
//! down what they hear. Data goes to standard output, everything else to standard error; as JSON lines, all goes to
//! standard output, where dbt's clients read it.
//! Invariant: only this room turns values into text for people; nothing here decides an exit code.

use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostics::Diagnostics;
use crate::events::EventSink;
use crate::manifest::Manifest;

pub mod cost;
pub mod diagnostic;
pub mod diff;
pub mod docs_page;
pub mod json_lines;
pub mod gaps;
pub mod gate;
pub mod history;
pub mod lineage;
pub mod list;
pub mod log_file;
pub mod node_diff;
pub mod outbox;
pub mod outcome;
pub mod output;
pub mod page;
pub mod parity;
pub mod plain;
pub mod profile;
pub mod row_diff;
pub mod structured;
pub mod style;
pub mod summary;
pub mod table;
pub mod terminal;
pub mod transcript;

pub use style::Style;

/// What a command works on.
#[derive(Clone)]
pub struct Begun {
    /// The name of the target.
    pub target: String,
    /// What is in the project.
    pub manifest: Arc<Manifest>,
    /// The folder of artifacts; `None` when none are wanted.
    pub artifacts: Option<PathBuf>,
}

/// A listener that also takes what a command prints by itself.
pub trait Console: EventSink {
    /// Learns what the command works on.
    fn begin(&self, _begun: &Begun) {}
    /// Prints data on standard output.
    fn data(&self, text: &str);
    /// Prints lines of data of which each stands for itself.
    fn lines(&self, lines: &[String]) {
        self.data(&lines.join("\n"));
    }
    /// Prints the mistakes that ended the command.
    fn diagnostics(&self, diagnostics: Diagnostics);
    /// Leaves the terminal as it was found.
    fn close(&self) {}
    /// The same after a Ctrl-C.
    fn interrupted(&self) {
        self.close();
    }
}
