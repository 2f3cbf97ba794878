//! `on-run-start` and `on-run-end`: each hook in a transaction of its own.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use minijinja::value::Value;

use super::{Connections, Ended, Finished, Run, backoff, failure, report};
use crate::compile::CompiledNode;
use crate::diagnostics::Diagnostic;
use crate::events::{Event, Status};
use crate::jinja::objects::run_results::run_result;
use crate::jinja::values;
use crate::manifest::{Node, ResourceType};

/// Before or after the nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Start,
    End,
}

/// How the hooks ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Started {
    Fine,
    Failed,
}

/// Runs the hooks of all packages, in order, up to the first that fails.
pub(super) fn run(
    run: &Run<'_>,
    connections: &Connections,
    when: When,
    finished: &Mutex<Finished>,
) -> Started {
    let tag = match when {
        When::Start => "on-run-start",
        When::End => "on-run-end",
    };
    let nodes = run.compiler.manifest.nodes.values();
    let hooks: Vec<&Arc<Node>> = nodes
        .filter(|node| {
            node.resource_type == ResourceType::Operation && node.tags.iter().any(|t| t == tag)
        })
        .collect();
    for (at, node) in hooks.into_iter().enumerate() {
        let start = Instant::now();
        run.emit(Event::NodeStarted {
            id: node.unique_id.clone(),
            index: at + 1,
            title: super::outcome::title(Some(node)),
        });
        let what = format!("hook `{}`", node.name);
        let done = backoff::retried(run, &what, || {
            let done = one(run, connections, node, when, finished);
            if done.is_err() {
                let _ = connections.writer.rollback();
            }
            done
        });
        let ended = done.unwrap_or_else(|diagnostic| Ended::error(*diagnostic));
        let failed = ended.status.is_failure();
        report(run, &node.unique_id, at + 1, ended, start.elapsed(), finished);
        if failed {
            return Started::Failed;
        }
    }
    Started::Fine
}

fn one(
    run: &Run<'_>,
    connections: &Connections,
    node: &Arc<Node>,
    when: When,
    finished: &Mutex<Finished>,
) -> Result<Ended, Box<Diagnostic>> {
    let writer = &connections.writer;
    let begun = writer.with(|session| session.begin());
    begun.map_err(|error| failure::of_adapter(&error))?;
    let mut scope = run.compiler.scope(node, writer);
    scope.extra.insert("this".to_owned(), Value::from(()));
    if when == When::End {
        for (name, value) in after_facts(run, finished) {
            scope.extra.insert(name.to_owned(), value);
        }
    }
    let scope = Arc::new(scope);
    let sql = scope
        .render(node.unique_id.as_str(), &node.raw_code)
        .map_err(|error| failure::of_node(run.compiler, node, writer, "", &error))?;
    let mut rows = None;
    if !sql.trim().is_empty() {
        let done = writer.execute(sql.trim(), &scope.query_comment);
        let outcome =
            done.map_err(|error| failure::of_sql(run.compiler, node, writer, &sql, &error))?;
        rows = outcome.map(|outcome| outcome.rows_affected).filter(|rows| *rows >= 0);
    }
    let committed = writer.with(|session| session.commit());
    committed.map_err(|error| failure::of_adapter(&error))?;
    run.compiler.write_statements(node, &writer.take_statements());
    let compiled = CompiledNode { code: sql, ..CompiledNode::default() };
    Ok(Ended {
        message: Some("OK".to_owned()),
        rows,
        compiled: Some(Arc::new(run.compiler.write_compiled(node, &compiled))),
        ..Ended::with(Status::Success)
    })
}

/// `results`, `schemas` and `database_schemas` of `on-run-end`.
fn after_facts(run: &Run<'_>, finished: &Mutex<Finished>) -> Vec<(&'static str, Value)> {
    let finished = finished.lock().expect("invariant: no panic under lock");
    let mut schemas: BTreeSet<(String, String)> = BTreeSet::new();
    let mut results = Vec::new();
    for result in &finished.results {
        let node = run.compiler.manifest.nodes.get(result.unique_id.as_str());
        let is_built = !result.has_failed() && result.status != "skipped";
        // dbt: only what `ref` can name has a schema here.
        if let Some(node) = node.filter(|n| is_built && n.resource_type.is_refable()) {
            schemas.insert((node.database.clone().unwrap_or_default(), node.schema.clone()));
        }
        // dbt: hooks are left out unless they failed.
        let is_hook = node.is_some_and(|node| node.resource_type == ResourceType::Operation);
        if is_hook && result.status != "error" {
            continue;
        }
        let compiled = finished.compiled.get(result.unique_id.as_str()).cloned();
        let model = node.map(|node| run.compiler.facts(node, compiled).model);
        results.push(run_result(result.clone(), model));
    }
    let pair = |(database, schema): &(String, String)| {
        values::tuple(vec![Value::from(database.as_str()), Value::from(schema.as_str())])
    };
    let names: BTreeSet<&str> = schemas.iter().map(|(_, schema)| schema.as_str()).collect();
    vec![
        ("results", values::list(results)),
        ("schemas", values::list(names.into_iter().map(Value::from).collect())),
        ("database_schemas", values::list(schemas.iter().map(pair).collect())),
    ]
}
