//! `resource_type:`: everything of a kind.

use crate::diagnostics::Diagnostic;
use crate::graph::Indices;
use crate::select::grammar::Query;
use crate::select::scope::Scope;

use super::{Method, not_one_of};

pub(super) const METHOD: Method = Method { name: "resource_type", find, names: |_| Vec::new() };

/// dbt 1.12 knows these; some have no nodes here.
const TYPES: &[&str] = &[
    "model",
    "analysis",
    "test",
    "snapshot",
    "operation",
    "seed",
    "rpc",
    "sql_operation",
    "doc",
    "source",
    "macro",
    "exposure",
    "metric",
    "group",
    "saved_query",
    "semantic_model",
    "unit_test",
    "fixture",
    "function",
];

fn find(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    if !TYPES.contains(&query.value.as_str()) {
        return Err(not_one_of(METHOD.name, &query.value, TYPES));
    }
    Ok(scope.matching(|resource| resource.resource_type().as_str() == query.value))
}
