//! `primary_key` of models: what constraints and tests say identifies a row.
//!
//! dbt 1.12: a primary key constraint of the model, then of a column; then columns with tests
//! `unique` and `not_null`; then columns with `unique` or `unique_combination_of_columns`.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::{Manifest, Model, Node, TestMetadata};
use crate::names::UniqueId;

/// Tests of one model: columns that are unique, columns that are never null.
#[derive(Default)]
struct Tested<'m> {
    unique: Vec<&'m str>,
    not_null: Vec<&'m str>,
}

/// The columns that identify a row, by model.
pub type PrimaryKeys<'m> = ById<'m, Vec<String>>;

/// Something by the id of a model: there are many, so the hash is a fast one.
type ById<'m, T> = HashMap<&'m UniqueId, T, foldhash::fast::RandomState>;

/// The columns that identify a row, for every model where that is known.
pub fn infer(manifest: &Manifest) -> PrimaryKeys<'_> {
    let tested = tested(manifest);
    let none = Tested::default();
    let models = manifest.nodes.values().filter_map(|node| Some((node, node.model()?)));
    models
        .map(|(node, model)| {
            let tested = tested.get(&node.unique_id).unwrap_or(&none);
            let mut key = from_constraints(node, model).unwrap_or_else(|| from_tests(tested));
            key.sort();
            (&node.unique_id, key)
        })
        .filter(|(_, key)| !key.is_empty())
        .collect()
}

/// The columns that identify a row of one model; empty when that is not known.
pub fn of(manifest: &Manifest, id: &UniqueId) -> Vec<String> {
    infer(manifest).remove(id).unwrap_or_default()
}

fn tested(manifest: &Manifest) -> ById<'_, Tested<'_>> {
    let mut all = ById::<Tested<'_>>::default();
    for test in manifest.nodes.values().filter_map(|node| node.test()) {
        let (Some(model), Some(metadata)) = (&test.attached_node, &test.metadata) else {
            continue;
        };
        let tested = all.entry(model).or_default();
        match metadata.name.as_str() {
            "unique" | "unique_combination_of_columns" => tested.unique.extend(columns(metadata)),
            "not_null" => tested.not_null.extend(columns(metadata)),
            _ => {}
        }
    }
    all
}

fn columns(metadata: &TestMetadata) -> Vec<&str> {
    match (metadata.kwargs.get("column_name"), metadata.kwargs.get("combination_of_columns")) {
        (Some(Json::String(column)), _) => vec![column],
        (_, Some(Json::Array(columns))) => columns.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

fn from_constraints(node: &Node, model: &Model) -> Option<Vec<String>> {
    let is_key = |c: &&Json| c.get("type").and_then(Json::as_str) == Some("primary_key");
    if let Some(constraint) = model.constraints.iter().find(is_key) {
        let columns = constraint.get("columns")?.as_array()?;
        return Some(columns.iter().filter_map(Json::as_str).map(str::to_owned).collect());
    }
    let column = node.columns.values().find(|c| c.constraints.iter().any(|c| is_key(&c)))?;
    Some(vec![column.name.clone()])
}

fn from_tests(tested: &Tested<'_>) -> Vec<String> {
    let both: Vec<&str> =
        tested.not_null.iter().copied().filter(|c| tested.unique.contains(c)).collect();
    let columns = if both.is_empty() { &tested.unique } else { &both };
    let mut key = Vec::new();
    for column in columns {
        if !key.iter().any(|known| known == column) {
            key.push((*column).to_owned());
        }
    }
    key
}
