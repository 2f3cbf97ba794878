//! `manifest.json`, schema v12.
//!
//! Every resource is serialised straight from the manifest into the text; no tree of the whole file is
//! built. The `*_json` functions give one resource as a map, for `graph` and `model` in templates and
//! for `ls --output json`.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use indexmap::IndexMap;
use rayon::iter::ParallelIterator;
use rayon::slice::ParallelSlice;
use serde::Serialize;
use serde::ser::Serializer;
use serde_json::{Map, Value as Json};

use crate::host::Out;
use crate::manifest::{
    ById, Config, Definition, Disabled, Doc, Exposure, Function, Group, Macro, Manifest, Node,
    Quoting, ResourceType, SourceTable, primary_key,
};
use crate::names::UniqueId;
use crate::parallel;

mod config;
mod definition;
mod exposure;
mod macros;
mod metadata;
mod node;
mod source;

use definition::DefinitionView;
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
pub type CompiledLookup<'a> = &'a (dyn Fn(&str) -> Option<&'a CompiledInfo> + Sync);

/// One node as dbt publishes it.
pub fn node_json(node: &Node) -> Map<String, Json> {
    object(&NodeView::new(node))
}

/// One compiled node as dbt publishes it.
pub fn compiled_node_json(node: &Node, compiled: &CompiledInfo) -> Map<String, Json> {
    object(&NodeView::new(node).compiled(Some(compiled)))
}

/// The configuration of a resource as dbt publishes it, as JSON.
pub fn config_text(config: &Config, resource_type: ResourceType) -> String {
    text(&config::ConfigView::new(config, resource_type))
}

/// `overloads` of a function as dbt publishes them.
pub fn overloads_json(function: &Function) -> Json {
    node::overloads_json(function)
}

/// One source table as dbt publishes it.
pub fn source_json(source: &SourceTable) -> Map<String, Json> {
    object(&SourceView(source))
}

/// One exposure as dbt publishes it.
pub fn exposure_json(exposure: &Exposure) -> Map<String, Json> {
    object(&ExposureView(exposure))
}

/// One unit test, semantic model, metric or saved query as dbt publishes it.
pub fn definition_json(definition: &Definition) -> Map<String, Json> {
    object(&DefinitionView(definition))
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

/// Writes `manifest.json`. `quoting` is the engine's, with the project's over it.
///
/// # Errors
/// Those of `out`.
pub fn write_manifest(
    manifest: &Manifest,
    quoting: Quoting,
    compiled: CompiledLookup<'_>,
    out: Out<'_>,
) -> io::Result<()> {
    let metadata = MetadataView::new(&manifest.metadata, quoting);
    let sources = Section(&manifest.sources, SourceView);
    let exposures = Section(&manifest.exposures, ExposureView);
    let rest: [(&str, &(dyn Fn() -> String + Sync)); 13] = [
        ("docs", &|| text(&Section(&manifest.docs, DocView))),
        ("exposures", &|| text(&exposures)),
        ("metrics", &|| text(&Definitions(manifest, ResourceType::Metric))),
        ("groups", &|| text(&Section(&manifest.groups, GroupView))),
        ("selectors", &|| text(&manifest.selectors)),
        ("disabled", &|| text(&DisabledView(&manifest.disabled))),
        ("parent_map", &|| text(&Parents(manifest))),
        ("child_map", &|| text(&Children(manifest))),
        ("group_map", &|| text(&group_map(manifest))),
        ("saved_queries", &|| text(&Definitions(manifest, ResourceType::SavedQuery))),
        ("semantic_models", &|| text(&Definitions(manifest, ResourceType::SemanticModel))),
        ("unit_tests", &|| text(&Definitions(manifest, ResourceType::UnitTest))),
        ("functions", &|| text(&Functions(manifest))),
    ];
    let is_much = parallel::is_worth(manifest.nodes.len());
    let (keys, rest) = parallel::both(
        is_much,
        || primary_key::infer(manifest),
        || parallel::map_when(is_much, rest.to_vec(), |(name, text)| (name, text())),
    );
    write!(out, "{{\"metadata\":{},\"nodes\":{{", text(&metadata))?;
    write_nodes(manifest, &keys, compiled, out)?;
    write!(out, "}},\"sources\":{},\"macros\":{{", text(&sources))?;
    let macros: Vec<_> = manifest.macros.iter().collect();
    let of_macro = |(id, item): &(&UniqueId, &Arc<Macro>), text: &mut Vec<u8>| {
        entry(text, id, &MacroView(item));
    };
    write_entries(&macros, is_much, &of_macro, out)?;
    out.write_all(b"}")?;
    for (name, text) in rest {
        write!(out, ",\"{name}\":{text}")?;
    }
    out.write_all(b"}")
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("invariant: manifest keys are strings")
}

/// Resources that one core serialises at a time.
const CHUNK: usize = 128;

fn write_nodes(
    manifest: &Manifest,
    keys: &primary_key::PrimaryKeys<'_>,
    compiled: CompiledLookup<'_>,
    out: Out<'_>,
) -> io::Result<()> {
    let is_node = |node: &&Arc<Node>| node.resource_type != ResourceType::Function;
    let nodes: Vec<_> = manifest.nodes.values().filter(is_node).collect();
    let of_node = |node: &&Arc<Node>, text: &mut Vec<u8>| {
        let id = &node.unique_id;
        let key = keys.get(id).map_or(&[][..], Vec::as_slice);
        entry(text, id, &NodeView::new(node).compiled(compiled(id.as_str())).primary_key(key));
    };
    write_entries(&nodes, parallel::is_worth(nodes.len()), &of_node, out)
}

/// Adds an entry of a section, a comma before it.
fn entry(text: &mut Vec<u8>, id: &UniqueId, view: &impl Serialize) {
    text.push(b',');
    serde_json::to_writer(&mut *text, id).expect("invariant: an id serialises");
    text.push(b':');
    serde_json::to_writer(&mut *text, view).expect("invariant: manifest keys are strings");
}

/// A large section. Where it `is_much`, on all cores: while some entries are written, the next ones are made, so that
/// the whole text is never in memory.
fn write_entries<T: Sync>(
    all: &[T],
    is_much: bool,
    one: &(dyn Fn(&T, &mut Vec<u8>) + Sync),
    out: Out<'_>,
) -> io::Result<()> {
    let mut separator = 1;
    let mut write = |text: &[u8]| out.write_all(&text[std::mem::take(&mut separator)..]);
    if !is_much {
        let mut text = Vec::new();
        return all.chunks(CHUNK / 8).try_for_each(|chunk| {
            text.clear();
            chunk.iter().for_each(|item| one(item, &mut text));
            write(&text)
        });
    }
    let entries = |chunk: &[T]| {
        let mut text = Vec::with_capacity(chunk.len() * 3072);
        chunk.iter().for_each(|item| one(item, &mut text));
        text
    };
    let mut made: Vec<Vec<u8>> = Vec::new();
    for wave in all.chunks(CHUNK * 4 * rayon::current_num_threads()) {
        let (written, next) = rayon::join(
            || made.iter().try_for_each(|text| write(text)),
            || wave.par_chunks(CHUNK).map(entries).collect(),
        );
        written?;
        made = next;
    }
    made.iter().try_for_each(|text| write(text))
}

/// A map of resources, each seen through a view.
struct Section<'a, T, V>(&'a ById<Arc<T>>, fn(&'a T) -> V);

impl<T, V: Serialize> Serialize for Section<'_, T, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(id, item)| (id, (self.1)(item))))
    }
}

/// The definitions of one kind.
struct Definitions<'a>(&'a Manifest, ResourceType);

impl Serialize for Definitions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let of_kind = self.0.definitions.iter().filter(|(_, one)| one.resource_type == self.1);
        serializer.collect_map(of_kind.map(|(id, one)| (id, DefinitionView(one))))
    }
}

/// Functions, which dbt publishes beside the nodes.
struct Functions<'a>(&'a Manifest);

impl Serialize for Functions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = self.0.nodes.iter().filter(|(_, node)| node.function().is_some());
        serializer.collect_map(all.map(|(id, node)| (id, NodeView::new(node))))
    }
}

struct DisabledView<'a>(&'a ById<Vec<Disabled>>);

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
        Disabled::Definition(definition) => definition_json(definition),
    }
}

/// What every resource reads, sorted.
struct Parents<'a>(&'a Manifest);

impl Serialize for Parents<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.resources().map(|(id, resource)| {
            let mut parents: Vec<_> = resource.depends_on().iter().collect();
            parents.sort_unstable();
            (id, parents)
        }))
    }
}

/// What reads every resource, sorted.
struct Children<'a>(&'a Manifest);

impl Serialize for Children<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let resources = || self.0.resources();
        let mut children: HashMap<_, Vec<_>, foldhash::fast::RandomState> = HashMap::default();
        for (id, resource) in resources() {
            for parent in resource.depends_on() {
                children.entry(parent).or_default().push(id);
            }
        }
        children.values_mut().for_each(|list| list.sort_unstable());
        let of = |id| children.get(id).map_or(&[][..], Vec::as_slice);
        serializer.collect_map(resources().map(|(id, _)| (id, of(id))))
    }
}

fn group_map(manifest: &Manifest) -> IndexMap<&str, Vec<&UniqueId>> {
    let mut members: HashMap<&str, Vec<&UniqueId>> = HashMap::new();
    for (id, node) in &manifest.nodes {
        if let Some(group) = &node.group {
            members.entry(group).or_default().push(id);
        }
    }
    for (id, definition) in &manifest.definitions {
        if let Some(group) = &definition.group {
            members.entry(group).or_default().push(id);
        }
    }
    let names = manifest.groups.values().map(|group| group.name.as_str());
    names.map(|name| (name, members.remove(name).unwrap_or_default())).collect()
}

#[cfg(test)]
mod tests;
