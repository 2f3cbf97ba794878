//! Source tables.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::json;

use super::config::ConfigView;
use super::metadata::QuotingView;
use super::node::Columns;
use crate::manifest::{ResourceType, SourceTable};

/// A source table.
pub(super) struct SourceView<'a>(pub(super) &'a SourceTable);

impl Serialize for SourceView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        names(&mut map, self.0)?;
        properties(&mut map, self.0)?;
        map.end()
    }
}

fn names<M: SerializeMap>(map: &mut M, source: &SourceTable) -> Result<(), M::Error> {
    map.serialize_entry("database", &source.database)?;
    map.serialize_entry("schema", &source.schema)?;
    map.serialize_entry("name", &source.name)?;
    map.serialize_entry("resource_type", "source")?;
    map.serialize_entry("package_name", &source.package_name)?;
    // dbt: of a source table both paths are below the project.
    map.serialize_entry("path", &source.original_file_path)?;
    map.serialize_entry("original_file_path", &source.original_file_path)?;
    map.serialize_entry("unique_id", &source.unique_id)?;
    map.serialize_entry("fqn", &source.fqn)?;
    map.serialize_entry("source_name", &source.source_name)?;
    map.serialize_entry("source_description", &source.source_description)?;
    map.serialize_entry("loader", &source.loader)?;
    map.serialize_entry("identifier", &source.identifier)
}

fn properties<M: SerializeMap>(map: &mut M, source: &SourceTable) -> Result<(), M::Error> {
    map.serialize_entry("quoting", &QuotingView::from(source.quoting))?;
    map.serialize_entry("loaded_at_field", &source.loaded_at_field)?;
    map.serialize_entry("loaded_at_query", &source.loaded_at_query)?;
    map.serialize_entry("freshness", &source.freshness)?;
    map.serialize_entry("external", &source.external)?;
    map.serialize_entry("description", &source.description)?;
    map.serialize_entry("columns", &Columns(&source.columns))?;
    map.serialize_entry("meta", &source.meta)?;
    map.serialize_entry("source_meta", &source.source_meta)?;
    map.serialize_entry("tags", &source.tags)?;
    map.serialize_entry("config", &ConfigView::new(&source.config, ResourceType::Source))?;
    map.serialize_entry("patch_path", &())?;
    map.serialize_entry("unrendered_config", &json!({}))?;
    map.serialize_entry("relation_name", &source.relation_name)?;
    map.serialize_entry("created_at", &source.created_at)?;
    map.serialize_entry("unrendered_database", &source.unrendered_database)?;
    map.serialize_entry("unrendered_schema", &source.unrendered_schema)?;
    map.serialize_entry("doc_blocks", &source.doc_blocks)
}
