//! `dbt_project.yml`: reads it, renders what dbt 1.12 renders, checks every key.
//!
//! Reading and checking are two steps, because the profile's name is in the file and the file's values may
//! mention the target. Leaves the keys inside of `models:` and its siblings to `parse/`.
//! Invariant: hooks, `vars` and `query-comment` are never rendered here.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::host::Host;
use crate::manifest::expectation;
use crate::source::yaml::{Mapping, Yaml};
use crate::source::{SourceMap, Spanned};

use super::ProjectConfig;
use super::find::PROJECT_FILE;
use super::render::{YamlContext, render_yaml};
use super::yaml_file::read_yaml;

mod check;
mod keys;

use check::Checker;
use keys::Keys;

/// The comment before each statement when `query-comment` says nothing: dbt's facts as JSON.
pub const DEFAULT_QUERY_COMMENT: &str = "\
{%- set of = ('node_id', node.unique_id) if node else ('connection_name', connection_name) -%}
{{ tojson({'app': 'dbt', 'dbt_version': dbt_version, 'profile_name': target.profile_name, \
'target_name': target.target_name, of[0]: of[1]}) }}";

/// A project file that was read and not yet rendered.
pub(super) struct RawProject {
    /// The file as users see it.
    pub(super) shown: String,
    /// Its tree, a mapping.
    root: Yaml,
    /// `vars` of a `vars.yml` beside it.
    file_vars: Option<Yaml>,
}

/// A checked project file.
pub(super) struct CheckedProject {
    /// `name`.
    pub(super) name: Spanned<String>,
    /// Everything else.
    pub(super) config: ProjectConfig,
    /// `log-path`.
    pub(super) log_path: Option<String>,
}

/// Whether `require-dbt-version` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VersionCheck {
    /// It does.
    On,
    /// `--no-version-check`.
    Off,
}

impl RawProject {
    /// Reads the project file of a folder.
    pub(super) fn read(
        host: &dyn Host,
        sources: &SourceMap,
        shown: &str,
        path: &Path,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let root = read_yaml(host, sources, shown, path, diagnostics)?;
        if root.as_map().is_none() {
            diagnostics.push(
                Diagnostic::error(
                    codes::BAD_PROJECT,
                    format!("{shown} must be a mapping, but is {}", root.kind()),
                )
                .at(root.span, ""),
            );
            return None;
        }
        Some(RawProject { shown: shown.to_owned(), root, file_vars: None })
    }

    /// Reads the `vars.yml` of dbt 1.12; `vars` may be there or in the project file.
    pub(super) fn read_vars(
        &mut self,
        host: &dyn Host,
        sources: &SourceMap,
        dir: &Path,
        diagnostics: &mut Diagnostics,
    ) {
        const VARS_FILE: &str = "vars.yml";
        let path = dir.join(VARS_FILE);
        if !host.exists(&path) {
            return;
        }
        let tree = read_yaml(host, sources, VARS_FILE, &path, diagnostics);
        let vars = tree.and_then(|tree| tree.get("vars").cloned());
        let Some(vars) = vars.filter(|vars| vars.as_map().is_some_and(|map| !map.is_empty()))
        else {
            return;
        };
        let here = self.value("vars").and_then(Yaml::as_map);
        if let Some(first) = here.and_then(|map| map.entries.first()) {
            diagnostics.push(
                Diagnostic::error(
                    codes::BAD_PROJECT,
                    format!("`vars` may be in {VARS_FILE} or in {PROJECT_FILE}, not in both"),
                )
                .at(first.0.span, "here and")
                .and_at(vars.span, "here"),
            );
        }
        self.file_vars = Some(vars);
    }

    /// A value as written.
    pub(super) fn value(&self, key: &str) -> Option<&Yaml> {
        self.root.get(key)
    }

    /// The variables of `vars.yml`, which the file's own templates see.
    pub(super) fn file_vars(&self) -> Mapping {
        self.file_vars.as_ref().and_then(Yaml::as_map).cloned().unwrap_or_default()
    }

    /// Renders and checks everything.
    pub(super) fn check(
        &self,
        context: &YamlContext,
        version_check: VersionCheck,
        diagnostics: &mut Diagnostics,
    ) -> Option<CheckedProject> {
        let root = render_yaml(&self.root, context, &is_rendered, diagnostics);
        let map = root.as_map()?;
        let checker = Checker {
            keys: Keys::check(map, &self.shown, diagnostics),
            file: &self.shown,
            diagnostics,
        };
        checker.project(self, map, version_check)
    }
}

/// dbt 1.12: hooks, `vars` and `query-comment` are templates for later. So are expectations.
fn is_rendered(path: &[&str]) -> bool {
    const LATER: &[&str] = &["pre-hook", "post-hook", "pre_hook", "post_hook", expectation::KEY];
    match path.first() {
        Some(&("on-run-start" | "on-run-end" | "query-comment" | "vars")) => false,
        Some(&("seeds" | "models" | "snapshots" | "tests" | "data_tests")) => {
            let plain = |key: &&str| key.trim_start_matches(['+', ' ']).to_owned();
            !path.iter().any(|key| LATER.contains(&plain(key).as_str()))
        }
        _ => true,
    }
}

/// Reads `selectors.yml`: its list of selectors, rendered.
pub(super) fn read_selectors(
    host: &dyn Host,
    sources: &Arc<SourceMap>,
    dir: &Path,
    context: &YamlContext,
    diagnostics: &mut Diagnostics,
) -> Vec<Yaml> {
    const FILE: &str = "selectors.yml";
    let path = dir.join(FILE);
    if !host.exists(&path) {
        return Vec::new();
    }
    let Some(tree) = read_yaml(host, sources, FILE, &path, diagnostics) else {
        return Vec::new();
    };
    let tree = render_yaml(&tree, context, &|_| true, diagnostics);
    match (tree.get("selectors").and_then(Yaml::as_seq), &tree) {
        (Some(selectors), _) => selectors.to_vec(),
        (None, tree) if tree.is_null() => Vec::new(),
        (None, tree) => {
            diagnostics.push(
                Diagnostic::error(
                    codes::BAD_SELECTOR,
                    format!("{FILE} must have a list `selectors`"),
                )
                .at(tree.span, ""),
            );
            Vec::new()
        }
    }
}
