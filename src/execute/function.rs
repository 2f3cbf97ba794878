//! Functions: built by a materialization of the project; without one they fail.
//!
//! dbt: the built-in materialization sends `create function`, which this engine does not have.

use std::sync::Arc;

use super::attempt::Attempt;
use super::{Ended, Run, materialization, model};
use crate::compile::Variant;
use crate::diagnostics::{Diagnostic, codes};
use crate::jinja::contexts::Connection;
use crate::manifest::{Language, Node};

/// The package of the built-in macros.
const BUILTIN: &str = "dbt";

pub(super) fn run(run: &Run<'_>, node: &Arc<Node>, connection: &Arc<Connection>) -> Ended {
    let macros = &run.compiler.manifest.macros;
    let found = materialization::of_node(&run.compiler.globals, node).ok();
    let found = found.and_then(|id| macros.get(id.as_str()));
    if found.is_some_and(|one| &*one.package_name != BUILTIN) {
        return model::run(run, node, connection);
    }
    Attempt::make(run, node, connection, |attempt| {
        if node.language() == Language::Sql {
            let compiled = run.compiler.compile(node, connection, Variant::Auto)?;
            attempt.keep(&compiled);
        }
        Err(Box::new(refusal(node)))
    })
}

fn refusal(node: &Node) -> Diagnostic {
    let message =
        format!("function `{}` cannot be built: this engine has no `create function`", node.name);
    Diagnostic::error(codes::UNSUPPORTED, message).at(node.span_start(), "").hint(
        "write it as a macro, which puts its text into the query, or leave it out with `--exclude`",
    )
}
