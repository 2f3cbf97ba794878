//! `package:`: everything of a package; `this` is the root package.

use crate::diagnostics::Diagnostic;
use crate::graph::Indices;
use crate::select::grammar::Query;
use crate::select::pattern::Pattern;
use crate::select::scope::Scope;

use super::{Method, distinct};

pub(super) const METHOD: Method = Method { name: "package", find, names };

fn find(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    let pattern = Pattern::new(match query.value.as_str() {
        "this" => &scope.manifest.metadata.project_name,
        name => name,
    });
    Ok(scope.matching(|resource| pattern.matches(resource.package_name())))
}

fn names(scope: &Scope<'_>) -> Vec<String> {
    distinct(scope.resources().map(|resource| resource.package_name()))
}
