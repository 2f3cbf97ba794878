//! `clone`: relations of an earlier state under the names of this target, by the materialization `clone`.
//!
//! Source: dbt 1.12, `task/clone.py`. Nodes do not wait for each other. Hooks do not run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use minijinja::value::Value;

use super::attempt::Attempt;
use super::{
    Connections, Ended, Finished, Run, failure, lock, materialization, outcome, plan, report,
};
use crate::adapters::Relation;
use crate::diagnostics::{Diagnostic, codes};
use crate::events::{Event, Status};
use crate::jinja::objects::relation;
use crate::manifest::Node;
use crate::names::UniqueId;
use crate::state::Origin;

/// Clones the nodes to run from where they were.
///
/// # Errors
/// The database cannot be opened.
pub fn clone(
    run: &Run<'_>,
    origins: &HashMap<UniqueId, Origin>,
) -> Result<Finished, Box<Diagnostic>> {
    let nodes: Vec<&Arc<Node>> = run.wanted.iter().filter_map(|id| run.node(id)).collect();
    run.emit(Event::RunStarted {
        total: nodes.len(),
        summary: outcome::summary(&run.compiler.manifest),
        threads: 1,
    });
    if nodes.is_empty() {
        return Ok(Finished::default());
    }
    let _lock = lock::acquire(run)?;
    let session = run.compiler.globals.adapter.writer();
    let session = session.map_err(|error| failure::of_adapter(&error))?;
    let connections = Connections::over(session);
    plan::create_schemas(run, &connections).map_err(|error| failure::of_adapter(&error))?;
    let finished = Mutex::new(Finished::default());
    for (at, node) in nodes.into_iter().enumerate() {
        let (id, index) = (&node.unique_id, at + 1);
        let title = outcome::title(Some(node));
        run.emit(Event::NodeStarted { id: id.clone(), index, title });
        let start = Instant::now();
        let origin = origins.get(id).map(|origin| relation_of(run, origin));
        let ended = Attempt::make(run, node, &connections.writer, |attempt| {
            attempt.transaction(|attempt| one(attempt, origin.as_ref()))
        });
        report(run, id, index, ended, start.elapsed(), &finished);
        if run.stop.is_requested() {
            break;
        }
    }
    Ok(finished.into_inner().expect("invariant: no panic under lock"))
}

/// The relation under the names of this target's engine.
fn relation_of(run: &Run<'_>, origin: &Origin) -> Relation {
    let globals = &run.compiler.globals;
    let mut relation = Relation::new(
        globals.adapter.naming(),
        origin.database.as_deref(),
        Some(&origin.schema),
        Some(&origin.alias),
    );
    relation.quote_policy = globals.quoting;
    relation
}

fn one(attempt: &mut Attempt<'_>, origin: Option<&Relation>) -> Result<Ended, Box<Diagnostic>> {
    let Attempt { run, node, connection, .. } = *attempt;
    let globals = &run.compiler.globals;
    let found = materialization::find(globals, "clone").ok_or_else(|| {
        Box::new(Diagnostic::error(codes::BUG, "the materialization `clone` is missing"))
    })?;
    let mut scope = run.compiler.scope(node, connection);
    let value = origin.cloned().map_or(Value::from(()), relation::relation);
    scope.extra.insert("defer_relation".to_owned(), value);
    // dbt: what a view over the other relation selects.
    let code =
        origin.map_or_else(String::new, |origin| format!("select * from {}", origin.render()));
    for name in ["sql", "compiled_code"] {
        scope.extra.insert(name.to_owned(), Value::from(code.as_str()));
    }
    let scope = Arc::new(scope);
    scope
        .call_macro(found.unique_id(), &[], &[])
        .map_err(|error| failure::of_node(run.compiler, node, connection, &code, &error))?;
    attempt.write_statements();
    let has_run =
        scope.results.lock().expect("invariant: no panic under lock").contains_key("main");
    let message = if has_run { "OK" } else { "No-op" };
    Ok(Ended { message: Some(message.to_owned()), ..attempt.ended(Status::Success) })
}
