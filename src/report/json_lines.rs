//! The console for programs: the structured log, one JSON object a line, on standard output as with dbt.
//!
//! Data is an event too (`PrintEvent`), so that every line of standard output is an object. `--log-format debug` puts
//! the same entries on standard error as text with their time, level and thread, and leaves data as it is.

use std::sync::{Arc, Mutex, MutexGuard};

use super::log_file;
use super::output;
use super::structured::{self, Entry, Journal};
use super::transcript::Verbosity;
use super::{Begun, Console};
use crate::diagnostics::Diagnostics;
use crate::events::{Event, EventSink};
use crate::host::Host;
use crate::source::SourceMap;

/// How entries are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One object a line.
    Json,
    /// `12:00:00.000000 [info ] [MainThread]: …`
    Text,
}

/// Prints entries of the structured log.
pub struct JsonLines {
    host: Arc<dyn Host>,
    sources: Arc<SourceMap>,
    verbosity: Verbosity,
    form: Form,
    journal: Mutex<Journal>,
}

impl JsonLines {
    /// A console that takes the time from `host`.
    pub fn new(
        host: Arc<dyn Host>,
        sources: Arc<SourceMap>,
        verbosity: Verbosity,
        form: Form,
    ) -> Self {
        let journal = Journal::new(sources.clone());
        let journal = Mutex::new(match form {
            Form::Json => journal,
            Form::Text => journal.without_data(),
        });
        JsonLines { host, sources, verbosity, form, journal }
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn wants(&self, entry: &Entry) -> bool {
        match entry.name {
            "PrintEvent" => true,
            _ => self.verbosity.shows(entry.level),
        }
    }

    fn write(&self, journal: &Journal, entries: &[Entry]) {
        let now = self.host.now();
        let entries = entries.iter().filter(|entry| self.wants(entry));
        match self.form {
            Form::Json => {
                let lines = entries.map(|entry| format!("{}\n", journal.json(entry, now)));
                output::stdout(&lines.collect::<String>());
            }
            Form::Text => {
                let lines = entries.map(|entry| log_file::text(entry, now));
                output::stderr(&lines.collect::<String>());
            }
        }
    }
}

impl EventSink for JsonLines {
    fn emit(&self, event: Event) {
        let mut journal = self.journal();
        if let Event::Print(text) = &event {
            if !self.verbosity.print {
                return;
            }
            if self.form == Form::Text {
                return output::stdout(&format!("{text}\n"));
            }
        }
        let entries = journal.entries(&event, self.host.now());
        self.write(&journal, &entries);
    }
}

impl Console for JsonLines {
    fn begin(&self, begun: &Begun) {
        self.journal().begin(&begun.target, &begun.manifest);
    }

    fn data(&self, text: &str) {
        match self.form {
            Form::Json => {
                let text = text.trim_end_matches('\n');
                self.write(&self.journal(), &[structured::printed(text)]);
            }
            Form::Text => output::stdout(&output::line(text)),
        }
    }

    fn lines(&self, lines: &[String]) {
        match self.form {
            Form::Json => {
                let entries: Vec<Entry> = lines.iter().map(|l| structured::printed(l)).collect();
                self.write(&self.journal(), &entries);
            }
            Form::Text => self.data(&lines.join("\n")),
        }
    }

    fn diagnostics(&self, diagnostics: Diagnostics) {
        let found = diagnostics.into_sorted();
        let entries: Vec<Entry> =
            found.iter().map(|d| structured::encountered(d, &self.sources)).collect();
        self.write(&self.journal(), &entries);
    }
}
