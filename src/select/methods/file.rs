//! `file:` and bare names of files: everything of a file, with or without its ending.

use crate::diagnostics::Diagnostic;
use crate::graph::Indices;
use crate::select::grammar::Query;
use crate::select::pattern::Pattern;
use crate::select::scope::Scope;

use super::{Method, distinct};

pub(super) const METHOD: Method = Method { name: "file", find, names };

fn find(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    let pattern = Pattern::new(&query.value);
    Ok(scope.matching(|resource| {
        let name = file_name(resource.original_file_path());
        pattern.matches(name) || pattern.matches(stem(name))
    }))
}

fn names(scope: &Scope<'_>) -> Vec<String> {
    distinct(scope.resources().map(|resource| file_name(resource.original_file_path())))
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The name without its last ending; a name that starts with its only dot has none.
fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && !ending.is_empty() => stem,
        _ => name,
    }
}
