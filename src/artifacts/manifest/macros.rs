//! Macros and docs blocks.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value as Json};

use super::node::Depends;
use crate::manifest::{Doc, Macro};

/// A macro.
pub(super) struct MacroView<'a>(pub(super) &'a Macro);

impl Serialize for MacroView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let item = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &item.name)?;
        map.serialize_entry("resource_type", "macro")?;
        map.serialize_entry("package_name", &item.package_name)?;
        map.serialize_entry("path", &item.original_file_path)?;
        map.serialize_entry("original_file_path", &item.original_file_path)?;
        map.serialize_entry("unique_id", &item.unique_id)?;
        map.serialize_entry("macro_sql", &item.macro_sql)?;
        let macros = &item.depends_on.macros;
        map.serialize_entry("depends_on", &Depends { macros, nodes: None })?;
        map.serialize_entry("description", &item.description)?;
        map.serialize_entry("meta", &item.meta)?;
        let docs = docs(item);
        map.serialize_entry("docs", &docs)?;
        map.serialize_entry("config", &MacroConfig { meta: &item.meta, docs: &docs })?;
        map.serialize_entry("patch_path", &item.patch_path)?;
        map.serialize_entry("arguments", &arguments(item))?;
        map.serialize_entry("created_at", &item.created_at)?;
        map.serialize_entry("supported_languages", &languages(item))?;
        map.end()
    }
}

/// `config` of a macro.
#[derive(Serialize)]
struct MacroConfig<'a> {
    meta: &'a Map<String, Json>,
    docs: &'a MacroDocs<'a>,
}

/// `docs` of a macro.
#[derive(Serialize)]
struct MacroDocs<'a> {
    show: &'a Json,
    node_color: Option<&'a Json>,
}

fn docs(item: &Macro) -> MacroDocs<'_> {
    MacroDocs {
        show: item.docs.get("show").unwrap_or(&Json::Bool(true)),
        node_color: item.docs.get("node_color"),
    }
}

/// One of the arguments.
#[derive(Serialize)]
struct Argument<'a> {
    name: &'a str,
    r#type: &'a Option<String>,
    description: &'a str,
}

fn arguments(item: &Macro) -> Vec<Argument<'_>> {
    let all = item.arguments.iter();
    all.map(|one| Argument {
        name: &one.name,
        r#type: &one.arg_type,
        description: &one.description,
    })
    .collect()
}

/// Only materializations name the languages that they take.
fn languages(item: &Macro) -> Option<&[String]> {
    item.name.starts_with("materialization_").then_some(&item.languages)
}

/// A docs block.
pub(super) struct DocView<'a>(pub(super) &'a Doc);

impl Serialize for DocView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let doc = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &doc.name)?;
        map.serialize_entry("resource_type", "doc")?;
        map.serialize_entry("package_name", &doc.package_name)?;
        map.serialize_entry("path", &doc.path)?;
        map.serialize_entry("original_file_path", &doc.original_file_path)?;
        map.serialize_entry("unique_id", &doc.unique_id)?;
        map.serialize_entry("block_contents", &doc.block_contents)?;
        map.end()
    }
}
