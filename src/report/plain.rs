//! The console without a terminal: plain lines, in the order in which things happen.

use std::sync::{Mutex, MutexGuard};

use super::Console;
use super::output;
use super::transcript::{Text, Transcript};
use crate::diagnostics::Diagnostics;
use crate::events::{Event, EventSink};

/// Prints lines.
pub struct Plain {
    transcript: Mutex<Transcript>,
}

impl Plain {
    /// A console that prints what the transcript says.
    pub fn new(transcript: Transcript) -> Self {
        Plain { transcript: Mutex::new(transcript) }
    }

    fn transcript(&self) -> MutexGuard<'_, Transcript> {
        self.transcript.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl EventSink for Plain {
    fn emit(&self, event: Event) {
        // The lock is held while printing, so that lines of two threads do not mix.
        let mut transcript = self.transcript();
        match transcript.text(event) {
            Some(Text::Log(text)) => output::stderr(&text),
            Some(Text::Data(text)) => output::stdout(&text),
            None => {}
        }
    }
}

impl Console for Plain {
    fn data(&self, text: &str) {
        output::stdout(&output::line(text));
    }

    fn diagnostics(&self, diagnostics: Diagnostics) {
        if let Some(text) = self.transcript().diagnostics(diagnostics) {
            output::stderr(&text);
        }
    }
}
