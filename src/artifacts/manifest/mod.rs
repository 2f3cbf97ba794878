//! `manifest.json`, schema v12.
//!
//! Every resource is serialised straight from the manifest into the text; no tree of the whole file is
//! built. The `*_json` functions give one resource as a map, for `graph` and `model` in templates and
//! for `ls --output json`.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value as Json};

use crate::manifest::{
    Disabled, Doc, Exposure, Group, Macro, Manifest, Node, Quoting, SourceTable,
};
use crate::names::UniqueId;

mod config;
mod exposure;
mod macros;
mod metadata;
mod node;
mod primary_key;
mod source;

use exposure::{ExposureView, GroupView};
use macros::{DocView, MacroView};
use metadata::MetadataView;
use node::NodeView;
use source::SourceView;

/// The schema that the text declares.
pub const SCHEMA: &str = "https://schemas.getdbt.com/dbt/manifest/v12.json";

/// What is known of a node once it was compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompiledInfo {
    /// The compiled SQL, inlined ephemeral models included; none where only `build_path` is known.
    pub compiled_code: Option<String>,
    /// Ephemeral models that were inlined: their id and their CTE.
    pub extra_ctes: Vec<(UniqueId, String)>,
    /// The file below the project that has the compiled SQL.
    pub compiled_path: Option<String>,
    /// The file below the project that has the executed statements.
    pub build_path: Option<String>,
    /// The rendered relation, where compiling changed it.
    pub relation_name: Option<String>,
}

/// Finds what is known of a compiled node by its id.
pub type CompiledLookup<'a> = &'a dyn Fn(&str) -> Option<&'a CompiledInfo>;

/// One node as dbt publishes it.
pub fn node_json(node: &Node) -> Map<String, Json> {
    object(&NodeView::new(node))
}

/// One compiled node as dbt publishes it.
pub fn compiled_node_json(node: &Node, compiled: &CompiledInfo) -> Map<String, Json> {
    object(&NodeView::new(node).compiled(Some(compiled)))
}

/// One source table as dbt publishes it.
pub fn source_json(source: &SourceTable) -> Map<String, Json> {
    object(&SourceView(source))
}

/// One exposure as dbt publishes it.
pub fn exposure_json(exposure: &Exposure) -> Map<String, Json> {
    object(&ExposureView(exposure))
}

/// One group as dbt publishes it.
pub fn group_json(group: &Group) -> Map<String, Json> {
    object(&GroupView(group))
}

/// One macro as dbt publishes it.
pub fn macro_json(item: &Macro) -> Map<String, Json> {
    object(&MacroView(item))
}

/// One docs block as dbt publishes it.
pub fn doc_json(doc: &Doc) -> Map<String, Json> {
    object(&DocView(doc))
}

fn object(value: &impl Serialize) -> Map<String, Json> {
    match serde_json::to_value(value) {
        Ok(Json::Object(map)) => map,
        other => unreachable!("invariant: views serialise as objects, got {other:?}"),
    }
}

/// The text of `manifest.json`. `quoting` is the engine's, with the project's over it.
pub fn write_manifest(
    manifest: &Manifest,
    quoting: Quoting,
    compiled: CompiledLookup<'_>,
) -> String {
    let view = ManifestView {
        manifest,
        quoting,
        compiled,
    };
    serde_json::to_string(&view).expect("invariant: manifest keys are strings")
}

struct ManifestView<'m, 'c> {
    manifest: &'m Manifest,
    quoting: Quoting,
    compiled: CompiledLookup<'c>,
}

impl Serialize for ManifestView<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let manifest = self.manifest;
        let empty = Map::new();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(
            "metadata",
            &MetadataView::new(&manifest.metadata, self.quoting),
        )?;
        map.serialize_entry(
            "nodes",
            &NodesView {
                manifest,
                compiled: self.compiled,
            },
        )?;
        map.serialize_entry("sources", &Section(&manifest.sources, SourceView))?;
        map.serialize_entry("macros", &Section(&manifest.macros, MacroView))?;
        map.serialize_entry("docs", &Section(&manifest.docs, DocView))?;
        map.serialize_entry("exposures", &Section(&manifest.exposures, ExposureView))?;
        map.serialize_entry("metrics", &empty)?;
        map.serialize_entry("groups", &Section(&manifest.groups, GroupView))?;
        map.serialize_entry("selectors", &manifest.selectors)?;
        map.serialize_entry("disabled", &DisabledView(&manifest.disabled))?;
        map.serialize_entry("parent_map", &parent_map(manifest))?;
        map.serialize_entry("child_map", &child_map(manifest))?;
        map.serialize_entry("group_map", &group_map(manifest))?;
        for section in [
            "saved_queries",
            "semantic_models",
            "unit_tests",
            "functions",
        ] {
            map.serialize_entry(section, &empty)?;
        }
        map.end()
    }
}

struct NodesView<'m, 'c> {
    manifest: &'m Manifest,
    compiled: CompiledLookup<'c>,
}

impl Serialize for NodesView<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let keys = primary_key::infer(self.manifest);
        serializer.collect_map(self.manifest.nodes.iter().map(|(id, node)| {
            let key = keys.get(id).map_or(&[][..], Vec::as_slice);
            let compiled = (self.compiled)(id.as_str());
            (id, NodeView::new(node).compiled(compiled).primary_key(key))
        }))
    }
}

/// A map of resources, each seen through a view.
struct Section<'a, T, V>(&'a IndexMap<UniqueId, Arc<T>>, fn(&'a T) -> V);

impl<T, V: Serialize> Serialize for Section<'_, T, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(id, item)| (id, (self.1)(item))))
    }
}

struct DisabledView<'a>(&'a IndexMap<UniqueId, Vec<Disabled>>);

impl Serialize for DisabledView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.0
                .iter()
                .map(|(id, items)| (id, items.iter().map(disabled_json).collect::<Vec<_>>())),
        )
    }
}

fn disabled_json(item: &Disabled) -> Map<String, Json> {
    match item {
        Disabled::Node(node) => node_json(node),
        Disabled::Source(source) => source_json(source),
        Disabled::Exposure(exposure) => exposure_json(exposure),
    }
}

fn parent_map(manifest: &Manifest) -> IndexMap<&UniqueId, Vec<&UniqueId>> {
    manifest
        .resources()
        .map(|(id, resource)| {
            let mut parents: Vec<_> = resource.depends_on().iter().collect();
            parents.sort();
            (id, parents)
        })
        .collect()
}

fn child_map(manifest: &Manifest) -> IndexMap<&UniqueId, Vec<&UniqueId>> {
    let mut children: IndexMap<_, Vec<_>> = manifest
        .resources()
        .map(|(id, _)| (id, Vec::new()))
        .collect();
    for (id, resource) in manifest.resources() {
        for parent in resource.depends_on() {
            if let Some(list) = children.get_mut(parent) {
                list.push(id);
            }
        }
    }
    children.values_mut().for_each(|list| list.sort());
    children
}

fn group_map(manifest: &Manifest) -> IndexMap<&str, Vec<&UniqueId>> {
    let mut members: HashMap<&str, Vec<&UniqueId>> = HashMap::new();
    for (id, node) in &manifest.nodes {
        if let Some(group) = &node.group {
            members.entry(group).or_default().push(id);
        }
    }
    let names = manifest.groups.values().map(|group| group.name.as_str());
    names
        .map(|name| (name, members.remove(name).unwrap_or_default()))
        .collect()
}

#[cfg(test)]
mod tests;
