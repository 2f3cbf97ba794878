//! What is left of a project with mistakes: the resources that have none, and read none that has.
//!
//! Invariant: what leaves this room is as sound as a project without mistakes.

use std::collections::HashSet;

use super::{Referenced, Resolved, cycle_diagnostic, graph};
use crate::diagnostics::Diagnostics;
use crate::manifest::{Manifest, Resource};
use crate::names::UniqueId;

/// The project without what `is_bad`, cycles, and everything below them; and the cycles.
pub fn rest(
    referenced: Referenced,
    is_bad: &dyn Fn(&Resource<'_>) -> bool,
) -> (Resolved, Diagnostics) {
    let Referenced { mut manifest, lookup, incomplete } = referenced;
    let bad = manifest.resources().filter(|(_, resource)| is_bad(resource));
    let mut lost: HashSet<UniqueId> = bad.map(|(id, _)| id.clone()).chain(incomplete).collect();
    let mut cycles = Diagnostics::new();
    loop {
        spread(&manifest, &mut lost);
        manifest.nodes.retain(|id, _| !lost.contains(id));
        manifest.sources.retain(|id, _| !lost.contains(id));
        manifest.exposures.retain(|id, _| !lost.contains(id));
        manifest.definitions.retain(|id, _| !lost.contains(id));
        match graph(&manifest) {
            Ok(dag) => return (Resolved { manifest, lookup, dag }, cycles),
            Err(cycle) => {
                cycles.push(cycle_diagnostic(&manifest, cycle.path()));
                lost.extend(cycle.path().iter().cloned());
            }
        }
    }
}

/// Adds what reads something that is lost.
fn spread(manifest: &Manifest, lost: &mut HashSet<UniqueId>) {
    loop {
        let is_below = |resource: &Resource<'_>| {
            let mut read = resource.depends_on().iter();
            read.any(|id| lost.contains(id) || manifest.resource(id.as_str()).is_none())
        };
        let resources = manifest.resources().filter(|(id, _)| !lost.contains(*id));
        let below: Vec<UniqueId> =
            resources.filter(|(_, one)| is_below(one)).map(|(id, _)| id.clone()).collect();
        if below.is_empty() {
            return;
        }
        lost.extend(below);
    }
}
