//! Packages: those in the install folder, and local ones that were not installed.
//!
//! `forge` needs no `deps` for a package that lies beside the project. dbt's internal packages are not here.
//! Invariant: the root package comes first, the others follow by name, and no name is there twice.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::host::Host;
use crate::source::yaml::Yaml;
use crate::source::{SourceMap, Span};

use super::find::{PROJECT_FILE, clean, shown};
use super::project_file::{RawProject, VersionCheck};
use super::render::{YamlContext, render_yaml};
use super::yaml_file::read_yaml;
use super::{Files, Package};

const PACKAGES_FILE: &str = "packages.yml";
const DEPENDENCIES_FILE: &str = "dependencies.yml";
const LOCK_FILE: &str = "package-lock.yml";

/// Loads project files of packages.
pub(super) struct Loader<'l> {
    /// The outside.
    pub(super) host: &'l dyn Host,
    /// Where texts go.
    pub(super) sources: &'l Arc<SourceMap>,
    /// The root package's folder.
    pub(super) root: &'l Path,
    /// The context of their project files.
    pub(super) context: YamlContext,
    /// The context of `packages.yml`.
    pub(super) secrets: YamlContext,
    /// Whether `require-dbt-version` counts.
    pub(super) version_check: VersionCheck,
}

/// A package that a file asks for.
struct Wanted {
    kind: Kind,
    span: Span,
}

enum Kind {
    /// `local: ../path`
    Local(PathBuf),
    /// A package whose folder has this name once it is installed.
    Named(String),
    /// `git:`, `tarball:` and the like: the name is known after the installation only.
    Unnamed(String),
}

/// Loads all packages, the root package (already loaded) first.
pub(super) fn load(
    loader: Loader<'_>,
    root: Package,
    diagnostics: &mut Diagnostics,
) -> Vec<Package> {
    let install = clean(&root.root.join(&root.config.packages_install_path));
    let mut packages = vec![root];
    let folders = loader.host.folders(&install);
    let installed: Vec<&Path> = (folders.iter())
        .filter(|folder| folder.file_name().is_some_and(|n| !n.to_string_lossy().starts_with("__")))
        .map(PathBuf::as_path)
        .collect();
    for folder in &installed {
        loader.add(folder, None, &mut packages, diagnostics);
    }
    loader.wanted_by_root(&installed, &mut packages, diagnostics);
    packages[1..].sort_by(|a, b| a.name.cmp(&b.name));
    packages
}

impl Loader<'_> {
    /// Loads the package of a folder; a second one of a name is an error.
    fn add(
        &self,
        folder: &Path,
        wanted: Option<Span>,
        packages: &mut Vec<Package>,
        diagnostics: &mut Diagnostics,
    ) {
        let Some(package) = self.read(folder, wanted, diagnostics) else {
            return;
        };
        let Some(other) = packages.iter().find(|other| other.name == package.name) else {
            packages.push(package);
            return;
        };
        let place = |package: &Package| match shown(self.root, &package.root) {
            shown if shown.is_empty() => "this project".to_owned(),
            shown => format!("`{shown}`"),
        };
        let message = format!(
            "two packages have the name `{}`: {} and {}",
            package.name,
            place(other),
            place(&package),
        );
        let error = Diagnostic::error(codes::BAD_PACKAGE, message);
        diagnostics.push(match package.config.span {
            Some(span) => error.at(Span { end: span.start, ..span }, ""),
            None => error,
        });
    }

    fn read(
        &self,
        folder: &Path,
        wanted: Option<Span>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Package> {
        let path = folder.join(PROJECT_FILE);
        let shown = shown(self.root, &path);
        if !self.host.exists(&path) {
            let error = Diagnostic::error(
                codes::BAD_PACKAGE,
                format!("a package without a project file: there is no {shown}"),
            );
            diagnostics.push(match wanted {
                Some(span) => error.at(span, ""),
                None => error.hint("`dbt deps` installs packages"),
            });
            return None;
        }
        let raw = RawProject::read(self.host, self.sources, &shown, &path, diagnostics)?;
        let checked = raw.check(&self.context, self.version_check, diagnostics)?;
        Some(Package {
            name: checked.name.value.into(),
            root: folder.to_owned(),
            config: checked.config,
            files: Files::default(),
        })
    }

    /// Loads local packages that are not installed, and reports others that are not.
    fn wanted_by_root(
        &self,
        installed: &[&Path],
        packages: &mut Vec<Package>,
        diagnostics: &mut Diagnostics,
    ) {
        let locked = self.locked(diagnostics);
        let mut wanted = self.wanted(self.root, diagnostics);
        let mut seen = BTreeSet::from([self.host.canonical(self.root)]);
        seen.extend(installed.iter().map(|folder| self.host.canonical(folder)));
        let mut unnamed = Vec::new();
        while let Some(Wanted { kind, span }) = wanted.pop() {
            match kind {
                Kind::Local(folder) if !seen.insert(self.host.canonical(&folder)) => {}
                Kind::Local(folder) if self.is_installed(&folder, packages) => {}
                Kind::Local(folder) => {
                    self.add(&folder, Some(span), packages, diagnostics);
                    wanted.extend(self.wanted(&folder, diagnostics));
                }
                Kind::Named(name) if !has_folder(installed, &name) => {
                    diagnostics.push(missing(&name, span));
                }
                Kind::Named(_) => {}
                Kind::Unnamed(from) => unnamed.push((from, span)),
            }
        }
        for (name, span) in locked {
            if !has_folder(installed, &name) {
                diagnostics.push(missing(&name, span));
            }
        }
        if unnamed.len() > installed.len() {
            let (from, span) = &unnamed[0];
            diagnostics.push(missing(from, *span));
        }
    }

    /// Whether the package of a folder was installed, as a copy, under the name in its project file.
    fn is_installed(&self, folder: &Path, packages: &[Package]) -> bool {
        let mut ignored = Diagnostics::new();
        let scratch = SourceMap::new();
        let path = folder.join(PROJECT_FILE);
        let raw = RawProject::read(self.host, &scratch, PROJECT_FILE, &path, &mut ignored);
        let name = raw.as_ref().and_then(|raw| raw.value("name")?.as_str());
        name.is_some_and(|name| packages[1..].iter().any(|package| &*package.name == name))
    }

    /// What `packages.yml` of a folder asks for, or `dependencies.yml`.
    fn wanted(&self, folder: &Path, diagnostics: &mut Diagnostics) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        let mut first: Option<Span> = None;
        for file in [PACKAGES_FILE, DEPENDENCIES_FILE] {
            let Some(tree) = self.tree(folder, file, diagnostics) else {
                continue;
            };
            // dbt: `dependencies.yml` is not rendered.
            let tree = match file {
                PACKAGES_FILE => render_yaml(&tree, &self.secrets, &|_| true, diagnostics),
                _ => tree,
            };
            let Some(list) = tree.get("packages").filter(|list| !list.is_null()) else {
                continue;
            };
            if let Some(first) = first.replace(list.span) {
                let message = format!(
                    "`packages` may be in {PACKAGES_FILE} or in {DEPENDENCIES_FILE}, not in both"
                );
                diagnostics.push(
                    Diagnostic::error(codes::BAD_PACKAGE, message)
                        .at(list.span, "here and")
                        .and_at(first, "here"),
                );
            }
            wanted.extend(entries(list, folder, diagnostics));
        }
        // They are taken from the end.
        wanted.reverse();
        wanted
    }

    /// The names in `package-lock.yml`, which has transitive packages too.
    fn locked(&self, diagnostics: &mut Diagnostics) -> Vec<(String, Span)> {
        let Some(tree) = self.tree(self.root, LOCK_FILE, diagnostics) else {
            return Vec::new();
        };
        let entries = tree.get("packages").and_then(Yaml::as_seq);
        let name = |entry: &Yaml| {
            // A local package is loaded from where it is.
            let is_local = entry.get("local").is_some();
            let name = entry.get("name").filter(|_| !is_local)?;
            Some((name.as_str()?.to_owned(), name.span))
        };
        entries.unwrap_or_default().iter().filter_map(name).collect()
    }

    fn tree(&self, folder: &Path, file: &str, diagnostics: &mut Diagnostics) -> Option<Yaml> {
        let path = folder.join(file);
        let shown = shown(self.root, &path);
        let read = || read_yaml(self.host, self.sources, &shown, &path, diagnostics);
        self.host.exists(&path).then(read).flatten()
    }
}

fn entries(list: &Yaml, folder: &Path, diagnostics: &mut Diagnostics) -> Vec<Wanted> {
    let Some(items) = list.as_seq() else {
        diagnostics.push(
            Diagnostic::error(codes::BAD_PACKAGE, "`packages` must be a list")
                .at(list.span, format!("this is {}", list.kind())),
        );
        return Vec::new();
    };
    let mut wanted = Vec::new();
    for item in items {
        match kind(item, folder) {
            Some(kind) => wanted.push(Wanted { kind, span: item.span }),
            None => diagnostics.push(
                Diagnostic::error(
                    codes::BAD_PACKAGE,
                    "a package needs `package`, `git`, `tarball`, `private` or `local`",
                )
                .at(item.span, ""),
            ),
        }
    }
    wanted
}

fn kind(item: &Yaml, folder: &Path) -> Option<Kind> {
    let text = |key: &str| item.get(key).and_then(Yaml::as_str).filter(|t| !t.is_empty());
    if let Some(path) = text("local") {
        return Some(Kind::Local(clean(&folder.join(path))));
    }
    if let Some(package) = text("package") {
        let name = package.rsplit('/').next().unwrap_or(package);
        return Some(Kind::Named(name.to_owned()));
    }
    let from = ["git", "tarball", "private"].into_iter().find_map(text)?;
    Some(Kind::Unnamed(from.to_owned()))
}

fn has_folder(installed: &[&Path], name: &str) -> bool {
    let is_named = |folder: &&Path| folder.file_name().is_some_and(|folder| folder == name);
    installed.iter().any(is_named)
}

fn missing(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(codes::BAD_PACKAGE, format!("the package `{name}` is not installed"))
        .at(span, "")
        .hint("install it with `dbt deps`, or copy it to the packages folder")
}

#[cfg(test)]
mod tests;
