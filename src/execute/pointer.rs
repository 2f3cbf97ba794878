//! `latest_version_pointer`: a view under the model's bare name that reads its latest version.
//!
//! dbt 1.12: made right after the latest version, by the materialization `view`, with the model's configuration but
//! without its hooks. Here it is part of the model's own transaction.

use std::sync::Arc;

use minijinja::value::Value;
use serde_json::{Value as Json, json};

use super::attempt::Attempt;
use super::model;
use crate::artifacts::manifest::CompiledInfo;
use crate::compile::CompiledNode;
use crate::diagnostics::{Diagnostic, codes};
use crate::manifest::Node;

/// The flag that asks for pointers to all models with versions.
const BY_DEFAULT: &str = "latest_version_pointer_enabled_by_default";

/// Makes the view when the node is a latest version that asks for one.
pub(super) fn make(attempt: &Attempt<'_>) -> Result<(), Box<Diagnostic>> {
    let node = attempt.node.clone();
    let is_latest = node
        .model()
        .is_some_and(|model| model.version.is_some() && model.version == model.latest_version);
    if !is_latest || !is_wanted(attempt, &node) {
        return Ok(());
    }
    let alias = alias(attempt, &node)?;
    if alias.eq_ignore_ascii_case(&node.alias) {
        return Err(taken(&node, &alias));
    }
    let Some(source) = attempt.run.compiler.relation(&node.unique_id) else { return Ok(()) };
    let code = format!("select * from {}", source.render());
    let mut pointer = Node { alias, raw_code: code.as_str().into(), ..Node::clone(&node) };
    pointer.unique_id = format!("{}__latest_version_pointer", node.unique_id).into();
    pointer.config.set("materialized", json!("view"));
    for (key, nothing) in
        [("pre-hook", json!([])), ("post-hook", json!([])), ("persist_docs", json!({}))]
    {
        pointer.config.set(key, nothing);
    }
    let compiled = CompiledNode { code, ..CompiledNode::default() };
    let info = Arc::new(CompiledInfo::default());
    model::materialize(attempt, &Arc::new(pointer), &compiled, &info, |_| ())?;
    Ok(())
}

fn is_wanted(attempt: &Attempt<'_>, node: &Node) -> bool {
    let said = node.config.get("latest_version_pointer");
    let enabled = said.and_then(|said| said.as_bool().or_else(|| said.get("enabled")?.as_bool()));
    enabled.unwrap_or_else(|| attempt.run.compiler.project.flags.behavior(BY_DEFAULT))
}

/// What the macro `generate_latest_version_pointer_alias` says.
fn alias(attempt: &Attempt<'_>, node: &Arc<Node>) -> Result<String, Box<Diagnostic>> {
    const MACRO: &str = "{{ generate_latest_version_pointer_alias(custom_alias_name, model) }}";
    let compiler = &attempt.run.compiler;
    let mut scope = compiler.scope(node, attempt.connection);
    let said = node.config.get("latest_version_pointer").and_then(|said| said.get("alias"));
    let custom = said.and_then(Json::as_str).map(str::trim).filter(|alias| !alias.is_empty());
    scope.extra.insert("custom_alias_name".to_owned(), custom.map_or(Value::from(()), Value::from));
    let named = Arc::new(scope).render("latest_version_pointer", MACRO);
    let named = named.map_err(|error| compiler.diagnostic(&error, node))?;
    Ok(named.trim().to_owned())
}

fn taken(node: &Node, alias: &str) -> Box<Diagnostic> {
    let message = format!(
        "the latest version of model `{}` is named `{alias}` itself, so nothing can point to it by this name",
        node.name
    );
    Box::new(
        Diagnostic::error(codes::BAD_CONFIG, message)
            .at(node.patch_span.unwrap_or_else(|| node.span_start()), "")
            .hint("give `latest_version_pointer` an `alias`, or set `enabled: false`"),
    )
}
