//! `metric:`, `semantic_model:`, `saved_query:`, `unit_test:`: by name or `package.name`.

use crate::diagnostics::{Diagnostic, codes};
use crate::graph::Indices;
use crate::manifest::{Definition, Resource, ResourceType};
use crate::select::grammar::Query;
use crate::select::pattern::Pattern;
use crate::select::scope::Scope;

use super::{Method, distinct};

pub(super) const METRIC: Method = Method {
    name: "metric",
    find: |query, scope| find(query, scope, ResourceType::Metric),
    names: |scope| names(scope, ResourceType::Metric),
};

pub(super) const SEMANTIC_MODEL: Method = Method {
    name: "semantic_model",
    find: |query, scope| find(query, scope, ResourceType::SemanticModel),
    names: |scope| names(scope, ResourceType::SemanticModel),
};

pub(super) const SAVED_QUERY: Method = Method {
    name: "saved_query",
    find: |query, scope| find(query, scope, ResourceType::SavedQuery),
    names: |scope| names(scope, ResourceType::SavedQuery),
};

pub(super) const UNIT_TEST: Method = Method {
    name: "unit_test",
    find: |query, scope| find(query, scope, ResourceType::UnitTest),
    names: |scope| names(scope, ResourceType::UnitTest),
};

fn find(query: &Query, scope: &Scope<'_>, kind: ResourceType) -> Result<Indices, Diagnostic> {
    let parts: Vec<&str> = query.value.split('.').collect();
    let [package, name] = match parts[..] {
        [name] => ["*", name],
        [package, name] => [package, name],
        _ => {
            let message = format!("selector `{kind}:{}` has more than two parts", query.value);
            return Err(Diagnostic::error(codes::BAD_SELECTOR, message)
                .hint(format!("write `{kind}:<name>` or `{kind}:<package>.<name>`")));
        }
    }
    .map(Pattern::new);
    let is_meant = |one: &Definition| package.matches(&one.package_name) && is_named(&name, one);
    Ok(scope.matching(|resource| match resource {
        Resource::Definition(one) => one.resource_type == kind && is_meant(one),
        _ => false,
    }))
}

/// A unit test of one version is found without the version too.
fn is_named(name: &Pattern, one: &Definition) -> bool {
    name.matches(&one.name) || name.matches(&one.versioned_name())
}

fn names(scope: &Scope<'_>, kind: ResourceType) -> Vec<String> {
    let of_kind = scope.manifest.definitions.values().filter(|one| one.resource_type == kind);
    distinct(of_kind.map(|one| one.name.as_str()))
}
