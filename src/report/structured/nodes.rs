//! The beginning and the end of a node.
//!
//! dbt tells each twice: for programs (`NodeStart`, `NodeFinished`, level debug) and for people (`LogStartLine`,
//! `Log…Result`). A node that is skipped has no line about its start.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::{Entry, Journal, fancy, node_stamp, thread};
use crate::events::{Level, NodeOutcome, Status};
use crate::manifest::{Node, NodeKind};
use crate::names::UniqueId;
use crate::report::diagnostic;

impl Journal {
    pub(super) fn node_started(
        &mut self,
        id: &UniqueId,
        index: usize,
        now: Timestamp,
    ) -> Vec<Entry> {
        self.started.insert(id.clone(), node_stamp(now));
        if id.resource_type() == "operation" {
            self.hooks += 1;
            return vec![self.hook_started(id, index)];
        }
        let description = self.description(id);
        let line = fancy(&format!("START {description}"), (index, self.total), "RUN", None);
        let data = self.data(|| {
            json!({
                "description": description, "index": index, "total": self.total,
                "node_info": self.node_info(id, "started", ""),
            })
        });
        vec![self.node_start(id), Entry::info("LogStartLine", line, data)]
    }

    fn node_start(&self, id: &UniqueId) -> Entry {
        let data = self.data(|| json!({"node_info": self.node_info(id, "started", "")}));
        Entry::debug("NodeStart", format!("Began running node {id}"), data)
    }

    fn hook_started(&self, id: &UniqueId, index: usize) -> Entry {
        let statement = self.statement(id);
        let total = self.hooks_beside(id);
        let line = fancy(&format!("START hook: {statement}"), (index, total), "RUN", None);
        let data = self.data(|| {
            json!({
                "statement": statement, "index": index, "total": total,
                "node_info": self.node_info(id, "started", ""),
            })
        });
        Entry::info("LogHookStartLine", line, data)
    }

    pub(super) fn node_finished(
        &mut self,
        index: usize,
        node: &NodeOutcome,
        now: Timestamp,
    ) -> Vec<Entry> {
        self.tally.add(node.status);
        if matches!(
            node.status,
            Status::Error | Status::Fail | Status::Warn | Status::PartialSuccess
        ) {
            self.unwell.push(node.clone());
        }
        let mut entries = Vec::new();
        if !self.started.contains_key(&node.id) {
            self.started.insert(node.id.clone(), node_stamp(now));
            entries.push(self.node_start(&node.id));
        }
        let finished_at = node_stamp(now);
        entries.push(self.result(index, node, &finished_at));
        if node.id.resource_type() != "operation" {
            entries.push(self.node_end(node, &finished_at));
        }
        entries
    }

    /// For programs.
    fn node_end(&self, node: &NodeOutcome, finished_at: &str) -> Entry {
        let data = self.data(|| {
            json!({
                "node_info": self.node_info(&node.id, node.status.as_str(), finished_at),
                "run_result": {
                    "status": node.status.as_str(), "message": node.message.as_deref().unwrap_or(""),
                    "execution_time": node.elapsed.as_secs_f64(), "thread": thread(),
                    "num_failures": failures(node), "adapter_response": {}, "timing_info": [],
                },
            })
        });
        Entry::debug("NodeFinished", format!("Finished running node {}", node.id), data)
    }

    /// For people.
    fn result(&self, index: usize, node: &NodeOutcome, finished_at: &str) -> Entry {
        let (name, words, status) = self.spoken(node);
        let seconds = node.elapsed.as_secs_f64();
        let total = match name {
            "LogHookEndLine" => self.hooks_beside(&node.id),
            _ => self.total,
        };
        let data = self.data(|| {
            let mut data = self.kind_data(name, node);
            data["index"] = json!(index);
            data["total"] = json!(total);
            if name != "SkippingDetails" {
                data["execution_time"] = json!(seconds);
            }
            data["node_info"] = self.node_info(&node.id, node.status.as_str(), finished_at);
            add_own(&mut data, node, self);
            data
        });
        let seconds = (name != "SkippingDetails").then_some(seconds);
        Entry::new(level(node.status), name, fancy(&words, (index, total), &status, seconds), data)
    }

    /// dbt's event, and the words on both sides of the dots.
    fn spoken(&self, node: &NodeOutcome) -> (&'static str, String, String) {
        let description = self.description(&node.id);
        let message = || node.message.clone().unwrap_or_else(|| "OK".to_owned());
        let failed = node.status.is_failure();
        let (good, bad) = match node.id.resource_type() {
            _ if node.status == Status::Skipped => {
                let words = description.trim_start_matches("sql ");
                return ("SkippingDetails", format!("SKIP {words}"), "SKIP".to_owned());
            }
            "test" | "unit_test" => {
                let (words, status) = tested(node, &self.name(&node.id));
                return ("LogTestResult", words, status);
            }
            "source" => {
                let word = fresh(node.status);
                return ("LogFreshnessResult", format!("{word} {description}"), word.to_owned());
            }
            "operation" => {
                let word = if failed { "ERROR" } else { "OK" };
                let words = format!("{word} hook: {}", self.statement(&node.id));
                return ("LogHookEndLine", words, word.to_owned());
            }
            "seed" => ("OK loaded", "ERROR loading"),
            "snapshot" => ("OK snapshotted", "ERROR snapshotting"),
            _ => ("OK created", "ERROR creating"),
        };
        let status = if failed { node.status.as_str().to_uppercase() } else { message() };
        let words = format!("{} {description}", if failed { bad } else { good });
        (result_name(&node.id), words, status)
    }

    /// What only one kind of result has.
    fn kind_data(&self, name: &str, node: &NodeOutcome) -> Json {
        let status = node.status.as_str();
        let message = node.message.as_deref().unwrap_or_default();
        match name {
            "LogTestResult" => json!({
                "name": self.name(&node.id), "status": status, "num_failures": failures(node),
                "num_models": self.total, "attached_node": self.attached(&node.id),
            }),
            "LogSeedResult" => {
                let (schema, relation) = self.place(&node.id);
                json!({
                    "status": status, "result_message": message, "schema": schema,
                    "relation": relation,
                })
            }
            "LogFreshnessResult" => {
                let mut names = node.id.as_str().split('.').skip(2);
                let (source, table) = (names.next(), names.next());
                let status = match node.status {
                    Status::Fail => "error",
                    Status::Error => "runtime error",
                    _ => status,
                };
                json!({"status": status, "source_name": source, "table_name": table})
            }
            "LogHookEndLine" => json!({"statement": self.statement(&node.id), "status": status}),
            "LogSnapshotResult" => json!({
                "description": self.description(&node.id), "status": status, "cfg": {},
                "result_message": message,
            }),
            "SkippingDetails" => {
                let (schema, _) = self.place(&node.id);
                json!({
                    "resource_type": node.id.resource_type(), "schema": schema,
                    "node_name": self.name(&node.id), "status": status,
                })
            }
            // dbt: what the engine said when it went well.
            _ => {
                let said = if node.status.is_failure() { status } else { message };
                json!({"description": self.description(&node.id), "status": said})
            }
        }
    }

    pub(super) fn batch(&self, index: usize, total: usize, batch: &NodeOutcome) -> Entry {
        let (word, status) = match batch.status {
            Status::Error => ("ERROR creating", "ERROR"),
            Status::Skipped => ("SKIP", "SKIP"),
            _ => ("OK created", "OK"),
        };
        let seconds = batch.elapsed.as_secs_f64();
        let data = self.data(|| {
            let mut data = json!({
                "description": batch.title, "batch_index": index, "total_batches": total,
                "status": batch.status.as_str(), "execution_time": seconds,
                "node_info": self.node_info(&batch.id, "executing", ""),
            });
            add_own(&mut data, batch, self);
            data
        });
        let words = format!("{word} {}", batch.title);
        let text = format!("Batch {}", fancy(&words, (index, total), status, Some(seconds)));
        let level = if batch.status == Status::Error { Level::Error } else { Level::Info };
        Entry::new(level, "LogBatchResult", text, data)
    }

    fn node(&self, id: &UniqueId) -> Option<&Node> {
        self.manifest.as_ref()?.nodes.get(id).map(|node| &**node)
    }

    pub(super) fn name(&self, id: &UniqueId) -> String {
        let last = || id.as_str().rsplit('.').next().unwrap_or_default().to_owned();
        self.node(id).map_or_else(last, |node| node.name.clone())
    }

    fn place(&self, id: &UniqueId) -> (String, String) {
        self.node(id).map(|node| (node.schema.clone(), node.alias.clone())).unwrap_or_default()
    }

    fn attached(&self, id: &UniqueId) -> Option<&UniqueId> {
        match &self.node(id)?.kind {
            NodeKind::Test(test) => test.attached_node.as_ref(),
            _ => None,
        }
    }

    /// dbt's words: `sql view model main.a`, `seed file main.s`, `test not_null_a_id`.
    fn description(&self, id: &UniqueId) -> String {
        let (schema, alias) = self.place(id);
        match id.resource_type() {
            "model" => {
                let materialized = self.node(id).map_or("", |node| node.materialized());
                format!("sql {materialized} model {schema}.{alias}")
            }
            "seed" => format!("seed file {schema}.{alias}"),
            "snapshot" => format!("snapshot {schema}.{alias}"),
            "source" => {
                let below: Vec<&str> = id.as_str().split('.').skip(2).collect();
                format!("freshness of {}", below.join("."))
            }
            kind => format!("{kind} {}", self.name(id)),
        }
    }

    /// dbt: `shop.on-run-start.0` for the hook `shop-on-run-start-0`.
    fn statement(&self, id: &UniqueId) -> String {
        let name = self.name(id);
        for when in ["on-run-start", "on-run-end"] {
            if let Some((package, number)) = name.split_once(&format!("-{when}-")) {
                return format!("{package}.{when}.{number}");
            }
        }
        name
    }

    /// How many hooks run at the same time as this one.
    fn hooks_beside(&self, id: &UniqueId) -> usize {
        let Some(manifest) = &self.manifest else { return self.hooks };
        let tag = self.node(id).and_then(|node| node.tags.first());
        let is_beside = |node: &&std::sync::Arc<Node>| {
            node.resource_type.as_str() == "operation" && node.tags.first() == tag
        };
        manifest.nodes.values().filter(is_beside).count()
    }

    pub(super) fn node_info(&self, id: &UniqueId, status: &str, finished_at: &str) -> Json {
        let mut info = match self.node(id) {
            Some(node) => known(node),
            None => json!({
                "materialized": "", "meta": {}, "node_checksum": "", "node_name": self.name(id),
                "node_path": "", "node_relation": null,
                "resource_type": id.resource_type(), "unique_id": id,
            }),
        };
        info["node_status"] = json!(status);
        info["node_started_at"] = json!(self.started.get(id).map_or("", String::as_str));
        info["node_finished_at"] = json!(finished_at);
        info
    }
}

fn known(node: &Node) -> Json {
    json!({
        "materialized": node.materialized(),
        "meta": node.meta,
        "node_checksum": node.checksum,
        "node_name": node.name,
        "node_path": node.path,
        "node_relation": {
            "database": node.database, "schema": node.schema, "alias": node.alias,
            "relation_name": node.relation_name.as_deref().unwrap_or_default(),
        },
        "resource_type": node.resource_type.as_str(),
        "unique_id": node.unique_id,
    })
}

/// What dbt does not tell.
fn add_own(data: &mut Json, node: &NodeOutcome, journal: &Journal) {
    let diagnostics = node.diagnostics.iter().map(|d| diagnostic::json(d, &journal.sources));
    data["rows"] = json!(node.rows);
    data["quarantined"] = json!(node.quarantined);
    data["dropped"] = json!(node.dropped);
    data["diagnostics"] = json!(diagnostics.collect::<Vec<_>>());
}

fn failures(node: &NodeOutcome) -> i64 {
    match node.id.resource_type() {
        "test" | "unit_test" => node.rows.unwrap_or(0),
        _ => 0,
    }
}

fn tested(node: &NodeOutcome, name: &str) -> (String, String) {
    let count = failures(node);
    match node.status {
        Status::Fail => (format!("FAIL {count} {name}"), format!("FAIL {count}")),
        Status::Warn => (format!("WARN {count} {name}"), format!("WARN {count}")),
        Status::Error => (format!("ERROR {name}"), "ERROR".to_owned()),
        _ => (format!("PASS {name}"), "PASS".to_owned()),
    }
}

fn fresh(status: Status) -> &'static str {
    match status {
        Status::Fail => "ERROR STALE",
        Status::Warn => "WARN",
        Status::Error => "ERROR",
        _ => "PASS",
    }
}

fn result_name(id: &UniqueId) -> &'static str {
    match id.resource_type() {
        "seed" => "LogSeedResult",
        "snapshot" => "LogSnapshotResult",
        _ => "LogModelResult",
    }
}

fn level(status: Status) -> Level {
    match status {
        Status::Error | Status::Fail | Status::PartialSuccess => Level::Error,
        Status::Warn => Level::Warn,
        _ => Level::Info,
    }
}
