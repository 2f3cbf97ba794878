//! `tag:`: nodes, sources and exposures with a tag.

use crate::diagnostics::Diagnostic;
use crate::graph::Indices;
use crate::select::grammar::Query;
use crate::select::pattern::Pattern;
use crate::select::scope::Scope;

use super::{Method, distinct};

pub(super) const METHOD: Method = Method { name: "tag", find, names };

fn find(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    let pattern = Pattern::new(&query.value);
    Ok(scope.matching(|resource| resource.tags().iter().any(|tag| pattern.matches(tag))))
}

fn names(scope: &Scope<'_>) -> Vec<String> {
    distinct(scope.resources().flat_map(|resource| resource.tags().iter().map(String::as_str)))
}
