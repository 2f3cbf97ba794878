//! Differences that a node's kind or configuration tells.

use std::sync::Arc;

use serde_json::Value as Json;

use super::{Occurrence, Subject};
use crate::manifest::{Language, Node, ResourceType};
use crate::source::Span;

/// The nodes of a kind that a condition holds for, each at the key that says so.
fn all(
    subject: &Subject<'_>,
    kind: ResourceType,
    key: &str,
    is_meant: impl Fn(&Node) -> bool,
) -> Vec<Occurrence> {
    let nodes = subject.manifest.nodes.values();
    (nodes.filter(|node| node.resource_type == kind && is_meant(node)))
        .map(|node| occurrence(node, key))
        .collect()
}

fn occurrence(node: &Arc<Node>, key: &str) -> Occurrence {
    Occurrence { construct: node.unique_id.to_string(), span: Some(place(node, key)) }
}

/// The key in the node's own file where it stands there, else the node's first byte.
fn place(node: &Node, key: &str) -> Span {
    let written = (!key.is_empty()).then(|| node.raw_code.find(key)).flatten();
    match written {
        Some(at) => {
            let start = node.span.start as usize + at;
            Span::new(node.span.file, start, start + key.len())
        }
        None => node.span_start(),
    }
}

fn is_incremental(node: &Node) -> bool {
    node.materialized() == "incremental"
}

fn strategy(node: &Node) -> &str {
    node.config.get_str("incremental_strategy").unwrap_or_default()
}

pub(super) fn snapshots(subject: &Subject<'_>) -> Vec<Occurrence> {
    all(subject, ResourceType::Snapshot, "", |_| true)
}

pub(super) fn python_models(subject: &Subject<'_>) -> Vec<Occurrence> {
    all(subject, ResourceType::Model, "", |node| node.language() == Language::Python)
}

pub(super) fn functions(subject: &Subject<'_>) -> Vec<Occurrence> {
    all(subject, ResourceType::Function, "", |_| true)
}

pub(super) fn microbatches(subject: &Subject<'_>) -> Vec<Occurrence> {
    all(subject, ResourceType::Model, "microbatch", |node| {
        is_incremental(node) && strategy(node) == "microbatch"
    })
}

pub(super) fn materialized_views(subject: &Subject<'_>) -> Vec<Occurrence> {
    all(subject, ResourceType::Model, "materialized_view", |node| {
        node.materialized() == "materialized_view"
    })
}

pub(super) fn contracts(subject: &Subject<'_>) -> Vec<Occurrence> {
    all(subject, ResourceType::Model, "contract", |node| node.config.contract_enforced())
}

/// dbt-sqlite 1.10 deletes and inserts by one key, whatever these keys say.
pub(super) fn incremental_settings(subject: &Subject<'_>) -> Vec<Occurrence> {
    const KEYS: [&str; 3] = ["on_schema_change", "incremental_predicates", "incremental_strategy"];
    let written = |node: &Node| {
        let many = node.config.get("unique_key").is_some_and(Json::is_array);
        let key = KEYS.into_iter().find(|key| node.config.get(key).is_some_and(|v| v != "ignore"));
        key.or(many.then_some("unique_key"))
    };
    (subject.manifest.nodes.values())
        .filter(|node| node.resource_type == ResourceType::Model && is_incremental(node))
        .filter(|node| strategy(node) != "microbatch")
        .filter_map(|node| Some(occurrence(node, written(node)?)))
        .collect()
}

/// Seeds with a declared numeric type: a value that does not fit ends the load.
pub(super) fn typed_seeds(subject: &Subject<'_>) -> Vec<Occurrence> {
    all(subject, ResourceType::Seed, "", |node| {
        node.config
            .get("column_types")
            .and_then(Json::as_object)
            .is_some_and(|types| !types.is_empty())
    })
}

/// Relations of another schema than the target's, which share the one file.
pub(super) fn prefixed_schemas(subject: &Subject<'_>) -> Vec<Occurrence> {
    let target = &subject.project.target;
    if target.settings.contains_key("schemas_and_paths") {
        return Vec::new();
    }
    (subject.manifest.nodes.values())
        .filter(|node| node.relation_name.is_some() && node.schema != target.schema)
        .map(|node| occurrence(node, "schema"))
        .collect()
}

pub(super) fn persisted_docs(subject: &Subject<'_>) -> Vec<Occurrence> {
    set(subject, "persist_docs")
}

pub(super) fn grants(subject: &Subject<'_>) -> Vec<Occurrence> {
    set(subject, "grants")
}

/// Nodes for which a mapping was configured and is not empty.
fn set(subject: &Subject<'_>, key: &str) -> Vec<Occurrence> {
    let is_set = |node: &&Arc<Node>| {
        node.config.get(key).and_then(Json::as_object).is_some_and(|map| !map.is_empty())
    };
    subject.manifest.nodes.values().filter(is_set).map(|node| occurrence(node, key)).collect()
}

/// Hooks that run outside of the node's transaction.
pub(super) fn outer_hooks(subject: &Subject<'_>) -> Vec<Occurrence> {
    let outside = |node: &Node| {
        let hooks = ["pre-hook", "post-hook"].into_iter().flat_map(|key| node.config.hooks(key));
        hooks.into_iter().any(|hook| !hook.transaction)
    };
    (subject.manifest.nodes.values())
        .filter(|node| outside(node))
        .map(|node| occurrence(node, "hook"))
        .collect()
}
