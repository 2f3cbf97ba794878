//! Models, seeds and snapshots: the materialization macro of the node inside one transaction.

use std::sync::Arc;

use minijinja::value::Value;
use serde_json::json;

use super::aside::Computed;
use super::attempt::Attempt;
use super::{
    Ended, Run, contract, expectations, failure, history, materialization, microbatch, partial,
    pointer, publish, seed, warnings,
};
use crate::artifacts::manifest::CompiledInfo;
use crate::compile::{CompiledNode, Variant};
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Status;
use crate::jinja::contexts::{Connection, Scope};
use crate::jinja::values;
use crate::manifest::{Hook, Language, Node, ResourceType};

/// Builds the node; rolls back when anything fails.
pub(super) fn run(run: &Run<'_>, node: &Arc<Node>, connection: &Arc<Connection>) -> Ended {
    run_from(run, node, connection, None)
}

/// The same, from where it stands before its turn.
pub(super) fn run_from<'r>(
    run: &'r Run<'r>,
    node: &'r Arc<Node>,
    connection: &'r Arc<Connection>,
    computed: Option<&'r Computed>,
) -> Ended {
    if node.is_microbatch() {
        return microbatch::run(run, node, connection);
    }
    Attempt::make(run, node, connection, |attempt| {
        attempt.resume(computed);
        build(attempt)
    })
}

fn build(attempt: &mut Attempt<'_>) -> Result<Ended, Box<Diagnostic>> {
    refuse_language(attempt.node)?;
    outside(attempt, "pre-hook")?;
    let ended = attempt.transaction(inside)?;
    attempt.write_statements();
    outside(attempt, "post-hook")?;
    Ok(ended)
}

/// What the node does inside of its transaction.
fn inside(attempt: &mut Attempt<'_>) -> Result<Ended, Box<Diagnostic>> {
    let Attempt { run, node, connection, .. } = *attempt;
    history::refuse_loss(run, node, connection)?;
    partial::refuse(run, node, connection)?;
    let computed = attempt.computed;
    let compiled = match (node.resource_type, computed.and_then(|one| one.compiled.as_ref())) {
        (ResourceType::Seed, _) => CompiledNode::default(),
        (_, Some(compiled)) => compiled.clone(),
        (_, None) => run.compiler.compile(node, connection, Variant::Auto)?,
    };
    let info = attempt.keep(&compiled);
    let sorted = expectations::sort(attempt, node, &compiled)?;
    let rows = computed.and_then(Computed::query);
    let (built, code) = match &sorted {
        Some(sorted) => (&sorted.node, &sorted.kept),
        None => (node, rows.as_ref().unwrap_or(&compiled)),
    };
    let scope = materialize(attempt, built, code, &info, |scope| {
        if rows.is_some() {
            let own = Value::from(compiled.code.as_str());
            scope.extra.insert("compiled_code".to_owned(), own);
        }
    })?;
    contract::check(node, &scope, connection)?;
    pointer::make(attempt)?;
    warnings::of_query(run, node, &compiled.code);
    let rows = rows_of(node, &scope, connection);
    let ended = Ended { message: Some("OK".to_owned()), rows, ..attempt.ended(Status::Success) };
    let ended = expectations::account(attempt, sorted.as_ref(), ended)?;
    publish::check(attempt)?;
    Ok(ended)
}

/// The engine runs SQL and nothing else.
pub(super) fn refuse_language(node: &Node) -> Result<(), Box<Diagnostic>> {
    if node.language() == Language::Sql {
        return Ok(());
    }
    let message = format!(
        "{} `{}` is written in Python, which is not supported on this engine",
        node.resource_type, node.name
    );
    Err(Box::new(
        Diagnostic::error(codes::UNSUPPORTED, message)
            .at(node.span_start(), "")
            .hint("write it as SQL, or leave it out with `--exclude`"),
    ))
}

/// Calls the materialization; `dress` may add names to those that it sees.
pub(super) fn materialize(
    attempt: &Attempt<'_>,
    node: &Arc<Node>,
    compiled: &CompiledNode,
    info: &Arc<CompiledInfo>,
    dress: impl FnOnce(&mut Scope),
) -> Result<Arc<Scope>, Box<Diagnostic>> {
    let Attempt { run, connection, ref compiler, .. } = *attempt;
    let id = materialization::of_node(&run.compiler.globals, node)?;
    let mut scope = compiler.scope(node, connection);
    scope.node = Some(compiler.facts(node, Some(info.clone())));
    let code = Value::from(compiled.code.as_str());
    scope.extra.insert("sql".to_owned(), code.clone());
    scope.extra.insert("compiled_code".to_owned(), code);
    for (name, key) in [("pre_hooks", "pre-hook"), ("post_hooks", "post-hook")] {
        scope.extra.insert(name.to_owned(), inside_hooks(node, key));
    }
    if node.resource_type == ResourceType::Seed {
        scope.extra.insert("load_agate_table".to_owned(), seed::loader(run, node)?);
    }
    dress(&mut scope);
    let scope = Arc::new(scope);
    scope
        .call_macro(&id, &[], &[])
        .map_err(|error| failure::of_node(compiler, node, connection, &compiled.code, &error))?;
    Ok(scope)
}

/// Hooks that run inside of the transaction, as templates see them.
fn inside_hooks(node: &Node, key: &str) -> Value {
    let hooks = node.config.hooks(key).into_iter().filter(|hook| hook.transaction);
    values::list(
        hooks
            .map(|hook| values::to_mutable(&json!({"sql": hook.sql, "transaction": true})))
            .collect(),
    )
}

/// Runs the hooks that ask to be outside of the transaction.
pub(super) fn outside(attempt: &Attempt<'_>, key: &str) -> Result<(), Box<Diagnostic>> {
    let Attempt { node, connection, ref compiler, .. } = *attempt;
    let is_outside = |hook: &Hook| !hook.transaction;
    if !node.config.hooks(key).iter().any(is_outside) {
        return Ok(());
    }
    run_hooks(attempt, &Arc::new(compiler.scope(node, connection)), key, is_outside)
}

/// Runs the node's hooks of a key that are meant, one after the other.
pub(super) fn run_hooks(
    attempt: &Attempt<'_>,
    scope: &Arc<Scope>,
    key: &str,
    is_meant: impl Fn(&Hook) -> bool,
) -> Result<(), Box<Diagnostic>> {
    let Attempt { node, connection, ref compiler, .. } = *attempt;
    for hook in node.config.hooks(key).into_iter().filter(is_meant) {
        let sql =
            scope.render(key, &hook.sql).map_err(|error| compiler.diagnostic(&error, node))?;
        if !sql.trim().is_empty() {
            let done = connection.execute(sql.trim(), &scope.query_comment);
            done.map_err(|error| failure::of_hook(node, key, &sql, &error))?;
        }
    }
    Ok(())
}

/// Rows that were written: as the engine counted them, or as a fresh table tells.
pub(super) fn rows_of(
    node: &Node,
    scope: &Arc<Scope>,
    connection: &Arc<Connection>,
) -> Option<i64> {
    if node.resource_type == ResourceType::Seed {
        return Some(scope.counted_rows().max(0));
    }
    if node.materialized() == "view" {
        return None;
    }
    let main = scope.results.lock().expect("invariant: no panic under lock").get("main").cloned();
    let counted = main
        .and_then(|main| main.get_attr("response").ok())
        .and_then(|response| response.get_attr("rows_affected").ok())
        .and_then(|rows| rows.as_i64());
    match counted {
        Some(rows) if rows >= 0 => Some(rows),
        _ => {
            let this = scope.node.as_ref()?.this.clone()?;
            connection.with(|session| session.fresh_rows(&this)).ok().flatten().flatten()
        }
    }
}
