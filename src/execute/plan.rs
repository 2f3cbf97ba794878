//! Which nodes run, after which.
//!
//! Source: dbt 1.12, `compilation.py`: in `build` a node waits for the tests of everything above it, as far as
//! those tests need nothing that is not above it.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Connections, Run, publish};
use crate::adapters;
use crate::graph::{Dag, Indices};
use crate::manifest::{Node, ResourceType};
use crate::names::UniqueId;

/// The graph of a run.
pub(super) struct Plan {
    pub(super) dag: Dag<UniqueId>,
    pub(super) wanted: Indices,
    /// Place of each wanted vertex in the run, from 1.
    pub(super) index: HashMap<usize, usize>,
}

impl Plan {
    /// How many nodes run.
    pub(super) fn total(&self) -> usize {
        self.index.len()
    }
}

/// Plans a run.
pub(super) fn plan(run: &Run<'_>) -> Plan {
    let extra = if run.tests_gate { gates(run) } else { HashMap::new() };
    let units = if run.tests_gate { units(run) } else { HashMap::new() };
    let dag = with_extra(run.dag, &extra, &units);
    let mut wanted = dag.none();
    for id in run.wanted {
        let runs = run.node(id).is_some_and(|node| is_run(node));
        if let (true, Some(at)) = (runs, dag.index_of(id)) {
            wanted.insert(at);
        }
    }
    let folded = folded(run, &dag);
    for at in &folded {
        wanted.insert(*at);
    }
    let in_order = dag.order().iter().filter(|at| wanted.contains(**at));
    let index = in_order.enumerate().map(|(place, at)| (*at, place + 1)).collect();
    Plan { dag, wanted, index }
}

/// The tests that decide whether a model of the run is published.
fn folded(run: &Run<'_>, dag: &Dag<UniqueId>) -> HashSet<usize> {
    let models = run.wanted.iter().filter_map(|id| run.node(id));
    let tests = models.flat_map(|model| publish::tests_of(run, model));
    tests.filter_map(|test| dag.index_of(&test.unique_id)).collect()
}

/// Ephemeral models are inlined, analyses only compiled; a file without text has nothing to run.
fn is_run(node: &Node) -> bool {
    match node.resource_type {
        ResourceType::Model => !node.is_ephemeral() && !node.raw_code.trim().is_empty(),
        ResourceType::Seed | ResourceType::Snapshot | ResourceType::Function => true,
        ResourceType::Test => !node.raw_code.trim().is_empty(),
        ResourceType::UnitTest => true,
        _ => false,
    }
}

fn is_test(node: &Node) -> bool {
    matches!(node.resource_type, ResourceType::Test | ResourceType::UnitTest)
}

/// The wanted unit tests of each model: in `build` they run before it, when all that it waits for is there.
fn units(run: &Run<'_>) -> HashMap<usize, Vec<usize>> {
    let mut units: HashMap<usize, Vec<usize>> = HashMap::new();
    for id in run.wanted.iter().filter(|id| run.units.node(id).is_some()) {
        let Some(unit) = run.dag.index_of(id) else { continue };
        for model in run.dag.parents(unit) {
            units.entry(*model).or_default().push(unit);
        }
    }
    units
}

fn with_extra(
    dag: &Dag<UniqueId>,
    extra: &HashMap<usize, Vec<usize>>,
    units: &HashMap<usize, Vec<usize>>,
) -> Dag<UniqueId> {
    let model_of: HashMap<usize, usize> =
        units.iter().flat_map(|(model, units)| units.iter().map(|unit| (*unit, *model))).collect();
    let parents: Vec<Vec<UniqueId>> = (0..dag.len())
        .map(|at| {
            let after = model_of.get(&at).copied().unwrap_or(at);
            let own = dag.parents(after).iter();
            let more = extra.get(&after).into_iter().chain(units.get(&at)).flatten();
            own.chain(more).map(|parent| dag.key(*parent).clone()).collect()
        })
        .collect();
    let vertices = (0..dag.len()).map(|at| (dag.key(at).clone(), parents[at].as_slice()));
    // A gate leads from above a node to the node, so it cannot close a cycle.
    Dag::build(vertices).unwrap_or_else(|_| {
        unreachable!(
            "invariant: a test is below its parents only, and gates what is below them all"
        )
    })
}

/// For each node the tests that it waits for.
fn gates(run: &Run<'_>) -> HashMap<usize, Vec<usize>> {
    let dag = run.dag;
    let executable = |at: usize| run.node(dag.key(at)).is_some_and(|n| !is_test(n));
    let mut gates: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut below: HashMap<usize, Indices> = HashMap::new();
    for id in run.wanted {
        let Some(test) = dag
            .index_of(id)
            .filter(|_| run.node(id).is_some_and(|n| n.resource_type == ResourceType::Test))
        else {
            continue;
        };
        let parents: BTreeSet<usize> = dag.parents(test).iter().copied().collect();
        let mut common: Option<Indices> = None;
        if let [only] = parents.iter().copied().collect::<Vec<_>>()[..] {
            for child in dag.children(only).iter().copied().filter(|at| executable(*at)) {
                gates.entry(child).or_default().push(test);
            }
            continue;
        }
        for parent in &parents {
            let reached = below.entry(*parent).or_insert_with(|| {
                let mut start = dag.none();
                start.insert(*parent);
                let mut reached = dag.descendants(&start, None);
                reached.remove(&start);
                reached
            });
            match &mut common {
                None => common = Some(reached.clone()),
                Some(common) => common.retain(reached),
            }
        }
        let Some(common) = common else { continue };
        for at in common.iter().filter(|at| executable(*at)) {
            let first = !dag.parents(at).iter().any(|parent| common.contains(*parent));
            if first {
                gates.entry(at).or_default().push(test);
            }
        }
    }
    gates
}

/// Makes the schemas that the nodes will write to: dbt does so before the first node.
pub(super) fn create_schemas(run: &Run<'_>, connections: &Connections) -> adapters::Result<()> {
    let adapter = &run.compiler.globals.adapter;
    let mut schemas: BTreeSet<&str> = BTreeSet::new();
    for id in run.wanted {
        if let Some(node) = run.node(id)
            && node.relation_name.is_some()
        {
            schemas.insert(&node.schema);
        }
    }
    schemas.insert(adapter.schema());
    for schema in schemas {
        connections.writer.with(|session| session.create_schema(schema))?;
    }
    Ok(())
}
