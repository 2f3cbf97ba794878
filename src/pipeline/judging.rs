//! Warnings of a run as `--warn-error-options` wants them: silenced, told, or told as errors that fail the command.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::diagnostics::{Severity, codes};
use crate::events::{Event, EventSink};
use crate::project::Project;

/// Passes events on and judges the warnings among them.
pub(super) struct Judging {
    inner: Arc<dyn EventSink>,
    project: Arc<Project>,
    has_promoted: AtomicBool,
}

impl Judging {
    pub(super) fn new(inner: Arc<dyn EventSink>, project: Arc<Project>) -> Self {
        Judging { inner, project, has_promoted: AtomicBool::new(false) }
    }

    /// Whether a warning became an error.
    pub(super) fn has_promoted(&self) -> bool {
        self.has_promoted.load(Ordering::Acquire)
    }
}

impl EventSink for Judging {
    fn emit(&self, event: Event) {
        let Event::Diagnostic(mut diagnostic) = event else {
            return self.inner.emit(event);
        };
        let flags = &self.project.flags;
        if diagnostic.severity == Severity::Warning {
            let names = diagnostic.code.names();
            if flags.silences(&names) {
                return;
            }
            if flags.promotes(&names) {
                diagnostic.severity = Severity::Error;
                self.has_promoted.store(true, Ordering::Release);
            }
        }
        // It belongs to a node that succeeded, so that no result says it.
        if diagnostic.code == codes::COST_GROWTH && diagnostic.severity == Severity::Error {
            self.has_promoted.store(true, Ordering::Release);
        }
        self.inner.emit(Event::Diagnostic(diagnostic));
    }
}
