//! The properties of a resource for `ls --output json`: one table per kind, in dbt's order.
//!
//! Names and shapes are those of dbt 1.12's manifest. Properties that only the manifest file has
//! (`unrendered_config`, `doc_blocks` …) are not here.

use serde_json::{Map, Value as Json, json};

use crate::manifest::{
    Column, Definition, Exposure, Node, RefCall, Resource, ResourceType, SourceTable, Test,
};

/// A property: its key and its value, where the resource has it.
type Table<T> = &'static [(&'static str, fn(&T) -> Option<Json>)];

/// The keys of an object when none is asked for.
const DEFAULT_KEYS: &[&str] = &[
    "alias",
    "name",
    "package_name",
    "depends_on",
    "direct_parents",
    "tags",
    "config",
    "resource_type",
    "source_name",
    "original_file_path",
    "unique_id",
];

/// The object of a resource: the asked-for keys that it has, in their order, or the default ones.
///
/// A key with dots looks inside, and is left out where it ends in nothing or in null.
pub(super) fn object(resource: &Resource<'_>, keys: &[String]) -> Map<String, Json> {
    match resource {
        Resource::Node(node) => pick(NODE, node.as_ref(), keys),
        Resource::Source(source) => pick(SOURCE, source.as_ref(), keys),
        Resource::Exposure(exposure) => pick(EXPOSURE, exposure.as_ref(), keys),
        Resource::Definition(one) => pick(DEFINITION, one.as_ref(), keys),
    }
}

fn pick<T>(table: Table<T>, resource: &T, keys: &[String]) -> Map<String, Json> {
    if keys.is_empty() {
        let default = table.iter().filter(|(key, _)| DEFAULT_KEYS.contains(key));
        let values = default.filter_map(|(key, value)| Some(((*key).to_owned(), value(resource)?)));
        return values.collect();
    }
    let value = |key: &String| {
        let mut steps = key.split('.');
        let first = steps.next()?;
        let (_, value) = table.iter().find(|(name, _)| *name == first)?;
        let start = value(resource)?;
        if first == key {
            return Some(start);
        }
        let end = steps.try_fold(&start, |at, step| at.get(step))?;
        (!end.is_null()).then(|| end.clone())
    };
    keys.iter().filter_map(|key| Some((key.clone(), value(key)?))).collect()
}

const NODE: Table<Node> = &[
    ("database", |n| Some(json!(n.database))),
    ("schema", |n| Some(json!(n.schema))),
    ("name", |n| Some(json!(n.name))),
    ("resource_type", |n| Some(json!(n.resource_type.as_str()))),
    ("package_name", |n| Some(json!(n.package_name))),
    ("path", |n| Some(json!(n.path))),
    ("original_file_path", |n| Some(json!(n.original_file_path))),
    ("unique_id", |n| Some(json!(n.unique_id))),
    ("fqn", |n| Some(json!(n.fqn))),
    ("alias", |n| Some(json!(n.alias))),
    ("checksum", |n| Some(checksum(n))),
    ("config", |n| Some(Json::Object(n.config.published(n.resource_type)))),
    ("tags", |n| Some(json!(n.tags))),
    ("description", |n| Some(json!(n.description))),
    ("columns", |n| Some(columns(n.columns.values()))),
    ("meta", |n| Some(json!(n.meta))),
    ("group", |n| Some(json!(n.group))),
    ("docs", |n| Some(n.config.effective("docs", n.resource_type))),
    ("patch_path", |n| Some(json!(n.patch_path))),
    ("created_at", |n| Some(json!(n.created_at))),
    ("relation_name", |n| Some(json!(n.relation_name))),
    ("raw_code", |n| Some(json!(n.raw_code))),
    ("language", |n| not_of_seed(n, || json!(n.language().as_str()))),
    ("refs", |n| not_of_seed(n, || refs(&n.refs))),
    ("sources", |n| not_of_seed(n, || json!(n.sources))),
    ("depends_on", |n| Some(depends_on(n))),
    ("access", |n| Some(json!(n.model()?.access))),
    ("constraints", |n| Some(json!(n.model()?.constraints))),
    ("version", |n| Some(json!(n.model()?.version))),
    ("latest_version", |n| Some(json!(n.model()?.latest_version))),
    ("deprecation_date", |n| Some(json!(n.model()?.deprecation_date))),
    // dbt: only models have it; of this project's models it is all that they read (1.12).
    ("direct_parents", |n| n.model().map(|_| json!(n.depends_on.nodes))),
    ("column_name", |n| Some(json!(generic(n)?.column_name))),
    ("file_key_name", |n| Some(json!(generic(n)?.file_key_name))),
    ("attached_node", |n| Some(json!(generic(n)?.attached_node))),
    ("test_metadata", |n| test_metadata(generic(n)?)),
];

const SOURCE: Table<SourceTable> = &[
    ("database", |s| Some(json!(s.database))),
    ("schema", |s| Some(json!(s.schema))),
    ("name", |s| Some(json!(s.name))),
    ("resource_type", |_| Some(json!("source"))),
    ("package_name", |s| Some(json!(s.package_name))),
    ("path", |s| Some(json!(s.path))),
    ("original_file_path", |s| Some(json!(s.original_file_path))),
    ("unique_id", |s| Some(json!(s.unique_id))),
    ("fqn", |s| Some(json!(s.fqn))),
    ("source_name", |s| Some(json!(s.source_name))),
    ("source_description", |s| Some(json!(s.source_description))),
    ("loader", |s| Some(json!(s.loader))),
    ("identifier", |s| Some(json!(s.identifier))),
    ("quoting", |s| {
        let quoting = s.quoting;
        Some(json!({
            "database": quoting.database, "schema": quoting.schema,
            "identifier": quoting.identifier, "column": null,
        }))
    }),
    ("loaded_at_field", |s| Some(json!(s.loaded_at_field))),
    ("loaded_at_query", |s| Some(json!(s.loaded_at_query))),
    ("freshness", |s| Some(s.freshness.clone())),
    ("description", |s| Some(json!(s.description))),
    ("columns", |s| Some(columns(s.columns.values()))),
    ("meta", |s| Some(json!(s.meta))),
    ("source_meta", |s| Some(json!(s.source_meta))),
    ("tags", |s| Some(json!(s.tags))),
    ("config", |s| Some(Json::Object(s.config.published(ResourceType::Source)))),
    ("relation_name", |s| Some(json!(s.relation_name))),
    ("created_at", |s| Some(json!(s.created_at))),
];

const EXPOSURE: Table<Exposure> = &[
    ("name", |e| Some(json!(e.name))),
    ("resource_type", |_| Some(json!("exposure"))),
    ("package_name", |e| Some(json!(e.package_name))),
    ("path", |e| Some(json!(e.path))),
    ("original_file_path", |e| Some(json!(e.original_file_path))),
    ("unique_id", |e| Some(json!(e.unique_id))),
    ("fqn", |e| Some(json!(e.fqn))),
    ("type", |e| Some(json!(e.exposure_type))),
    ("owner", |e| Some(json!(e.owner))),
    ("description", |e| Some(json!(e.description))),
    ("label", |e| Some(json!(e.label))),
    ("maturity", |e| Some(json!(e.maturity))),
    ("meta", |e| Some(json!(e.meta))),
    ("tags", |e| Some(json!(e.tags))),
    ("config", |e| Some(Json::Object(e.config.published(ResourceType::Exposure)))),
    ("url", |e| Some(json!(e.url))),
    ("depends_on", |e| Some(json!({"macros": e.depends_on.macros, "nodes": e.depends_on.nodes}))),
    ("refs", |e| Some(refs(&e.refs))),
    ("sources", |e| Some(json!(e.sources))),
    ("created_at", |e| Some(json!(e.created_at))),
];

const DEFINITION: Table<Definition> = &[
    ("name", |d| Some(json!(d.name))),
    ("resource_type", |d| Some(json!(d.resource_type.as_str()))),
    ("package_name", |d| Some(json!(d.package_name))),
    ("path", |d| Some(json!(d.path))),
    ("original_file_path", |d| Some(json!(d.original_file_path))),
    ("unique_id", |d| Some(json!(d.unique_id))),
    ("fqn", |d| Some(json!(d.fqn))),
    ("description", |d| Some(json!(d.description))),
    ("label", |d| d.body.get("label").cloned()),
    ("type", |d| d.body.get("type").cloned()),
    ("model", |d| d.body.get("model").cloned()),
    ("config", |d| Some(Json::Object(d.config.published(d.resource_type)))),
    ("tags", |d| has_tags(d).then(|| json!(d.tags))),
    ("depends_on", |d| Some(json!({"macros": d.depends_on.macros, "nodes": d.depends_on.nodes}))),
    ("created_at", |d| Some(json!(d.created_at))),
];

fn has_tags(definition: &Definition) -> bool {
    matches!(definition.resource_type, ResourceType::Metric | ResourceType::SavedQuery)
}

fn not_of_seed(node: &Node, value: impl Fn() -> Json) -> Option<Json> {
    (node.resource_type != ResourceType::Seed).then(value)
}

fn generic(node: &Node) -> Option<&Test> {
    node.test().filter(|test| test.metadata.is_some())
}

fn checksum(node: &Node) -> Json {
    let name = match node.checksum.is_empty() {
        true => "none",
        false => "sha256",
    };
    json!({"name": name, "checksum": node.checksum})
}

fn depends_on(node: &Node) -> Json {
    match node.resource_type {
        ResourceType::Seed => json!({"macros": node.depends_on.macros}),
        _ => json!({"macros": node.depends_on.macros, "nodes": node.depends_on.nodes}),
    }
}

fn refs(refs: &[RefCall]) -> Json {
    let one = |call: &RefCall| json!({"name": call.name, "package": call.package, "version": call.version});
    refs.iter().map(one).collect()
}

fn test_metadata(test: &Test) -> Option<Json> {
    let metadata = test.metadata.as_ref()?;
    Some(json!({
        "name": metadata.name, "kwargs": metadata.kwargs, "namespace": metadata.namespace,
    }))
}

fn columns<'a>(columns: impl Iterator<Item = &'a Column>) -> Json {
    let one = |column: &Column| {
        json!({
            "name": column.name, "description": column.description, "meta": column.meta,
            "data_type": column.data_type, "constraints": column.constraints,
            "quote": column.quote, "config": {"meta": column.meta, "tags": column.tags},
            "tags": column.tags, "granularity": column.granularity,
        })
    };
    Json::Object(columns.map(|column| (column.name.clone(), one(column))).collect())
}
