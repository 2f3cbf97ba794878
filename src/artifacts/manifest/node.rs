//! Models, seeds, tests, snapshots, analyses, operations.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value as Json, json};

use super::CompiledInfo;
use super::config::ConfigView;
use crate::manifest::{
    Column, Function, Model, Node, NodeKind, Overload, RefCall, Test, TestMetadata,
};

/// A node, with what else is known of it.
pub(super) struct NodeView<'a> {
    node: &'a Node,
    compiled: Option<&'a CompiledInfo>,
    primary_key: &'a [String],
}

impl<'a> NodeView<'a> {
    pub(super) fn new(node: &'a Node) -> Self {
        NodeView { node, compiled: None, primary_key: &[] }
    }

    pub(super) fn compiled(self, compiled: Option<&'a CompiledInfo>) -> Self {
        NodeView { compiled, ..self }
    }

    pub(super) fn primary_key(self, primary_key: &'a [String]) -> Self {
        NodeView { primary_key, ..self }
    }

    fn names<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let node = self.node;
        map.serialize_entry("database", &node.database)?;
        map.serialize_entry("schema", &node.schema)?;
        map.serialize_entry("name", &node.name)?;
        map.serialize_entry("resource_type", node.resource_type.as_str())?;
        map.serialize_entry("package_name", &node.package_name)?;
        map.serialize_entry("path", &node.path)?;
        map.serialize_entry("original_file_path", &node.original_file_path)?;
        map.serialize_entry("unique_id", &node.unique_id)?;
        map.serialize_entry("fqn", &node.fqn)?;
        map.serialize_entry("alias", &node.alias)?;
        let name = if node.checksum.is_empty() { "none" } else { "sha256" };
        map.serialize_entry("checksum", &Checksum { name, checksum: &node.checksum })
    }

    fn properties<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let node = self.node;
        let config = ConfigView::new(&node.config, node.resource_type);
        map.serialize_entry("config", &config)?;
        map.serialize_entry("tags", &node.tags)?;
        map.serialize_entry("description", &node.description)?;
        map.serialize_entry("columns", &Columns(&node.columns))?;
        map.serialize_entry("meta", &node.meta)?;
        map.serialize_entry("group", &node.group)?;
        config.serialize_docs(map)?;
        map.serialize_entry("patch_path", &node.patch_path)?;
        map.serialize_entry("build_path", &self.compiled.and_then(|c| c.build_path.as_deref()))?;
        map.serialize_entry("unrendered_config", &Unrendered(node))?;
        map.serialize_entry("created_at", &node.created_at)?;
        let relation = self.compiled.and_then(|c| c.relation_name.as_ref());
        map.serialize_entry("relation_name", &relation.or(node.relation_name.as_ref()))?;
        map.serialize_entry("raw_code", &node.raw_code)?;
        map.serialize_entry("doc_blocks", &node.doc_blocks)
    }

    fn code<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let node = self.node;
        map.serialize_entry("language", node.language().as_str())?;
        map.serialize_entry("refs", &Refs(&node.refs))?;
        map.serialize_entry("sources", &node.sources)?;
        map.serialize_entry("metrics", &[(); 0])?;
        map.serialize_entry("functions", &Calls(&node.functions))?;
        let depends_on = &node.depends_on;
        map.serialize_entry(
            "depends_on",
            &Depends { macros: &depends_on.macros, nodes: Some(&depends_on.nodes) },
        )?;
        map.serialize_entry(
            "compiled_path",
            &self.compiled.and_then(|c| c.compiled_path.as_deref()),
        )?;
        self.compiled_code(map)?;
        map.serialize_entry("contract", &contract(node))
    }

    fn compiled_code<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let Some(compiled) = self.compiled else {
            return Ok(());
        };
        let Some(code) = &compiled.compiled_code else {
            return Ok(());
        };
        map.serialize_entry("compiled", &true)?;
        map.serialize_entry("compiled_code", code)?;
        map.serialize_entry("extra_ctes_injected", &true)?;
        let ctes = compiled.extra_ctes.iter().map(|(id, sql)| json!({"id": id, "sql": sql}));
        map.serialize_entry("extra_ctes", &ctes.collect::<Vec<_>>())
    }

    fn model<M: SerializeMap>(&self, map: &mut M, model: &Model) -> Result<(), M::Error> {
        let access = if model.access.is_empty() { "protected" } else { &model.access };
        map.serialize_entry("access", access)?;
        map.serialize_entry("constraints", &model.constraints)?;
        map.serialize_entry("version", &model.version)?;
        map.serialize_entry("latest_version", &model.latest_version)?;
        map.serialize_entry("deprecation_date", &model.deprecation_date)?;
        map.serialize_entry("primary_key", &self.primary_key)?;
        map.serialize_entry("time_spine", &model.time_spine)
    }
}

impl Serialize for NodeView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.names(&mut map)?;
        self.properties(&mut map)?;
        if let NodeKind::Seed(seed) = &self.node.kind {
            map.serialize_entry("root_path", &seed.root_path.to_string_lossy())?;
            let macros = &self.node.depends_on.macros;
            map.serialize_entry("depends_on", &Depends { macros, nodes: None })?;
            map.serialize_entry("defer_relation", &())?;
            return map.end();
        }
        self.code(&mut map)?;
        if self.node.resource_type.is_refable() {
            map.serialize_entry("defer_relation", &())?;
        }
        match &self.node.kind {
            NodeKind::Model(model) => self.model(&mut map, model)?,
            NodeKind::Test(test) => generic_test(&mut map, test)?,
            NodeKind::Function(function) => function_keys(&mut map, function)?,
            NodeKind::Operation(index) => map.serialize_entry("index", index)?,
            _ => {}
        }
        map.end()
    }
}

fn function_keys<M: SerializeMap>(map: &mut M, function: &Function) -> Result<(), M::Error> {
    map.serialize_entry("arguments", &function.arguments)?;
    map.serialize_entry("returns", &function.returns)?;
    map.serialize_entry("overloads", &overloads_json(function))
}

/// `overloads` of a function.
pub(super) fn overloads_json(function: &Function) -> Json {
    let overload = |one: &Overload| {
        json!({
            "defined_in": one.defined_in, "arguments": one.arguments, "returns": one.returns,
            "description": one.description, "raw_body": *one.body, "compiled_body": null,
        })
    };
    function.overloads.iter().map(overload).collect()
}

/// `functions`: the arguments of every call.
struct Calls<'a>(&'a [RefCall]);

impl Serialize for Calls<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            self.0.iter().map(|call| call.package.iter().chain([&call.name]).collect::<Vec<_>>()),
        )
    }
}

fn generic_test<M: SerializeMap>(map: &mut M, test: &Test) -> Result<(), M::Error> {
    let Some(metadata) = &test.metadata else {
        return Ok(());
    };
    map.serialize_entry("column_name", &test.column_name)?;
    map.serialize_entry("file_key_name", &test.file_key_name)?;
    map.serialize_entry("attached_node", &test.attached_node)?;
    let TestMetadata { name, kwargs, namespace } = metadata;
    map.serialize_entry("test_metadata", &MetadataView { name, kwargs, namespace })
}

/// `test_metadata`.
#[derive(Serialize)]
struct MetadataView<'a> {
    name: &'a str,
    kwargs: &'a Map<String, Json>,
    namespace: &'a Option<String>,
}

/// `unrendered_config`: what was set, as it was written where the project file has a template.
struct Unrendered<'a>(&'a Node);

impl Serialize for Unrendered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = |name: &str| self.0.unrendered.iter().find(|(known, _)| known == name);
        serializer.collect_map(self.0.config.iter().map(|(name, value)| match written(name) {
            Some((_, written)) => (name, written),
            None => (name, value),
        }))
    }
}

/// `checksum`.
#[derive(Serialize)]
struct Checksum<'a> {
    name: &'static str,
    checksum: &'a str,
}

/// `contract`.
#[derive(Serialize)]
struct Contract<'a> {
    enforced: bool,
    alias_types: bool,
    checksum: Option<&'a str>,
}

fn contract(node: &Node) -> Contract<'_> {
    let enforced = node.config.contract_enforced();
    let alias_types = node.config.get("contract").and_then(|c| c.get("alias_types")?.as_bool());
    Contract {
        enforced,
        alias_types: alias_types.unwrap_or(true),
        checksum: node.model().and_then(|model| model.contract_checksum.as_deref()),
    }
}

/// `columns` of a node or a source table.
pub(super) struct Columns<'a>(pub(super) &'a indexmap::IndexMap<String, Column>);

impl Serialize for Columns<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, column)| (name, ColumnView(column))))
    }
}

struct ColumnView<'a>(&'a Column);

impl Serialize for ColumnView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let column = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &column.name)?;
        map.serialize_entry("description", &column.description)?;
        map.serialize_entry("meta", &column.meta)?;
        map.serialize_entry("data_type", &column.data_type)?;
        map.serialize_entry("constraints", &column.constraints)?;
        map.serialize_entry("quote", &column.quote)?;
        map.serialize_entry("config", &ColumnConfig { meta: &column.meta, tags: &column.tags })?;
        map.serialize_entry("tags", &column.tags)?;
        map.serialize_entry("granularity", &column.granularity)?;
        map.serialize_entry("dimension", &())?;
        map.serialize_entry("entity", &())?;
        map.serialize_entry("doc_blocks", &column.doc_blocks)?;
        map.end()
    }
}

/// `config` of a column.
#[derive(Serialize)]
struct ColumnConfig<'a> {
    meta: &'a Map<String, Json>,
    tags: &'a [String],
}

/// `depends_on`; of a seed, without `nodes`.
#[derive(Serialize)]
pub(super) struct Depends<'a> {
    pub(super) macros: &'a [crate::names::UniqueId],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nodes: Option<&'a [crate::names::UniqueId]>,
}

/// `refs`.
pub(super) struct Refs<'a>(pub(super) &'a [RefCall]);

impl Serialize for Refs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|RefCall { name, package, version }| RefView {
            name,
            package,
            version,
        }))
    }
}

/// One of `refs`.
#[derive(Serialize)]
struct RefView<'a> {
    name: &'a str,
    package: &'a Option<String>,
    version: &'a Option<Json>,
}
