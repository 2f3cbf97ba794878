//! The console for programs: one JSON object a line, in the shape of dbt's structured log.
//!
//! `info` says what happened (`name`, `code`, `level`, `msg`, `ts`, `invocation_id` …), `data` its details.
//! Event names and codes are dbt's where dbt has such an event.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value as Json, json};

use super::Console;
use super::output;
use super::style::Style;
use super::summary::Tally;
use super::transcript::Verbosity;
use super::{diagnostic, outcome};
use crate::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::events::{Event, EventSink, Level, NodeOutcome, Status};
use crate::host::Host;
use crate::manifest::Manifest;
use crate::names::UniqueId;
use crate::source::SourceMap;

/// Prints JSON lines.
pub struct JsonLines {
    host: Arc<dyn Host>,
    sources: Arc<SourceMap>,
    verbosity: Verbosity,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    invocation_id: String,
    nodes: HashMap<UniqueId, Json>,
    started: HashMap<UniqueId, String>,
    total: usize,
    tally: Tally,
}

/// One line before it is dressed.
struct Line {
    level: Level,
    name: &'static str,
    code: &'static str,
    message: String,
    data: Json,
}

impl JsonLines {
    /// A console that takes the time from `host`.
    pub fn new(host: Arc<dyn Host>, sources: Arc<SourceMap>, verbosity: Verbosity) -> Self {
        JsonLines { host, sources, verbosity, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The line of an event, as an object; `None` when its level is not wanted.
    fn object(&self, state: &mut State, event: &Event) -> Option<Json> {
        // dbt: microseconds.
        let now = format!("{:.6}", self.host.now());
        let line = line(state, event, &now, &self.sources);
        self.dress(state, line, &now)
    }

    fn dress(&self, state: &State, line: Line, now: &str) -> Option<Json> {
        self.verbosity.shows(line.level).then(|| {
            json!({
                "data": line.data,
                "info": {
                    "category": "", "code": line.code, "extra": {},
                    "invocation_id": state.invocation_id, "level": word(line.level),
                    "msg": line.message, "name": line.name, "pid": std::process::id(),
                    "thread": std::thread::current().name().unwrap_or("worker"), "ts": now,
                },
            })
        })
    }
}

impl EventSink for JsonLines {
    fn emit(&self, event: Event) {
        let mut state = self.state();
        if let Event::Print(text) = &event {
            if self.verbosity.print {
                output::stdout(&format!("{text}\n"));
            }
            return;
        }
        if let Some(object) = self.object(&mut state, &event) {
            output::stderr(&format!("{object}\n"));
        }
    }
}

impl Console for JsonLines {
    fn begin(&self, invocation_id: &str, manifest: &Manifest) {
        let mut state = self.state();
        state.invocation_id = invocation_id.to_owned();
        let nodes = manifest.nodes.iter();
        state.nodes = nodes.map(|(id, node)| (id.clone(), node_info(node))).collect();
    }

    fn data(&self, text: &str) {
        output::stdout(&output::line(text));
    }

    fn diagnostics(&self, diagnostics: Diagnostics) {
        for diagnostic in diagnostics.into_sorted() {
            self.emit(Event::Diagnostic(diagnostic));
        }
    }
}

fn node_info(node: &crate::manifest::Node) -> Json {
    json!({
        "materialized": node.materialized(),
        "meta": node.meta,
        "node_checksum": node.checksum,
        "node_name": node.name,
        "node_path": node.path,
        "node_relation": {
            "database": node.database, "schema": node.schema, "alias": node.alias,
            "relation_name": node.relation_name,
        },
        "resource_type": node.resource_type.as_str(),
        "unique_id": node.unique_id,
    })
}

fn line(state: &mut State, event: &Event, now: &str, sources: &SourceMap) -> Line {
    match event {
        Event::Message { level, text } => {
            message(*level, "JinjaLogInfo", "I063", text.clone(), json!({"msg": text}))
        }
        Event::Print(text) => {
            message(Level::Info, "PrintEvent", "Z052", text.clone(), json!({"msg": text}))
        }
        Event::Statement { sql } => {
            message(Level::Debug, "SQLQuery", "E016", sql.clone(), json!({"sql": sql}))
        }
        Event::Diagnostic(diagnostic) => diagnosed(diagnostic, sources),
        Event::RunStarted { total, summary, threads } => {
            state.total = *total;
            let data = json!({"stat_line": summary, "node_count": total, "num_threads": threads});
            message(Level::Info, "FoundStats", "W006", format!("Found {summary}"), data)
        }
        Event::NodeStarted { id, index, title } => started(state, (id, *index, title), now),
        Event::NodeFinished { index, outcome } => finished(state, *index, outcome, now, sources),
        Event::BatchFinished { index, total, outcome } => batch(*index, *total, outcome, sources),
        Event::RunFinished { elapsed } => {
            let Tally { pass, warn, error, skip } = state.tally;
            let stats = json!({
                "pass": pass, "warn": warn, "error": error, "skip": skip, "noop": 0, "reused": 0,
                "total": state.tally.total(),
            });
            let data = json!({"stats": stats, "execution_time": elapsed.as_secs_f64()});
            message(Level::Info, "StatsLine", "Z023", state.tally.stats(), data)
        }
    }
}

fn message(
    level: Level,
    name: &'static str,
    code: &'static str,
    message: String,
    data: Json,
) -> Line {
    Line { level, name, code, message, data }
}

fn diagnosed(diagnostic: &Diagnostic, sources: &SourceMap) -> Line {
    let level = match diagnostic.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warn,
        Severity::Note => Level::Info,
    };
    Line {
        level,
        name: "Diagnostic",
        code: diagnostic.code.id(),
        message: diagnostic::one_line(diagnostic, sources, Style::PLAIN),
        data: diagnostic::json(diagnostic, sources),
    }
}

fn started(state: &mut State, node: (&UniqueId, usize, &str), now: &str) -> Line {
    let (id, index, title) = node;
    state.started.insert(id.clone(), now.to_owned());
    let data = json!({
        "description": title, "index": index, "total": state.total,
        "node_info": info_of(state, id, "started", ""),
    });
    let text = format!("{index} of {} START {title}", state.total);
    message(Level::Info, "LogStartLine", "Q011", text, data)
}

fn batch(index: usize, total: usize, batch: &NodeOutcome, sources: &SourceMap) -> Line {
    let diagnostics = batch.diagnostics.iter().map(|d| diagnostic::json(d, sources));
    let data = json!({
        "description": batch.title, "batch_index": index, "total_batches": total,
        "status": batch.status.as_str(), "execution_time": batch.elapsed.as_secs_f64(),
        "rows": batch.rows, "diagnostics": diagnostics.collect::<Vec<_>>(),
    });
    let word = outcome::word(batch.status).to_uppercase();
    let time = outcome::seconds(batch.elapsed);
    let text = format!("Batch {index} of {total} {word} {} in {time}", batch.title);
    let level = if batch.status == Status::Error { Level::Error } else { Level::Info };
    message(level, "LogBatchResult", "Q046", text, data)
}

fn finished(
    state: &mut State,
    index: usize,
    node: &NodeOutcome,
    now: &str,
    sources: &SourceMap,
) -> Line {
    state.tally.add(node.status);
    let (name, code) = names(node);
    let diagnostics = node.diagnostics.iter().map(|d| diagnostic::json(d, sources));
    let data = json!({
        "description": node.title, "index": index, "total": state.total,
        "status": node.status.as_str(), "execution_time": node.elapsed.as_secs_f64(),
        "message": node.message, "rows": node.rows,
        "diagnostics": diagnostics.collect::<Vec<_>>(),
        "node_info": info_of(state, &node.id, node.status.as_str(), now),
    });
    let level = match node.status {
        Status::Error | Status::Fail | Status::PartialSuccess => Level::Error,
        Status::Warn => Level::Warn,
        _ => Level::Info,
    };
    let word = outcome::word(node.status).to_uppercase();
    let text = format!(
        "{index} of {} {word} {} in {}",
        state.total,
        node.title,
        outcome::seconds(node.elapsed)
    );
    message(level, name, code, text, data)
}

/// dbt's name and code of the event that ends a node.
fn names(node: &NodeOutcome) -> (&'static str, &'static str) {
    match (node.status, node.id.resource_type()) {
        (Status::Skipped, _) => ("SkippingDetails", "Q034"),
        (_, "test") => ("LogTestResult", "Q007"),
        (_, "seed") => ("LogSeedResult", "Q016"),
        (_, "snapshot") => ("LogSnapshotResult", "Q015"),
        (_, "source") => ("LogFreshnessResult", "Q018"),
        (_, "operation") => ("LogHookEndLine", "Q033"),
        _ => ("LogModelResult", "Q012"),
    }
}

fn info_of(state: &State, id: &UniqueId, status: &str, finished_at: &str) -> Json {
    let mut info = state
        .nodes
        .get(id)
        .cloned()
        .unwrap_or_else(|| json!({"resource_type": id.resource_type(), "unique_id": id}));
    info["node_status"] = json!(status);
    info["node_started_at"] = json!(state.started.get(id).map_or("", String::as_str));
    info["node_finished_at"] = json!(finished_at);
    info
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::RealHost;
    use crate::report::outcome::tests::outcome;

    fn console() -> JsonLines {
        let host = Arc::new(RealHost::new());
        JsonLines::new(host, Arc::new(SourceMap::new()), Verbosity::NORMAL)
    }

    #[test]
    fn nodes_are_logged_in_dbts_shape() {
        let console = console();
        console.begin("run-1", &Manifest::default());
        let mut state = console.state();
        let start = Event::NodeStarted {
            id: "model.shop.view main.a".into(),
            index: 1,
            title: "view main.a".into(),
        };
        let started = console.object(&mut state, &start).expect("a line");
        assert_eq!(started["info"]["name"], "LogStartLine");
        assert_eq!(started["data"]["node_info"]["node_status"], "started");
        let end =
            Event::NodeFinished { index: 1, outcome: outcome(Status::Success, "view main.a") };
        let ended = console.object(&mut state, &end).expect("a line");
        assert_eq!(ended["info"]["name"], "LogModelResult");
        assert_eq!(ended["info"]["invocation_id"], "run-1");
        assert_eq!(ended["info"]["msg"], "1 of 0 OK view main.a in 0.02s");
        assert_ne!(ended["data"]["node_info"]["node_started_at"], "");
    }

    #[test]
    fn debug_messages_are_left_out_unless_wanted() {
        let console = console();
        let event = Event::Message { level: Level::Debug, text: "x".into() };
        assert_eq!(console.object(&mut console.state(), &event), None);
    }
}
