//! `source:`: source tables by source, `source.table` or `package.source.table`.

use crate::diagnostics::{Diagnostic, codes};
use crate::graph::Indices;
use crate::manifest::Resource;
use crate::select::grammar::Query;
use crate::select::pattern::Pattern;
use crate::select::scope::Scope;

use super::Method;

pub(super) const METHOD: Method = Method { name: "source", find, names };

fn find(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    let parts: Vec<&str> = query.value.split('.').collect();
    let [package, source, table] = match parts[..] {
        [source] => ["*", source, "*"],
        [source, table] => ["*", source, table],
        [package, source, table] => [package, source, table],
        _ => return Err(too_many_parts(&query.value)),
    }
    .map(Pattern::new);
    Ok(scope.matching(|resource| match resource {
        Resource::Source(candidate) => {
            package.matches(&candidate.package_name)
                && source.matches(&candidate.source_name)
                && table.matches(&candidate.name)
        }
        _ => false,
    }))
}

fn too_many_parts(value: &str) -> Diagnostic {
    Diagnostic::error(
        codes::BAD_SELECTOR,
        format!("selector `source:{value}` has more than three parts"),
    )
    .hint(
        "write `source:<source>`, `source:<source>.<table>` or `source:<package>.<source>.<table>`",
    )
}

fn names(scope: &Scope<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for source in scope.manifest.sources.values() {
        names.push(source.source_name.clone());
        names.push(format!("{}.{}", source.source_name, source.name));
    }
    names
}
