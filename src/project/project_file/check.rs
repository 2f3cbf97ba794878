//! What the values of `dbt_project.yml` mean, key by key.
//!
//! The shapes were checked before ([`Keys`]); here are the rules that a shape cannot say.
//! Invariant: a mistake is reported once, and the checks after it go on.

use indexmap::IndexMap;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::Quoting;
use crate::source::yaml::{Mapping, Yaml};
use crate::source::{Span, Spanned};

use super::keys::{self, Keys};
use super::{CheckedProject, DEFAULT_QUERY_COMMENT, RawProject, VersionCheck};
use crate::project::render::DBT_VERSION;
use crate::project::version::Requirement;
use crate::project::{ProjectConfig, QueryComment};

/// Sections of configuration by their key in the file.
const SECTIONS: &[&str] = &[
    "models",
    "seeds",
    "snapshots",
    "analyses",
    "sources",
    "data_tests",
    "unit_tests",
    "metrics",
    "semantic-models",
    "saved-queries",
    "exposures",
    "functions",
];

/// Names that dbt keeps for its own context.
const RESERVED: &[&str] = &[
    "_sql_results",
    "adapter",
    "api",
    "column",
    "config",
    "context",
    "database",
    "env",
    "env_var",
    "exceptions",
    "execute",
    "flags",
    "fromjson",
    "fromyaml",
    "graph",
    "invocation_id",
    "load_agate_table",
    "load_result",
    "log",
    "model",
    "modules",
    "post_hooks",
    "pre_hooks",
    "ref",
    "render",
    "return",
    "run_started_at",
    "schema",
    "source",
    "sql",
    "sql_now",
    "store_raw_result",
    "store_result",
    "target",
    "this",
    "tojson",
    "toyaml",
    "try_or_compiler_error",
    "var",
    "write",
];

/// Turns the entries of a project file into a [`ProjectConfig`].
pub(super) struct Checker<'c> {
    /// The entries, of the right shape.
    pub(super) keys: Keys<'c>,
    /// The file as users see it.
    pub(super) file: &'c str,
    /// Where mistakes go.
    pub(super) diagnostics: &'c mut Diagnostics,
}

impl Checker<'_> {
    /// Checks everything; `None` when there is no name, which is reported.
    pub(super) fn project(
        mut self,
        raw: &RawProject,
        map: &Mapping,
        version_check: VersionCheck,
    ) -> Option<CheckedProject> {
        self.renamed("source-paths", "model-paths");
        self.renamed("data-paths", "seed-paths");
        self.config_version();
        let name = self.name(map, raw.root.span);
        self.required_version(version_check, name.as_ref().map_or("", |name| &name.value));
        let target_path = self.text_or("target-path", "target");
        let config = ProjectConfig {
            span: Some(raw.root.span),
            version: self.keys.text("version"),
            profile: self.keys.text("profile"),
            model_paths: self.paths(&["model-paths", "source-paths"], "models"),
            seed_paths: self.paths(&["seed-paths", "data-paths"], "seeds"),
            test_paths: self.paths(&["test-paths"], "tests"),
            analysis_paths: self.paths(&["analysis-paths"], "analyses"),
            macro_paths: self.paths(&["macro-paths"], "macros"),
            snapshot_paths: self.paths(&["snapshot-paths"], "snapshots"),
            function_paths: self.paths(&["function-paths"], "functions"),
            docs_paths: self.plain("docs-paths").unwrap_or_default(),
            asset_paths: self.plain("asset-paths").unwrap_or_default(),
            clean_targets: (self.plain("clean-targets"))
                .unwrap_or_else(|| vec![target_path.clone()]),
            target_path,
            packages_install_path: self.text_or("packages-install-path", "dbt_packages"),
            vars: self.vars(raw),
            quoting: self.quoting(),
            dispatch: self.dispatch(),
            on_run_start: self.keys.texts("on-run-start").unwrap_or_default(),
            on_run_end: self.keys.texts("on-run-end").unwrap_or_default(),
            query_comment: self.query_comment(),
            written_sections: written(raw),
            sections: self.sections(),
            selectors: Vec::new(),
            restrict_access: (self.keys.value("restrict-access"))
                .and_then(Yaml::as_bool)
                .unwrap_or(false),
        };
        Some(CheckedProject { name: name?, config, log_path: self.keys.text("log-path") })
    }

    fn name(&mut self, map: &Mapping, whole: Span) -> Option<Spanned<String>> {
        let Some(value) = self.keys.value("name") else {
            if map.get("name").is_none() {
                let message = format!("{} has no `name`", self.file);
                self.diagnostics.push(
                    Diagnostic::error(codes::MISSING_KEY, message)
                        .at(Span { end: whole.start, ..whole }, "")
                        .hint("add `name: my_project`"),
                );
            }
            return None;
        };
        let name = value.as_str().unwrap_or_default();
        let mut chars = name.chars();
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let starts_well = chars.next().is_some_and(|c| is_word(c) && !c.is_numeric());
        let problem = if !starts_well || !chars.all(is_word) {
            "is not a name: letters, digits and underscores, no digit first"
        } else if RESERVED.contains(&name) {
            "is a word that dbt keeps for itself"
        } else {
            return Some(Spanned { value: name.to_owned(), span: value.span });
        };
        let suggestion: String = name.chars().map(|c| if is_word(c) { c } else { '_' }).collect();
        let error =
            Diagnostic::error(codes::BAD_PROJECT, format!("the project name `{name}` {problem}"))
                .at(value.span, "");
        self.diagnostics.push(match suggestion == name {
            true => error,
            false => error.hint(format!("`{suggestion}` would do")),
        });
        None
    }

    fn renamed(&mut self, older: &str, newer: &str) {
        let Some(value) = self.keys.entry(older) else {
            return;
        };
        self.diagnostics.push(match self.keys.entry(newer) {
            Some(_) => Diagnostic::error(
                codes::BAD_PROJECT,
                format!("`{older}` and `{newer}` are both given; `{older}` is the older name"),
            )
            .at(value.span, ""),
            None => Diagnostic::warning(
                codes::BAD_PROJECT,
                format!("`{older}` is now called `{newer}`"),
            )
            .at(value.span, ""),
        });
    }

    fn config_version(&mut self) {
        let Some(value) = self.keys.value("config-version") else {
            return;
        };
        if value.scalar_text().as_deref() != Some("2") {
            self.diagnostics.push(
                Diagnostic::error(codes::BAD_PROJECT, "`config-version` must be 2")
                    .at(value.span, ""),
            );
        }
    }

    fn required_version(&mut self, check: VersionCheck, name: &str) {
        let mut refused = None;
        for text in self.keys.texts("require-dbt-version").unwrap_or_default() {
            for part in text.value.split(',') {
                let Some(requirement) = Requirement::parse(part) else {
                    let message = format!("`{part}` is not a version requirement");
                    self.diagnostics.push(
                        Diagnostic::error(codes::BAD_PROJECT, message)
                            .at(text.span, "")
                            .hint("write it as in `\">=1.0.0,<2.0.0\"`: three numbers, no spaces"),
                    );
                    return;
                };
                if !requirement.accepts(DBT_VERSION) {
                    refused.get_or_insert((text.span, part.to_owned()));
                }
            }
        }
        let Some((span, part)) = refused.filter(|_| check == VersionCheck::On) else {
            return;
        };
        let project = match name {
            "" => "the project".to_owned(),
            name => format!("the project `{name}`"),
        };
        let message =
            format!("{project} requires dbt `{part}`, and forge answers as dbt {DBT_VERSION}");
        self.diagnostics.push(
            Diagnostic::error(codes::VERSION_MISMATCH, message)
                .at(span, "")
                .hint("`--no-version-check` goes on anyway"),
        );
    }

    fn text_or(&self, key: &str, default: &str) -> String {
        self.keys.text(key).unwrap_or_else(|| default.to_owned())
    }

    fn plain(&self, key: &str) -> Option<Vec<String>> {
        let texts = self.keys.texts(key)?;
        Some(texts.into_iter().map(|text| text.value).collect())
    }

    /// The first key that is given; a trailing `/` is dropped.
    fn paths(&self, keys: &[&str], default: &str) -> Vec<String> {
        let given = keys.iter().find_map(|key| self.plain(key));
        let paths = given.unwrap_or_else(|| vec![default.to_owned()]);
        let trimmed = |path: String| match path.trim_end_matches('/') {
            "" => path,
            trimmed => trimmed.to_owned(),
        };
        paths.into_iter().map(trimmed).collect()
    }

    fn vars(&self, raw: &RawProject) -> Mapping {
        match raw.file_vars {
            Some(_) => raw.file_vars(),
            None => self.keys.value("vars").and_then(Yaml::as_map).cloned().unwrap_or_default(),
        }
    }

    fn quoting(&mut self) -> Quoting {
        let mut quoting = Quoting::default();
        let entries = self.keys.value("quoting").and_then(Yaml::as_map);
        for (key, value) in entries.map_or(&[][..], |map| &map.entries) {
            let field = match key.value.as_str() {
                "database" | "project" => &mut quoting.database,
                "schema" => &mut quoting.schema,
                "identifier" => &mut quoting.identifier,
                "column" | "snowflake_ignore_case" => continue,
                _ => {
                    self.wrong("quoting", "has `database`, `schema`, `identifier` only", key.span);
                    continue;
                }
            };
            *field = value.as_bool();
            if field.is_none() && !value.is_null() {
                self.wrong("quoting", "holds booleans", value.span);
            }
        }
        quoting
    }

    fn dispatch(&mut self) -> IndexMap<String, Vec<String>> {
        let entries = self.keys.value("dispatch").and_then(Yaml::as_seq);
        let mut dispatch = IndexMap::new();
        for entry in entries.unwrap_or_default() {
            let namespace = entry.get("macro_namespace").and_then(Yaml::as_str);
            let order = entry.get("search_order").filter(|o| o.as_seq().is_some());
            match (namespace, order) {
                (Some(namespace), Some(order)) => {
                    let order = keys::texts(order).into_iter().map(|text| text.value);
                    // dbt: of two entries for one namespace the first counts.
                    dispatch.entry(namespace.to_owned()).or_insert_with(|| order.collect());
                }
                _ => self.wrong(
                    "dispatch",
                    "needs `macro_namespace` and `search_order`, a list",
                    entry.span,
                ),
            }
        }
        dispatch
    }

    fn query_comment(&mut self) -> Option<QueryComment> {
        let Some(value) = self.keys.entry("query-comment") else {
            return Some(QueryComment { comment: DEFAULT_QUERY_COMMENT.to_owned(), append: false });
        };
        let mut parts = (value.as_str().unwrap_or_default().to_owned(), false);
        if let Some(map) = value.as_map() {
            DEFAULT_QUERY_COMMENT.clone_into(&mut parts.0);
            for (key, value) in &map.entries {
                match (key.value.as_str(), value.as_str(), value.as_bool()) {
                    ("comment", Some(text), _) => text.clone_into(&mut parts.0),
                    ("append", _, Some(append)) => parts.1 = append,
                    ("append", ..) if value.is_null() => {}
                    ("job-label" | "job_label", _, Some(_)) => {}
                    _ => self.wrong(
                        "query-comment",
                        "is a string, or has `comment` (a string) and `append` (a boolean)",
                        key.span,
                    ),
                }
            }
        }
        let (comment, append) = parts;
        (!comment.is_empty()).then_some(QueryComment { comment, append })
    }

    fn sections(&mut self) -> IndexMap<String, Yaml> {
        let mut sections: IndexMap<String, Yaml> = SECTIONS
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), self.keys.value(name)?.clone())))
            .collect();
        if let Some(tests) = self.keys.value("tests") {
            let both = [Some(tests), self.keys.value("data_tests")];
            let filled = |yaml: &Yaml| yaml.as_map().is_some_and(|map| !map.is_empty());
            if both.iter().flatten().filter(|yaml| filled(yaml)).count() == 2 {
                let message = format!("{} has `data_tests` and its older name `tests`", self.file);
                self.diagnostics.push(
                    Diagnostic::error(codes::BAD_PROJECT, message)
                        .at(tests.span, "")
                        .hint("move everything to `data_tests`"),
                );
            }
            let name = "data_tests".to_owned();
            sections.entry(name).or_insert_with(|| tests.clone());
        }
        sections
    }

    fn wrong(&mut self, key: &str, wanted: &str, span: Span) {
        let message = format!("`{key}` {wanted}");
        self.diagnostics.push(Diagnostic::error(codes::WRONG_TYPE, message).at(span, ""));
    }
}

/// The sections that have templates, as they were written.
fn written(raw: &RawProject) -> IndexMap<String, Yaml> {
    let section = |name: &&str| {
        let older = (*name == "data_tests").then(|| raw.root.get("tests")).flatten();
        let yaml = raw.root.get(name).or(older)?;
        has_template(yaml).then(|| ((*name).to_owned(), yaml.clone()))
    };
    SECTIONS.iter().filter_map(section).collect()
}

fn has_template(yaml: &Yaml) -> bool {
    match (&yaml.as_map(), yaml.as_seq(), yaml.as_str()) {
        (Some(map), ..) => map.iter().any(|(_, value)| has_template(value)),
        (_, Some(items), _) => items.iter().any(has_template),
        (.., Some(text)) => text.contains("{{") || text.contains("{%"),
        _ => false,
    }
}
