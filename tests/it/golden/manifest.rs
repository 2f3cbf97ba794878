//! The part of `manifest.json` that golden cases compare: what a user set or can ask for, without paths and times.
//!
//! Invariant: keys that are null or empty do not count, nor do dbt's own macros.

use serde_json::{Map, Value as Json, json};

use super::python::{compact, is_void, or_empty, sorted, truthy};

/// Sections besides `nodes` whose entries are compared as nodes.
const SECTIONS: &[&str] = &[
    "sources",
    "exposures",
    "metrics",
    "semantic_models",
    "saved_queries",
    "unit_tests",
    "groups",
    "functions",
];
/// Keys of a node that are compared as they are.
const KEYS: &[&str] = &[
    "name",
    "fqn",
    "alias",
    "schema",
    "relation_name",
    "description",
    "identifier",
    "source_name",
    "version",
    "latest_version",
    "deprecation_date",
    "access",
    "group",
    "type",
    "maturity",
    "owner",
    "label",
    "url",
    "model",
    "given",
    "expect",
    "overrides",
    "loader",
    "loaded_at_field",
    "freshness",
    "source_meta",
    "column_name",
    "attached_node",
    "test_metadata",
    "constraints",
    "external",
    "arguments",
    "returns",
    "overloads",
    "functions",
];
const COLUMN_KEYS: &[&str] =
    &["name", "description", "data_type", "meta", "tags", "constraints", "quote", "granularity"];
/// Packages that dbt brings along.
const INTERNAL: &[&str] = &["dbt", "dbt_sqlite"];

/// The compared part of a manifest; null for null.
pub(super) fn extract(manifest: &Json) -> Json {
    if manifest.is_null() {
        return Json::Null;
    }
    let sections = std::iter::once(&"nodes").chain(SECTIONS);
    let nodes = sections.flat_map(|section| entries(&manifest[*section]));
    let disabled = entries(&manifest["disabled"]);
    let mut extract = json!({
        "nodes": object(nodes.map(|(id, entry)| (id, node(entry)))),
        "disabled": object(disabled.map(|(id, list)| (id, disabled_nodes(list)))),
        "macros": object(own(&manifest["macros"]).map(|(id, entry)| (id, macro_(entry)))),
    });
    let docs =
        object(own(&manifest["docs"]).map(|(id, entry)| (id, entry["block_contents"].clone())));
    if !is_void(&docs) {
        extract["docs"] = docs;
    }
    extract
}

fn entries(section: &Json) -> impl Iterator<Item = (&String, &Json)> {
    section.as_object().into_iter().flatten()
}

/// The entries of the user's own packages.
fn own(section: &Json) -> impl Iterator<Item = (&String, &Json)> {
    entries(section)
        .filter(|(_, entry)| !INTERNAL.iter().any(|package| entry["package_name"] == *package))
}

fn object<'a>(entries: impl Iterator<Item = (&'a String, Json)>) -> Json {
    Json::Object(entries.map(|(key, value)| (key.clone(), value)).collect())
}

fn node(node: &Json) -> Json {
    let mut config = or_empty(&node["config"]);
    if config["tags"].is_array() {
        config["tags"] = sorted(&config["tags"]);
    }
    let mut all = json!({
        "resource_type": node["resource_type"],
        "package_name": node["package_name"],
        "path": node["original_file_path"],
        "tags": sorted(&node["tags"]),
        "config": compact(&config),
        "depends_on": {
            "nodes": sorted(&node["depends_on"]["nodes"]),
            "macros": macros(&node["depends_on"]["macros"]),
        },
    });
    for &key in KEYS {
        if !is_void(&node[key]) && node[key] != "" {
            all[key] = node[key].clone();
        }
    }
    if let Some(metadata) = all["test_metadata"].as_object() {
        all["test_metadata"] = json!({
            "name": metadata.get("name"),
            "namespace": metadata.get("namespace"),
            "kwargs": or_empty(metadata.get("kwargs").unwrap_or(&Json::Null)),
        });
    }
    if truthy(&node["meta"]) {
        all["meta"] = node["meta"].clone();
    }
    if truthy(&node["refs"]) {
        let refs = node["refs"].as_array().into_iter().flatten();
        all["refs"] = sorted(&Json::Array(refs.map(reference).collect()));
    }
    if truthy(&node["sources"]) {
        all["sources"] = sorted(&node["sources"]);
    }
    all["columns"] = object(entries(&node["columns"]).map(|(name, entry)| {
        let keys = COLUMN_KEYS.iter().map(|&key| (key.to_owned(), entry[key].clone()));
        (name, compact(&Json::Object(keys.collect::<Map<_, _>>())))
    }));
    compact(&all)
}

fn reference(reference: &Json) -> Json {
    match reference {
        Json::Object(map) => json!([map.get("package"), map.get("name"), map.get("version")]),
        other => other.clone(),
    }
}

/// Macro ids without those of the adapter's package, which says how a thing is done and not what.
fn macros(list: &Json) -> Json {
    let ids = list.as_array().into_iter().flatten();
    let kept = ids.filter(|id| !id.as_str().unwrap_or_default().starts_with("macro.dbt_sqlite."));
    sorted(&Json::Array(kept.cloned().collect()))
}

fn disabled_nodes(list: &Json) -> Json {
    let nodes = list.as_array().into_iter().flatten();
    let picked = nodes.map(|n| {
        compact(&json!({"path": n["original_file_path"], "enabled": n["config"]["enabled"]}))
    });
    sorted(&Json::Array(picked.collect()))
}

fn macro_(entry: &Json) -> Json {
    let filled = |value: &Json| {
        if truthy(value) { value.clone() } else { Json::Null }
    };
    let arguments = entry["arguments"].as_array().into_iter().flatten();
    let arguments = arguments
        .map(|a| compact(&json!({"name": a["name"], "type": a["type"], "description": filled(&a["description"])})));
    compact(&json!({
        "path": entry["original_file_path"],
        "depends_on": macros(&entry["depends_on"]["macros"]),
        "description": filled(&entry["description"]),
        "meta": filled(&entry["meta"]),
        "arguments": arguments.collect::<Vec<_>>(),
    }))
}
