//! The one place where outcomes become exit codes, and where a bug is told instead of a panic.
//!
//! 0: fine. 1: a node or a test failed. 2: the project or the command is wrong, or forge has a bug. 130: interrupted.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::events::{Event, Level};
use crate::execute::Stop;
use crate::host::workshop;
use crate::pipeline::RunSummary;
use crate::report::diagnostic;
use crate::report::{Console, Style, output};
use crate::source::SourceMap;

/// How a command ended that could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// As it should.
    Fine,
    /// A node or a test failed.
    Failed,
}

impl Outcome {
    /// That of a run.
    pub(super) fn of(summary: &RunSummary) -> Self {
        let has_failed = summary.results.has_failures() || summary.has_promoted;
        if has_failed { Outcome::Failed } else { Outcome::Fine }
    }
}

/// The exit code of a command.
pub(super) fn code(result: &Result<Outcome, Diagnostics>, stop: &Stop) -> ExitCode {
    ExitCode::from(if stop.is_requested() { INTERRUPTED } else { number(result) })
}

fn number(result: &Result<Outcome, Diagnostics>) -> u8 {
    match result {
        Ok(Outcome::Fine) => 0,
        Ok(Outcome::Failed) => 1,
        Err(_) => 2,
    }
}

/// Prints what clap has to say: help and version are fine, anything else is misuse.
pub(super) fn usage(message: &clap::Error) -> ExitCode {
    // A closed pipe ends the help early; nobody is left to be told.
    let _ = message.print();
    ExitCode::from(if message.use_stderr() { 2 } else { 0 })
}

/// The code of a command that was interrupted, as shells give it: 128 and the number of SIGINT.
const INTERRUPTED: u8 = 130;

/// On Ctrl-C: a run is asked to end in order; without one, and the second time, the process ends at once and leaves the
/// terminal as it was found. The engine rolls back what was not committed.
pub(super) fn on_interrupt(console: Arc<dyn Console>, stop: Arc<Stop>) {
    let stop = move || {
        if stop.request() {
            let text = "stopping; Ctrl-C again ends at once".to_owned();
            return console.emit(Event::Message { level: Level::Warn, text });
        }
        console.interrupted();
        workshop::remove_scratch();
        let text =
            "interrupted; what was running is rolled back, what was finished stays".to_owned();
        console.emit(Event::Message { level: Level::Error, text });
        std::process::exit(INTERRUPTED.into());
    };
    // Without a handler the system's own one ends the process; only the terminal is less tidy then.
    let _ = ctrlc::set_handler(stop);
}

/// Where the last panic was.
static PLACE: Mutex<Option<String>> = Mutex::new(None);

/// Runs the program; a panic becomes a diagnostic that says what to report.
pub(super) fn guard(program: impl FnOnce() -> ExitCode) -> ExitCode {
    panic::set_hook(Box::new(remember));
    panic::catch_unwind(AssertUnwindSafe(program)).unwrap_or_else(|payload| {
        let place = PLACE.lock().ok().and_then(|mut place| place.take());
        let bug = bug(&words(&*payload), place.as_deref());
        output::stderr(&diagnostic::render(&bug, &SourceMap::new(), Style::PLAIN));
        ExitCode::from(2)
    })
}

fn remember(info: &PanicHookInfo<'_>) {
    if let Ok(mut place) = PLACE.lock() {
        *place = info.location().map(ToString::to_string);
    }
}

fn words(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}

fn bug(words: &str, place: Option<&str>) -> Diagnostic {
    let version = env!("CARGO_PKG_VERSION");
    let place = place.unwrap_or("an unknown place");
    Diagnostic::error(codes::BUG, "forge has a bug; your database and your files are as they were")
        .note(format!("forge {version}, {place}"))
        .note(if words.is_empty() { "no message" } else { words })
        .hint("please report the lines above together with the command that you ran")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_have_dbts_codes() {
        let wrong = Diagnostic::error(codes::NO_PROJECT, "no project");
        assert_eq!(number(&Ok(Outcome::Fine)), 0);
        assert_eq!(number(&Ok(Outcome::Failed)), 1);
        assert_eq!(number(&Err(wrong.into())), 2);
    }

    #[test]
    fn a_bug_says_what_to_report() {
        let shown = bug("invariant: x", Some("src/a.rs:1:2"));
        let shown = diagnostic::render(&shown, &SourceMap::new(), Style::PLAIN);
        assert!(shown.starts_with("error[E0901] bug: forge has a bug"), "{shown}");
        assert!(shown.contains("  = invariant: x\nhint: please report"), "{shown}");
    }
}
