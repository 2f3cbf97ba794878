//! `selector:`: what a selector of `selectors.yml` selects; pattern.

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::graph::Indices;
use crate::select::evaluate;
use crate::select::grammar::{Query, Spec};
use crate::select::scope::Scope;

use super::Method;

/// The word before the colon.
pub(in crate::select) const NAME: &str = "selector";

pub(super) const METHOD: Method = Method { name: NAME, find, names };

/// How many selectors may use each other in a row.
const MAX_DEPTH: usize = 64;

/// Each selector is evaluated once, so that those that use each other twice are no exponential work.
fn find(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    let selectors = scope.inputs.selectors;
    let matching = selectors.matching(&query.value);
    if matching.is_empty() {
        return Err(selectors.unknown(&query.value));
    }
    let mut all = scope.dag.none();
    for (name, spec) in matching {
        let done = scope.done.borrow().get(name).cloned();
        let found = match done {
            Some(found) => found,
            None => enter(name, spec, scope)?,
        };
        all.add(&found);
    }
    Ok(all)
}

fn enter(name: &str, spec: &Spec, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    check_depth(name, &scope.active.borrow())?;
    scope.active.borrow_mut().push(name.to_owned());
    let found = evaluate::evaluate(spec, scope);
    scope.active.borrow_mut().pop();
    let first =
        |errors: Diagnostics| errors.into_iter().next().expect("invariant: an error has a reason");
    // Also of one that cannot be evaluated, or each use would find all its mistakes again.
    scope.done.borrow_mut().insert(name.to_owned(), scope.dag.none());
    let found = found.map_err(first)?;
    scope.unmatched.borrow_mut().extend(found.warnings);
    scope.done.borrow_mut().insert(name.to_owned(), found.set.clone());
    Ok(found.set)
}

fn check_depth(name: &str, active: &[String]) -> Result<(), Diagnostic> {
    if active.iter().any(|one| one == name) {
        let chain = active.join("` → `");
        let message = format!("selectors select each other: `{chain}` → `{name}`");
        return Err(Diagnostic::error(codes::BAD_SELECTOR, message)
            .hint("one of these definitions must do without `method: selector`"));
    }
    if active.len() >= MAX_DEPTH {
        let message = format!("selector `{name}` is used through too many other selectors");
        return Err(Diagnostic::error(codes::BAD_SELECTOR, message));
    }
    Ok(())
}

fn names(scope: &Scope<'_>) -> Vec<String> {
    scope.inputs.selectors.names().map(str::to_owned).collect()
}
