//! Source tables: relations that forge reads and never writes.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::{Column, Config, Fqn};
use crate::names::UniqueId;
use crate::source::Span;

/// One table of a source.
#[derive(Clone, Debug)]
pub struct SourceTable {
    /// `source.<package>.<source>.<table>`.
    pub unique_id: UniqueId,
    /// The package it is declared in.
    pub package_name: Arc<str>,
    /// The source.
    pub source_name: String,
    /// The table.
    pub name: String,
    /// Package, folders, source, table.
    pub fqn: Fqn,
    /// The path below the project.
    pub original_file_path: String,
    /// The path below the resource folder.
    pub path: String,
    /// Its database.
    pub database: Option<String>,
    /// Its schema.
    pub schema: String,
    /// `database` as it was written; none when it was not given.
    pub unrendered_database: Option<String>,
    /// `schema` as it was written; none when it was not given.
    pub unrendered_schema: Option<String>,
    /// Its name in the database.
    pub identifier: String,
    /// Its rendered relation.
    pub relation_name: String,
    /// What is quoted.
    pub quoting: Quoting,
    /// The table's description, rendered.
    pub description: String,
    /// The source's description, rendered.
    pub source_description: String,
    /// The docs blocks that the table's description quotes.
    pub doc_blocks: Vec<UniqueId>,
    /// What loads it.
    pub loader: String,
    /// The column that says when a row came.
    pub loaded_at_field: Option<String>,
    /// The query that says when the last row came.
    pub loaded_at_query: Option<String>,
    /// Freshness thresholds: `warn_after`, `error_after`, `filter`; null switches it off.
    pub freshness: Json,
    /// Where another program finds the table (`external`), with all of dbt's keys; null when nothing was said.
    pub external: Json,
    /// Columns in written order.
    pub columns: IndexMap<String, Column>,
    /// Configuration, merged.
    pub config: Config,
    /// Tags.
    pub tags: Vec<String>,
    /// Free-form data of the table, over that of the source.
    pub meta: Map<String, Json>,
    /// Free-form data of the source.
    pub source_meta: Map<String, Json>,
    /// Its place.
    pub span: Span,
    /// Seconds since 1970 when it was parsed.
    pub created_at: f64,
}

/// Which parts of a relation's name are quoted; `None` is the engine's default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quoting {
    /// The database.
    pub database: Option<bool>,
    /// The schema.
    pub schema: Option<bool>,
    /// The identifier.
    pub identifier: Option<bool>,
}

impl Quoting {
    /// This one, with what it leaves open taken from `base`.
    #[must_use]
    pub fn or(self, base: Quoting) -> Quoting {
        Quoting {
            database: self.database.or(base.database),
            schema: self.schema.or(base.schema),
            identifier: self.identifier.or(base.identifier),
        }
    }
}
