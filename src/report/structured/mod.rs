//! Events as dbt's structured log tells them: one event here is one entry or several there.
//!
//! `info` says what happened (`name`, `code`, `level`, `msg` …), `data` its details. Names, codes and keys are those
//! of dbt 1.12 (log version 3) where dbt has such an event; `rows`, `quarantined`, `dropped` and `diagnostics` are
//! added. What becomes of the entries is left to the consoles and to the log file.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::diagnostic;
use super::style::Style;
use super::summary::Tally;
use crate::diagnostics::{Diagnostic, Severity};
use crate::events::{Event, Level, NodeOutcome};
use crate::manifest::Manifest;
use crate::names::UniqueId;
use crate::source::SourceMap;

mod end;
mod nodes;
mod start;
mod table;

/// One line of the log.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its level.
    pub level: Level,
    /// dbt's name of the event.
    pub name: &'static str,
    /// dbt's code of it, or that of a diagnostic.
    pub code: &'static str,
    /// What people read.
    pub message: String,
    /// What programs read; null in a journal without data.
    pub data: Json,
}

impl Entry {
    fn new(level: Level, name: &'static str, message: impl Into<String>, data: Json) -> Self {
        Entry { level, name, code: table::code(name), message: message.into(), data }
    }

    fn info(name: &'static str, message: impl Into<String>, data: Json) -> Self {
        Entry::new(Level::Info, name, message, data)
    }

    fn debug(name: &'static str, message: impl Into<String>, data: Json) -> Self {
        Entry::new(Level::Debug, name, message, data)
    }
}

/// What was seen of a command so far, which later entries repeat.
pub struct Journal {
    sources: Arc<SourceMap>,
    has_data: bool,
    invocation_id: String,
    target: String,
    manifest: Option<Arc<Manifest>>,
    started: HashMap<UniqueId, String>,
    total: usize,
    hooks: usize,
    tally: Tally,
    unwell: Vec<NodeOutcome>,
}

impl Journal {
    /// The journal of a command that has not begun.
    pub fn new(sources: Arc<SourceMap>) -> Self {
        Journal {
            sources,
            has_data: true,
            invocation_id: String::new(),
            target: String::new(),
            manifest: None,
            started: HashMap::new(),
            total: 0,
            hooks: 0,
            tally: Tally::default(),
            unwell: Vec::new(),
        }
    }

    /// One for people: its entries have no data, which would take longest to make.
    #[must_use]
    pub fn without_data(self) -> Self {
        Journal { has_data: false, ..self }
    }

    fn data(&self, make: impl FnOnce() -> Json) -> Json {
        if self.has_data { make() } else { Json::Null }
    }

    /// Which command this is.
    pub fn invocation_id(&self) -> &str {
        &self.invocation_id
    }

    /// Learns what is in the project.
    pub fn begin(&mut self, target: &str, manifest: &Arc<Manifest>) {
        target.clone_into(&mut self.target);
        self.manifest = Some(manifest.clone());
    }

    /// The entries of an event.
    pub fn entries(&mut self, event: &Event, now: Timestamp) -> Vec<Entry> {
        match event {
            Event::CommandStarted { invocation_id, args } => {
                invocation_id.clone_into(&mut self.invocation_id);
                start::command(args)
            }
            Event::Message { level, text } => vec![note(*level, text)],
            Event::TemplateLog { level, text, node } => {
                vec![self.logged(*level, text, node.as_ref())]
            }
            Event::Print(text) => vec![printed(text)],
            Event::Statement { sql } => vec![Entry::debug(
                "SQLQuery",
                format!("On {}: {sql}", self.target),
                self.data(|| json!({"conn_name": self.target, "sql": sql})),
            )],
            Event::Diagnostic(diagnostic) => vec![diagnosed(diagnostic, &self.sources)],
            Event::RunStarted { total, summary, threads } => self.run(*total, summary, *threads),
            Event::NodeStarted { id, index, .. } => self.node_started(id, *index, now),
            Event::NodeFinished { index, outcome } => self.node_finished(*index, outcome, now),
            Event::BatchFinished { index, total, outcome } => {
                vec![self.batch(*index, *total, outcome)]
            }
            Event::RunFinished { elapsed } => self.run_finished(*elapsed),
            Event::CommandFinished { command, success, elapsed } => {
                vec![end::command(command, *success, *elapsed, now)]
            }
        }
    }

    /// An entry in dbt's shape.
    pub fn json(&self, entry: &Entry, now: Timestamp) -> Json {
        json!({
            "data": entry.data,
            "info": {
                "category": "", "code": entry.code, "extra": {},
                "invocation_id": self.invocation_id, "level": word(entry.level),
                "msg": entry.message, "name": entry.name, "pid": std::process::id(),
                "thread": thread(), "ts": stamp(now),
            },
        })
    }

    /// `log()` of a template.
    fn logged(&self, level: Level, text: &str, node: Option<&UniqueId>) -> Entry {
        let data = self.data(|| {
            let mut data = Map::from_iter([("msg".to_owned(), json!(text))]);
            if let Some(id) = node.filter(|id| self.started.contains_key(*id)) {
                data.insert("node_info".to_owned(), self.node_info(id, "executing", ""));
            }
            Json::Object(data)
        });
        let name = if level == Level::Debug { "JinjaLogDebug" } else { "JinjaLogInfo" };
        Entry::new(level, name, text, data)
    }
}

/// A line of data on standard output.
pub fn printed(text: &str) -> Entry {
    Entry::info("PrintEvent", text, json!({"msg": text}))
}

/// An error that ended the command.
pub fn encountered(diagnostic: &Diagnostic, sources: &SourceMap) -> Entry {
    let found = diagnosed(diagnostic, sources);
    if found.level != Level::Error {
        return found;
    }
    let text = format!("Encountered an error:\n{}", found.message);
    let mut data = found.data;
    data["exc"] = json!(found.message);
    Entry::new(Level::Error, "MainEncounteredError", text, data)
}

/// The level of a diagnostic.
pub fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warn,
        Severity::Note => Level::Info,
    }
}

fn note(level: Level, text: &str) -> Entry {
    Entry::new(level, "Note", text, json!({"msg": text}))
}

/// dbt's name and code where dbt has the same warning; forge's own code is in `data` as well.
fn diagnosed(diagnostic: &Diagnostic, sources: &SourceMap) -> Entry {
    // Number and name of the code come first.
    let name = diagnostic.code.names().get(2).copied().unwrap_or("Diagnostic");
    let code = match table::code(name) {
        "" => diagnostic.code.id(),
        code => code,
    };
    Entry {
        level: level(diagnostic.severity),
        name,
        code,
        message: diagnostic::one_line(diagnostic, sources, Style::PLAIN),
        data: diagnostic::json(diagnostic, sources),
    }
}

/// `debug`, `info`, `warn`, `error`.
pub fn word(level: Level) -> &'static str {
    match level {
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    }
}

/// The name of the running thread, in dbt's words.
pub fn thread() -> String {
    let current = std::thread::current();
    match current.name() {
        Some("main") => "MainThread".to_owned(),
        Some(name) => name.to_owned(),
        None => "worker".to_owned(),
    }
}

/// dbt: microseconds, UTC.
fn stamp(now: Timestamp) -> String {
    format!("{now:.6}")
}

/// dbt: the times of a node have no zone.
fn node_stamp(now: Timestamp) -> String {
    stamp(now).trim_end_matches('Z').to_owned()
}

/// dbt's line about a node: `1 of 3 START sql view model main.a ............. [RUN]`, filled up to 80 columns.
fn fancy(text: &str, place: (usize, usize), status: &str, seconds: Option<f64>) -> String {
    let text = format!("{} of {} {text} ", place.0, place.1);
    let time = seconds.map(|seconds| format!(" in {seconds:.2}s")).unwrap_or_default();
    format!("{text:.<80} [{status}{time}]")
}

#[cfg(test)]
mod tests;
