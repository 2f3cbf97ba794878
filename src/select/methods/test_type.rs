//! `test_type:`: tests of a kind.

use crate::diagnostics::Diagnostic;
use crate::graph::Indices;
use crate::manifest::{Resource, ResourceType, Test};
use crate::select::grammar::Query;
use crate::select::scope::Scope;

use super::{Method, not_one_of};

pub(super) const METHOD: Method = Method { name: "test_type", find, names: |_| Vec::new() };

type IsOf = fn(&Test) -> bool;

/// The kinds, and which data tests are of them. `schema` is the old word for `generic`, and `data`
/// means both kinds.
const TYPES: &[(&str, IsOf)] = &[
    ("generic", |test| test.metadata.is_some()),
    ("schema", |test| test.metadata.is_some()),
    ("data", |_| true),
    ("singular", |test| test.metadata.is_none()),
    ("unit", |_| false),
];

fn find(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    let Some((_, is_of)) = TYPES.iter().find(|(name, _)| *name == query.value) else {
        let known: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
        return Err(not_one_of(METHOD.name, &query.value, &known));
    };
    Ok(scope.matching(|resource| match resource {
        Resource::Node(node) => node.test().is_some_and(is_of),
        Resource::Definition(one) => {
            query.value == "unit" && one.resource_type == ResourceType::UnitTest
        }
        _ => false,
    }))
}
