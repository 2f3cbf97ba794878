//! Names that one stage of a node fills in: its SQL, its hooks, its seed. Elsewhere they are empty, as in dbt.

use std::sync::Arc;

use minijinja::value::Value;

use crate::adapters::Relation;
use crate::jinja::args::invalid;
use crate::jinja::contexts::Scope;
use crate::jinja::objects::function::function;
use crate::jinja::objects::relation;
use crate::jinja::values;

/// `sql`: the compiled code while a node runs.
pub(super) fn sql(_: &Arc<Scope>) -> Option<Value> {
    Some(Value::from(()))
}

/// `compiled_code`: the same, for nodes only.
pub(super) fn compiled_code(scope: &Arc<Scope>) -> Option<Value> {
    scope.node.as_ref().map(|_| Value::from(()))
}

/// `pre_hooks` and `post_hooks`: lists for nodes, nothing for macros.
pub(super) fn hooks(scope: &Arc<Scope>) -> Option<Value> {
    Some(match scope.node {
        Some(_) => values::list(Vec::new()),
        None => Value::from(()),
    })
}

/// `defer_relation`: where a deferred node would be read from.
pub(super) fn defer_relation(scope: &Arc<Scope>) -> Option<Value> {
    let other = |relation: &Relation| relation::relation(relation.clone());
    (scope.node.as_ref()).map(|node| node.defer_relation.as_ref().map_or(Value::from(()), other))
}

/// `sql_now`: the engine's date of today.
pub(super) fn sql_now(_: &Arc<Scope>) -> Option<Value> {
    Some(Value::from("date()"))
}

/// `load_agate_table()`: the rows of a seed, while it is loaded.
pub(super) fn load_agate_table(scope: &Arc<Scope>) -> Option<Value> {
    let kind = scope.node.as_ref().map_or("a macro".to_owned(), |node| {
        format!("the {} `{}`", node.node.resource_type, node.name)
    });
    Some(function("load_agate_table", move |_, _| {
        Err(invalid(format!("load_agate_table() reads the file of a seed, and {kind} is none")))
    }))
}

/// `selected_resources`: the ids that the command works on; empty where nothing was selected.
pub(super) fn selected_resources(scope: &Arc<Scope>) -> Option<Value> {
    let selected = scope.globals.selected.get().map(Vec::as_slice).unwrap_or_default();
    Some(values::list(selected.iter().map(|id| Value::from(id.as_str())).collect()))
}

/// `_sql_results`: results of statements by name.
pub(super) fn sql_results(scope: &Arc<Scope>) -> Option<Value> {
    let results = scope.results.lock().expect("invariant: no panic under lock");
    Some(values::dict(results.iter().map(|(name, result)| (name.as_str(), result.clone()))))
}

/// `context_macro_stack`, `otel_trace_id()`, `otel_span_id()`: for tracing, which forge does not have.
pub(super) fn macro_stack(_: &Arc<Scope>) -> Option<Value> {
    let call_stack = values::list(Vec::new());
    Some(values::dict([("depth", Value::from(0)), ("call_stack", call_stack)]))
}

pub(super) fn otel_trace_id() -> Value {
    function("otel_trace_id", |_, _| Ok(Value::from("0".repeat(32))))
}

pub(super) fn otel_span_id() -> Value {
    function("otel_span_id", |_, _| Ok(Value::from("0".repeat(16))))
}
