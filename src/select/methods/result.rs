//! `result:` and `source_status:`: how nodes ended, and how fresh sources are, beside an earlier run.

use crate::diagnostics::Diagnostic;
use crate::graph::Indices;
use crate::select::grammar::Query;
use crate::select::scope::Scope;

use super::{Method, not_one_of};

pub(super) const RESULT: Method =
    Method { name: "result", find: of_results, names: |_| Vec::new() };

pub(super) const SOURCE_STATUS: Method =
    Method { name: "source_status", find: of_sources, names: |_| Vec::new() };

/// The words of `sources.json`, and dbt's word for what has newer rows than then.
const STANDINGS: [&str; 5] = ["fresher", "pass", "warn", "error", "runtime error"];

/// dbt: a word that no node ended with selects nothing.
fn of_results(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    let statuses = scope.inputs.past.statuses().map_err(|missing| *missing)?;
    let Some(ids) = statuses.get(&query.value) else {
        return Ok(scope.dag.none());
    };
    Ok(scope.matching(|resource| ids.contains(resource.unique_id().as_str())))
}

fn of_sources(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    if !STANDINGS.contains(&query.value.as_str()) {
        return Err(not_one_of(query.method, &query.value, &STANDINGS));
    }
    let found = scope.inputs.past.fresher().map_err(|missing| *missing)?;
    let ids = match query.value.as_str() {
        "fresher" => Some(&found.fresher),
        status => found.statuses.get(status),
    };
    Ok(scope
        .matching(|resource| ids.is_some_and(|ids| ids.contains(resource.unique_id().as_str()))))
}
