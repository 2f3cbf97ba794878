//! `selector:`: what a selector of `selectors.yml` selects; pattern.

use crate::diagnostics::{Diagnostic, codes};
use crate::graph::Indices;
use crate::select::evaluate;
use crate::select::grammar::Query;
use crate::select::scope::Scope;

use super::Method;

pub(super) const METHOD: Method = Method { name: "selector", find, names };

fn find(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    let selectors = scope.inputs.selectors;
    let matching = selectors.matching(&query.value);
    if matching.is_empty() {
        return Err(selectors.unknown(&query.value));
    }
    let mut all = scope.dag.none();
    for (name, spec) in matching {
        let circle = scope.active.borrow().iter().any(|active| active == name);
        if circle {
            let chain = scope.active.borrow().join("` → `");
            let message = format!("selectors select each other: `{chain}` → `{name}`");
            return Err(Diagnostic::error(codes::BAD_SELECTOR, message)
                .hint("one of these definitions must do without `method: selector`"));
        }
        scope.active.borrow_mut().push(name.to_owned());
        let found = evaluate::evaluate(spec, scope);
        scope.active.borrow_mut().pop();
        let first = |errors: crate::diagnostics::Diagnostics| {
            errors.into_iter().next().expect("invariant: an error has a reason")
        };
        all.add(&found.map_err(first)?.set);
    }
    Ok(all)
}

fn names(scope: &Scope<'_>) -> Vec<String> {
    scope.inputs.selectors.names().map(str::to_owned).collect()
}
