//! `config` of a resource: every key that dbt publishes, in its order, then keys of the user's own.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value as Json, json};

use crate::manifest::{Config, ResourceType, config};

/// The key of pointers to latest versions.
const POINTER: &str = "latest_version_pointer";

/// The configuration of one resource.
pub(super) struct ConfigView<'a> {
    config: &'a Config,
    defaults: &'static Map<String, Json>,
}

impl<'a> ConfigView<'a> {
    pub(super) fn new(config: &'a Config, resource_type: ResourceType) -> Self {
        ConfigView { config, defaults: defaults(resource_type) }
    }

    /// Writes `docs` outside the configuration; tests have it there only.
    pub(super) fn serialize_docs<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        match self.config.get("docs") {
            Some(_) => {
                let default = self.defaults.get("docs").unwrap_or(&Json::Null);
                map.serialize_entry("docs", &*self.value("docs", default))
            }
            None => map.serialize_entry("docs", &Docs::DEFAULT),
        }
    }

    fn value<'v>(&self, name: &str, default: &'v Json) -> Cow<'v, Json>
    where
        'a: 'v,
    {
        match (self.config.setting(name), default) {
            (None, default) => Cow::Borrowed(default),
            (Some(Json::Object(set)), Json::Object(default)) => {
                Cow::Owned(Json::Object(overlay(default, set)))
            }
            // dbt: a truth is short for `enabled`.
            (Some(set @ Json::Bool(_)), Json::Object(default)) if name == POINTER => {
                let set = Map::from_iter([("enabled".to_owned(), set.clone())]);
                Cow::Owned(Json::Object(overlay(default, &set)))
            }
            (Some(set), _) => Cow::Borrowed(set),
        }
    }
}

impl Serialize for ConfigView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, default) in self.defaults {
            map.serialize_entry(name, &*self.value(name, default))?;
        }
        for (name, value) in self.config.iter() {
            if !self.defaults.contains_key(name) {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}

/// `docs` where nothing was said.
#[derive(Serialize)]
pub(super) struct Docs {
    show: bool,
    node_color: Option<&'static str>,
}

impl Docs {
    pub(super) const DEFAULT: Docs = Docs { show: true, node_color: None };
}

/// `default` with the keys of `set` over it, so that a partly written mapping is published whole.
fn overlay(default: &Map<String, Json>, set: &Map<String, Json>) -> Map<String, Json> {
    let mut all = default.clone();
    all.extend(set.iter().map(|(name, value)| (name.clone(), value.clone())));
    all
}

/// The defaults of a type, built once, with keys in dbt's order.
fn defaults(resource_type: ResourceType) -> &'static Map<String, Json> {
    static TABLE: [OnceLock<Map<String, Json>>; ResourceType::COUNT] =
        [const { OnceLock::new() }; ResourceType::COUNT];
    TABLE[resource_type as usize].get_or_init(|| ordered(resource_type))
}

fn ordered(resource_type: ResourceType) -> Map<String, Json> {
    let mut known = config::defaults(resource_type).clone();
    for (name, value) in unset(resource_type) {
        known.entry(name).or_insert(value);
    }
    let order = match resource_type {
        ResourceType::Test => TEST,
        ResourceType::Source
        | ResourceType::Exposure
        | ResourceType::UnitTest
        | ResourceType::SemanticModel
        | ResourceType::Metric
        | ResourceType::SavedQuery => &[],
        _ => NODE,
    };
    let mut all = Map::new();
    for name in order {
        if let Some(value) = known.shift_remove(*name) {
            all.insert((*name).to_owned(), value);
        }
    }
    all.extend(known);
    all
}

/// Keys that dbt publishes although nothing reads them here.
fn unset(resource_type: ResourceType) -> Vec<(String, Json)> {
    let mut keys = vec![];
    let has_no_analysis = matches!(
        resource_type,
        ResourceType::Exposure
            | ResourceType::SemanticModel
            | ResourceType::Metric
            | ResourceType::SavedQuery
    );
    if !has_no_analysis {
        keys.push(("static_analysis".to_owned(), Json::Null));
    }
    if resource_type == ResourceType::Model {
        keys.push(("on_error".to_owned(), Json::Null));
        let pointer = json!({"enabled": null, "alias": null});
        keys.push(("latest_version_pointer".to_owned(), pointer));
    }
    keys
}

const TEST: &[&str] = &[
    "enabled",
    "alias",
    "schema",
    "database",
    "tags",
    "meta",
    "group",
    "static_analysis",
    "materialized",
    "severity",
    "store_failures",
    "store_failures_as",
    "sql_header",
    "where",
    "limit",
    "fail_calc",
    "warn_if",
    "error_if",
];

const NODE: &[&str] = &[
    "enabled",
    "alias",
    "schema",
    "database",
    "tags",
    "meta",
    "group",
    "static_analysis",
    "materialized",
    "incremental_strategy",
    "batch_size",
    "lookback",
    "begin",
    "persist_docs",
    "post-hook",
    "pre-hook",
    "quoting",
    "column_types",
    "full_refresh",
    "unique_key",
    "on_schema_change",
    "on_configuration_change",
    "grants",
    "packages",
    "docs",
    "contract",
    "event_time",
    "concurrent_batches",
    "access",
    "freshness",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partly_written_mappings_are_published_whole() {
        let mut config = Config::new();
        config.set("contract", json!({"enforced": true}));
        config.set("alias", Json::Null);
        config.set("mine", json!(1));
        let json = serde_json::to_value(ConfigView::new(&config, ResourceType::Model));
        let json = json.expect("an object");
        assert_eq!(json["contract"], json!({"enforced": true, "alias_types": true}));
        assert_eq!(json["mine"], json!(1));
        assert_eq!(json["static_analysis"], Json::Null);
        let keys: Vec<_> = json.as_object().expect("an object").keys().collect();
        assert_eq!(keys[7], "static_analysis");
        assert_eq!(keys[keys.len() - 2], "latest_version_pointer");
    }
}
