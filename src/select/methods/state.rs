//! `state:` and `git:`: what is other than in an earlier run, or at a git revision.
//!
//! Source of the words: dbt 1.12, `StateSelectorMethod`. `git:` and `state:modified.vars` are forge's own.

use std::sync::Arc;

use crate::diagnostics::{Diagnostic, codes};
use crate::graph::Indices;
use crate::manifest::Resource;
use crate::names::did_you_mean;
use crate::select::grammar::Query;
use crate::select::scope::Scope;
use crate::state::{Aspect, Change, Changes};

use super::{Method, not_one_of};

pub(super) const STATE: Method = Method { name: "state", find: of_state, names: |_| Vec::new() };

pub(super) const GIT: Method = Method { name: "git", find: of_revision, names: |_| Vec::new() };

const PREFIX: &str = "modified.";

fn words() -> Vec<String> {
    let aspects = Aspect::SELECTABLE.map(|aspect| format!("{PREFIX}{}", aspect.as_str()));
    let whole = ["new", "old", "modified", "unmodified"].map(str::to_owned);
    whole.into_iter().chain(aspects).collect()
}

fn of_state(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    let words = words();
    if !words.contains(&query.value) {
        let known: Vec<&str> = words.iter().map(String::as_str).collect();
        return Err(not_one_of(query.method, &query.value, &known));
    }
    let changes = scope.inputs.past.changes().map_err(|missing| *missing)?;
    Ok(matching(&query.value, &changes, scope))
}

/// `git:main` is what is modified since, `git.body:main` what of it has another text.
fn of_revision(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    let word = match query.arguments.as_slice() {
        [] => "modified".to_owned(),
        [word] if ["new", "old", "modified", "unmodified"].contains(&word.as_str()) => word.clone(),
        [aspect] => format!("{PREFIX}{aspect}"),
        _ => String::new(),
    };
    let words = words();
    if !words.contains(&word) {
        let known: Vec<&str> =
            words.iter().map(|word| word.strip_prefix(PREFIX).unwrap_or(word)).collect();
        let written = query.arguments.join(".");
        let message = format!("`git.{written}:` looks at nothing that can change");
        return Err(Diagnostic::error(codes::BAD_SELECTOR, message)
            .note(format!("words: {}", known.join(", ")))
            .suggest(
                did_you_mean(&written, known.iter().copied())
                    .map(|near| format!("git.{near}:"))
                    .as_deref(),
            ));
    }
    let changes: Arc<Changes> =
        scope.inputs.past.since(&query.value).map_err(|missing| *missing)?;
    Ok(matching(&word, &changes, scope))
}

fn matching(word: &str, changes: &Changes, scope: &Scope<'_>) -> Indices {
    let aspect = word.strip_prefix(PREFIX);
    scope.matching(|resource| {
        let change = changes.changed.get(resource.unique_id());
        let is_new = change.is_some_and(|change| change.is_new);
        match (word, aspect) {
            ("new", _) => is_new,
            ("old", _) => !is_new,
            ("modified", _) => change.is_some(),
            ("unmodified", _) => change.is_none(),
            (_, Some(aspect)) => change.is_some_and(|change| touches(resource, change, aspect)),
            (_, None) => false,
        }
    })
}

/// dbt: of a new resource every aspect is modified that such a resource has, but for its macros.
fn touches(resource: &Resource<'_>, change: &Change, aspect: &str) -> bool {
    let is_node = matches!(resource, Resource::Node(_));
    let has = match aspect {
        "configs" => true,
        "relation" => is_node || matches!(resource, Resource::Source(_)),
        "body" | "persisted_descriptions" | "contract" => is_node,
        _ => false,
    };
    change.is_new && has || change.reasons.iter().any(|reason| reason.aspect.as_str() == aspect)
}
