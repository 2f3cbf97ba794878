//! Failures of the database while nodes run, as diagnostics that point into the user's template.

use std::sync::Arc;

use super::contract;
use crate::adapters::AdapterError;
pub use crate::check::failure::of_adapter;
pub(crate) use crate::check::failure::{hinted, of_sql, reason, subject};
use crate::compile::Compiler;
use crate::diagnostics::Diagnostic;
use crate::jinja::contexts::Connection;
use crate::jinja::diagnose::adapter_code;
use crate::jinja::error::JinjaError;
use crate::manifest::Node;

/// The diagnostic of an engine's error on the transaction of a node.
pub(crate) fn of_transaction(node: &Node, error: &AdapterError) -> Box<Diagnostic> {
    let subject = subject(node);
    let diagnostic = Diagnostic::error(adapter_code(error), format!("{subject}: {error}"))
        .at(node.span_start(), "");
    let diagnostic = match error {
        AdapterError::Sql { .. } => diagnostic.hint(
            "forge runs every node in one transaction; a hook or macro must not `begin`, `commit` or `rollback`",
        ),
        _ => diagnostic,
    };
    Box::new(hinted(diagnostic, error))
}

/// The diagnostic of a failure while a node ran: the template's line when the engine rejected its SQL.
pub(crate) fn of_node(
    compiler: &Compiler,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
    code: &str,
    error: &JinjaError,
) -> Box<Diagnostic> {
    let Some(cause) = error.downcast::<AdapterError>() else {
        return compiler.diagnostic(error, node);
    };
    if let Some((key, sql)) = failed_hook(compiler, node, connection, cause) {
        return of_hook(node, key, &sql, cause);
    }
    let violation = contract::violation(compiler, node, connection, code, cause);
    violation.unwrap_or_else(|| of_sql(compiler, node, connection, code, cause))
}

/// The diagnostic of an engine's error on a `pre-hook` or `post-hook` of a node.
pub(crate) fn of_hook(node: &Node, key: &str, sql: &str, cause: &AdapterError) -> Box<Diagnostic> {
    let message = format!("the {key} of {}: {}", subject(node), reason(cause));
    let read = sql.trim();
    Box::new(hinted(
        Diagnostic::error(adapter_code(cause), message)
            .at(node.span_start(), "")
            .note(format!("the engine read: {read}")),
        cause,
    ))
}

/// The hook of the node that the engine rejected, and its SQL.
fn failed_hook(
    compiler: &Compiler,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
    cause: &AdapterError,
) -> Option<(&'static str, String)> {
    let AdapterError::Sql { sql: rejected, .. } = cause else {
        return None;
    };
    let hooks = ["pre-hook", "post-hook"]
        .into_iter()
        .flat_map(|key| node.config.hooks(key).into_iter().map(move |hook| (key, hook)));
    hooks.into_iter().find_map(|(key, hook)| {
        let scope = Arc::new(compiler.scope(node, connection));
        let sql = scope.render(key, &hook.sql).ok()?;
        let is_it = !sql.trim().is_empty() && rejected.trim().ends_with(sql.trim());
        is_it.then_some((key, sql))
    })
}
