//! Puts packages into the folder of packages, all of them or none.
//!
//! They are laid out in a scratch folder beside it, which then takes its place in one rename.
//! Invariant: whatever fails before that rename, the old folder is as it was.

use std::io;
use std::path::Path;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::host::Host;
use crate::host::workshop::{Scratch, Workshop};
use crate::project::PackagesRoot;

use super::resolve::Resolved;
use super::store::{Pin, Store};

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// What the names of scratch folders have in them.
const MARK: &str = "forge-deps";

/// A folder beside that of the packages, so that a rename is enough. What an earlier process left is removed.
pub(super) fn scratch(workshop: &dyn Workshop, install: &Path) -> Result<Scratch> {
    let parent = install.parent().unwrap_or(install);
    let name = install.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.{MARK}-");
    for entry in workshop.entries(parent).unwrap_or_default() {
        let is_left = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with(&prefix);
        if entry.path.file_name().is_some_and(is_left) {
            let _ = workshop.remove(&entry.path);
        }
    }
    let path = parent.join(format!("{prefix}{}", std::process::id()));
    workshop.scratch(&path).map_err(|error| not_written(parent, &error))
}

/// The folder of packages is replaced: it must not hold anything of the project.
pub(super) fn check_place(host: &dyn Host, root: &PackagesRoot) -> Result<()> {
    let install = host.canonical(&root.install_path());
    let project = host.canonical(&root.root);
    let config = &root.config;
    let sources = [
        &config.model_paths,
        &config.seed_paths,
        &config.test_paths,
        &config.analysis_paths,
        &config.macro_paths,
        &config.snapshot_paths,
        &config.docs_paths,
        &config.asset_paths,
    ];
    let clash = sources.into_iter().flatten().find(|path| {
        let source = host.canonical(&root.root.join(path));
        source.starts_with(&install) || install.starts_with(&source) && source != project
    });
    let problem = match clash {
        _ if project.starts_with(&install) => "the project itself".to_owned(),
        Some(path) => format!("the sources in `{path}`"),
        None => return Ok(()),
    };
    let message = format!(
        "`packages-install-path` is `{}`, which would replace {problem}",
        config.packages_install_path
    );
    let error = Diagnostic::error(codes::UNSAFE_PACKAGE, message);
    let error = match config.span {
        Some(span) => error.at(crate::source::Span { end: span.start, ..span }, ""),
        None => error,
    };
    Err(Box::new(error.hint("give packages a folder of their own, such as `dbt_packages`")))
}

/// Puts one package into the new folder of packages.
pub(super) fn place(
    workshop: &dyn Workshop,
    store: &Store<'_>,
    package: &Resolved,
    new: &Path,
) -> std::result::Result<(), Diagnostics> {
    let folder = store.folder(&package.pin, package.span)?;
    let at = new.join(&package.name);
    let placed = match &package.pin {
        // Where there are no links, a copy has to do, as in dbt.
        Pin::Local { .. } => {
            workshop.link(&folder, &at).or_else(|_| workshop.copy_folder(&folder, &at))
        }
        _ => workshop.rename(&folder, &at),
    };
    placed.map_err(|error| not_written(&at, &error).into())
}

/// Makes the new folder of packages.
pub(super) fn make(workshop: &dyn Workshop, new: &Path) -> Result<()> {
    workshop.make_folder(new).map_err(|error| not_written(new, &error))
}

/// Makes `new` the folder of packages. The old one goes to `aside`, and comes back when that fails.
pub(super) fn swap(
    workshop: &dyn Workshop,
    new: &Path,
    install: &Path,
    aside: &Path,
) -> Result<()> {
    match workshop.rename(install, aside) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(not_written(install, &error)),
    }
    workshop.rename(new, install).map_err(|error| {
        let _ = workshop.rename(aside, install);
        not_written(install, &error)
    })
}

fn not_written(path: &Path, error: &io::Error) -> Box<Diagnostic> {
    let message = format!("cannot write `{}`: {error}", path.display());
    Box::new(Diagnostic::error(codes::NOT_WRITTEN, message).hint("may you write there?"))
}

/// Writes a file of the project.
pub(super) fn write(host: &dyn Host, path: &Path, text: &str) -> Result<()> {
    host.write(path, text).map_err(|error| not_written(path, &error))
}
