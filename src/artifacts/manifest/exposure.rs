//! Exposures and groups.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::json;

use super::config::ConfigView;
use super::node::{Depends, Refs};
use crate::manifest::{Exposure, Group, ResourceType};

/// An exposure.
pub(super) struct ExposureView<'a>(pub(super) &'a Exposure);

impl Serialize for ExposureView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        names(&mut map, self.0)?;
        properties(&mut map, self.0)?;
        map.end()
    }
}

fn names<M: SerializeMap>(map: &mut M, exposure: &Exposure) -> Result<(), M::Error> {
    map.serialize_entry("name", &exposure.name)?;
    map.serialize_entry("resource_type", "exposure")?;
    map.serialize_entry("package_name", &exposure.package_name)?;
    map.serialize_entry("path", &exposure.path)?;
    map.serialize_entry("original_file_path", &exposure.original_file_path)?;
    map.serialize_entry("unique_id", &exposure.unique_id)?;
    map.serialize_entry("fqn", &exposure.fqn)?;
    map.serialize_entry("type", &exposure.exposure_type)?;
    map.serialize_entry("owner", &exposure.owner)?;
    map.serialize_entry("description", &exposure.description)?;
    map.serialize_entry("label", &exposure.label)?;
    map.serialize_entry("maturity", &exposure.maturity)
}

fn properties<M: SerializeMap>(map: &mut M, exposure: &Exposure) -> Result<(), M::Error> {
    map.serialize_entry("meta", &exposure.meta)?;
    map.serialize_entry("tags", &exposure.tags)?;
    map.serialize_entry("config", &ConfigView::new(&exposure.config, ResourceType::Exposure))?;
    map.serialize_entry("unrendered_config", &json!({}))?;
    map.serialize_entry("url", &exposure.url)?;
    let (macros, nodes) = (&exposure.depends_on.macros, Some(&exposure.depends_on.nodes[..]));
    map.serialize_entry("depends_on", &Depends { macros, nodes })?;
    map.serialize_entry("refs", &Refs(&exposure.refs))?;
    map.serialize_entry("sources", &exposure.sources)?;
    map.serialize_entry("metrics", &exposure.metrics)?;
    map.serialize_entry("created_at", &exposure.created_at)
}

/// A group.
pub(super) struct GroupView<'a>(pub(super) &'a Group);

impl Serialize for GroupView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let group = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &group.name)?;
        map.serialize_entry("resource_type", "group")?;
        map.serialize_entry("package_name", &group.package_name)?;
        map.serialize_entry("path", &group.path)?;
        map.serialize_entry("original_file_path", &group.original_file_path)?;
        map.serialize_entry("unique_id", &group.unique_id)?;
        map.serialize_entry("owner", &group.owner)?;
        map.serialize_entry("description", &group.description)?;
        let meta = group.config.get("meta").cloned().unwrap_or_else(|| json!({}));
        let mut config = json!({"meta": meta});
        for (key, value) in group.config.iter() {
            config[key] = value.clone();
        }
        map.serialize_entry("config", &config)?;
        map.end()
    }
}
