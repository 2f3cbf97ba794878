//! `catalog.json`, schema v1: which of the project's relations are in the database, and their columns.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::run_results::Metadata;

/// The schema that the text declares.
pub const SCHEMA: &str = "https://schemas.getdbt.com/dbt/catalog/v1.json";

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalog {
    /// Which run it was.
    pub metadata: Metadata,
    /// Relations of nodes, by unique id.
    pub nodes: IndexMap<String, CatalogTable>,
    /// Relations of sources, by unique id.
    pub sources: IndexMap<String, CatalogTable>,
    /// What went wrong; null when nothing did.
    pub errors: Option<Vec<String>>,
}

/// A relation in the database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CatalogTable {
    /// Where it is and what it is.
    pub metadata: TableMetadata,
    /// Its columns, by name.
    pub columns: IndexMap<String, ColumnMetadata>,
    /// What the engine counts.
    pub stats: Json,
    /// The node or the source.
    pub unique_id: String,
}

/// Where a relation is and what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableMetadata {
    /// `table` or `view`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Its database.
    pub database: Option<String>,
    /// Its comment.
    pub comment: Option<String>,
    /// Its owner.
    pub owner: Option<String>,
}

/// A column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnMetadata {
    /// Its declared type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its place, from 1.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// Its comment.
    pub comment: Option<String>,
}

/// The statistics of an engine that has none: dbt's words for that.
pub fn no_stats() -> Json {
    json!({
        "has_stats": {
            "id": "has_stats",
            "label": "Has Stats?",
            "value": false,
            "include": false,
            "description": "Indicates whether there are statistics for this table",
        },
    })
}

impl Catalog {
    /// The text of `catalog.json`.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("invariant: a catalog has string keys")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_read_back() {
        let column = ColumnMetadata { kind: "INT".into(), index: 1, ..ColumnMetadata::default() };
        let table = CatalogTable {
            metadata: TableMetadata { kind: "table".into(), ..TableMetadata::default() },
            columns: IndexMap::from([("id".to_owned(), column)]),
            stats: no_stats(),
            unique_id: "model.shop.a".into(),
        };
        let catalog = Catalog {
            nodes: IndexMap::from([("model.shop.a".to_owned(), table)]),
            ..Catalog::default()
        };
        let text = catalog.to_json();
        assert!(text.ends_with(r#""sources":{},"errors":null}"#), "{text}");
        assert!(text.contains(r#""columns":{"id":{"type":"INT","index":1,"name":"""#), "{text}");
        assert_eq!(serde_json::from_str::<Catalog>(&text).ok(), Some(catalog));
    }
}
