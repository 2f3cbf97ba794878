//! Entries of `unit_tests`, `semantic_models`, `metrics` and `saved_queries`.

use serde_json::{Map, Value as Json};

use super::{RawDefinition, Reader};
use crate::manifest::ResourceType;
use crate::source::yaml::{Mapping, Node as YamlNode, Yaml};

/// Sections, and the kinds of their entries; in dbt's order, which artifacts keep.
const SECTIONS: &[(&str, ResourceType)] = &[
    ("metrics", ResourceType::Metric),
    ("semantic_models", ResourceType::SemanticModel),
    ("saved_queries", ResourceType::SavedQuery),
    ("unit_tests", ResourceType::UnitTest),
];

impl Reader<'_> {
    /// All of them, section by section.
    pub(super) fn definitions(&self, map: &Mapping) -> Vec<RawDefinition> {
        let mut found = Vec::new();
        for (section, resource_type) in SECTIONS {
            for entry in self.entries(map, section) {
                let what = format!("an entry of `{section}`");
                let Some(name) = self.name(entry, &what) else { continue };
                let entry = entry.as_map().map(|map| self.late(map)).unwrap_or_default();
                let (resource_type, file) = (*resource_type, self.file.clone());
                found.push(RawDefinition { resource_type, name, file, entry });
            }
        }
        found
    }

    /// The entry rendered, except for descriptions and for conditions, which are templates of another language.
    fn late(&self, map: &Mapping) -> Map<String, Json> {
        let value = |key: &str, value: &Yaml| match (key, &value.node) {
            ("description" | "filter" | "where", _) => value.to_json(),
            (_, YamlNode::Map(map)) => Json::Object(self.late(map)),
            (_, YamlNode::Seq(items)) => {
                let item = |item: &Yaml| match &item.node {
                    YamlNode::Map(map) => Json::Object(self.late(map)),
                    _ => self.rendered(item),
                };
                Json::Array(items.iter().map(item).collect())
            }
            _ => self.rendered(value),
        };
        map.iter().map(|(key, of)| (key.to_owned(), value(key, of))).collect()
    }
}
