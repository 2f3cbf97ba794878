//! Configuration that names columns: each must be one that the query gives.

use std::sync::Arc;

use serde_json::Value as Json;

use super::columns::{has, listed};
use super::places;
use crate::adapters::Column;
use crate::check::shadow::{CheckedNode, Shadow};
use crate::diagnostics::{Diagnostic, codes};
use crate::manifest::{Node, ResourceType, SourceTable};
use crate::names::did_you_mean;

/// Keys of models and snapshots whose values are names of columns, or expressions over them.
const KEYS: &[&str] = &[
    "unique_key",
    "updated_at",
    "check_cols",
    "event_time",
    "indexes",
    "merge_update_columns",
    "merge_exclude_columns",
];

/// Looks at the configuration of a model or a snapshot.
pub(super) fn check(shadow: &mut Shadow<'_>, node: &Arc<Node>, known: &CheckedNode) {
    let is_snapshot = node.resource_type == ResourceType::Snapshot;
    let is_incremental = node.materialized() == "incremental";
    let Some(query) = known.variants.first().map(|variant| variant.columns.clone()) else { return };
    for key in KEYS {
        let matters = match *key {
            "updated_at" | "check_cols" => is_snapshot,
            "unique_key" => is_snapshot || is_incremental,
            "event_time" => true,
            "indexes" => is_incremental || node.materialized() == "table",
            _ => is_incremental,
        };
        let value = node.config.get(key).filter(|_| matters).cloned();
        for name in value.iter().flat_map(names) {
            if !is_given(shadow, node, &query, name) {
                tell(shadow, node, (key, name), &query);
            }
        }
    }
}

/// Looks at the types that a seed declares for its columns.
pub(in crate::check) fn of_seed(shadow: &mut Shadow<'_>, node: &Arc<Node>, columns: &[Column]) {
    let types = node.config.get("column_types").and_then(Json::as_object).cloned();
    for name in types.iter().flat_map(|types| types.keys()).filter(|name| !has(columns, name)) {
        tell(shadow, node, ("column_types", name), columns);
    }
}

/// Looks at the field that tells how old a source is.
pub(in crate::check) fn of_source(
    shadow: &mut Shadow<'_>,
    source: &SourceTable,
    columns: &[Column],
) {
    let Some(field) = &source.loaded_at_field else { return };
    let is_name = field.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_name || has(columns, field) {
        return;
    }
    let name = format!("{}.{}", source.source_name, source.name);
    let message =
        format!("`loaded_at_field` of source `{name}` names `{field}`, which it does not have");
    let names = columns.iter().map(|column| column.name.as_str());
    let mistake = Diagnostic::error(codes::UNKNOWN_KEY_COLUMN, message).at(source.span, "");
    let near = did_you_mean(field, names.clone());
    shadow.tell(match near {
        Some(_) => mistake.suggest(near),
        None => mistake.note(format!("it has {}", listed(names))),
    });
}

fn names(value: &Json) -> Vec<&str> {
    match value {
        Json::String(name) => vec![name],
        Json::Array(items) => items.iter().flat_map(names).collect(),
        Json::Object(index) => index.get("columns").map(names).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Whether a name is a column of the query, or an expression that the engine takes over its columns.
fn is_given(shadow: &Shadow<'_>, node: &Node, query: &[Column], name: &str) -> bool {
    if has(query, name) || name.eq_ignore_ascii_case("all") {
        return true;
    }
    let Some(relation) = shadow.compiler.relation(&node.unique_id) else { return true };
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let sql = format!("select {name} from {}", relation.render());
    !is_name && shadow.connection.with(|session| session.describe(&sql)).is_ok()
}

fn tell(shadow: &mut Shadow<'_>, node: &Node, (key, name): (&str, &str), columns: &[Column]) {
    let kind = node.resource_type;
    let message =
        format!("`{key}` of {kind} `{}` names `{name}`, which it does not give", node.name);
    let place = places::of_config(shadow, node, key, name);
    let names = columns.iter().map(|column| column.name.as_str());
    // Only batches and samples need event time; other models are built without it.
    let make = match key == "event_time" && !node.is_microbatch() {
        true => Diagnostic::warning,
        false => Diagnostic::error,
    };
    let mistake = make(codes::UNKNOWN_KEY_COLUMN, message).at(place, "");
    let near = did_you_mean(name, names.clone());
    shadow.tell(match near {
        Some(_) => mistake.suggest(near),
        None => mistake.note(format!("it gives {}", listed(names))),
    });
}
