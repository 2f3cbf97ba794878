//! The keys that property files may have, as dbt 1.12 reads them.
//!
//! Invariant: a key that is not here is shown as a slip, with the nearest of these.

/// Of the file itself.
pub(super) const FILE_KEYS: &[&str] = &[
    "version",
    "models",
    "seeds",
    "snapshots",
    "analyses",
    "data_tests",
    "tests",
    "macros",
    "sources",
    "exposures",
    "groups",
    "metrics",
    "semantic_models",
    "saved_queries",
    "unit_tests",
    "functions",
    "anchors",
];
/// Of models, seeds, snapshots, analyses, singular tests.
pub(super) const NODE_KEYS: &[&str] = &[
    "name",
    "description",
    "columns",
    "tests",
    "data_tests",
    "config",
    "meta",
    "docs",
    "quote_columns",
    "group",
    "access",
    "constraints",
    "expectations",
    "latest_version",
    "versions",
    "deprecation_date",
    "time_spine",
    "relation",
    "docs",
    "contract",
    "primary_key",
    "semantic_model",
    "agg_time_dimension",
    "metrics",
    "derived_semantics",
];
/// Of a column.
pub(super) const COLUMN_KEYS: &[&str] = &[
    "name",
    "description",
    "data_type",
    "meta",
    "tags",
    "tests",
    "data_tests",
    "constraints",
    "quote",
    "granularity",
    "config",
    "policy_tags",
    "entity",
    "dimension",
];
/// Of a source.
pub(super) const SOURCE_KEYS: &[&str] = &[
    "name",
    "description",
    "database",
    "schema",
    "loader",
    "meta",
    "tags",
    "quoting",
    "freshness",
    "loaded_at_field",
    "loaded_at_query",
    "config",
    "tables",
    "overrides",
    "tests",
    "data_tests",
];
/// Of a table of a source.
pub(super) const TABLE_KEYS: &[&str] = &[
    "name",
    "identifier",
    "description",
    "meta",
    "tags",
    "quoting",
    "freshness",
    "loaded_at_field",
    "loaded_at_query",
    "config",
    "columns",
    "tests",
    "data_tests",
    "quote_columns",
    "external",
    "loader",
];
/// Of a macro.
pub(super) const MACRO_KEYS: &[&str] =
    &["name", "description", "meta", "docs", "arguments", "config"];
/// Of an exposure.
pub(super) const EXPOSURE_KEYS: &[&str] = &[
    "name",
    "type",
    "maturity",
    "url",
    "label",
    "description",
    "owner",
    "depends_on",
    "tags",
    "meta",
    "config",
];
/// Of a group.
pub(super) const GROUP_KEYS: &[&str] = &["name", "owner", "description", "config", "meta"];
/// Of a function.
pub(super) const FUNCTION_KEYS: &[&str] = &[
    "name",
    "description",
    "arguments",
    "returns",
    "overloads",
    "columns",
    "config",
    "meta",
    "docs",
    "access",
    "constraints",
    "tests",
    "data_tests",
];
/// Of an argument of a function.
pub(super) const ARGUMENT_KEYS: &[&str] = &["name", "data_type", "description", "default_value"];
/// Of one more body of a function.
pub(super) const OVERLOAD_KEYS: &[&str] = &["defined_in", "arguments", "returns", "description"];
