//! `exposure:`: exposures by name or `package.name`.

use crate::diagnostics::{Diagnostic, codes};
use crate::graph::Indices;
use crate::manifest::Resource;
use crate::select::grammar::Query;
use crate::select::pattern::Pattern;
use crate::select::scope::Scope;

use super::{Method, distinct};

pub(super) const METHOD: Method = Method { name: "exposure", find, names };

fn find(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    let parts: Vec<&str> = query.value.split('.').collect();
    let [package, name] = match parts[..] {
        [name] => ["*", name],
        [package, name] => [package, name],
        _ => return Err(too_many_parts(&query.value)),
    }
    .map(Pattern::new);
    Ok(scope.matching(|resource| match resource {
        Resource::Exposure(candidate) => {
            package.matches(&candidate.package_name) && name.matches(&candidate.name)
        }
        _ => false,
    }))
}

fn too_many_parts(value: &str) -> Diagnostic {
    Diagnostic::error(
        codes::BAD_SELECTOR,
        format!("selector `exposure:{value}` has more than two parts"),
    )
    .hint("write `exposure:<name>` or `exposure:<package>.<name>`")
}

fn names(scope: &Scope<'_>) -> Vec<String> {
    let exposures = scope.manifest.exposures.values();
    distinct(exposures.map(|exposure| exposure.name.as_str()))
}
