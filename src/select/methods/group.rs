//! `group:`: nodes of a group.

use crate::diagnostics::Diagnostic;
use crate::graph::Indices;
use crate::manifest::Resource;
use crate::select::grammar::Query;
use crate::select::pattern::Pattern;
use crate::select::scope::Scope;

use super::{Method, distinct};

pub(super) const METHOD: Method = Method { name: "group", find, names };

fn find(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    let pattern = Pattern::new(&query.value);
    Ok(scope.matching(|resource| group(resource).is_some_and(|group| pattern.matches(group))))
}

fn names(scope: &Scope<'_>) -> Vec<String> {
    distinct(scope.resources().filter_map(group))
}

fn group<'m>(resource: &Resource<'m>) -> Option<&'m str> {
    match resource {
        Resource::Node(node) => node.config.get_str("group").or(node.group.as_deref()),
        _ => None,
    }
}
