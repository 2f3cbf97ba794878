//! `semantic_manifest.json`: semantic models, metrics, saved queries and calendars, as MetricFlow reads them.
//!
//! Source: dbt 1.12, `SemanticManifest`, and the models of `metricflow_semantic_interfaces` 0.213. The resources are
//! those of `manifest.json`, with fewer keys.

use serde_json::{Map, Value as Json, json};

use super::manifest::definition_json;
use crate::manifest::{Definition, LEGACY_TIME_SPINE, Manifest, Node, ResourceType};

const SEMANTIC_MODEL: &[&str] = &[
    "name",
    "defaults",
    "description",
    "node_relation",
    "primary_entity",
    "entities",
    "measures",
    "dimensions",
    "label",
    "metadata",
    "config",
];
const ENTITY: &[&str] =
    &["name", "description", "type", "role", "expr", "metadata", "label", "config"];
const MEASURE: &[&str] = &[
    "name",
    "agg",
    "description",
    "create_metric",
    "expr",
    "agg_params",
    "metadata",
    "non_additive_dimension",
    "agg_time_dimension",
    "label",
    "config",
];
const DIMENSION: &[&str] = &[
    "name",
    "description",
    "type",
    "datatype",
    "is_partition",
    "type_params",
    "expr",
    "metadata",
    "label",
    "config",
];
const METRIC: &[&str] = &[
    "name",
    "description",
    "type",
    "datatype",
    "type_params",
    "filter",
    "metadata",
    "label",
    "config",
    "time_granularity",
];
const SAVED_QUERY: &[&str] =
    &["name", "query_params", "description", "metadata", "label", "exports", "tags"];
const EXPORT: &[&str] = &["export_as", "schema_name", "alias"];

/// What the file says.
pub fn semantic_manifest(manifest: &Manifest) -> Json {
    let of_kind = |kind: ResourceType, view: fn(&Definition) -> Json| -> Vec<Json> {
        let all = manifest.definitions.values().filter(|one| one.resource_type == kind);
        all.map(|one| view(one)).collect()
    };
    let semantic_models = of_kind(ResourceType::SemanticModel, semantic_model);
    json!({
        "project_configuration": project_configuration(manifest, !semantic_models.is_empty()),
        "semantic_models": semantic_models,
        "metrics": of_kind(ResourceType::Metric, metric),
        "saved_queries": of_kind(ResourceType::SavedQuery, saved_query),
    })
}

fn semantic_model(one: &Definition) -> Json {
    let mut made = published(one, SEMANTIC_MODEL);
    for (part, keys) in [("entities", ENTITY), ("measures", MEASURE), ("dimensions", DIMENSION)] {
        for element in each(&mut made[part]) {
            *element = pick(element, keys);
        }
    }
    made
}

fn metric(one: &Definition) -> Json {
    let mut made = published(one, METRIC);
    let params = &mut made["type_params"];
    if let Some(cumulative) = params.get_mut("cumulative_type_params") {
        lower(cumulative, "grain_to_date");
    }
    for input in each(&mut params["metrics"]) {
        lower(input, "offset_to_grain");
    }
    made
}

fn saved_query(one: &Definition) -> Json {
    let mut made = published(one, SAVED_QUERY);
    for export in each(&mut made["exports"]) {
        let config = pick(&export["config"], EXPORT);
        *export = json!({"name": export["name"], "config": config});
    }
    made
}

/// These keys of a resource as the manifest publishes it; of its configuration only `meta`.
fn published(one: &Definition, keys: &[&str]) -> Json {
    let mut made = pick(&Json::Object(definition_json(one)), keys);
    if let Some(config) = made.get_mut("config") {
        *config = pick(config, &["meta"]);
    }
    made
}

/// An object of these keys in this order; null where `from` has none.
fn pick(from: &Json, keys: &[&str]) -> Json {
    let value = |key: &str| from.get(key).cloned().unwrap_or(Json::Null);
    Json::Object(keys.iter().map(|key| ((*key).to_owned(), value(key))).collect::<Map<_, _>>())
}

fn each(list: &mut Json) -> impl Iterator<Item = &mut Json> {
    list.as_array_mut().into_iter().flatten()
}

fn lower(object: &mut Json, key: &str) {
    if let Some(Json::String(text)) = object.get_mut(key) {
        *text = text.to_lowercase();
    }
}

fn project_configuration(manifest: &Manifest, has_semantic_models: bool) -> Json {
    let models = || manifest.nodes.values().filter(|node| node.model().is_some());
    let legacy = models()
        .find(|node| node.name == LEGACY_TIME_SPINE)
        .filter(|node| has_semantic_models && node.time_spine().is_none());
    json!({
        "time_spine_table_configurations": legacy.iter().map(|node| json!({
            "location": node.relation_name, "column_name": "date_day", "grain": "day",
        })).collect::<Vec<_>>(),
        "metadata": null,
        // dbt: the version of the metricflow that dbt-core 1.12.6 comes with.
        "dsi_package_version": {"major_version": "0", "minor_version": "213", "patch_version": "0"},
        "time_spines": models().filter_map(|node| time_spine(node)).collect::<Vec<_>>(),
    })
}

fn time_spine(node: &Node) -> Option<Json> {
    let spine = node.time_spine()?;
    let column = &spine["standard_granularity_column"];
    let granularity = &node.columns.get(column.as_str()?)?.granularity;
    Some(json!({
        "node_relation": {
            "alias": node.alias, "schema_name": node.schema, "database": node.database,
            "relation_name": node.relation_name,
        },
        "primary_column": {"name": column, "time_granularity": granularity},
        "custom_granularities": spine["custom_granularities"],
    }))
}
