//! Entries of property files: nodes, columns, macros, sources, exposures, groups.

use serde_json::{Map, Value as Json};

use super::keys::{
    COLUMN_KEYS, EXPOSURE_KEYS, FUNCTION_KEYS, GROUP_KEYS, MACRO_KEYS, NODE_KEYS, SOURCE_KEYS,
    TABLE_KEYS,
};
use super::{
    MacroPatch, NodePatch, RawArgument, RawColumn, RawExposure, RawGroup, RawSource, RawTable,
    Reader, Section, SourceProperties, tags_of,
};
use crate::diagnostics::{Diagnostic, codes};
use crate::manifest::expectation;
use crate::names::did_you_mean;
use crate::source::yaml::Yaml;
use crate::source::{Span, Spanned};

/// What an exposure can be.
const EXPOSURE_TYPES: &[&str] = &["dashboard", "notebook", "analysis", "ml", "application"];

impl Reader<'_> {
    pub(super) fn columns(&self, entry: &Yaml) -> Vec<RawColumn> {
        let Some(map) = entry.as_map() else {
            return Vec::new();
        };
        let columns: Vec<RawColumn> =
            self.entries(map, "columns").filter_map(|column| self.column(column)).collect();
        for (at, column) in columns.iter().enumerate() {
            if let Some(first) = columns[..at].iter().find(|first| first.name == column.name) {
                // dbt: the later entry counts, and nobody says so (1.12).
                let message =
                    format!("column `{}` is described twice; the later entry counts", column.name);
                self.push(
                    Diagnostic::warning(codes::DUPLICATE_PATCH, message)
                        .at(column.span, "this one counts")
                        .and_at(first.span, "and this one does not"),
                );
            }
        }
        columns
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

    pub(super) fn node(&self, section: Section, entry: &Yaml) -> Option<NodePatch> {
        let what = format!("an entry of `{}`", section.key());
        let name = self.name(entry, &what)?;
        if let Some(map) = entry.as_map() {
            let keys = if section == Section::Functions { FUNCTION_KEYS } else { NODE_KEYS };
            self.check_keys(map, keys, &what);
        }
        let mut config = self.config(entry);
        for key in ["meta", "docs", "group", "access", "contract", expectation::KEY] {
            self.move_to_config(entry, key, &mut config);
        }
        let mut patch = NodePatch {
            section,
            description: self.description(entry),
            columns: self.columns(entry),
            tests: self.tests(entry),
            config,
            constraints: self.list(entry, "constraints"),
            deprecation_date: self.date(entry, "deprecation_date"),
            version: None,
            versions: Vec::new(),
            time_spine: entry.get("time_spine").map(|spine| self.time_spine(spine)),
            quote_columns: entry.get("quote_columns").and_then(Yaml::as_bool).unwrap_or(false),
            relation: entry
                .get("relation")
                .and_then(|r| Some(Spanned { value: r.as_str()?.to_owned(), span: r.span })),
            function: (section == Section::Functions).then(|| self.function(entry, &name)),
            file: self.file.clone(),
            name,
        };
        if section == Section::Models {
            patch.versions = self.versions(entry, &patch);
        }
        Some(patch)
    }

    /// Keys that may stand beside `config:` and mean the same as inside of it; both is an error.
    pub(super) fn move_to_config(&self, entry: &Yaml, key: &str, config: &mut Map<String, Json>) {
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
        // Expectations are templates for later.
        let value = if key == expectation::KEY { value.to_json() } else { self.rendered(value) };
        if !value.is_null() {
            config.insert(key.to_owned(), value);
        }
    }

    pub(super) fn macro_patch(&self, entry: &Yaml) -> Option<MacroPatch> {
        let name = self.name(entry, "an entry of `macros`")?;
        let map = entry.as_map()?;
        self.check_keys(map, MACRO_KEYS, "an entry of `macros`");
        let mut meta = self.mapping(entry, "meta");
        let mut config = self.config(entry);
        if let Some(Json::Object(more)) = config.remove("meta") {
            meta.extend(more);
        }
        let docs = match config.remove("docs") {
            Some(Json::Object(docs)) => docs,
            _ => self.mapping(entry, "docs"),
        };
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
            docs,
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
            says_loaded_at_field: entry.get("loaded_at_field").is_some(),
            loaded_at_query: entry
                .get("loaded_at_query")
                .and_then(|q| q.as_str().map(str::to_owned)),
            freshness: entry.get("freshness").map(|f| self.rendered(f)),
        }
    }

    pub(super) fn source(&self, entry: &Yaml) -> Option<RawSource> {
        let name = self.name(entry, "a source")?;
        let map = entry.as_map()?;
        self.check_keys(map, SOURCE_KEYS, "a source");
        let tables = self.entries(map, "tables").filter_map(|table| self.table(table)).collect();
        Some(RawSource {
            description: self.description(entry),
            database: self.text(entry, "database"),
            schema: self.text(entry, "schema"),
            unrendered_database: written(entry, "database"),
            unrendered_schema: written(entry, "schema"),
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
            quote_columns: entry.get("quote_columns").and_then(Yaml::as_bool).unwrap_or(false),
            properties: self.source_properties(entry),
            external: self.external(entry),
            name,
        })
    }

    pub(super) fn exposure(&self, entry: &Yaml) -> Option<RawExposure> {
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
        self.check_exposure(entry, &name.value, &exposure_type);
        let depends_on = entry.get("depends_on").and_then(Yaml::as_seq).unwrap_or_default();
        Some(RawExposure {
            exposure_type,
            maturity: self.text(entry, "maturity"),
            url: self.text(entry, "url"),
            label: self.text(entry, "label"),
            description: self.description(entry),
            owner: owner(self.mapping(entry, "owner")),
            depends_on: depends_on
                .iter()
                .filter_map(|d| Some(Spanned { value: d.as_str()?.to_owned(), span: d.span }))
                .collect(),
            config,
            file: self.file.clone(),
            name,
        })
    }

    /// dbt 1.12 wants one of five types, and an owner with a name or an email.
    fn check_exposure(&self, entry: &Yaml, name: &str, exposure_type: &str) {
        if !EXPOSURE_TYPES.contains(&exposure_type)
            && let Some(written) = entry.get("type")
        {
            let message = format!("`{exposure_type}` is no type of an exposure");
            let near = did_you_mean(exposure_type, EXPOSURE_TYPES.iter().copied());
            let mistake = Diagnostic::error(codes::BAD_CONFIG, message).at(written.span, "");
            self.push(match near {
                Some(_) => mistake.suggest(near),
                None => mistake.hint(format!("one of {}", EXPOSURE_TYPES.join(", "))),
            });
        }
        let hint = "write `owner: {name: …}` or `owner: {email: …}`";
        let mistake = |message: String| Diagnostic::error(codes::MISSING_KEY, message).hint(hint);
        match entry.get("owner") {
            None => {
                let at = Span { end: entry.span.start + 1, ..entry.span };
                self.push(mistake(format!("exposure `{name}` has no `owner`")).at(at, ""));
            }
            Some(owner) if owner.as_map().is_some() && !is_someone(owner) => {
                let message = format!("the owner of exposure `{name}` has no name and no email");
                self.push(mistake(message).at(owner.span, ""));
            }
            Some(_) => {}
        }
    }

    pub(super) fn group(&self, entry: &Yaml) -> Option<RawGroup> {
        let name = self.name(entry, "a group")?;
        self.check_keys(entry.as_map()?, GROUP_KEYS, "a group");
        let owner_of = self.mapping(entry, "owner");
        if !owner_of.contains_key("name") && !owner_of.contains_key("email") {
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
            owner: owner(owner_of),
            config: self.config(entry),
            file: self.file.clone(),
            name,
        })
    }
}

/// Whether an owner has a name or an email.
fn is_someone(owner: &Yaml) -> bool {
    ["name", "email"].iter().any(|key| owner.get(key).is_some_and(|value| !value.is_null()))
}

/// An owner has a name and an address, if only null ones.
fn owner(mut written: Map<String, Json>) -> Map<String, Json> {
    for key in ["email", "name"] {
        written.entry(key).or_insert(Json::Null);
    }
    written
}

/// A scalar as it was written, templates and all.
fn written(entry: &Yaml, key: &str) -> Option<String> {
    entry.get(key)?.scalar_text().map(std::borrow::Cow::into_owned)
}
