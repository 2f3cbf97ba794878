//! `path:` and bare paths: everything of a file or below a folder, and what a property file describes.
//!
//! dbt 1.12 looks the pattern up in the root project's folder (Python's `Path.glob`) and then takes
//! nodes of any package by their own relative path. Here the files and folders that the root package's
//! resources come from stand for its folder.

use std::collections::{HashMap, HashSet};

use crate::diagnostics::{Diagnostic, codes};
use crate::graph::Indices;
use crate::manifest::Resource;
use crate::select::grammar::Query;
use crate::select::pattern::Pattern;
use crate::select::scope::Scope;

use super::{Method, distinct};

pub(super) const METHOD: Method = Method { name: "path", find, names };

fn find(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    let glob = Glob::new(&query.value)?;
    let matched: HashSet<&str> = known(scope)
        .into_iter()
        .filter(|(path, entry)| glob.matches(path, *entry))
        .map(|(path, _)| path)
        .collect();
    Ok(scope.matching(|resource| {
        let file = resource.original_file_path();
        matched.contains(file)
            || folders(file).any(|folder| matched.contains(folder))
            || property_file(resource).is_some_and(|file| matched.contains(file))
    }))
}

fn names(scope: &Scope<'_>) -> Vec<String> {
    distinct(known(scope).into_keys())
}

#[derive(Clone, Copy, PartialEq)]
enum Entry {
    File,
    Folder,
}

/// The files of the root package and the folders above them.
fn known<'m>(scope: &Scope<'m>) -> HashMap<&'m str, Entry> {
    let root = scope.manifest.metadata.project_name.as_str();
    let mut known = HashMap::from([("", Entry::Folder)]);
    for resource in scope.resources().filter(|r| r.package_name() == root) {
        let files = [Some(resource.original_file_path()), property_file(resource)];
        for file in files.into_iter().flatten() {
            if known.insert(file, Entry::File).is_none() {
                known.extend(folders(file).map(|folder| (folder, Entry::Folder)));
            }
        }
    }
    known
}

/// The folders above a path, the root (empty) included.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    let slashes = path.match_indices('/').map(|(at, _)| &path[..at]);
    std::iter::once("").chain(slashes)
}

fn property_file<'m>(resource: &Resource<'m>) -> Option<&'m str> {
    match resource {
        Resource::Node(node) => Some(node.patch_path.as_deref()?.split_once("://")?.1),
        _ => None,
    }
}

/// A pattern over paths: `*` stays within a name, `**` is any number of folders.
struct Glob {
    steps: Vec<Step>,
    folders_only: bool,
}

enum Step {
    Folders,
    Name(Pattern),
}

impl Glob {
    fn new(text: &str) -> Result<Self, Diagnostic> {
        let problem = if text.is_empty() {
            Some("is empty")
        } else if text.starts_with('/') {
            Some("is absolute, but paths are relative to the project")
        } else if text.split('/').any(|n| n != "**" && n.contains("**")) {
            Some("has a `**` inside a name, but it only works as a whole folder")
        } else {
            None
        };
        if let Some(problem) = problem {
            let message = format!("selector `path:{text}` {problem}");
            return Err(Diagnostic::error(codes::BAD_SELECTOR, message));
        }
        let names = text.split('/').filter(|n| !n.is_empty() && *n != ".");
        let steps = names.map(|name| match name {
            "**" => Step::Folders,
            name => Step::Name(Pattern::new(name)),
        });
        Ok(Glob {
            steps: steps.collect(),
            folders_only: text.ends_with('/') || text.ends_with("**"),
        })
    }

    fn matches(&self, path: &str, entry: Entry) -> bool {
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        (entry == Entry::Folder || !self.folders_only) && walk(&self.steps, &names)
    }
}

fn walk(steps: &[Step], names: &[&str]) -> bool {
    match steps.split_first() {
        None => names.is_empty(),
        Some((Step::Folders, rest)) => (0..=names.len()).any(|skip| walk(rest, &names[skip..])),
        Some((Step::Name(pattern), rest)) => names
            .split_first()
            .is_some_and(|(name, names)| pattern.matches(name) && walk(rest, names)),
    }
}
