//! Property files (`schema.yml`): what they say about nodes, macros, sources, exposures and groups.
//!
//! Values are rendered where dbt renders them; tests and descriptions stay as written. Leaves the matching
//! with nodes to `nodes.rs`. Invariant: every mistake of a file is reported, and only the entry that has it
//! is lost.

use std::cell::RefCell;

use serde_json::{Map, Value as Json};

use super::generic_tests::Render;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::{config, expectation};
use crate::names::did_you_mean;
use crate::project::File;
use crate::source::yaml::{Mapping, Node as YamlNode, Yaml};
use crate::source::{Span, Spanned};

mod definitions;
mod entries;
mod external;
mod functions;
mod keys;
mod raw;
mod versions;

pub(crate) use raw::{
    MacroPatch, NodePatch, Properties, RawArgument, RawColumn, RawDefinition, RawExposure,
    RawGroup, RawSource, RawTable, RawVersion, Section, SourceProperties,
};

use keys::FILE_KEYS;

/// Reads one property file's tree.
pub(crate) fn read(root: &Yaml, file: &File, render: Render<'_>) -> (Properties, Diagnostics) {
    let reader = Reader { file, render, diagnostics: RefCell::new(Diagnostics::new()) };
    let properties = reader.file(root);
    (properties, reader.diagnostics.into_inner())
}

struct Reader<'a> {
    file: &'a File,
    render: Render<'a>,
    diagnostics: RefCell<Diagnostics>,
}

impl Reader<'_> {
    fn file(&self, root: &Yaml) -> Properties {
        let mut out = Properties::default();
        let map = match &root.node {
            YamlNode::Null => return out,
            YamlNode::Map(map) => map,
            _ => {
                self.wrong_type(root, "a property file", "a mapping");
                return out;
            }
        };
        self.check_keys(map, FILE_KEYS, "a property file");
        for (section, key) in [
            (Section::Models, "models"),
            (Section::Seeds, "seeds"),
            (Section::Snapshots, "snapshots"),
            (Section::Analyses, "analyses"),
            (Section::SingularTests, "data_tests"),
            (Section::Functions, "functions"),
        ] {
            out.nodes.extend(self.entries(map, key).filter_map(|e| self.node(section, e)));
        }
        out.macros = self.entries(map, "macros").filter_map(|e| self.macro_patch(e)).collect();
        out.sources = self.entries(map, "sources").filter_map(|e| self.source(e)).collect();
        out.exposures = self.entries(map, "exposures").filter_map(|e| self.exposure(e)).collect();
        out.groups = self.entries(map, "groups").filter_map(|e| self.group(e)).collect();
        out.definitions = self.definitions(map);
        out
    }

    fn push(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }

    fn wrong_type(&self, found: &Yaml, what: &str, wanted: &str) {
        self.push(
            Diagnostic::error(
                codes::WRONG_TYPE,
                format!("{what} must be {wanted}, this is {}", found.kind()),
            )
            .at(found.span, format!("{wanted} is expected here")),
        );
    }

    fn check_keys(&self, map: &Mapping, allowed: &[&str], what: &str) {
        for (key, _) in &map.entries {
            if !allowed.contains(&key.value.as_str()) {
                self.push(
                    Diagnostic::warning(
                        codes::UNKNOWN_KEY,
                        format!("`{}` is not a key of {what}", key.value),
                    )
                    .at(key.span, "has no effect")
                    .suggest(did_you_mean(&key.value, allowed.iter().copied())),
                );
            }
        }
    }

    /// dbt takes any key of a configuration, so a slip has no effect and nobody says so.
    fn check_config_keys(&self, map: &Mapping) {
        for (key, _) in &map.entries {
            if config::key(&key.value).is_none() {
                let names = config::KEYS.iter().map(|key| key.name);
                self.push(
                    Diagnostic::warning(
                        codes::UNKNOWN_KEY,
                        format!("`{}` is not a configuration that dbt knows", key.value),
                    )
                    .at(key.span, "has no effect unless a macro asks for it")
                    .suggest(did_you_mean(&key.value, names)),
                );
            }
        }
    }

    /// The entries of a section that are mappings.
    fn entries<'y>(&self, map: &'y Mapping, key: &str) -> std::vec::IntoIter<&'y Yaml> {
        let mut entries = Vec::new();
        match map.get(key) {
            None => {}
            Some(value) => match &value.node {
                YamlNode::Null => {}
                YamlNode::Seq(items) => {
                    for item in items {
                        match &item.node {
                            YamlNode::Map(_) => entries.push(item),
                            YamlNode::Null => {}
                            _ => {
                                self.wrong_type(item, &format!("an entry of `{key}`"), "a mapping")
                            }
                        }
                    }
                }
                _ => self.wrong_type(value, &format!("`{key}`"), "a list"),
            },
        }
        entries.into_iter()
    }

    fn name(&self, entry: &Yaml, what: &str) -> Option<Spanned<String>> {
        match entry.get("name") {
            Some(name) => match self.rendered(name) {
                Json::String(text) if !text.is_empty() => {
                    Some(Spanned { value: text, span: name.span })
                }
                _ if name.as_str().is_some() => None,
                _ => {
                    self.wrong_type(name, &format!("the name of {what}"), "a string");
                    None
                }
            },
            None => {
                self.push(
                    Diagnostic::error(codes::MISSING_KEY, format!("{what} has no `name`")).at(
                        Span { end: entry.span.start + 1, ..entry.span },
                        "`name` is missing here",
                    ),
                );
                None
            }
        }
    }

    /// The value with its strings rendered, as dbt renders configuration.
    fn rendered(&self, yaml: &Yaml) -> Json {
        match &yaml.node {
            YamlNode::Str(text) if has_jinja(text) => match (self.render)(text, yaml.span) {
                Ok(value) => value,
                Err(diagnostic) => {
                    self.push(diagnostic);
                    Json::Null
                }
            },
            YamlNode::Seq(items) => {
                Json::Array(items.iter().map(|item| self.rendered(item)).collect())
            }
            YamlNode::Map(map) => {
                Json::Object(map.iter().map(|(k, v)| (k.to_owned(), self.rendered(v))).collect())
            }
            _ => yaml.to_json(),
        }
    }

    fn text(&self, entry: &Yaml, key: &str) -> Option<String> {
        let value = entry.get(key)?;
        match self.rendered(value) {
            Json::Null => None,
            Json::String(text) => Some(text),
            Json::Array(_) | Json::Object(_) => {
                self.wrong_type(value, &format!("`{key}`"), "a string");
                None
            }
            scalar => Some(super::generic_tests::python_str(&scalar)),
        }
    }

    fn description(&self, entry: &Yaml) -> String {
        match entry.get("description") {
            None => String::new(),
            Some(value) => match value.scalar_text() {
                Some(text) => text.into_owned(),
                None if value.is_null() => String::new(),
                None => {
                    self.wrong_type(value, "`description`", "a string");
                    String::new()
                }
            },
        }
    }

    fn mapping(&self, entry: &Yaml, key: &str) -> Map<String, Json> {
        match entry.get(key) {
            None => Map::new(),
            Some(value) => match self.rendered(value) {
                Json::Object(map) => map,
                Json::Null => Map::new(),
                _ => {
                    self.wrong_type(value, &format!("`{key}`"), "a mapping");
                    Map::new()
                }
            },
        }
    }

    fn list(&self, entry: &Yaml, key: &str) -> Vec<Json> {
        match entry.get(key) {
            None => Vec::new(),
            Some(value) => match self.rendered(value) {
                Json::Array(items) => items,
                Json::Null => Vec::new(),
                _ => {
                    self.wrong_type(value, &format!("`{key}`"), "a list");
                    Vec::new()
                }
            },
        }
    }

    fn tags(&self, entry: &Yaml, key: &str) -> Vec<String> {
        entry.get(key).map_or_else(Vec::new, |value| tags_of(&self.rendered(value)))
    }

    /// `config:` as written below hooks, rendered elsewhere. Hooks and the freshness query are rendered too:
    /// dbt 1.12 renders them when it reads the file unless they are in `pre_hook` / `post_hook` spelling.
    fn config(&self, entry: &Yaml) -> Map<String, Json> {
        let Some(value) = entry.get("config") else {
            return Map::new();
        };
        let Some(map) = value.as_map() else {
            if !value.is_null() {
                self.wrong_type(value, "`config`", "a mapping");
            }
            return Map::new();
        };
        self.check_config_keys(map);
        map.iter()
            .map(|(key, value)| {
                let raw =
                    matches!(key, "pre_hook" | "post_hook" | "loaded_at_query" | expectation::KEY);
                (key.to_owned(), if raw { value.to_json() } else { self.rendered(value) })
            })
            .collect()
    }

    fn tests(&self, entry: &Yaml) -> Vec<Yaml> {
        let mut tests = Vec::new();
        for key in ["tests", "data_tests"] {
            match entry.get(key) {
                None => {}
                Some(value) => match &value.node {
                    YamlNode::Null => {}
                    YamlNode::Seq(items) => tests.extend(items.iter().cloned()),
                    _ => self.wrong_type(value, &format!("`{key}`"), "a list"),
                },
            }
        }
        tests
    }
}

/// Whether a text must be rendered.
pub(crate) fn has_jinja(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#")
}

/// Tags of one or several.
pub(crate) fn tags_of(value: &Json) -> Vec<String> {
    match value {
        Json::String(tag) => vec![tag.clone()],
        Json::Array(items) => items.iter().map(super::generic_tests::python_str).collect(),
        _ => Vec::new(),
    }
}
