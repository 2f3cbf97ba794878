//! `lineage`: where columns come from and what is made of them.

use indexmap::IndexSet;

use super::check::checked;
use super::{Prepared, World};
use crate::check::lineage::graph::{Direction, Graph, filled_sources};
use crate::check::lineage::nodes::of_nodes;
use crate::check::lineage::spec::{self, Reach, Spec, Target};
use crate::check::lineage::{self, Answer, Asked};
use crate::diagnostics::{Diagnostic, Diagnostics, Severity, codes};
use crate::manifest::{Manifest, ResourceType};
use crate::names::UniqueId;

/// Which ways are asked for, whatever the names say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// As the names say; both of a bare name.
    #[default]
    Both,
    /// To what columns are made of.
    Up,
    /// To what is made of columns.
    Down,
}

/// The lineage of what the names mean.
///
/// # Errors
/// A name means nothing; the database in memory cannot be made.
pub fn lineage(prepared: &Prepared, names: &[String], way: Way) -> Result<Answer, Diagnostics> {
    let manifest = &prepared.manifest;
    let mut problems = Diagnostics::new();
    let mut asked: Vec<(Spec, Target)> = Vec::new();
    for name in names {
        let spec = narrowed(Spec::parse(name), way);
        match spec::target(&spec.name, manifest) {
            Ok(target) => asked.push((spec, target)),
            Err(unknown) => {
                let message = format!("nothing is called `{}`", spec.name);
                let mistake = Diagnostic::error(codes::NO_MATCH, message);
                problems.push(mistake.suggest(unknown.near.as_deref()));
            }
        }
    }
    let graph = graph(prepared, &asked)?;
    let mut found = Vec::new();
    for (spec, target) in &asked {
        match spec::places(target, &graph) {
            Ok(start) => found.push(walked(spec, start, &graph)),
            Err(near) => problems.push(no_column(manifest, &graph, target, near.as_deref())),
        }
    }
    match problems.is_empty() {
        true => Ok(Answer { graph, asked: found }),
        false => Err(problems),
    }
}

/// Columns about people that exposures show without saying that they may; they go to the sink.
///
/// # Errors
/// The database in memory cannot be made.
pub fn exposed_columns(world: &World, prepared: &Prepared) -> Result<usize, Diagnostics> {
    let checked = checked(prepared, &relations(&prepared.manifest).cloned().collect())?;
    let found = lineage::exposed(&prepared.compiler, &checked);
    let told = super::prepare::settle_all(world, &prepared.project.flags, found);
    Ok(told.iter().filter(|severity| **severity == Severity::Error).count())
}

fn narrowed(mut spec: Spec, way: Way) -> Spec {
    let everywhere_if = |wanted| if wanted { Reach::Everywhere } else { Reach::Nowhere };
    let is_bare = spec.up == Reach::Everywhere && spec.down == Reach::Everywhere;
    if way != Way::Both && is_bare {
        spec.up = everywhere_if(way == Way::Up);
        spec.down = everywhere_if(way == Way::Down);
    }
    spec
}

fn walked(spec: &Spec, start: Vec<usize>, graph: &Graph) -> Asked {
    let walk =
        |reach: Reach, direction| reach.depth().map(|depth| graph.walk(&start, direction, depth));
    let (up, down) = (walk(spec.up, Direction::Up), walk(spec.down, Direction::Down));
    Asked { name: spec.name.clone(), start, up, down }
}

/// The graph of all that the answers can need.
fn graph(prepared: &Prepared, asked: &[(Spec, Target)]) -> Result<Graph, Diagnostics> {
    let all: IndexSet<&UniqueId> = relations(&prepared.manifest).collect();
    // The project's graph does not know that a node fills a source.
    let ids: IndexSet<UniqueId> = match filled_sources(&prepared.manifest).is_empty() {
        true => needed(prepared, asked).filter(|id| all.contains(id)).cloned().collect(),
        false => all.into_iter().cloned().collect(),
    };
    let checked = checked(prepared, &ids)?;
    Ok(Graph::new(&of_nodes(&prepared.compiler, &checked), &prepared.manifest))
}

/// What is asked for, with all that is above it, and below it where that is asked.
fn needed<'p>(
    prepared: &'p Prepared,
    asked: &[(Spec, Target)],
) -> impl Iterator<Item = &'p UniqueId> {
    let dag = &prepared.dag;
    let mut needed = dag.indices_of(asked.iter().map(|(_, target)| target.id.as_str()));
    let down = asked.iter().filter(|(spec, _)| spec.down != Reach::Nowhere);
    let down = dag.indices_of(down.map(|(_, target)| target.id.as_str()));
    needed.add(&dag.descendants(&down, None));
    needed.add(&dag.ancestors(&needed, None));
    needed.iter().map(|at| dag.key(at)).collect::<Vec<_>>().into_iter()
}

/// What has columns.
fn relations(manifest: &Manifest) -> impl Iterator<Item = &UniqueId> {
    let nodes = manifest.nodes.iter().filter(|(_, node)| {
        let kinds = [ResourceType::Model, ResourceType::Seed, ResourceType::Snapshot];
        kinds.contains(&node.resource_type)
    });
    nodes.map(|(id, _)| id).chain(manifest.sources.keys())
}

fn no_column(
    manifest: &Manifest,
    graph: &Graph,
    target: &Target,
    near: Option<&str>,
) -> Diagnostic {
    let column = target.column.as_deref().unwrap_or_default();
    let resource = manifest.resource(target.id.as_str());
    let name = resource.map_or(target.id.as_str(), |resource| resource.name());
    match graph.unknown(target.id.as_str()) {
        Some(reason) => {
            let message = format!("the columns of `{name}` are not known: {reason}");
            Diagnostic::error(codes::NO_MATCH, message).hint("`forge check` tells more")
        }
        None => {
            let message = format!("`{name}` has no column `{column}`");
            Diagnostic::error(codes::NO_MATCH, message).suggest(near)
        }
    }
}
