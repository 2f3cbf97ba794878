//! Unit tests, semantic models, metrics, saved queries.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::json;

use super::config::ConfigView;
use super::node::{Depends, Refs};
use crate::manifest::{Definition, ResourceType};

/// One of them.
pub(super) struct DefinitionView<'a>(pub(super) &'a Definition);

/// The rows that a unit test expects in the model's table: forge's own.
const EXPECT_FINAL: &str = "expect_final";

impl Serialize for DefinitionView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let one = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &one.name)?;
        map.serialize_entry("resource_type", one.resource_type.as_str())?;
        map.serialize_entry("package_name", &one.package_name)?;
        map.serialize_entry("path", &one.path)?;
        map.serialize_entry("original_file_path", &one.original_file_path)?;
        map.serialize_entry("unique_id", &one.unique_id)?;
        map.serialize_entry("fqn", &one.fqn)?;
        map.serialize_entry("description", &one.description)?;
        for (key, value) in one.body.iter().filter(|(key, _)| *key != EXPECT_FINAL) {
            map.serialize_entry(key, value)?;
        }
        // The schema leaves room for forge's own only here.
        let config = match one.body.get(EXPECT_FINAL) {
            None => one.config.clone(),
            Some(expected) => {
                let mut config = one.config.clone();
                config.set(EXPECT_FINAL, expected.clone());
                config
            }
        };
        map.serialize_entry("config", &ConfigView::new(&config, one.resource_type))?;
        let (macros, nodes) = (&one.depends_on.macros, Some(&one.depends_on.nodes[..]));
        map.serialize_entry("depends_on", &Depends { macros, nodes })?;
        map.serialize_entry("created_at", &one.created_at)?;
        if one.resource_type != ResourceType::UnitTest {
            semantic(&mut map, one)?;
        }
        map.end()
    }
}

fn semantic<M: SerializeMap>(map: &mut M, one: &Definition) -> Result<(), M::Error> {
    map.serialize_entry("metadata", &())?;
    map.serialize_entry("unrendered_config", &json!({}))?;
    map.serialize_entry("group", &one.group)?;
    map.serialize_entry("refs", &Refs(&one.refs))?;
    match one.resource_type {
        ResourceType::Metric => {
            map.serialize_entry("meta", &one.meta)?;
            map.serialize_entry("tags", &one.tags)?;
            map.serialize_entry("sources", &[(); 0])?;
            map.serialize_entry("metrics", &[(); 0])
        }
        ResourceType::SavedQuery => map.serialize_entry("tags", &one.tags),
        _ => Ok(()),
    }
}
