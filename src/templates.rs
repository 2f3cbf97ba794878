//! The files of `templates/`, embedded into the binary: built-in macros by package, the starter project, and the page
//! that shows a project.
//!
//! Leaves to others what the text means: macros are parsed like any package's, dispatch picks among them. Invariant:
//! every engine-independent template belongs to the package `dbt`, every template of an engine to `dbt_<engine>`.

use include_dir::{Dir, include_dir};

static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// Package folders under `templates/` and the package that their macros belong to.
const PACKAGES: [(&str, &str); 2] = [("default", "dbt"), ("sqlite", "dbt_sqlite")];

/// One embedded macro file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Embedded {
    /// The package in unique ids: `dbt` for the defaults, `dbt_<engine>` for an engine's own.
    pub package: &'static str,
    /// Path below the package folder, with `/`: `relations/drop.sql`.
    pub path: &'static str,
    /// The template's text.
    pub source: &'static str,
}

/// One file that `init` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StarterFile {
    /// Path below the new project's folder, with `/`.
    pub path: &'static str,
    /// The file's bytes.
    pub contents: &'static [u8],
}

/// The built-in macros for an engine: the defaults, then the engine's own; each package in the order of its paths.
pub fn all(engine: &str) -> impl Iterator<Item = Embedded> {
    PACKAGES
        .into_iter()
        .filter(move |(folder, _)| *folder == "default" || *folder == engine)
        .flat_map(|(folder, package)| package_files(folder, package))
}

/// The files of the starter project, in the order of their paths; none when the folder is absent.
pub fn starter() -> impl Iterator<Item = StarterFile> {
    files_below("starter").into_iter().map(|(path, contents)| StarterFile { path, contents })
}

/// A file of the page that shows a project.
pub fn docs(name: &str) -> &'static str {
    let file = TEMPLATES.get_file(format!("docs/{name}"));
    file.and_then(|file| file.contents_utf8()).expect("invariant: the page's files are embedded")
}

fn package_files(folder: &'static str, package: &'static str) -> impl Iterator<Item = Embedded> {
    files_below(folder).into_iter().filter(|(path, _)| path.ends_with(".sql")).map(
        move |(path, contents)| Embedded {
            package,
            path,
            source: std::str::from_utf8(contents).expect("invariant: embedded templates are UTF-8"),
        },
    )
}

/// Every file below a folder of `templates/` as (path below it, bytes), sorted by path.
fn files_below(folder: &str) -> Vec<(&'static str, &'static [u8])> {
    let mut files = Vec::new();
    if let Some(dir) = TEMPLATES.get_dir(folder) {
        collect(dir, &mut files);
    }
    let mut files: Vec<_> =
        files.into_iter().map(|(path, contents)| (&path[folder.len() + 1..], contents)).collect();
    files.sort_unstable();
    files
}

fn collect(dir: &'static Dir<'static>, files: &mut Vec<(&'static str, &'static [u8])>) {
    for file in dir.files() {
        let path = file.path().to_str().expect("invariant: embedded paths are UTF-8");
        files.push((path, file.contents()));
    }
    for child in dir.dirs() {
        collect(child, files);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn macro_names(source: &str) -> impl Iterator<Item = &str> {
        source.split("{%").filter_map(|tag| {
            let rest = tag.trim_start_matches('-').trim_start().strip_prefix("macro ")?;
            rest.split('(').next().map(str::trim)
        })
    }

    #[test]
    fn an_engine_adds_its_own_package_after_the_defaults() {
        let packages: Vec<_> = all("sqlite").map(|file| file.package).collect();
        assert!(packages.is_sorted());
        assert_eq!(packages.first(), Some(&"dbt"));
        assert_eq!(packages.last(), Some(&"dbt_sqlite"));
        assert!(all("unheard_of").all(|file| file.package == "dbt"));
    }

    #[test]
    fn every_template_opens_with_its_purpose() {
        for file in all("sqlite") {
            assert!(file.source.starts_with("{# "), "{} has no opening comment", file.path);
        }
    }

    #[test]
    fn no_macro_is_defined_twice() {
        let mut seen = HashMap::new();
        for file in all("sqlite") {
            for name in macro_names(file.source) {
                if let Some(other) = seen.insert(name, file.path) {
                    panic!("macro `{name}` is in {other} and in {}", file.path);
                }
            }
        }
        assert!(seen.len() > 300, "only {} macros are embedded", seen.len());
    }
}
