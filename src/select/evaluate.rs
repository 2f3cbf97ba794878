//! From a tree of sets to the nodes: asks the methods, applies operators and set algebra.
//!
//! A set has two parts: what is selected, and tests that touch it but lack a parent. The second part
//! goes through the same algebra, because a sibling may bring the missing parent.

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::graph::Indices;

use super::grammar::{Atom, Group, Operator, Reach, Spec};
use super::methods::selector;
use super::scope::Scope;
use super::{indirect, suggest};

/// The result of a whole tree.
pub(super) struct Found {
    /// The selected vertices.
    pub(super) set: Indices,
    /// Criteria that match nothing.
    pub(super) warnings: Diagnostics,
}

/// One set on its way through the algebra.
pub(super) struct Nodes {
    /// What is selected.
    pub(super) direct: Indices,
    /// Tests that touch it and lack a parent.
    pub(super) aside: Indices,
}

/// Evaluates a tree.
///
/// # Errors
/// Every value that its method cannot read, and every method that is not supported.
pub(super) fn evaluate(spec: &Spec, scope: &Scope<'_>) -> Result<Found, Diagnostics> {
    let mut walk = Walk { scope, errors: Diagnostics::new(), warnings: Diagnostics::new() };
    let nodes = walk.visit(spec);
    if walk.errors.has_errors() {
        return Err(walk.errors);
    }
    Ok(Found { set: nodes.direct, warnings: walk.warnings })
}

struct Walk<'s, 'm> {
    scope: &'s Scope<'m>,
    errors: Diagnostics,
    warnings: Diagnostics,
}

impl Walk<'_, '_> {
    fn visit(&mut self, spec: &Spec) -> Nodes {
        match spec {
            Spec::Everything => {
                Nodes { direct: self.scope.matching(|_| true), aside: self.scope.dag.none() }
            }
            Spec::Atom(atom) => match ask(atom, self.scope) {
                Ok(asked) => {
                    self.warn_of_nothing(atom, &asked.nodes);
                    asked.nodes
                }
                Err(mistake) => {
                    self.errors.push(match atom.place {
                        Some(place) if mistake.primary.is_none() => mistake.at(place, ""),
                        _ => mistake,
                    });
                    Nodes { direct: self.scope.dag.none(), aside: self.scope.dag.none() }
                }
            },
            Spec::Group(group) => self.combine(group),
        }
    }

    /// Of an atom of `selectors.yml`; those of the command line are spoken of by criterion.
    fn warn_of_nothing(&mut self, atom: &Atom, nodes: &Nodes) {
        if let (Some(place), true) = (atom.place, nodes.direct.is_empty()) {
            let warning = suggest::explain(unmatched(&atom.text), atom, self.scope);
            self.warnings.push(warning.at(place, ""));
        }
    }

    fn combine(&mut self, group: &Group) -> Nodes {
        let parts: Vec<Nodes> = group.parts.iter().map(|part| self.visit(part)).collect();
        let directs = parts.iter().map(|nodes| nodes.direct.clone());
        let direct = fold(group.operator, directs, self.scope);
        let wholes = parts.iter().map(|nodes| {
            let mut whole = nodes.direct.clone();
            whole.add(&nodes.aside);
            whole
        });
        let whole = fold(group.operator, wholes, self.scope);
        let nodes = indirect::incorporate(direct, whole, group.indirect, self.scope);
        if let (Some(criterion), true) = (&group.criterion, nodes.direct.is_empty()) {
            self.warnings.push(no_match(criterion, group, &parts, self.scope));
        }
        nodes
    }
}

/// What one atom selects, step by step.
pub(super) struct Asked {
    /// What its method finds.
    pub(super) found: Indices,
    /// That and its relatives.
    pub(super) selected: Indices,
    /// That and its tests.
    pub(super) nodes: Nodes,
}

/// What one atom selects, with its relatives and tests.
pub(super) fn ask(atom: &Atom, scope: &Scope<'_>) -> Result<Asked, Diagnostic> {
    let mut selected = (atom.method.find)(&atom.query, scope)?;
    let found = selected.clone();
    if atom.childrens_parents {
        let mut family = scope.dag.descendants(&found, None);
        family.add(&found);
        selected.add(&scope.dag.ancestors(&family, None));
        selected.add(&family);
    }
    if let Some(depth) = atom.parents.depth() {
        selected.add(&scope.dag.ancestors(&found, depth));
    }
    if let Some(depth) = atom.children.depth() {
        selected.add(&scope.dag.descendants(&found, depth));
    }
    // dbt: a selector has its tests already, or has excluded them (1.12).
    let nodes = match atom.query.method {
        selector::NAME => Nodes { direct: selected.clone(), aside: scope.dag.none() },
        _ => indirect::expand(selected.clone(), atom.indirect, scope),
    };
    Ok(Asked { found, selected, nodes })
}

fn fold(operator: Operator, sets: impl Iterator<Item = Indices>, scope: &Scope<'_>) -> Indices {
    sets.reduce(|mut sum, set| {
        match operator {
            Operator::Union => sum.add(&set),
            Operator::Intersection => sum.retain(&set),
            Operator::Difference => sum.remove(&set),
        }
        sum
    })
    .unwrap_or_else(|| scope.dag.none())
}

/// dbt 1.12 warns once per criterion (its event `NoNodesForSelectionCriteria`).
fn no_match(criterion: &str, group: &Group, parts: &[Nodes], scope: &Scope<'_>) -> Diagnostic {
    let warning = unmatched(criterion);
    let empty = group.parts.iter().zip(parts).find_map(|(part, nodes)| {
        let Spec::Atom(atom) = part else { return None };
        nodes.direct.is_empty().then_some(atom)
    });
    match empty {
        Some(atom) => suggest::explain(warning, atom, scope),
        None => warning.note("each of its parts matches something, but nothing is in all of them"),
    }
}

fn unmatched(criterion: &str) -> Diagnostic {
    let message = format!("the selection criterion `{criterion}` does not match any enabled nodes");
    Diagnostic::warning(codes::NO_MATCH, message)
}

impl Reach {
    /// The depth of a walk, when there is one.
    pub(super) fn depth(self) -> Option<Option<usize>> {
        match self {
            Reach::No => None,
            Reach::Any => Some(None),
            Reach::Depth(depth) => Some(Some(depth)),
        }
    }
}
