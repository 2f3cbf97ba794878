//! How sources, exposures and what only YAML defines differ from what they were.

use serde_json::{Map, Value as Json};

use super::changes::{Aspect, Reason};
use super::nodes::{different, shown};
use super::snapshot::Snapshot;
use crate::artifacts::manifest::{definition_json, exposure_json, source_json};
use crate::manifest::{Resource, ResourceType, SourceTable};
use crate::names::UniqueId;

/// Keys of a source that its readers depend on.
const OF_SOURCES: &[&str] =
    &["identifier", "quoting", "freshness", "loaded_at_field", "loaded_at_query", "external"];

/// Keys of an exposure that dbt compares.
const OF_EXPOSURES: &[&str] =
    &["type", "owner", "maturity", "url", "description", "label", "depends_on"];

/// Keys that only place a resource, or that follow from others.
const PLACE: &[&str] = &[
    "checksum",
    "config",
    "created_at",
    "defer_relation",
    "depends_on",
    "docs",
    "fqn",
    "group",
    "metadata",
    "original_file_path",
    "package_name",
    "path",
    "refs",
    "resource_type",
    "schema",
    "tags",
    "tested_node_unique_id",
    "this_input_node_unique_id",
    "unique_id",
    "unrendered_config",
];

/// The resource as it was.
pub(super) fn before(
    id: &UniqueId,
    resource: &Resource<'_>,
    earlier: &Snapshot<'_>,
) -> Option<Map<String, Json>> {
    let map = match resource.resource_type() {
        ResourceType::Source => &earlier.sources,
        ResourceType::Exposure => &earlier.exposures,
        ResourceType::Metric => &earlier.metrics,
        ResourceType::SemanticModel => &earlier.semantic_models,
        ResourceType::SavedQuery => &earlier.saved_queries,
        ResourceType::UnitTest => &earlier.unit_tests,
        _ => return None,
    };
    let raw = map.get(id.as_str())?;
    Some(serde_json::from_str(raw.get()).unwrap_or_default())
}

/// Everything that differs.
pub(super) fn differences(resource: &Resource<'_>, old: Map<String, Json>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let (old, now, counts): (_, _, &dyn Fn(&str) -> bool) = match resource {
        Resource::Source(source) => {
            of_source(source, &old, &mut reasons);
            (old, source_json(source), &|key| OF_SOURCES.contains(&key))
        }
        Resource::Exposure(exposure) => {
            let now = without_macros(exposure_json(exposure));
            (without_macros(old), now, &|key| OF_EXPOSURES.contains(&key))
        }
        Resource::Definition(one) => (old, definition_json(one), &|key| !PLACE.contains(&key)),
        Resource::Node(_) => return reasons,
    };
    for (key, _, then, now) in different(&old, &now).into_iter().filter(|(key, ..)| counts(key)) {
        let text = format!("{key}: {} → {}", shown(then), shown(now));
        reasons.push(Reason::new(Aspect::Properties, text));
    }
    let none = Map::new();
    let config = |map: &Map<String, Json>| {
        map.get("config").and_then(Json::as_object).unwrap_or(&none).clone()
    };
    for (key, aspect, then, now) in different(&config(&old), &config(&now)) {
        let text = format!("{key}: {} → {}", shown(then), shown(now));
        reasons.push(Reason::new(aspect, text));
    }
    reasons
}

/// dbt compares what an exposure reads, not what it calls.
fn without_macros(mut exposure: Map<String, Json>) -> Map<String, Json> {
    if let Some(Json::Object(depends)) = exposure.get_mut("depends_on") {
        depends.remove("macros");
        if let Some(Json::Array(nodes)) = depends.get_mut("nodes") {
            nodes.sort_by_key(ToString::to_string);
        }
    }
    exposure
}

/// Where a source lies, as it was written: what came out differs between environments.
fn of_source(source: &SourceTable, old: &Map<String, Json>, reasons: &mut Vec<Reason>) {
    let written =
        [("database", &source.unrendered_database), ("schema", &source.unrendered_schema)];
    for (key, now) in written {
        let then = old.get(&format!("unrendered_{key}")).and_then(Json::as_str);
        if let (Some(then), Some(now)) = (then, now)
            && then != now
        {
            reasons.push(Reason::new(Aspect::Relation, format!("{key}: {then} → {now}")));
        }
    }
}
