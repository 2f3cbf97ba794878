//! Node selection: dbt's selector grammar, one file per method, set algebra over the graph.
//!
//! The walk: text → [`grammar`] → `Spec` → [`evaluate`] (methods find nodes, operators widen them,
//! [`indirect`] adds tests) → filter by resource type → ids in graph order.
//! dbt 1.12 is the reference; `testdata/` holds what it selects on three projects.
//! Invariant: what is selected is a vertex of the graph, so it is enabled.

use indexmap::IndexSet;

use crate::diagnostics::Diagnostics;
use crate::graph::{Dag, Indices};
use crate::manifest::{Manifest, ResourceType};
use crate::names::UniqueId;

mod evaluate;
mod grammar;
mod indirect;
mod methods;
mod pattern;
mod scope;
mod suggest;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

use scope::Scope;

/// What the user asked for.
#[derive(Clone, Debug, Default)]
pub struct Criteria {
    /// Arguments of `--select`; none means everything.
    pub select: Vec<String>,
    /// Arguments of `--exclude`.
    pub exclude: Vec<String>,
    /// Arguments of `--resource-type`; none means all types.
    pub resource_types: Vec<ResourceType>,
    /// Arguments of `--exclude-resource-type`.
    pub exclude_resource_types: Vec<ResourceType>,
    /// `--indirect-selection`.
    pub indirect: Indirect,
}

/// Which tests come along with what was selected (`--indirect-selection`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Indirect {
    /// Those with any parent selected.
    #[default]
    Eager,
    /// Those with all parents selected.
    Cautious,
    /// Those with all parents selected or above something selected.
    Buildable,
    /// None.
    Empty,
}

impl Indirect {
    /// Every mode.
    pub const ALL: [Indirect; 4] =
        [Indirect::Eager, Indirect::Cautious, Indirect::Buildable, Indirect::Empty];

    /// The word on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Indirect::Eager => "eager",
            Indirect::Cautious => "cautious",
            Indirect::Buildable => "buildable",
            Indirect::Empty => "empty",
        }
    }

    /// The mode of a word, in any case.
    pub fn parse(word: &str) -> Option<Self> {
        Indirect::ALL.into_iter().find(|mode| mode.as_str().eq_ignore_ascii_case(word))
    }
}

/// What was selected.
#[derive(Clone, Debug, Default)]
pub struct Selected {
    /// The ids, each after all that it depends on.
    pub ids: IndexSet<UniqueId>,
    /// Criteria that match nothing.
    pub warnings: Diagnostics,
}

/// Selects from the graph.
///
/// # Errors
/// Every selector that cannot be read (`bad-selector`) or is not supported (`unsupported`).
pub fn select(
    manifest: &Manifest,
    dag: &Dag<UniqueId>,
    criteria: &Criteria,
) -> Result<Selected, Diagnostics> {
    let spec = grammar::parse(criteria)?;
    let scope = Scope::new(manifest, dag);
    let mut found = evaluate::evaluate(&spec, &scope)?;
    found.set.retain(&of_wanted_types(&scope, criteria));
    let ids = dag.order().iter().filter(|&&at| found.set.contains(at));
    Ok(Selected { ids: ids.map(|&at| dag.key(at).clone()).collect(), warnings: found.warnings })
}

fn of_wanted_types(scope: &Scope<'_>, criteria: &Criteria) -> Indices {
    scope.matching(|resource| {
        let kind = resource.resource_type();
        (criteria.resource_types.is_empty() || criteria.resource_types.contains(&kind))
            && !criteria.exclude_resource_types.contains(&kind)
    })
}
