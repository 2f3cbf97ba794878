//! `access:`: models of an access level, `private`, `protected` or `public`.

use crate::diagnostics::Diagnostic;
use crate::graph::Indices;
use crate::manifest::Resource;
use crate::select::grammar::Query;
use crate::select::scope::Scope;

use super::{Method, distinct};

pub(super) const METHOD: Method = Method { name: "access", find, names };

fn find(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    Ok(scope.matching(|resource| access(resource) == Some(&query.value)))
}

fn names(scope: &Scope<'_>) -> Vec<String> {
    distinct(scope.resources().filter_map(access))
}

fn access<'m>(resource: &Resource<'m>) -> Option<&'m str> {
    match resource {
        Resource::Node(node) => node.model().map(|model| model.access.as_str()),
        _ => None,
    }
}
