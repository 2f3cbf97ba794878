//! Where the project is: `--project-dir`, `DBT_PROJECT_DIR`, or the nearest `dbt_project.yml` upwards.
//!
//! dbt 1.12 looks in the working directory and all folders above it.
//! Invariant: the returned folder is absolute and holds a `dbt_project.yml`.

use std::path::{Component, Path, PathBuf};

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::host::Host;

use super::flags::env_value;

/// The file that makes a folder a project.
pub const PROJECT_FILE: &str = "dbt_project.yml";

/// The folder of the project.
pub(super) fn project_dir(host: &dyn Host, asked: Option<&str>) -> Result<PathBuf, Diagnostics> {
    let asked =
        asked.map(str::to_owned).or_else(|| env_value(host, "project_dir").map(|(_, dir)| dir));
    let cwd = host.cwd();
    let found = match &asked {
        Some(dir) => Some(absolute(host, dir)).filter(|dir| host.exists(&dir.join(PROJECT_FILE))),
        None => (cwd.ancestors())
            .find(|dir| host.exists(&dir.join(PROJECT_FILE)))
            .map(Path::to_path_buf),
    };
    found.ok_or_else(|| missing(host, &asked.map_or(cwd, |dir| absolute(host, &dir))).into())
}

fn missing(host: &dyn Host, dir: &Path) -> Diagnostic {
    if !host.is_dir(dir) {
        return Diagnostic::error(
            codes::NO_PROJECT,
            format!("the project folder `{}` does not exist", dir.display()),
        );
    }
    let error =
        Diagnostic::error(codes::NO_PROJECT, format!("no {PROJECT_FILE} in `{}`", dir.display()));
    match nearby(host, dir) {
        Some(other) => error.hint(format!(
            "there is a {PROJECT_FILE} in `{0}`; try `--project-dir {0}`",
            other.display()
        )),
        None => error.hint("`forge init` starts a project"),
    }
}

/// A folder directly below that is a project.
fn nearby(host: &dyn Host, dir: &Path) -> Option<PathBuf> {
    (host.folders(dir).into_iter())
        .find(|child| host.exists(&child.join(PROJECT_FILE)))
        .and_then(|child| child.strip_prefix(dir).map(Path::to_path_buf).ok())
}

/// A path from the working directory, without `.` and `..`; links are left as they are.
pub(super) fn absolute(host: &dyn Host, path: impl AsRef<Path>) -> PathBuf {
    clean(&host.cwd().join(path))
}

/// A path without `.` and `..`.
pub(super) fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// The path of a file as users see it: below the project with `/`, or as it is.
pub(super) fn shown(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.to_string_lossy().replace('\\', "/")
}
