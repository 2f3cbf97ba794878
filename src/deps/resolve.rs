//! From what is wanted to what is installed, transitively: dbt 1.12's rounds.
//!
//! Invariant: a version of a package is asked once for what it wants, so that packages that want each other end.

use std::collections::{HashMap, HashSet};

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::project::{PackageSpec, PackagesRoot};
use crate::source::Span;

use super::listing::{Listing, Wanted};
use super::store::{Pin, Store};

/// A package to be installed.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    /// Where it comes from.
    pub(super) pin: Pin,
    /// The name of its project, and of its folder.
    pub(super) name: String,
    /// Where it was asked for first.
    pub(super) span: Span,
    /// The commit of a repository.
    pub(super) commit: Option<String>,
}

type Result<T> = std::result::Result<T, Diagnostics>;

/// The packages that `specs` of `file` want, with all that those want.
pub(super) fn resolve(
    store: &Store<'_>,
    root: &PackagesRoot,
    specs: &[PackageSpec],
    file: &str,
) -> Result<Vec<Resolved>> {
    let mut all = Listing::default();
    let mut asked = HashSet::new();
    let mut round = Listing::of(specs, file)?;
    while !round.is_empty() {
        let mut next = Listing::default();
        for wanted in round.iter() {
            let pin = store.pin(all.add(wanted.clone())?)?;
            if asked.insert(pin.key()) {
                let facts = store.facts(&pin, span(wanted))?;
                next.extend(&facts.specs, &format!("the package `{}`", facts.name))?;
            }
        }
        round = next;
    }
    named(store, root, &all)
}

/// The packages of a lock file, which has the transitive ones.
pub(super) fn locked(
    store: &Store<'_>,
    root: &PackagesRoot,
    specs: &[PackageSpec],
    file: &str,
) -> Result<Vec<Resolved>> {
    named(store, root, &Listing::of(specs, file)?)
}

/// Pins all and takes their names, which must differ.
fn named(store: &Store<'_>, root: &PackagesRoot, all: &Listing) -> Result<Vec<Resolved>> {
    let mut seen: HashMap<String, (String, Span)> = HashMap::new();
    let mut resolved = Vec::new();
    for wanted in all.iter() {
        let (pin, span) = (store.pin(wanted)?, span(wanted));
        let name = store.facts(&pin, span)?.name;
        if name == root.name {
            let message =
                format!("the package `{}` has the name of this project, `{name}`", pin.title());
            let error = Diagnostic::error(codes::PACKAGE_CONFLICT, message).at(span, "");
            return Err(error.hint("rename one of them").into());
        }
        if let Some((other, place)) = seen.insert(name.clone(), (pin.title(), span)) {
            let message =
                format!("`{}` and `{other}` are both packages of the name `{name}`", pin.title());
            let error = Diagnostic::error(codes::PACKAGE_CONFLICT, message).at(span, "here and");
            return Err(error.and_at(place, "here").hint("want one of them only").into());
        }
        let commit = store.commit(&pin);
        resolved.push(Resolved { pin, name, span, commit });
    }
    Ok(resolved)
}

fn span(wanted: &Wanted) -> Span {
    wanted.wants.first().expect("invariant: somebody wants what is wanted").span
}
