//! The quality report of a run: tests, pass rate, what failed, and which rows of the models that concerns.
//!
//! Invariant: of the data there are keys of failing rows only, unless more is asked for.

use serde_json::{Value as Json, json};

use super::{Ended, Told};
use crate::diagnostics::Severity;
use crate::events::{FailingKeys, Sample, Status};
use crate::manifest::{Manifest, Resource};

/// The name and version of the shape.
const SCHEMA: &str = "forge-quality-report/1";

/// What the report says besides what was told.
pub(super) struct Facts<'f> {
    /// When it is written, as artifacts have it.
    pub(super) generated_at: String,
    /// The run.
    pub(super) invocation_id: &'f str,
    /// The target's name; none when the command did not come so far.
    pub(super) target: Option<&'f str>,
    /// What is in the project.
    pub(super) manifest: Option<&'f Manifest>,
    /// Whether the first failing rows are shown.
    pub(super) rows: Rows,
}

/// What the report says of failing rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// Their keys.
    #[default]
    Keys,
    /// Their keys, and the first rows of each failing test.
    Shown,
}

/// The whole report.
pub(super) fn json(told: &Told<'_>, facts: &Facts<'_>) -> Json {
    let failed = told.nodes.iter().filter(|node| is_told(node.outcome.status));
    let failures: Vec<Json> = failed.map(|node| failure(node, facts)).collect();
    let mistakes = told.findings.iter().filter(|one| one.node.is_none());
    let mistakes = mistakes.filter(|one| one.severity == Severity::Error).map(|one| {
        let place = one.place.as_ref();
        json!({
            "code": one.code,
            "message": one.message,
            "file": place.map(|place| &place.file),
            "line": place.map(|place| place.line),
        })
    });
    json!({
        "metadata": {
            "schema": SCHEMA,
            "forge_version": env!("CARGO_PKG_VERSION"),
            "generated_at": facts.generated_at,
            "invocation_id": facts.invocation_id,
            "project": facts.manifest.map(|manifest| &manifest.metadata.project_name),
            "target": facts.target,
            "command": told.command,
        },
        "success": told.success,
        "elapsed_seconds": told.elapsed.as_secs_f64(),
        "tests": tests(told),
        "nodes": nodes(told),
        "failures": failures,
        "mistakes": mistakes.collect::<Vec<Json>>(),
    })
}

fn is_told(status: Status) -> bool {
    status.is_failure() || status == Status::Warn
}

fn is_test(node: &Ended<'_>) -> bool {
    matches!(node.outcome.id.resource_type(), "test" | "unit_test")
}

/// How many tests ended how; the rate is that of the tests that ran, null when none did.
fn tests(told: &Told<'_>) -> Json {
    let tests = || told.nodes.iter().filter(|node| is_test(node));
    let count = |status: Status| tests().filter(|node| node.outcome.status == status).count();
    let (passed, skipped) = (count(Status::Pass), count(Status::Skipped));
    let ran = tests().count() - skipped;
    let rate = (ran > 0).then(|| passed as f64 / ran as f64);
    json!({
        "total": tests().count(),
        "passed": passed,
        "warned": count(Status::Warn),
        "failed": count(Status::Fail),
        "errored": count(Status::Error),
        "skipped": skipped,
        "pass_rate": rate,
    })
}

fn nodes(told: &Told<'_>) -> Json {
    let nodes = || told.nodes.iter().filter(|node| !is_test(node));
    let count = |wanted: fn(Status) -> bool| nodes().filter(|n| wanted(n.outcome.status)).count();
    json!({
        "total": nodes().count(),
        "succeeded": count(|status| matches!(status, Status::Success | Status::Pass)),
        "warned": count(|status| status == Status::Warn),
        "failed": count(Status::is_failure),
        "skipped": count(|status| status == Status::Skipped),
    })
}

fn failure(node: &Ended<'_>, facts: &Facts<'_>) -> Json {
    let outcome = node.outcome;
    let resource = facts.manifest.and_then(|manifest| manifest.resource(outcome.id.as_str()));
    let test = match resource {
        Some(Resource::Node(node)) => node.test(),
        _ => None,
    };
    let place = node.place.as_ref();
    let mut failure = json!({
        "unique_id": outcome.id.as_str(),
        "name": node.name,
        "status": outcome.status.as_str(),
        "code": outcome.diagnostics.first().map(|one| one.code.id()),
        "message": node.message,
        "file": place.map(|place| &place.file),
        "line": place.map(|place| place.line),
        "model": test.and_then(|test| test.attached_node.as_ref()).map(|id| id.as_str()),
        "column": test.and_then(|test| test.column_name.as_ref()),
        "failures": outcome.rows.filter(|_| is_test(node)),
        "keys": outcome.keys.as_ref().map(keys),
    });
    if facts.rows == Rows::Shown {
        failure["rows"] = json!(outcome.sample.as_ref().map(rows));
    }
    failure
}

fn keys(keys: &FailingKeys) -> Json {
    json!({"columns": keys.columns, "rows": keys.rows, "is_complete": keys.is_complete})
}

fn rows(sample: &Sample) -> Json {
    json!({"columns": sample.columns, "rows": sample.rows})
}
