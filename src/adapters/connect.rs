//! From a profile's words to an adapter: the one place that maps a `type` to an engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::sqlite::{Location, Pragmas, SqliteAdapter, SqliteSettings};
use super::{Adapter, AdapterError, Result};

/// The types that a profile can name; the first is that of the embedded default.
pub const TYPES: &[&str] = &["sqlite"];

/// The embedded engine and its version.
pub fn engine_version() -> String {
    format!("SQLite {}", rusqlite::version())
}

/// The keys of a profile's output, of all types together.
pub const KEYS: &[&str] = &[
    "type",
    "threads",
    "database",
    "schema",
    "path",
    "schemas_and_paths",
    "schema_directory",
    "extensions",
    "busy_timeout",
    "cache_mib",
    "double_quoted_strings",
    "foreign_keys",
    "iso_casts",
    "lock_retries",
    "mmap_mib",
    "synchronous",
    "temp_store",
    "wal_mib",
    "write_ahead_log",
];

/// What a profile's output says.
#[derive(Clone, Debug)]
pub struct Settings<'a> {
    /// `type`.
    pub adapter_type: &'a str,
    /// `database`.
    pub database: &'a str,
    /// `schema`.
    pub schema: &'a str,
    /// Everything else.
    pub other: &'a Map<String, Json>,
    /// Where relative paths start.
    pub base_dir: &'a Path,
    /// Whether the database's files are left alone, and everything is in memory.
    pub is_scratch: bool,
    /// The frozen clock.
    pub now: Option<Timestamp>,
}

/// The adapter of a profile's output. Only who owns the plain names is read from the file.
pub fn connect(settings: &Settings<'_>) -> Result<Arc<dyn Adapter>> {
    match settings.adapter_type {
        "sqlite" => sqlite(settings),
        other => Err(wrong(format!(
            "the adapter type `{other}` is not supported; use one of {}",
            TYPES.join(", ")
        ))),
    }
}

fn wrong(message: String) -> AdapterError {
    AdapterError::Settings { message }
}

fn sqlite(settings: &Settings<'_>) -> Result<Arc<dyn Adapter>> {
    let text = |key: &str| settings.other.get(key).and_then(Json::as_str);
    let mut made = match settings.other.get("schemas_and_paths") {
        Some(paths) => {
            let directory = text("schema_directory").ok_or_else(|| {
                wrong("`schemas_and_paths` needs `schema_directory` beside it".to_owned())
            })?;
            let paths = schema_paths(paths)?;
            SqliteSettings::attached(
                paths,
                PathBuf::from(directory),
                settings.schema,
                settings.base_dir,
            )
        }
        None => {
            let path = text("path").or_else(|| text("file")).ok_or_else(|| {
                wrong("the profile gives no `path` for the database file".to_owned())
            })?;
            SqliteSettings::single_file(Location::parse(path), settings.schema, settings.base_dir)
        }
    };
    made.database = settings.database.to_owned();
    made.now = settings.now;
    made.is_scratch = settings.is_scratch;
    made.pragmas = Pragmas::read(settings.other)?;
    if let Some(value) = settings.other.get("busy_timeout") {
        let seconds = value.as_f64().and_then(|n| Duration::try_from_secs_f64(n).ok());
        made.busy_timeout = seconds
            .ok_or_else(|| wrong(format!("`busy_timeout` is {value}; give seconds, 0 or more")))?;
    }
    if let Some(value) = settings.other.get("lock_retries") {
        let number = value.as_u64().and_then(|n| u32::try_from(n).ok());
        made.lock_retries = number
            .ok_or_else(|| wrong(format!("`lock_retries` is {value}; give a whole number")))?;
    }
    for (key, slot) in [
        ("double_quoted_strings", &mut made.double_quoted_strings),
        ("foreign_keys", &mut made.foreign_keys),
        ("iso_casts", &mut made.iso_casts),
        ("write_ahead_log", &mut made.write_ahead_log),
    ] {
        if let Some(value) = settings.other.get(key) {
            let truth = value.as_bool();
            *slot =
                truth.ok_or_else(|| wrong(format!("`{key}` is {value}; give true or false")))?;
        }
    }
    Ok(Arc::new(SqliteAdapter::of_file(made)?))
}

fn schema_paths(paths: &Json) -> Result<IndexMap<String, PathBuf>> {
    let map = paths
        .as_object()
        .ok_or_else(|| wrong("`schemas_and_paths` must map schema names to files".to_owned()))?;
    map.iter()
        .map(|(schema, path)| match path.as_str() {
            Some(path) => Ok((schema.clone(), PathBuf::from(path))),
            None => Err(wrong(format!("the file of schema `{schema}` must be a string"))),
        })
        .collect()
}
