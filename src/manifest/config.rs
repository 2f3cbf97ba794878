//! Configuration of resources: one table of keys with default and merge rule, and the layered merge.
//!
//! A [`Config`] stores what was set; defaults come from the table when read or published.
//! dbt 1.12: later layers win, except that `tags` and hooks add up and `meta` and a few other
//! mappings merge by top-level key.

use std::borrow::Cow;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use super::{Hook, ResourceType};

/// How a later layer's value meets an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// The later value wins.
    Clobber,
    /// Lists add up; a single value counts as a list of one.
    Append,
    /// Mappings merge by top-level key.
    Update,
    /// Mappings merge by top-level key; the list of a key with `+` in front adds to what is there.
    KeyAppend,
}

/// A configuration key with a meaning.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name in artifacts.
    pub name: &'static str,
    /// How layers merge.
    pub merge: Merge,
    /// Which resources have it.
    pub on: &'static [ResourceType],
}

const NODES: &[ResourceType] = &[
    ResourceType::Model,
    ResourceType::Seed,
    ResourceType::Snapshot,
    ResourceType::Analysis,
    ResourceType::Operation,
    ResourceType::SqlOperation,
    ResourceType::Function,
];
const MODEL: &[ResourceType] = &[ResourceType::Model];
const SEED: &[ResourceType] = &[ResourceType::Seed];
const SNAPSHOT: &[ResourceType] = &[ResourceType::Snapshot];
const FUNCTION: &[ResourceType] = &[ResourceType::Function];
const TEST: &[ResourceType] = &[ResourceType::Test];
const SOURCE: &[ResourceType] = &[ResourceType::Source];
const ALL: &[ResourceType] = &[
    ResourceType::Model,
    ResourceType::Seed,
    ResourceType::Snapshot,
    ResourceType::Analysis,
    ResourceType::Operation,
    ResourceType::SqlOperation,
    ResourceType::Test,
    ResourceType::Source,
    ResourceType::Exposure,
    ResourceType::UnitTest,
    ResourceType::SemanticModel,
    ResourceType::Metric,
    ResourceType::SavedQuery,
    ResourceType::Function,
];
const BUILT: &[ResourceType] =
    &[ResourceType::Model, ResourceType::Seed, ResourceType::Snapshot, ResourceType::Test];
const INCREMENTAL: &[ResourceType] = &[ResourceType::Model, ResourceType::Snapshot];

macro_rules! keys {
    ($($name:literal $merge:ident $on:ident),* $(,)?) => {
        /// Every key that dbt 1.12 knows, and forge's own, sorted by name.
        pub const KEYS: &[Key] = &[$(Key { name: $name, merge: Merge::$merge, on: $on }),*];
    };
}

keys! {
    "access" Clobber MODEL,
    "alias" Clobber ALL,
    "batch_size" Clobber MODEL,
    "begin" Clobber MODEL,
    "check_cols" Clobber SNAPSHOT,
    "column_types" Update NODES,
    "concurrent_batches" Clobber MODEL,
    "contract" Update NODES,
    "database" Clobber ALL,
    "dbt_valid_to_current" Clobber SNAPSHOT,
    "delimiter" Clobber SEED,
    "docs" Update NODES,
    "enabled" Clobber ALL,
    "entry_point" Clobber FUNCTION,
    "error_if" Clobber TEST,
    "event_time" Clobber ALL,
    "expectations" Append MODEL,
    "fail_calc" Clobber TEST,
    "fill_gaps" Clobber MODEL,
    "freshness" Clobber ALL,
    "full_refresh" Clobber NODES,
    "grants" KeyAppend NODES,
    "group" Clobber ALL,
    "hard_deletes" Clobber SNAPSHOT,
    "incremental_predicates" Clobber INCREMENTAL,
    "incremental_strategy" Clobber NODES,
    "indexes" Clobber NODES,
    "invalidate_hard_deletes" Clobber SNAPSHOT,
    "latest_version_pointer" Clobber MODEL,
    "limit" Clobber TEST,
    "loaded_at_field" Clobber SOURCE,
    "loaded_at_query" Clobber SOURCE,
    "lookback" Clobber NODES,
    "materialized" Clobber ALL,
    "merge_exclude_columns" Clobber INCREMENTAL,
    "merge_update_columns" Clobber INCREMENTAL,
    "meta" Update ALL,
    "on_configuration_change" Clobber NODES,
    "on_error" Clobber MODEL,
    "on_schema_change" Clobber NODES,
    "packages" Append NODES,
    "persist_docs" Clobber NODES,
    "post-hook" Append NODES,
    "pre-hook" Append NODES,
    "publish" Clobber MODEL,
    "quote_columns" Clobber SEED,
    "quoting" Update NODES,
    "runtime_version" Clobber FUNCTION,
    "schema" Clobber ALL,
    "severity" Clobber TEST,
    "snapshot_meta_column_names" Clobber SNAPSHOT,
    "snowflake" Clobber FUNCTION,
    "sql_header" Clobber ALL,
    "static_analysis" Clobber NODES,
    "store_failures" Clobber TEST,
    "store_failures_as" Clobber TEST,
    "strategy" Clobber SNAPSHOT,
    "tags" Append ALL,
    "target_database" Clobber SNAPSHOT,
    "target_schema" Clobber SNAPSHOT,
    "timeout" Clobber BUILT,
    "type" Clobber FUNCTION,
    "unique_key" Clobber NODES,
    "updated_at" Clobber SNAPSHOT,
    "volatility" Clobber FUNCTION,
    "warn_if" Clobber TEST,
    "where" Clobber TEST,
}

/// The key of a name, in dbt's spelling or with `_` for `-` in hooks.
pub fn key(name: &str) -> Option<&'static Key> {
    let name = canonical(name);
    KEYS.binary_search_by(|k| k.name.cmp(name)).ok().map(|at| &KEYS[at])
}

/// dbt's spelling of a key: `pre_hook` is `pre-hook`.
pub fn canonical(name: &str) -> &str {
    match name {
        "pre_hook" => "pre-hook",
        "post_hook" => "post-hook",
        other => other,
    }
}

/// The columns that a snapshot adds, the keys of `snapshot_meta_column_names`.
pub const SNAPSHOT_COLUMNS: [&str; 5] =
    ["dbt_valid_to", "dbt_valid_from", "dbt_scd_id", "dbt_updated_at", "dbt_is_deleted"];

/// The configuration of one resource: what was set, later layers merged over earlier ones.
///
/// A resource sets a handful of keys, most of them known, and there are many resources: a list that borrows its
/// known keys is smaller and faster than a map. Two configurations are equal whatever the order of their keys.
#[derive(Clone, Debug, Default)]
pub struct Config {
    set: Vec<(Cow<'static, str>, Json)>,
}

impl PartialEq for Config {
    fn eq(&self, other: &Self) -> bool {
        self.set.len() == other.set.len()
            && self.set.iter().all(|(name, value)| other.find(name) == Some(value))
    }
}

impl Config {
    /// Nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives back the room that is not needed.
    pub(super) fn shrink(&mut self) {
        self.set.shrink_to_fit();
    }

    /// What was set for a key, `None` when nothing or null was.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.find(canonical(name)).filter(|v| !v.is_null())
    }

    fn find(&self, name: &str) -> Option<&Json> {
        self.set.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The value of a canonical name, null and new when it was not set.
    fn slot(&mut self, name: &str) -> &mut Json {
        let at = self.set.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            let name = match key(name) {
                Some(key) => Cow::Borrowed(key.name),
                None => Cow::Owned(name.to_owned()),
            };
            self.set.push((name, Json::Null));
            self.set.len() - 1
        });
        &mut self.set[at].1
    }

    /// What was set for a key, null too.
    pub fn setting(&self, name: &str) -> Option<&Json> {
        self.find(canonical(name))
    }

    /// Whether the key was set, be it to null.
    pub fn is_set(&self, name: &str) -> bool {
        self.setting(name).is_some()
    }

    /// Text that was set for a key.
    pub fn get_str(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// A boolean that was set for a key.
    pub fn get_bool(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    /// Whether the resource is on; it is unless `enabled` is false.
    pub fn enabled(&self) -> bool {
        self.get_bool("enabled").unwrap_or(true)
    }

    /// `contract.enforced`.
    pub fn contract_enforced(&self) -> bool {
        self.get("contract")
            .and_then(|c| c.get("enforced"))
            .and_then(Json::as_bool)
            .unwrap_or(false)
    }

    /// Sets a key, whatever was there.
    pub fn set(&mut self, name: &str, value: Json) {
        *self.slot(canonical(name)) = value;
    }

    /// What was set, in order of setting.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.set.iter().map(|(name, value)| (&**name, value))
    }

    /// Merges one key of a later layer over this configuration.
    pub fn merge(&mut self, name: &str, value: Json) {
        let name = canonical(name);
        let rule = key(name).map_or(Merge::Clobber, |k| k.merge);
        let value = match name {
            "pre-hook" | "post-hook" => hooks_json(value),
            "tags" => tags_json(value),
            _ => value,
        };
        match (rule, self.slot(name)) {
            (Merge::Append, Json::Array(old)) => old.extend(as_list(value)),
            (Merge::Append, slot) => *slot = Json::Array(as_list(value)),
            (Merge::KeyAppend, slot) => {
                if slot.is_null() {
                    *slot = json!({});
                }
                if let (Json::Object(old), Json::Object(new)) = (slot, value) {
                    append_by_key(old, new);
                }
            }
            (Merge::Update, slot @ Json::Object(_)) => match (slot, value) {
                (Json::Object(old), Json::Object(new)) => update(old, new),
                (_, Json::Null) => {}
                (slot, other) => *slot = other,
            },
            (_, slot) => *slot = value,
        }
    }

    /// Merges all keys of a later layer.
    pub fn merge_all(&mut self, layer: impl IntoIterator<Item = (String, Json)>) {
        for (name, value) in layer {
            self.merge(&name, value);
        }
    }

    /// The hooks of `pre-hook` or `post-hook`.
    pub fn hooks(&self, name: &str) -> Vec<Hook> {
        let Some(Json::Array(hooks)) = self.get(name) else {
            return Vec::new();
        };
        hooks
            .iter()
            .filter_map(|hook| {
                Some(Hook {
                    sql: hook.get("sql")?.as_str()?.to_owned(),
                    transaction: hook.get("transaction").and_then(Json::as_bool).unwrap_or(true),
                })
            })
            .collect()
    }

    /// Everything as dbt publishes it: defaults of the resource type first, then what was set.
    pub fn published(&self, resource_type: ResourceType) -> Map<String, Json> {
        let mut all = defaults(resource_type).clone();
        for (name, value) in &self.set {
            all.insert(name.to_string(), value.clone());
        }
        all
    }

    /// What was set for a key, or its default on this resource type.
    pub fn effective(&self, name: &str, resource_type: ResourceType) -> Json {
        match self.find(canonical(name)) {
            Some(value) => value.clone(),
            None => default(name, resource_type).clone(),
        }
    }
}

/// The default of a key on a resource type; null when there is none.
pub fn default(name: &str, resource_type: ResourceType) -> &'static Json {
    defaults(resource_type).get(canonical(name)).unwrap_or(&Json::Null)
}

/// The defaults that dbt 1.12 publishes for a resource type, made once.
pub fn defaults(resource_type: ResourceType) -> &'static Map<String, Json> {
    static TABLE: [OnceLock<Map<String, Json>>; ResourceType::COUNT] =
        [const { OnceLock::new() }; ResourceType::COUNT];
    TABLE[resource_type as usize].get_or_init(|| make_defaults(resource_type))
}

fn make_defaults(resource_type: ResourceType) -> Map<String, Json> {
    let value = match resource_type {
        ResourceType::Test => json!({
            "enabled": true, "alias": null, "schema": "dbt_test__audit", "database": null, "tags": [], "meta": {},
            "group": null, "materialized": "test", "severity": "ERROR", "store_failures": null,
            "store_failures_as": null, "where": null, "limit": null, "fail_calc": "count(*)",
            "warn_if": "!= 0", "error_if": "!= 0", "sql_header": null,
        }),
        ResourceType::Source => json!({
            "enabled": true, "event_time": null, "freshness": {"warn_after": {"count": null, "period": null},
            "error_after": {"count": null, "period": null}, "filter": null},
            "loaded_at_field": null, "loaded_at_query": null, "meta": {}, "tags": [],
        }),
        ResourceType::Exposure => json!({"enabled": true, "tags": [], "meta": {}}),
        ResourceType::UnitTest => {
            json!({"tags": [], "meta": {}, "enabled": true, "static_analysis": null})
        }
        ResourceType::SemanticModel | ResourceType::Metric => {
            json!({"enabled": true, "group": null, "meta": {}})
        }
        ResourceType::SavedQuery => json!({
            "enabled": true, "group": null, "meta": {}, "export_as": null, "schema": null,
            "cache": {"enabled": false},
        }),
        _ => node_defaults(resource_type),
    };
    match value {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}

fn node_defaults(resource_type: ResourceType) -> Json {
    let mut all = json!({
        "enabled": true, "alias": null, "schema": null, "database": null, "tags": [], "meta": {}, "group": null,
        "materialized": "view", "incremental_strategy": null, "batch_size": null, "lookback": 1, "begin": null,
        "persist_docs": {}, "post-hook": [], "pre-hook": [], "quoting": {}, "column_types": {},
        "full_refresh": null, "unique_key": null, "on_schema_change": "ignore",
        "on_configuration_change": "apply", "grants": {}, "packages": [],
        "docs": {"show": true, "node_color": null}, "contract": {"enforced": false, "alias_types": true},
        "event_time": null, "concurrent_batches": null,
    });
    match resource_type {
        ResourceType::Model => {
            all["access"] = json!("protected");
            all["freshness"] = Json::Null;
        }
        ResourceType::Seed => {
            all["materialized"] = json!("seed");
            all["delimiter"] = json!(",");
            all["quote_columns"] = Json::Null;
        }
        ResourceType::Snapshot => {
            all["materialized"] = json!("snapshot");
            for name in ["strategy", "target_schema", "target_database", "updated_at", "check_cols"]
            {
                all[name] = Json::Null;
            }
            all["snapshot_meta_column_names"] = json!({
                "dbt_valid_to": null, "dbt_valid_from": null, "dbt_scd_id": null,
                "dbt_updated_at": null, "dbt_is_deleted": null,
            });
            all["dbt_valid_to_current"] = Json::Null;
        }
        ResourceType::Function => {
            all["materialized"] = json!("function");
            all["type"] = json!("scalar");
            for name in ["volatility", "runtime_version", "entry_point"] {
                all[name] = Json::Null;
            }
            all["snowflake"] = json!({"quote_args": true});
        }
        _ => {}
    }
    all
}

/// What the key `timeout` means: seconds as a number, or a text with `s`, `m` or `h`; `None` for anything else.
pub fn timeout(value: &Json) -> Option<Duration> {
    let (number, unit) = match value {
        Json::Number(number) => (number.as_f64()?, 1.0),
        Json::String(text) => {
            let text = text.trim();
            let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
            let unit = match &text[end..] {
                "" | "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                _ => return None,
            };
            (text[..end].trim().parse::<f64>().ok()?, unit)
        }
        _ => return None,
    };
    Duration::try_from_secs_f64(number * unit).ok().filter(|limit| !limit.is_zero())
}

fn as_list(value: Json) -> Vec<Json> {
    match value {
        Json::Array(items) => items,
        Json::Null => Vec::new(),
        other => vec![other],
    }
}

fn append_by_key(old: &mut Map<String, Json>, new: Map<String, Json>) {
    for (key, value) in new {
        match key.strip_prefix('+') {
            Some(key) => {
                let mut all = old.remove(key).map_or_else(Vec::new, as_list);
                all.extend(as_list(value));
                old.insert(key.to_owned(), Json::Array(all));
            }
            None => {
                old.insert(key, Json::Array(as_list(value)));
            }
        }
    }
}

fn update(old: &mut Map<String, Json>, new: Map<String, Json>) {
    for (key, value) in new {
        old.insert(key, value);
    }
}

/// dbt: tags are text, whatever a template in YAML made of them.
fn tags_json(value: Json) -> Json {
    match value {
        Json::Array(tags) => Json::Array(tags.into_iter().map(tags_json).collect()),
        Json::Number(number) => Json::String(number.to_string()),
        Json::Bool(true) => json!("True"),
        Json::Bool(false) => json!("False"),
        other => other,
    }
}

/// Hooks in dbt's published form: a list of `{sql, transaction}`.
fn hooks_json(value: Json) -> Json {
    let hook = |item: Json| match read_hook(item) {
        Json::Object(map) => json!({
            "sql": map.get("sql").cloned().unwrap_or_default(),
            "transaction": map.get("transaction").and_then(Json::as_bool).unwrap_or(true),
            "index": null,
        }),
        other => json!({"sql": other, "transaction": true, "index": null}),
    };
    Json::Array(as_list(value).into_iter().map(hook).collect())
}

/// What `before_begin(…)` and its siblings return is a hook as JSON text.
fn read_hook(item: Json) -> Json {
    let parsed = item.as_str().and_then(|text| serde_json::from_str(text).ok());
    match parsed {
        Some(Json::Object(map)) if map.contains_key("sql") => Json::Object(map),
        _ => item,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_so_that_the_search_works() {
        assert!(KEYS.windows(2).all(|pair| pair[0].name < pair[1].name));
    }

    #[test]
    fn tags_append_meta_updates_others_clobber() {
        let mut config = Config::new();
        config.merge("tags", json!("a"));
        config.merge("tags", json!(["b", "a"]));
        config.merge("meta", json!({"x": 1, "y": {"z": 1}}));
        config.merge("meta", json!({"y": {"w": 2}}));
        config.merge("materialized", json!("view"));
        config.merge("materialized", json!("table"));
        assert_eq!(config.get("tags"), Some(&json!(["a", "b", "a"])));
        assert_eq!(config.get("meta"), Some(&json!({"x": 1, "y": {"w": 2}})));
        assert_eq!(config.get_str("materialized"), Some("table"));
    }

    #[test]
    fn timeouts_are_seconds_or_have_a_unit() {
        let seconds = |value: Json| timeout(&value).map(|limit| limit.as_secs_f64());
        assert_eq!(seconds(json!(1.5)), Some(1.5));
        assert_eq!(seconds(json!("90")), Some(90.0));
        assert_eq!(seconds(json!("90s")), Some(90.0));
        assert_eq!(seconds(json!("15 m")), Some(900.0));
        assert_eq!(seconds(json!("2h")), Some(7200.0));
        let wrong =
            [json!(0), json!(-1), json!("1d"), json!(""), json!("m"), json!([1]), json!(1e300)];
        for value in wrong {
            assert_eq!(seconds(value.clone()), None, "{value}");
        }
    }

    #[test]
    fn tags_are_text() {
        let mut config = Config::new();
        config.merge("tags", json!([2026, "a"]));
        assert_eq!(config.get("tags"), Some(&json!(["2026", "a"])));
    }

    #[test]
    fn a_hook_can_be_json_text() {
        let mut config = Config::new();
        config.merge("pre_hook", json!("\n  {\"sql\": \"vacuum\", \"transaction\": false}\n"));
        let expected = Hook { sql: "vacuum".into(), transaction: false };
        assert_eq!(config.hooks("pre-hook"), [expected]);
    }

    #[test]
    fn grants_add_up_for_keys_with_a_plus() {
        let mut config = Config::new();
        config.merge("grants", json!({"select": "a", "insert": ["x"]}));
        config.merge("grants", json!({"+select": ["b"], "insert": "y"}));
        assert_eq!(config.get("grants"), Some(&json!({"insert": ["y"], "select": ["a", "b"]})));
    }

    #[test]
    fn hooks_add_up_in_dbts_form() {
        let mut config = Config::new();
        config.merge("pre_hook", json!("select 1"));
        config.merge("pre-hook", json!([{"sql": "select 2", "transaction": false}]));
        let hooks = config.hooks("pre-hook");
        assert_eq!(hooks[0], Hook { sql: "select 1".into(), transaction: true });
        assert_eq!(hooks[1], Hook { sql: "select 2".into(), transaction: false });
    }
}
