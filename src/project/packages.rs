//! Packages: those in the install folder, and local ones that were not installed.
//!
//! `forge` needs no `deps` for a package that lies beside the project. dbt's internal packages are not here.
//! Invariant: the root package comes first, the others follow by name, and no name is there twice.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::host::Host;
use crate::source::{SourceMap, Span};

use super::find::{PROJECT_FILE, clean, shown};
use super::project_file::{RawProject, VersionCheck};
use super::render::YamlContext;
use super::{Files, Package};

pub(super) mod declared;
pub(super) mod root;
pub(super) mod spec;

use declared::Reader;
use spec::{PackageSource, PackageSpec};

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
                None => error.hint("`forge deps` installs packages"),
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
        let locked = self.reader().locked(diagnostics);
        let mut wanted = self.reader().declared(self.root, diagnostics).specs;
        let mut seen = BTreeSet::from([self.host.canonical(self.root)]);
        seen.extend(installed.iter().map(|folder| self.host.canonical(folder)));
        let mut missing = Missing::default();
        wanted.reverse();
        while let Some(spec) = wanted.pop() {
            let PackageSource::Local { path } = &spec.source else {
                missing.check(&spec, installed);
                continue;
            };
            let folder = clean(&self.root.join(path));
            if seen.insert(self.host.canonical(&folder)) && !self.is_installed(&folder, packages) {
                self.add(&folder, Some(spec.span), packages, diagnostics);
                wanted.extend(self.reader().declared(&folder, diagnostics).specs);
            }
        }
        for spec in locked.iter().filter(|spec| !matches!(spec.source, PackageSource::Local { .. }))
        {
            missing.check(spec, installed);
        }
        for error in missing.diagnostics(installed.len()) {
            diagnostics.push(error);
        }
    }

    fn reader(&self) -> Reader<'_> {
        Reader { host: self.host, sources: self.sources, root: self.root, context: &self.secrets }
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
}

/// What is wanted and not there.
#[derive(Default)]
struct Missing {
    named: Vec<(String, Span)>,
    /// Of a repository nobody knows the name before it was installed.
    unnamed: Vec<(String, Span)>,
}

impl Missing {
    fn check(&mut self, spec: &PackageSpec, installed: &[&Path]) {
        let hub = match &spec.source {
            PackageSource::Hub { package, .. } => package.rsplit('/').next(),
            _ => None,
        };
        match spec.name.as_deref().or(hub) {
            Some(name) if has_folder(installed, name) => {}
            Some(name) if self.named.iter().any(|(known, _)| known == name) => {}
            Some(name) => self.named.push((name.to_owned(), spec.span)),
            None => self.unnamed.push((spec.address().to_owned(), spec.span)),
        }
    }

    fn diagnostics(self, installed: usize) -> impl Iterator<Item = Diagnostic> {
        let unnamed = self.unnamed.into_iter().take(usize::from(self.named.is_empty()));
        let unnamed: Vec<_> = unnamed.filter(|_| installed == 0).collect();
        let missing = |(name, span): (String, Span)| {
            Diagnostic::error(
                codes::MISSING_PACKAGE,
                format!("the package `{name}` is not installed"),
            )
            .at(span, "")
            .hint("run `forge deps`")
        };
        self.named.into_iter().chain(unnamed).map(missing)
    }
}

fn has_folder(installed: &[&Path], name: &str) -> bool {
    let is_named = |folder: &&Path| folder.file_name().is_some_and(|folder| folder == name);
    installed.iter().any(is_named)
}

#[cfg(test)]
mod tests;
