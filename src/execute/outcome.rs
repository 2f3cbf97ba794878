//! How nodes are named and how they ended, for people and for `run_results.json`.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, json};

use super::{Ended, Run};
use crate::artifacts::run_results::{RunResult, Timing};
use crate::artifacts::stamp;
use crate::events::Status;
use crate::manifest::{Definition, Manifest, Node, ResourceType};
use crate::names::UniqueId;

/// `12 models, 31 tests, 4 seeds`.
pub(super) fn summary(manifest: &Manifest) -> String {
    let kinds = [
        (ResourceType::Model, "model"),
        (ResourceType::Seed, "seed"),
        (ResourceType::Snapshot, "snapshot"),
        (ResourceType::Test, "test"),
        (ResourceType::Analysis, "analysis"),
        (ResourceType::Operation, "operation"),
        (ResourceType::Function, "function"),
    ];
    let nodes = || manifest.nodes.values().filter(|node| node.config.enabled());
    let mut parts: Vec<String> = kinds
        .into_iter()
        .filter_map(|(kind, word)| {
            let count = nodes().filter(|n| n.resource_type == kind).count();
            (count > 0).then(|| counted(count, word))
        })
        .collect();
    let is_unit = |one: &&Arc<Definition>| one.resource_type == ResourceType::UnitTest;
    let unit_tests = manifest.definitions.values().filter(is_unit).count();
    for (count, word) in [
        (unit_tests, "unit test"),
        (manifest.sources.len(), "source"),
        (manifest.exposures.len(), "exposure"),
    ] {
        if count > 0 {
            parts.push(counted(count, word));
        }
    }
    parts.join(", ")
}

fn counted(count: usize, word: &str) -> String {
    match (count, word) {
        (1, _) => format!("1 {word}"),
        (_, "analysis") => format!("{count} analyses"),
        _ => format!("{count} {word}s"),
    }
}

/// What a person reads about a node: `table main.orders`, `test not_null_orders_id`.
pub(super) fn title(node: Option<&Arc<Node>>) -> String {
    let Some(node) = node else {
        return String::new();
    };
    match node.resource_type {
        ResourceType::Model => {
            format!("{} {}", node.materialized(), place(node))
        }
        ResourceType::Seed | ResourceType::Snapshot | ResourceType::Function => {
            format!("{} {}", node.resource_type, place(node))
        }
        ResourceType::Operation => format!("hook {}", node.name),
        ResourceType::UnitTest => format!("unit test {}", node.name),
        _ => format!("{} {}", node.resource_type, node.name),
    }
}

fn place(node: &Node) -> String {
    format!("{}.{}", node.schema, node.alias)
}

/// The entry of `run_results.json`.
pub(super) fn result(run: &Run<'_>, id: &UniqueId, ended: &Ended, elapsed: Duration) -> RunResult {
    let node = run.node(id);
    let is_seed = node.is_some_and(|n| n.resource_type == ResourceType::Seed);
    let code = ended.compiled.as_ref().and_then(|info| info.compiled_code.clone());
    let mut response = Map::new();
    if ended.status == Status::Success
        || matches!(ended.status, Status::Pass | Status::Warn | Status::Fail)
    {
        response.insert("_message".to_owned(), json!("OK"));
        response.insert("rows_affected".to_owned(), json!(ended.rows.unwrap_or(-1)));
        let sorted = [
            ("rows_in", ended.rows_in),
            ("rows_quarantined", ended.quarantined),
            ("rows_dropped", ended.dropped),
        ];
        for (name, rows) in sorted {
            if let Some(rows) = rows {
                response.insert(name.to_owned(), json!(rows));
            }
        }
    }
    let is_operation = node.is_some_and(|n| n.resource_type == ResourceType::Operation);
    RunResult {
        status: ended.status.as_str().to_owned(),
        timing: timing(run, ended, elapsed),
        thread_id: std::thread::current().name().unwrap_or("MainThread").to_owned(),
        execution_time: elapsed.as_secs_f64(),
        adapter_response: response,
        message: message(node, ended),
        failures: if is_operation || ended.batches.is_some() { Some(0) } else { ended.failures },
        unique_id: id.to_string(),
        compiled: if is_seed { None } else { Some(code.is_some()) },
        compiled_code: code,
        relation_name: ended
            .compiled
            .as_ref()
            .and_then(|info| info.relation_name.clone())
            .or_else(|| node.and_then(|n| n.relation_name.clone())),
        batch_results: ended.batches.clone(),
    }
}

/// One line of what happened; of an error in dbt's shape, by which programs tell its class and its node.
fn message(node: Option<&std::sync::Arc<Node>>, ended: &Ended) -> Option<String> {
    let found = ended.diagnostics.first().filter(|_| ended.status == Status::Error);
    let (Some(found), Some(node)) = (found, node) else {
        return ended.message.clone();
    };
    let class = match &found.code.id()[..3] {
        "E07" => "Database",
        "E03" | "E04" | "E05" => "Compilation",
        _ => "Runtime",
    };
    let Node { resource_type, name, original_file_path, .. } = &**node;
    let text = found.message.replace('\n', "\n  ");
    Some(format!("{class} Error in {resource_type} {name} ({original_file_path})\n  {text}"))
}

/// When compiling and executing began and ended.
pub(super) fn timing(run: &Run<'_>, ended: &Ended, elapsed: Duration) -> Vec<Timing> {
    if ended.status == Status::Skipped {
        return Vec::new();
    }
    let end = run.compiler.globals.host.now();
    let ago = |duration: Duration| {
        let duration = jiff::SignedDuration::try_from(duration).unwrap_or_default();
        end.checked_sub(duration).unwrap_or(end)
    };
    let start = ago(elapsed);
    let compiled = ago(elapsed.saturating_sub(ended.compile_time));
    let phase = |name: &str, from: jiff::Timestamp, to: jiff::Timestamp| Timing {
        name: name.to_owned(),
        started_at: Some(stamp(from)),
        completed_at: Some(stamp(to)),
    };
    vec![phase("compile", start, compiled), phase("execute", compiled, end)]
}
