//! Data tests: count the failing rows, judge, show the first ones.

use std::sync::Arc;

use minijinja::value::Value;
use serde_json::Value as Json;

use super::attempt::Attempt;
use super::{
    Ended, Run, failing_keys, failure, materialization, shared_scan, test_statement, warnings,
};
use crate::adapters::{Datum, Table};
use crate::compile::{CompiledNode, Variant};
use crate::diagnostics::{Diagnostic, codes};
use crate::events::{Sample, Status};
use crate::jinja::contexts::{Connection, Scope};
use crate::jinja::objects::results;
use crate::jinja::values;
use crate::manifest::{Node, ResourceType};

/// Runs the test.
pub(super) fn run(run: &Run<'_>, node: &Arc<Node>, connection: &Arc<Connection>) -> Ended {
    Attempt::make(run, node, connection, judged)
}

/// Runs the test in the transaction of the model that it decides about.
pub(super) fn in_transaction(
    run: &Run<'_>,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
) -> Ended {
    Attempt::nested(run, node, connection, |attempt| examined(attempt, Look::Alone))
}

/// Whether a test may share a scan with others. In the transaction of a model it may not: what it sees there is gone when
/// that is undone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Alone,
    WithOthers,
}

fn judged(attempt: &mut Attempt<'_>) -> Result<Ended, Box<Diagnostic>> {
    match attempt.node.relation_name.is_some() {
        true => attempt.transaction(|attempt| examined(attempt, Look::Alone)),
        false => examined(attempt, Look::WithOthers),
    }
}

fn examined(attempt: &mut Attempt<'_>, look: Look) -> Result<Ended, Box<Diagnostic>> {
    let Attempt { run, node, connection, .. } = *attempt;
    let compiled = run.compiler.compile(node, connection, Variant::Auto)?;
    attempt.keep(&compiled);
    let is_clean = look == Look::WithOthers
        && shared_scan::finds_nothing(run, node, connection, &compiled.code);
    let counts = match is_clean {
        true => Counts::default(),
        false => counts(node, counted(run, node, connection, &compiled)?.as_ref())?,
    };
    attempt.write_statements();
    warnings::of_query(run, node, &compiled.code);
    let (status, message) = judge(run, node, &counts);
    let mut ended = Ended {
        message,
        // dbt: a test that passes has no failures, whatever its thresholds let through.
        failures: Some(if status == Status::Pass { 0 } else { counts.failures }),
        ..attempt.ended(status)
    };
    if matches!(status, Status::Fail | Status::Warn) {
        ended.diagnostics.push(finding(node, status, ended.message.as_deref().unwrap_or_default()));
    }
    if matches!(status, Status::Fail | Status::Warn) && counts.failures > 0 {
        ended.sample = sample(connection, &compiled.code);
        if run.compiler.project.flags.write_json {
            ended.keys = failing_keys::find(run, node, connection, &compiled.code);
        }
        ended.show_command = Some(show_command(run, node));
    }
    Ok(ended)
}

/// The table of counts; none when the materialization made none.
fn counted(
    run: &Run<'_>,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
    compiled: &CompiledNode,
) -> Result<Option<Arc<Table>>, Box<Diagnostic>> {
    if let Some(table) = test_statement::count(run, node, connection, &compiled.code) {
        return Ok(Some(Arc::new(table)));
    }
    let scope = materialize(run, node, connection, compiled)?;
    test_statement::learn(run, node, connection, &compiled.code);
    let main = scope.results.lock().expect("invariant: no panic under lock").get("main").cloned();
    Ok(main.and_then(|main| results::as_table(&main.get_attr("table").ok()?)))
}

fn materialize(
    run: &Run<'_>,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
    compiled: &CompiledNode,
) -> Result<Arc<Scope>, Box<Diagnostic>> {
    let globals = &run.compiler.globals;
    let found = materialization::find(globals, "test").ok_or_else(|| {
        Box::new(Diagnostic::error(codes::BUG, "the materialization `test` is missing"))
    })?;
    let mut scope = run.compiler.scope(node, connection);
    let code = Value::from(compiled.code.as_str());
    scope.extra.insert("sql".to_owned(), code.clone());
    scope.extra.insert("compiled_code".to_owned(), code);
    for name in ["pre_hooks", "post_hooks"] {
        scope.extra.insert(name.to_owned(), values::list(Vec::new()));
    }
    let scope = Arc::new(scope);
    scope.call_macro(found.unique_id(), &[], &[]).map_err(|error| {
        failure::of_node(run.compiler, node, connection, &compiled.code, &error)
    })?;
    Ok(scope)
}

#[derive(Default)]
struct Counts {
    failures: i64,
    should_warn: bool,
    should_error: bool,
}

fn counts(node: &Node, table: Option<&Arc<Table>>) -> Result<Counts, Box<Diagnostic>> {
    let wrong = |what: &str| {
        Box::new(
            Diagnostic::error(codes::BAD_TEST, format!("test `{}` {what}", node.name))
                .at(node.span_start(), ""),
        )
    };
    let table = table.ok_or_else(|| wrong("gave no result"))?;
    if table.rows.len() != 1 {
        return Err(wrong(&format!("must give one row of counts, it gave {}", table.rows.len())));
    }
    let cell = |name: &str| table.cell(0, name).cloned().unwrap_or(Datum::Null);
    let failures = cell("failures");
    let failures = match &failures {
        Datum::Null => 0,
        other => other.as_i64().ok_or_else(|| {
            wrong(&format!("counted `{other}`, which is no whole number; see `fail_calc`"))
        })?,
    };
    Ok(Counts {
        failures,
        should_warn: truth(&cell("should_warn")),
        should_error: truth(&cell("should_error")),
    })
}

fn truth(datum: &Datum) -> bool {
    match datum {
        Datum::Text(text) => text.eq_ignore_ascii_case("true") || text == "1",
        other => other.as_i64().is_some_and(|n| n != 0),
    }
}

/// dbt 1.12: the message repeats the threshold as it was configured.
fn judge(run: &Run<'_>, node: &Node, counts: &Counts) -> (Status, Option<String>) {
    let text = |key: &str| match node.config.effective(key, ResourceType::Test) {
        Json::String(text) => text,
        other => other.to_string(),
    };
    let found =
        format!("Got {} result{}", counts.failures, if counts.failures == 1 { "" } else { "s" });
    if text("severity").eq_ignore_ascii_case("error") && counts.should_error {
        return (
            Status::Fail,
            Some(format!("{found}, configured to fail if {}", text("error_if"))),
        );
    }
    if counts.should_warn {
        let warn_if = text("warn_if");
        return match run.compiler.project.flags.promotes(&["LogTestResult"]) {
            true => (Status::Fail, Some(format!("{found}, configured to fail if {warn_if}"))),
            false => (Status::Warn, Some(format!("{found}, configured to warn if {warn_if}"))),
        };
    }
    (Status::Pass, None)
}

/// What a test found, at the place that asks for it.
fn finding(node: &Node, status: Status, message: &str) -> Diagnostic {
    let make = if status == Status::Warn { Diagnostic::warning } else { Diagnostic::error };
    let mut chars = message.chars();
    let message: String =
        chars.next().into_iter().flat_map(char::to_lowercase).chain(chars).collect();
    let message = format!("test `{}`: {message}", node.name);
    let place = match node.test().is_some_and(|test| test.metadata.is_some()) {
        true => node.span,
        false => node.span_start(),
    };
    make(codes::TEST_FAILED, message).at(place, "")
}

fn sample(connection: &Arc<Connection>, code: &str) -> Option<Sample> {
    let sql = format!("select * from (\n{code}\n) limit {}", Sample::ROWS);
    let table = connection.with(|session| session.query(&sql, &[])).ok().flatten()?;
    let cell = |datum: &Datum| (!datum.is_null()).then(|| datum.to_string());
    Some(Sample {
        columns: table.column_names.clone(),
        rows: table.rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
    })
}

fn show_command(run: &Run<'_>, node: &Node) -> String {
    let flags = &run.compiler.project.flags;
    let mut command = format!("forge show --select {} --limit -1", node.name);
    for (flag, value) in [("--target", &flags.target), ("--profile", &flags.profile)] {
        if let Some(value) = value {
            command.push_str(&format!(" {flag} {value}"));
        }
    }
    command
}
