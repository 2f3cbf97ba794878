//! Property files (`schema.yml`): what they say about nodes, macros, sources, exposures and groups.
//!
//! Values are rendered where dbt renders them; tests and descriptions stay as written. Leaves the matching
//! with nodes to `nodes.rs`. Invariant: every mistake of a file is reported, and only the entry that has it
//! is lost.

use std::cell::RefCell;

use serde_json::{Map, Value as Json};

use super::generic_tests::Render;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::config;
use crate::names::did_you_mean;
use crate::project::File;
use crate::source::yaml::{Mapping, Node as YamlNode, Yaml};
use crate::source::{Span, Spanned};

mod keys;

use keys::{
    COLUMN_KEYS, EXPOSURE_KEYS, FILE_KEYS, GROUP_KEYS, LATER, MACRO_KEYS, NODE_KEYS, SOURCE_KEYS,
    TABLE_KEYS,
};

/// Everything that one property file says.
#[derive(Debug, Default)]
pub(crate) struct Properties {
    /// Entries of `models`, `seeds`, `snapshots`, `analyses`, `data_tests`.
    pub(crate) nodes: Vec<NodePatch>,
    /// Entries of `macros`.
    pub(crate) macros: Vec<MacroPatch>,
    /// Entries of `sources`.
    pub(crate) sources: Vec<RawSource>,
    /// Entries of `exposures`.
    pub(crate) exposures: Vec<RawExposure>,
    /// Entries of `groups`.
    pub(crate) groups: Vec<RawGroup>,
}

/// The sections that describe nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Section {
    Models,
    Seeds,
    Snapshots,
    Analyses,
    SingularTests,
}

impl Section {
    /// The key in a property file.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Section::Models => "models",
            Section::Seeds => "seeds",
            Section::Snapshots => "snapshots",
            Section::Analyses => "analyses",
            Section::SingularTests => "data_tests",
        }
    }
}

/// What a property file says about a node.
#[derive(Debug)]
pub(crate) struct NodePatch {
    pub(crate) section: Section,
    pub(crate) name: Spanned<String>,
    pub(crate) file: File,
    pub(crate) description: String,
    pub(crate) columns: Vec<RawColumn>,
    pub(crate) tests: Vec<Yaml>,
    /// `config:` and the keys beside it that dbt moves there.
    pub(crate) config: Map<String, Json>,
    pub(crate) constraints: Vec<Json>,
    pub(crate) deprecation_date: Option<String>,
    pub(crate) latest_version: Option<Json>,
    pub(crate) versions: Vec<Json>,
    pub(crate) quote_columns: bool,
    /// `relation:` of a snapshot that is defined in YAML.
    pub(crate) relation: Option<Spanned<String>>,
}

/// A column as written.
#[derive(Clone, Debug)]
pub(crate) struct RawColumn {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) data_type: Option<String>,
    pub(crate) meta: Map<String, Json>,
    pub(crate) tags: Vec<String>,
    pub(crate) constraints: Vec<Json>,
    pub(crate) quote: Option<bool>,
    pub(crate) granularity: Option<String>,
    pub(crate) tests: Vec<Yaml>,
    pub(crate) span: Span,
}

/// What a property file says about a macro.
#[derive(Debug)]
pub(crate) struct MacroPatch {
    pub(crate) name: Spanned<String>,
    pub(crate) file: File,
    pub(crate) description: String,
    pub(crate) meta: Map<String, Json>,
    pub(crate) arguments: Vec<RawArgument>,
}

/// An argument of a macro as described.
#[derive(Debug)]
pub(crate) struct RawArgument {
    pub(crate) name: String,
    pub(crate) arg_type: Option<String>,
    pub(crate) description: String,
}

/// A source as written.
#[derive(Debug)]
pub(crate) struct RawSource {
    pub(crate) name: Spanned<String>,
    pub(crate) file: File,
    pub(crate) description: String,
    pub(crate) database: Option<String>,
    pub(crate) schema: Option<String>,
    pub(crate) loader: String,
    pub(crate) quoting: Map<String, Json>,
    pub(crate) properties: SourceProperties,
    pub(crate) tables: Vec<RawTable>,
}

/// What a source and its tables can both say.
#[derive(Clone, Debug, Default)]
pub(crate) struct SourceProperties {
    pub(crate) meta: Map<String, Json>,
    pub(crate) tags: Vec<String>,
    pub(crate) config: Map<String, Json>,
    pub(crate) loaded_at_field: Option<String>,
    pub(crate) loaded_at_query: Option<String>,
    /// `Some(Null)` switches freshness off.
    pub(crate) freshness: Option<Json>,
}

/// A table of a source as written.
#[derive(Debug)]
pub(crate) struct RawTable {
    pub(crate) name: Spanned<String>,
    pub(crate) identifier: Option<String>,
    pub(crate) description: String,
    pub(crate) quoting: Map<String, Json>,
    pub(crate) columns: Vec<RawColumn>,
    pub(crate) tests: Vec<Yaml>,
    pub(crate) quote_columns: bool,
    pub(crate) properties: SourceProperties,
}

/// An exposure as written.
#[derive(Debug)]
pub(crate) struct RawExposure {
    pub(crate) name: Spanned<String>,
    pub(crate) file: File,
    pub(crate) exposure_type: String,
    pub(crate) maturity: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) description: String,
    pub(crate) owner: Map<String, Json>,
    pub(crate) depends_on: Vec<Spanned<String>>,
    pub(crate) config: Map<String, Json>,
}

/// A group as written.
#[derive(Debug)]
pub(crate) struct RawGroup {
    pub(crate) name: Spanned<String>,
    pub(crate) file: File,
    pub(crate) description: Option<String>,
    pub(crate) owner: Map<String, Json>,
    pub(crate) config: Map<String, Json>,
}

/// Reads one property file's tree.
pub(crate) fn read(root: &Yaml, file: &File, render: Render<'_>) -> (Properties, Diagnostics) {
    let reader = Reader {
        file,
        render,
        diagnostics: RefCell::new(Diagnostics::new()),
    };
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
            (Section::SingularTests, "tests"),
        ] {
            out.nodes
                .extend(self.entries(map, key).filter_map(|e| self.node(section, e)));
        }
        out.macros = self
            .entries(map, "macros")
            .filter_map(|e| self.macro_patch(e))
            .collect();
        out.sources = self
            .entries(map, "sources")
            .filter_map(|e| self.source(e))
            .collect();
        out.exposures = self
            .entries(map, "exposures")
            .filter_map(|e| self.exposure(e))
            .collect();
        out.groups = self
            .entries(map, "groups")
            .filter_map(|e| self.group(e))
            .collect();
        for key in LATER {
            if let Some((name, value)) = map.entry(key)
                && value.as_seq().is_some_and(|items| !items.is_empty())
            {
                self.push(
                    Diagnostic::warning(
                        codes::UNSUPPORTED,
                        format!("`{key}` is not supported yet and has no effect"),
                    )
                    .at(name.span, "ignored"),
                );
            }
        }
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
                Json::String(text) if !text.is_empty() => Some(Spanned {
                    value: text,
                    span: name.span,
                }),
                _ if name.as_str().is_some() => None,
                _ => {
                    self.wrong_type(name, &format!("the name of {what}"), "a string");
                    None
                }
            },
            None => {
                self.push(
                    Diagnostic::error(codes::MISSING_KEY, format!("{what} has no `name`")).at(
                        Span {
                            end: entry.span.start + 1,
                            ..entry.span
                        },
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
            YamlNode::Map(map) => Json::Object(
                map.iter()
                    .map(|(k, v)| (k.to_owned(), self.rendered(v)))
                    .collect(),
            ),
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
        entry
            .get(key)
            .map_or_else(Vec::new, |value| tags_of(&self.rendered(value)))
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
                let raw = matches!(key, "pre_hook" | "post_hook" | "loaded_at_query");
                (
                    key.to_owned(),
                    if raw {
                        value.to_json()
                    } else {
                        self.rendered(value)
                    },
                )
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

    fn columns(&self, entry: &Yaml) -> Vec<RawColumn> {
        let Some(map) = entry.as_map() else {
            return Vec::new();
        };
        self.entries(map, "columns")
            .filter_map(|column| self.column(column))
            .collect()
    }

    fn column(&self, entry: &Yaml) -> Option<RawColumn> {
        if entry.get("include").is_some() {
            return None;
        }
        let name = self.name(entry, "a column")?;
        if let Some(map) = entry.as_map() {
            self.check_keys(map, COLUMN_KEYS, "a column");
        }
        let config = self.config(entry);
        let mut meta = self.mapping(entry, "meta");
        if let Some(Json::Object(more)) = config.get("meta") {
            meta.extend(more.clone());
        }
        let mut tags = self.tags(entry, "tags");
        for tag in config.get("tags").map_or_else(Vec::new, tags_of) {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        Some(RawColumn {
            description: self.description(entry),
            data_type: self.text(entry, "data_type"),
            meta,
            tags,
            constraints: self.list(entry, "constraints"),
            quote: entry.get("quote").and_then(Yaml::as_bool),
            granularity: self.text(entry, "granularity"),
            tests: self.tests(entry),
            span: name.span,
            name: name.value,
        })
    }

    fn node(&self, section: Section, entry: &Yaml) -> Option<NodePatch> {
        let what = format!("an entry of `{}`", section.key());
        let name = self.name(entry, &what)?;
        if let Some(map) = entry.as_map() {
            self.check_keys(map, NODE_KEYS, &what);
        }
        let mut config = self.config(entry);
        for key in ["meta", "docs", "group", "access", "contract"] {
            self.move_to_config(entry, key, &mut config);
        }
        Some(NodePatch {
            section,
            description: self.description(entry),
            columns: self.columns(entry),
            tests: self.tests(entry),
            config,
            constraints: self.list(entry, "constraints"),
            deprecation_date: self.text(entry, "deprecation_date"),
            latest_version: entry
                .get("latest_version")
                .map(|v| self.rendered(v))
                .filter(|v| !v.is_null()),
            versions: self.list(entry, "versions"),
            quote_columns: entry
                .get("quote_columns")
                .and_then(Yaml::as_bool)
                .unwrap_or(false),
            relation: entry.get("relation").and_then(|r| {
                Some(Spanned {
                    value: r.as_str()?.to_owned(),
                    span: r.span,
                })
            }),
            file: self.file.clone(),
            name,
        })
    }

    /// Keys that may stand beside `config:` and mean the same as inside of it; both is an error.
    fn move_to_config(&self, entry: &Yaml, key: &str, config: &mut Map<String, Json>) {
        let Some(value) = entry.get(key) else { return };
        if config.contains_key(key) {
            self.push(
                Diagnostic::error(
                    codes::BAD_CONFIG,
                    format!("`{key}` is given beside `config` and inside of it"),
                )
                .at(value.span, "remove one of them"),
            );
            return;
        }
        let value = self.rendered(value);
        if !value.is_null() {
            config.insert(key.to_owned(), value);
        }
    }

    fn macro_patch(&self, entry: &Yaml) -> Option<MacroPatch> {
        let name = self.name(entry, "an entry of `macros`")?;
        let map = entry.as_map()?;
        self.check_keys(map, MACRO_KEYS, "an entry of `macros`");
        let mut meta = self.mapping(entry, "meta");
        if let Some(Json::Object(more)) = self.config(entry).remove("meta") {
            meta.extend(more);
        }
        let arguments = self
            .entries(map, "arguments")
            .filter_map(|argument| {
                Some(RawArgument {
                    name: self.name(argument, "an argument")?.value,
                    arg_type: self.text(argument, "type"),
                    description: self.description(argument),
                })
            })
            .collect();
        Some(MacroPatch {
            description: self.description(entry),
            meta,
            arguments,
            file: self.file.clone(),
            name,
        })
    }

    fn source_properties(&self, entry: &Yaml) -> SourceProperties {
        SourceProperties {
            meta: self.mapping(entry, "meta"),
            tags: self.tags(entry, "tags"),
            config: self.config(entry),
            loaded_at_field: self.text(entry, "loaded_at_field"),
            loaded_at_query: entry
                .get("loaded_at_query")
                .and_then(|q| q.as_str().map(str::to_owned)),
            freshness: entry.get("freshness").map(|f| self.rendered(f)),
        }
    }

    fn source(&self, entry: &Yaml) -> Option<RawSource> {
        let name = self.name(entry, "a source")?;
        let map = entry.as_map()?;
        self.check_keys(map, SOURCE_KEYS, "a source");
        let tables = self
            .entries(map, "tables")
            .filter_map(|table| self.table(table))
            .collect();
        Some(RawSource {
            description: self.description(entry),
            database: self.text(entry, "database"),
            schema: self.text(entry, "schema"),
            loader: self.text(entry, "loader").unwrap_or_default(),
            quoting: self.mapping(entry, "quoting"),
            properties: self.source_properties(entry),
            tables,
            file: self.file.clone(),
            name,
        })
    }

    fn table(&self, entry: &Yaml) -> Option<RawTable> {
        let name = self.name(entry, "a table of a source")?;
        self.check_keys(entry.as_map()?, TABLE_KEYS, "a table of a source");
        Some(RawTable {
            identifier: self.text(entry, "identifier"),
            description: self.description(entry),
            quoting: self.mapping(entry, "quoting"),
            columns: self.columns(entry),
            tests: self.tests(entry),
            quote_columns: entry
                .get("quote_columns")
                .and_then(Yaml::as_bool)
                .unwrap_or(false),
            properties: self.source_properties(entry),
            name,
        })
    }

    fn exposure(&self, entry: &Yaml) -> Option<RawExposure> {
        let name = self.name(entry, "an exposure")?;
        self.check_keys(entry.as_map()?, EXPOSURE_KEYS, "an exposure");
        let mut config = self.config(entry);
        for key in ["meta", "tags"] {
            self.move_to_config(entry, key, &mut config);
        }
        let Some(exposure_type) = self.text(entry, "type") else {
            self.push(
                Diagnostic::error(
                    codes::MISSING_KEY,
                    format!("exposure `{}` has no `type`", name.value),
                )
                .at(name.span, "")
                .hint("one of dashboard, notebook, analysis, ml, application"),
            );
            return None;
        };
        let depends_on = entry
            .get("depends_on")
            .and_then(Yaml::as_seq)
            .unwrap_or_default();
        Some(RawExposure {
            exposure_type,
            maturity: self.text(entry, "maturity"),
            url: self.text(entry, "url"),
            label: self.text(entry, "label"),
            description: self.description(entry),
            owner: self.mapping(entry, "owner"),
            depends_on: depends_on
                .iter()
                .filter_map(|d| {
                    Some(Spanned {
                        value: d.as_str()?.to_owned(),
                        span: d.span,
                    })
                })
                .collect(),
            config,
            file: self.file.clone(),
            name,
        })
    }

    fn group(&self, entry: &Yaml) -> Option<RawGroup> {
        let name = self.name(entry, "a group")?;
        self.check_keys(entry.as_map()?, GROUP_KEYS, "a group");
        let owner = self.mapping(entry, "owner");
        if !owner.contains_key("name") && !owner.contains_key("email") {
            self.push(
                Diagnostic::error(
                    codes::MISSING_KEY,
                    format!("group `{}` has no owner", name.value),
                )
                .at(name.span, "")
                .hint("give `owner:` a `name` or an `email`"),
            );
            return None;
        }
        Some(RawGroup {
            description: self.text(entry, "description"),
            owner,
            config: self.config(entry),
            file: self.file.clone(),
            name,
        })
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
