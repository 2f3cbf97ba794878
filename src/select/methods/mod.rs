//! The selector methods: one file each, listed in one table.
//!
//! A method finds vertices for a value; operators, tests and set algebra are not its business.

use crate::diagnostics::{Diagnostic, codes};
use crate::graph::Indices;

use super::grammar::Query;
use super::scope::Scope;

mod access;
mod config;
mod defined;
mod exposure;
mod file;
mod fqn;
mod group;
mod package;
mod path;
mod resource_type;
mod result;
pub(super) mod selector;
mod source;
mod state;
mod tag;
mod test_name;
mod test_type;
mod version;

/// A selector method.
pub(super) struct Method {
    /// The word before the colon.
    pub(super) name: &'static str,
    /// What matches; an error for a value that cannot be read.
    pub(super) find: fn(&Query, &Scope<'_>) -> Result<Indices, Diagnostic>,
    /// The values that would match something, to suggest from.
    pub(super) names: fn(&Scope<'_>) -> Vec<String>,
}

/// The methods of dbt 1.12, and `git`.
static METHODS: &[Method] = &[
    fqn::METHOD,
    tag::METHOD,
    group::METHOD,
    access::METHOD,
    source::METHOD,
    path::METHOD,
    file::METHOD,
    package::METHOD,
    config::METHOD,
    test_name::METHOD,
    test_type::METHOD,
    resource_type::METHOD,
    state::STATE, // "state"
    state::GIT,   // "git"
    exposure::METHOD,
    defined::METRIC,       // "metric"
    result::RESULT,        // "result"
    result::SOURCE_STATUS, // "source_status"
    version::METHOD,
    defined::SEMANTIC_MODEL, // "semantic_model"
    defined::SAVED_QUERY,    // "saved_query"
    defined::UNIT_TEST,      // "unit_test"
    selector::METHOD,
];

/// The method of this name.
pub(super) fn find(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name == name)
}

/// All names.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    METHODS.iter().map(|method| method.name)
}

/// The method of a value without one, as dbt 1.12 decides: a `/` makes a path, the ending of a
/// resource's file makes a file, the rest are names.
pub(super) fn of_bare_value(value: &str) -> &'static Method {
    let lower = value.to_lowercase();
    let ends = |ending: &&str| lower.ends_with(*ending);
    let name = if value.contains(std::path::MAIN_SEPARATOR) || value.contains('/') {
        "path"
    } else if [".sql", ".py", ".csv"].iter().any(ends) {
        "file"
    } else {
        "fqn"
    };
    find(name).expect("invariant: the table has the three methods of bare values")
}

/// The error for a value outside a fixed list.
fn not_one_of(method: &str, value: &str, known: &[&str]) -> Diagnostic {
    let near = crate::names::did_you_mean(value, known.iter().copied());
    Diagnostic::error(
        codes::BAD_SELECTOR,
        format!("selector `{method}:{value}` has a value that the method does not know"),
    )
    .note(format!("values: {}", known.join(", ")))
    .suggest(near.map(|near| format!("{method}:{near}")).as_deref())
}

/// Sorted, each once.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let names: std::collections::BTreeSet<&str> = names.collect();
    names.into_iter().map(str::to_owned).collect()
}
