//! Which packages a folder declares, in `packages.yml` or in `dependencies.yml`, and what is locked.
//!
//! Invariant: secrets that templates name are in the values of specs only, never in what was written.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::host::Host;
use crate::project::find::shown;
use crate::project::render::{YamlContext, render_yaml};
use crate::project::yaml_file::read_yaml;
use crate::source::SourceMap;
use crate::source::yaml::Yaml;

use super::spec::{self, PackageSpec};

/// The file of packages, rendered.
pub const PACKAGES_FILE: &str = "packages.yml";
/// The other file of packages, and of projects.
pub const DEPENDENCIES_FILE: &str = "dependencies.yml";
/// What was installed.
pub const LOCK_FILE: &str = "package-lock.yml";
/// The key of the lock file for the hash of what it was made from.
pub const LOCK_HASH: &str = "sha1_hash";

/// What a folder declares.
#[derive(Debug)]
pub struct Declared {
    /// The file that does, or would.
    pub file: &'static str,
    /// The packages, as written.
    pub specs: Vec<PackageSpec>,
}

/// Reads files of packages.
pub(in crate::project) struct Reader<'r> {
    /// The outside.
    pub(in crate::project) host: &'r dyn Host,
    /// Where texts go.
    pub(in crate::project) sources: &'r Arc<SourceMap>,
    /// The root package's folder.
    pub(in crate::project) root: &'r Path,
    /// The context of the files.
    pub(in crate::project) context: &'r YamlContext,
}

impl Reader<'_> {
    /// The packages of a folder.
    pub(in crate::project) fn declared(
        &self,
        folder: &Path,
        diagnostics: &mut Diagnostics,
    ) -> Declared {
        let packages = self.tree(folder, PACKAGES_FILE, diagnostics);
        let dependencies = self.tree(folder, DEPENDENCIES_FILE, diagnostics);
        let list = |tree: &Option<Yaml>| tree.as_ref()?.get("packages").cloned();
        if let Some(tree) = &packages {
            check_keys(tree, diagnostics);
        }
        match (list(&packages), list(&dependencies)) {
            (Some(first), Some(second)) => {
                let message = format!(
                    "`packages` may be in {PACKAGES_FILE} or in {DEPENDENCIES_FILE}, not in both"
                );
                diagnostics.push(
                    Diagnostic::error(codes::BAD_PACKAGES_FILE, message)
                        .at(second.span, "here and")
                        .and_at(first.span, "here"),
                );
                Declared { file: PACKAGES_FILE, specs: Vec::new() }
            }
            (None, Some(_)) => self.declares(DEPENDENCIES_FILE, folder, dependencies, diagnostics),
            (Some(_), None) => self.declares(PACKAGES_FILE, folder, packages, diagnostics),
            (None, None) => Declared { file: PACKAGES_FILE, specs: Vec::new() },
        }
    }

    fn declares(
        &self,
        file: &'static str,
        folder: &Path,
        tree: Option<Yaml>,
        diagnostics: &mut Diagnostics,
    ) -> Declared {
        let specs = tree.map(|tree| self.specs_of(&tree, file, folder, diagnostics));
        Declared { file, specs: specs.unwrap_or_default() }
    }

    /// The packages in a file of a folder.
    pub(in crate::project) fn specs_of(
        &self,
        tree: &Yaml,
        file: &str,
        folder: &Path,
        diagnostics: &mut Diagnostics,
    ) -> Vec<PackageSpec> {
        let Some(list) = tree.get("packages") else {
            return Vec::new();
        };
        // dbt: `dependencies.yml` of the root project is not rendered.
        if file == DEPENDENCIES_FILE && folder == self.root {
            return specs(list, list, diagnostics);
        }
        let rendered = render_yaml(list, self.context, &|_| true, diagnostics);
        specs(&rendered, list, diagnostics)
    }

    /// What `package-lock.yml` says was installed, transitive packages included.
    pub(in crate::project) fn locked(&self, diagnostics: &mut Diagnostics) -> Vec<PackageSpec> {
        self.lock(diagnostics).map(|(specs, _)| specs).unwrap_or_default()
    }

    /// The lock file: its packages and its hash.
    pub(in crate::project) fn lock(
        &self,
        diagnostics: &mut Diagnostics,
    ) -> Option<(Vec<PackageSpec>, Option<String>)> {
        let tree = self.tree(self.root, LOCK_FILE, diagnostics)?;
        let list = tree.get("packages").cloned()?;
        let rendered = render_yaml(&list, self.context, &|_| true, diagnostics);
        let hash = tree.get(LOCK_HASH).and_then(Yaml::as_str).map(str::to_owned);
        Some((specs(&rendered, &list, diagnostics), hash))
    }

    fn tree(&self, folder: &Path, file: &str, diagnostics: &mut Diagnostics) -> Option<Yaml> {
        let path = folder.join(file);
        let shown = shown(self.root, &path);
        let read = || read_yaml(self.host, self.sources, &shown, &path, diagnostics);
        let tree = self.host.exists(&path).then(read).flatten().filter(|tree| !tree.is_null())?;
        if tree.as_map().is_none() {
            let message = format!("{shown} must be a mapping, but is {}", tree.kind());
            let error = Diagnostic::error(codes::BAD_PACKAGES_FILE, message).at(tree.span, "");
            diagnostics.push(error.hint("it begins with `packages:`"));
            return None;
        }
        Some(tree)
    }
}

fn specs(rendered: &Yaml, raw: &Yaml, diagnostics: &mut Diagnostics) -> Vec<PackageSpec> {
    match rendered.is_null() {
        true => Vec::new(),
        false => spec::entries(rendered, raw, diagnostics),
    }
}

/// `packages.yml` has one key.
fn check_keys(tree: &Yaml, diagnostics: &mut Diagnostics) {
    let entries = tree.as_map().map_or(&[][..], |map| &map.entries);
    for (key, _) in entries.iter().filter(|(key, _)| key.value != "packages") {
        let error = Diagnostic::error(
            codes::BAD_PACKAGES_FILE,
            format!("{PACKAGES_FILE} has an unknown key `{}`", key.value),
        )
        .at(key.span, "");
        diagnostics.push(match key.value.as_str() {
            "projects" => error.hint(format!("`projects` may be in {DEPENDENCIES_FILE}")),
            _ => error.hint(format!("{PACKAGES_FILE} has `packages` only")),
        });
    }
}
