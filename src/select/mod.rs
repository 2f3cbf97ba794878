//! Node selection: dbt's selector grammar, one file per method, set algebra over the graph.
//!
//! The walk: text → [`grammar`] → `Spec` → [`evaluate`] (methods find nodes, operators widen them,
//! [`indirect`] adds tests) → filter by resource type → ids in graph order.
//! dbt 1.12 is the reference; `testdata/` holds what it selects on three projects.
//! Invariant: what is selected is a vertex of the graph, so it is enabled.

use std::ops::Deref;
use std::sync::LazyLock;

use indexmap::IndexSet;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::graph::{Dag, Indices};
use crate::manifest::{Manifest, ResourceType};
use crate::names::UniqueId;
use crate::state::{NoPast, Past};

mod definitions;
mod published;
mod evaluate;
mod explain;
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

pub use definitions::Selectors;
pub use explain::{Because, Role, explain};
pub use published::published;

use scope::Scope;

/// What selectors may ask for beside the project.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The selectors of `selectors.yml`.
    pub selectors: &'a Selectors,
    /// Earlier runs and revisions.
    pub past: &'a dyn Past,
}

impl Default for Inputs<'_> {
    /// No selectors, no past.
    fn default() -> Self {
        static NONE: LazyLock<Selectors> = LazyLock::new(Selectors::default);
        Inputs { selectors: &NONE, past: &NoPast }
    }
}

/// What the user asked for.
#[derive(Clone, Debug, Default)]
pub struct Criteria {
    /// Arguments of `--select`; none means everything.
    pub select: Vec<String>,
    /// Arguments of `--exclude`.
    pub exclude: Vec<String>,
    /// `--selector`: it takes the place of both.
    pub selector: Option<String>,
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
/// Every selector that cannot be read (`bad-selector`), and a state that is missing (`bad-state`).
pub fn select(
    manifest: &Manifest,
    dag: &Dag<UniqueId>,
    criteria: &Criteria,
    inputs: &Inputs<'_>,
) -> Result<Selected, Diagnostics> {
    let scope = Scope::new(manifest, dag, inputs);
    let spec = wanted(criteria, inputs.selectors)?;
    let mut found = evaluate::evaluate(&spec, &scope)?;
    found.warnings.extend(scope.unmatched.take());
    found.warnings.extend(ignored(criteria));
    found.set.retain(&of_wanted_types(&scope, criteria));
    let ids = dag.order().iter().filter(|&&at| found.set.contains(at));
    Ok(Selected { ids: ids.map(|&at| dag.key(at).clone()).collect(), warnings: found.warnings })
}

/// What is asked for. dbt: a selector by name takes the place of `--select` and `--exclude`, and the default selector
/// counts where neither says anything.
fn wanted<'s>(criteria: &Criteria, selectors: &'s Selectors) -> Result<Wanted<'s>, Diagnostics> {
    let nothing = criteria.select.is_empty() && criteria.exclude.is_empty();
    let name = criteria.selector.as_deref();
    match name.or_else(|| selectors.default_name().filter(|_| nothing)) {
        Some(name) => match selectors.get(name) {
            Some(spec) => Ok(Wanted::Named(spec)),
            None => Err(selectors.unknown(name).into()),
        },
        None => grammar::parse(criteria).map(|spec| Wanted::Typed(Box::new(spec))),
    }
}

/// dbt warns, too, when a selector is asked for and something else beside it.
fn ignored(criteria: &Criteria) -> Diagnostics {
    let mut found = Diagnostics::new();
    let is_more = !(criteria.select.is_empty() && criteria.exclude.is_empty());
    if let (Some(name), true) = (&criteria.selector, is_more) {
        let message =
            format!("`--select` and `--exclude` have no effect beside `--selector {name}`");
        let hint = format!("write `--select selector:{name}` to combine them");
        found.push(Diagnostic::warning(codes::IGNORED_SELECTION, message).hint(hint));
    }
    found
}

/// A selection from the command line, or one of `selectors.yml`.
enum Wanted<'s> {
    Typed(Box<grammar::Spec>),
    Named(&'s grammar::Spec),
}

impl Deref for Wanted<'_> {
    type Target = grammar::Spec;

    fn deref(&self) -> &grammar::Spec {
        match self {
            Wanted::Typed(spec) => spec,
            Wanted::Named(spec) => spec,
        }
    }
}

fn of_wanted_types(scope: &Scope<'_>, criteria: &Criteria) -> Indices {
    scope.matching(|resource| {
        let kind = resource.resource_type();
        (criteria.resource_types.is_empty() || criteria.resource_types.contains(&kind))
            && !criteria.exclude_resource_types.contains(&kind)
    })
}
