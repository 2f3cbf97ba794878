//! Indirect selection: which tests come along with what was selected.
//!
//! The four modes of dbt 1.12, first for one criterion ([`expand`]), then for a set of them
//! ([`incorporate`]), where a test left aside may find its missing parent.

use crate::graph::Indices;

use super::Indirect;
use super::evaluate::Nodes;
use super::scope::Scope;

/// Adds the tests of what one criterion selected.
pub(super) fn expand(selected: Indices, mode: Indirect, scope: &Scope<'_>) -> Nodes {
    let mut nodes = Nodes { direct: selected.clone(), aside: scope.dag.none() };
    if mode == Indirect::Empty {
        return nodes;
    }
    let mut present = selected.clone();
    if mode == Indirect::Buildable {
        present.add(&scope.dag.ancestors(&selected, None));
        present.add(scope.sources());
    }
    let mut touched = scope.dag.descendants(&selected, Some(1));
    touched.retain(scope.tests());
    for test in touched.iter() {
        if mode == Indirect::Eager || has_parents(test, &present, scope) {
            nodes.direct.insert(test);
        } else {
            nodes.aside.insert(test);
        }
    }
    nodes
}

/// Moves tests from `whole` into `direct` when the combination has all their parents.
pub(super) fn incorporate(
    direct: Indices,
    whole: Indices,
    mode: Indirect,
    scope: &Scope<'_>,
) -> Nodes {
    let mut present = direct.clone();
    match mode {
        Indirect::Eager | Indirect::Empty => {
            return Nodes { direct, aside: whole };
        }
        // dbt: unlike in `expand`, sources do not count as present here (1.12).
        Indirect::Buildable => present.add(&scope.dag.ancestors(&direct, None)),
        Indirect::Cautious => {}
    }
    let mut candidates = whole.clone();
    candidates.remove(&direct);
    let mut selected = direct;
    for test in candidates.iter() {
        if has_parents(test, &present, scope) {
            selected.insert(test);
        }
    }
    Nodes { direct: selected, aside: whole }
}

fn has_parents(test: usize, present: &Indices, scope: &Scope<'_>) -> bool {
    let parents = scope.dag.parents(test);
    parents.iter().all(|&parent| present.contains(parent))
}
