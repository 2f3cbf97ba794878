//! 6 REPORT: what people and programs see of a run.
//!
//! Three consoles listen to the events of a run: [`terminal`] (live), [`plain`] and [`json_lines`].
//! Data goes to standard output, everything else to standard error.
//! Invariant: only this room turns values into text for people; nothing here decides an exit code.

use crate::diagnostics::Diagnostics;
use crate::events::EventSink;
use crate::manifest::Manifest;

pub mod diagnostic;
pub mod diff;
pub mod json_lines;
pub mod gaps;
pub mod history;
pub mod list;
pub mod outcome;
pub mod output;
pub mod page;
pub mod parity;
pub mod plain;
pub mod row_diff;
pub mod style;
pub mod summary;
pub mod table;
pub mod terminal;
pub mod transcript;

pub use style::Style;

/// A listener that also takes what a command prints by itself.
pub trait Console: EventSink {
    /// Learns which run this is and what is in the project.
    fn begin(&self, _invocation_id: &str, _manifest: &Manifest) {}
    /// Prints lines of data on standard output.
    fn data(&self, text: &str);
    /// Prints the mistakes that ended the command.
    fn diagnostics(&self, diagnostics: Diagnostics);
    /// Leaves the terminal as it was found.
    fn close(&self) {}
    /// The same after a Ctrl-C.
    fn interrupted(&self) {
        self.close();
    }
}
