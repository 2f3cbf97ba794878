//! Why a criterion matches nothing: a near name, another method that knows the value, a disabled node.

use crate::diagnostics::Diagnostic;
use crate::names::did_you_mean;

use super::grammar::{Atom, Query};
use super::scope::Scope;
use super::{methods, pattern};

/// The methods whose value a user may have written without the method.
const GUESSES: &[&str] = &["tag", "source", "group", "exposure", "package"];

/// Adds to a warning what would help.
pub(super) fn explain(warning: Diagnostic, atom: &Atom, scope: &Scope<'_>) -> Diagnostic {
    let value = atom.query.value.as_str();
    if value.is_empty() || pattern::has_wildcard(value) {
        return warning;
    }
    if is_disabled(value, scope) {
        return warning.note(format!("`{value}` is disabled"));
    }
    if let Some(method) = method_that_knows(atom, scope) {
        return warning.suggest(Some(&format!("{method}:{value}")));
    }
    let names = (atom.method.names)(scope);
    let near = did_you_mean(value, names.iter().map(String::as_str));
    // A value in other letters only is near, the same value is not: it matched, and nothing is left.
    match (near.filter(|near| *near != value), atom.explicit) {
        (Some(near), true) => warning.suggest(Some(&format!("{}:{near}", atom.method.name))),
        (near, _) => warning.suggest(near),
    }
}

fn is_disabled(name: &str, scope: &Scope<'_>) -> bool {
    let mut ids = scope.manifest.disabled.keys();
    ids.any(|id| id.as_str().splitn(3, '.').nth(2) == Some(name))
}

/// For a bare name: the method that finds something under this very value.
fn method_that_knows(atom: &Atom, scope: &Scope<'_>) -> Option<&'static str> {
    if atom.explicit {
        return None;
    }
    GUESSES.iter().copied().find(|name| {
        let Some(method) = methods::find(name) else {
            return false;
        };
        let (arguments, value) = (Vec::new(), atom.query.value.clone());
        let query = Query { method: method.name, arguments, value, typed: None };
        (method.find)(&query, scope).is_ok_and(|found| !found.is_empty())
    })
}
