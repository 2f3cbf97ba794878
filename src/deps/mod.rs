//! `deps`: resolves, fetches and installs the packages that a project wants, and writes `package-lock.yml`.
//!
//! ```text
//! packages.yml ─listing→ wants ─resolve→ pins ─store→ folders ─install→ dbt_packages
//!                                   └─lock→ package-lock.yml
//! ```
//! dbt 1.12 says what is installed. Leaves the use of packages to `project/`.
//! Invariant: the network is reached in [`crate::http`] only; files and programs through the `Host`.

use std::path::{Path, PathBuf};

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::events::Level;
use crate::host::Host;
use crate::host::secrets::Mask;
use crate::host::workshop::Workshop;
use crate::http;
use crate::project::version::Requirement;
use crate::project::{
    DBT_VERSION, DEPENDENCIES_FILE, Declared, LOCK_FILE, PACKAGES_FILE, PackageSpec, PackagesRoot,
};

mod add;
mod archive;
mod git;
mod hub;
mod install;
mod listing;
mod lock;
mod resolve;
mod scalar;
mod store;

pub use add::{AddedFrom, Addition};

use resolve::Resolved;
use store::{Pin, Store};

/// What `deps` is asked to do besides installing.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `--upgrade`: resolve again, whatever is locked.
    pub upgrade: bool,
    /// `--lock`: write the lock file and install nothing.
    pub lock_only: bool,
    /// `--add-package`
    pub add: Option<Addition>,
}

/// Who listens to progress.
pub type Say<'s> = &'s dyn Fn(Level, String);

/// Installs the packages of a project. The warnings come back.
pub fn deps(
    host: &dyn Host,
    root: &PackagesRoot,
    options: &Options,
    say: Say<'_>,
) -> Result<Diagnostics, Diagnostics> {
    let unsupported = |error| {
        Diagnostic::error(codes::NOT_WRITTEN, format!("packages cannot be installed here: {error}"))
    };
    let workshop = host.workshop().map_err(unsupported)?;
    install::check_place(host, root)?;
    let wait =
        || say(Level::Info, "another `forge deps` is at work here; waiting for it".to_owned());
    let _held = workshop.hold(&root.root, &wait).map_err(unsupported)?;
    let scratch = install::scratch(workshop, &root.install_path())?;
    let http = http::Http::new(host);
    let store = Store::new(host, workshop, root, &http, scratch.path().to_owned());
    let job = Job { host, workshop, root, store, say, warnings: Diagnostics::new() };
    job.run(options, scratch.path())
}

/// One run of `deps`.
struct Job<'j> {
    host: &'j dyn Host,
    workshop: &'j dyn Workshop,
    root: &'j PackagesRoot,
    store: Store<'j>,
    say: Say<'j>,
    warnings: Diagnostics,
}

/// What is going to be installed.
struct Planned {
    packages: Vec<Resolved>,
    /// The new lock file; `None` when the old one holds.
    lock: Option<String>,
}

impl Job<'_> {
    fn run(mut self, options: &Options, scratch: &Path) -> Result<Diagnostics, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let mut declared = self.root.declared(self.host, &mut diagnostics);
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        self.warnings.extend(diagnostics);
        let edit = match &options.add {
            Some(addition) => Some(self.add(addition, &mut declared)?),
            None => None,
        };
        let planned = self.plan(&declared, options.upgrade)?;
        let new = scratch.join("packages");
        if !options.lock_only {
            self.lay_out(&planned.packages, &new)?;
        }
        let flags = &self.root.flags;
        self.warnings.promote(|code| flags.promotes(&code.names()));
        if self.warnings.has_errors() {
            return Err(self.warnings);
        }
        if let Some((path, text)) = &edit {
            install::write(self.host, path, text)?;
        }
        self.write_lock(&planned)?;
        if !options.lock_only {
            let install = self.root.install_path();
            install::swap(self.workshop, &new, &install, &scratch.join("old"))?;
            self.tell_updates(&planned.packages);
        }
        Ok(self.warnings)
    }

    /// The changed file of packages; `declared` is what it will say.
    fn add(
        &self,
        addition: &Addition,
        declared: &mut Declared,
    ) -> Result<(PathBuf, String), Diagnostics> {
        let path = self.root.root.join(declared.file);
        let old = match self.host.exists(&path) {
            true => self.host.read(&path).map_err(|error| {
                let message = format!("{} cannot be read: {error}", declared.file);
                Diagnostic::error(codes::UNREADABLE_FILE, message)
            })?,
            false => String::new(),
        };
        let edited = add::edit(&old, addition, declared.file)?;
        for removed in &edited.removed {
            self.info(format!("Found duplicate package in {}, removing: {removed}", declared.file));
        }
        let mut diagnostics = Diagnostics::new();
        let file = self.root.sources().add(declared.file, &path, edited.text.as_str());
        declared.specs = self.root.declared_in(self.host, declared.file, file, &mut diagnostics);
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        self.info(format!("Adding package {addition} to {}", declared.file));
        Ok((path, edited.text))
    }

    /// What the lock file says when it was made from the same wants, else what the wants lead to.
    fn plan(&mut self, declared: &Declared, upgrade: bool) -> Result<Planned, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let hash = lock::hash(&declared.specs);
        let locked = self.root.locked(self.host, &mut diagnostics);
        let locked = locked.filter(|(_, known)| !upgrade && known.as_deref() == Some(&hash));
        if let Some((specs, _)) = locked {
            if diagnostics.has_errors() {
                return Err(diagnostics);
            }
            let packages = resolve::locked(&self.store, self.root, &specs, LOCK_FILE)?;
            return Ok(Planned { packages, lock: None });
        }
        let packages = resolve::resolve(&self.store, self.root, &declared.specs, declared.file)?;
        self.warn_unpinned(&declared.specs, &packages);
        let mask = Mask::of(self.host);
        if lock::hides(&packages, &mask) {
            self.warnings.push(
                Diagnostic::warning(
                    codes::UNPINNED_PACKAGE,
                    format!("a secret stands in {}", declared.file),
                )
                .note(format!("it is left out of {LOCK_FILE}, which cannot be installed from then"))
                .hint("write `{{ env_var('DBT_ENV_SECRET_…') }}` instead of its value"),
            );
        }
        let lock = lock::text(&packages, &hash, &mask);
        Ok(Planned { packages, lock: Some(lock) })
    }

    fn lay_out(&mut self, packages: &[Resolved], new: &Path) -> Result<(), Diagnostics> {
        install::make(self.workshop, new)?;
        for package in packages {
            self.info(format!("Installing {}", package.pin.title()));
            install::place(self.workshop, &self.store, package, new)?;
            outcome(package).into_iter().for_each(|line| self.info(line));
            self.check_version(package, &new.join(&package.name));
        }
        Ok(())
    }

    /// dbt says it only when the project is parsed.
    fn check_version(&mut self, package: &Resolved, folder: &Path) {
        let check = self.root.flags.version_check;
        let required = self.root.required_versions(self.host, folder);
        let refused =
            |text: &&String| !Requirement::parse(text).is_some_and(|r| r.accepts(DBT_VERSION));
        if let Some(text) = required.iter().find(refused).filter(|_| check) {
            let message = format!(
                "the package `{}` requires dbt `{text}`, and forge answers as dbt {DBT_VERSION}",
                package.name
            );
            self.warnings.push(
                Diagnostic::warning(codes::VERSION_MISMATCH, message)
                    .at(package.span, "")
                    .hint("take another version of it, or use `--no-version-check`"),
            );
        }
    }

    fn write_lock(&self, planned: &Planned) -> Result<(), Diagnostics> {
        let path = self.root.root.join(LOCK_FILE);
        if planned.packages.is_empty() {
            self.info(format!("no packages in {PACKAGES_FILE} or {DEPENDENCIES_FILE}"));
            // dbt leaves the old one, and takes it for what is wanted.
            let removed = self.workshop.remove(&path);
            return removed.map_err(|error| {
                let message = format!("cannot remove {LOCK_FILE}: {error}");
                Diagnostic::error(codes::NOT_WRITTEN, message).into()
            });
        }
        if let Some(text) = &planned.lock {
            self.info(format!("Updating lock file in file path: {}", path.display()));
            install::write(self.host, &path, text)?;
        }
        Ok(())
    }

    fn warn_unpinned(&mut self, specs: &[PackageSpec], packages: &[Resolved]) {
        for package in packages {
            let Pin::Git { git, revision, .. } = &package.pin else {
                continue;
            };
            let how = match revision.as_str() {
                "HEAD" => "has no `revision`: its default branch is taken",
                "main" | "master" => "follows a branch",
                _ => continue,
            };
            if git.warn_unpinned == Some(false) {
                continue;
            }
            let message = format!("the git package `{}` {how}", package.pin.title());
            let warning = Diagnostic::warning(codes::UNPINNED_PACKAGE, message)
                .hint("pin a tag or a commit; `warn-unpinned: false` hides this");
            let is_own = specs.iter().any(|spec| spec.span == package.span);
            self.warnings.push(if is_own { warning.at(package.span, "") } else { warning });
        }
    }

    fn tell_updates(&self, packages: &[Resolved]) {
        let outdated = packages.iter().filter_map(|package| match &package.pin {
            Pin::Hub { package, version, latest } if version != latest => Some(package.as_str()),
            _ => None,
        });
        let outdated: Vec<_> = outdated.collect();
        if !outdated.is_empty() {
            self.info(format!(
                "\nUpdates available for packages: {}\nUpdate your versions in packages.yml, then run forge deps",
                outdated.join(", ")
            ));
        }
    }

    fn info(&self, text: String) {
        (self.say)(Level::Info, text);
    }
}

/// dbt's lines about an installed package.
fn outcome(package: &Resolved) -> Vec<String> {
    let mut lines = match &package.pin {
        Pin::Local { path } => vec![format!("Installed from <local @ {path}>")],
        Pin::Tarball { url, .. } => {
            vec![format!("Installed from tarball (url: {})", http::shown(url))]
        }
        Pin::Git { revision, .. } => {
            let commit = package.commit.as_ref().unwrap_or(revision);
            vec![format!("Installed from revision {commit}")]
        }
        Pin::Hub { version, latest, .. } => vec![
            format!("Installed from version {version}"),
            match version == latest {
                true => "Up to date!".to_owned(),
                false => format!("Updated version available: {latest}"),
            },
        ],
    };
    if let Pin::Git { git, .. } = &package.pin {
        lines.extend(git.subdirectory.as_ref().map(|folder| format!("and subdirectory {folder}")));
    }
    lines
}
