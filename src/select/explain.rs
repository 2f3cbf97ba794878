//! Why a resource is selected: which atom brought it in, and as what.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::evaluate::{self, Asked};
use super::grammar::{Atom, Operator, Spec};
use super::scope::Scope;
use super::{Criteria, Inputs, wanted};
use crate::diagnostics::Diagnostics;
use crate::graph::{Dag, Indices};
use crate::manifest::Manifest;
use crate::names::UniqueId;
use crate::state::Changes;

/// One atom that selects a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// The atom as it was written; nothing where everything is selected.
    pub atom: Option<String>,
    /// As what the resource is in it.
    pub role: Role,
    /// How it differs from what it was, for atoms that look at changes.
    pub changes: Vec<String>,
}

/// As what a resource is selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// It is meant itself.
    Match,
    /// Something below it is meant.
    AncestorOf(UniqueId),
    /// Something above it is meant.
    DescendantOf(UniqueId),
    /// What a child of something meant needs (`@`).
    NeededBy(UniqueId),
    /// It tests something selected.
    TestOf(UniqueId),
}

/// Why each of these resources is selected: every atom that has it.
///
/// # Errors
/// Those of [`super::select`].
pub fn explain(
    manifest: &Manifest,
    dag: &Dag<UniqueId>,
    criteria: &Criteria,
    inputs: &Inputs<'_>,
    ids: &IndexSet<UniqueId>,
) -> Result<IndexMap<UniqueId, Vec<Because>>, Diagnostics> {
    let scope = Scope::new(manifest, dag, inputs);
    let spec = wanted(criteria, inputs.selectors)?;
    let mut atoms = Vec::new();
    collect(&spec, &mut atoms);
    let mut asked = Vec::new();
    for atom in atoms {
        let answer = match atom {
            Some(atom) => {
                let asked = evaluate::ask(atom, &scope)?;
                Some((Nearest::new(&asked, &scope), asked))
            }
            None => None,
        };
        asked.push((atom, answer));
    }
    let reasons = ids.iter().filter_map(|id| {
        let at = dag.index_of(id)?;
        let found = asked.iter().filter_map(|(atom, answer)| match (atom, answer) {
            (Some(atom), Some((nearest, asked))) => because(at, atom, asked, nearest, &scope),
            _ => Some(Because { atom: None, role: Role::Match, changes: Vec::new() }),
        });
        Some((id.clone(), found.collect()))
    });
    Ok(reasons.collect())
}

/// The atoms that can bring something in; `None` stands for everything.
fn collect<'s>(spec: &'s Spec, atoms: &mut Vec<Option<&'s Atom>>) {
    match spec {
        Spec::Everything => atoms.push(None),
        Spec::Atom(atom) => atoms.push(Some(atom)),
        Spec::Group(group) => {
            let parts = match group.operator {
                Operator::Difference => group.parts.get(..1).unwrap_or_default(),
                _ => &group.parts,
            };
            parts.iter().for_each(|part| collect(part, atoms));
        }
    }
}

/// The match that is nearest to each relative; found in one walk for all of them.
struct Nearest {
    below: HashMap<usize, usize>,
    above: HashMap<usize, usize>,
}

impl Nearest {
    fn new(asked: &Asked, scope: &Scope<'_>) -> Self {
        if asked.found == asked.selected {
            return Nearest { below: HashMap::new(), above: HashMap::new() };
        }
        let below = walk(&asked.found, |at| scope.dag.parents(at));
        let above = walk(&asked.found, |at| scope.dag.children(at));
        Nearest { below, above }
    }
}

/// From a start over edges to all that can be reached, with the start that is nearest to each.
fn walk<'s>(start: &Indices, next: impl Fn(usize) -> &'s [usize]) -> HashMap<usize, usize> {
    let mut origin: HashMap<usize, usize> = start.iter().map(|at| (at, at)).collect();
    let mut queue: VecDeque<usize> = start.iter().collect();
    while let Some(at) = queue.pop_front() {
        let from = origin[&at];
        for &reached in next(at) {
            if let Entry::Vacant(place) = origin.entry(reached) {
                place.insert(from);
                queue.push_back(reached);
            }
        }
    }
    origin
}

fn because(
    at: usize,
    atom: &Atom,
    asked: &Asked,
    nearest: &Nearest,
    scope: &Scope<'_>,
) -> Option<Because> {
    let name = |at: usize| scope.dag.key(at).clone();
    let role = if asked.found.contains(at) {
        Role::Match
    } else if asked.selected.contains(at) {
        match (nearest.below.get(&at), nearest.above.get(&at)) {
            (Some(&below), _) => Role::AncestorOf(name(below)),
            (None, Some(&above)) => Role::DescendantOf(name(above)),
            (None, None) => Role::NeededBy(name(asked.found.iter().next()?)),
        }
    } else if asked.nodes.direct.contains(at) || asked.nodes.aside.contains(at) {
        let parents = scope.dag.parents(at);
        Role::TestOf(name(*parents.iter().find(|parent| asked.selected.contains(**parent))?))
    } else {
        return None;
    };
    let changes = match role {
        Role::Match => changes(atom, scope).map(|changes| changes.why(scope.dag.key(at).as_str())),
        _ => None,
    };
    Some(Because { atom: Some(atom.text.clone()), role, changes: changes.unwrap_or_default() })
}

/// What an atom compares with.
fn changes(atom: &Atom, scope: &Scope<'_>) -> Option<Arc<Changes>> {
    match atom.method.name {
        "state" => scope.inputs.past.changes().ok(),
        "git" => scope.inputs.past.since(&atom.query.value).ok(),
        _ => None,
    }
}
