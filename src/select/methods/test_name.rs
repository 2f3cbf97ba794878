//! `test_name:`: generic tests by the name of the test, such as `unique`, and unit tests by theirs.

use crate::diagnostics::Diagnostic;
use crate::graph::Indices;
use crate::manifest::{Resource, ResourceType};
use crate::select::grammar::Query;
use crate::select::pattern::Pattern;
use crate::select::scope::Scope;

use super::{Method, distinct};

pub(super) const METHOD: Method = Method { name: "test_name", find, names };

fn find(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    let pattern = Pattern::new(&query.value);
    Ok(scope.matching(|resource| test_name(resource).is_some_and(|name| pattern.matches(name))))
}

fn names(scope: &Scope<'_>) -> Vec<String> {
    distinct(scope.resources().filter_map(test_name))
}

fn test_name<'m>(resource: &Resource<'m>) -> Option<&'m str> {
    match resource {
        Resource::Node(node) => Some(node.test()?.metadata.as_ref()?.name.as_str()),
        Resource::Definition(one) if one.resource_type == ResourceType::UnitTest => {
            Some(one.name.as_str())
        }
        _ => None,
    }
}
