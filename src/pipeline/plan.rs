//! `explain MODEL`: the engine's query plan, each step at the line of the template that it comes from.

use std::sync::Arc;

use super::choose::selected;
use super::compile::reading;
use super::{Prepared, Selection, World};
use crate::adapters::{Access, PlanStep};
use crate::check::failure;
use crate::compile::Variant;
use crate::diagnostics::Diagnostics;
use crate::jinja::contexts::Connection;
use crate::manifest::{Node, ResourceType};
use crate::names::UniqueId;
use crate::source::Span;

/// The plan of one variant of a node.
#[derive(Clone, Debug)]
pub struct NodePlan {
    /// The node.
    pub node: Arc<Node>,
    /// Of an incremental model, which variant: `full refresh` or `incremental`.
    pub variant: Option<&'static str>,
    /// The steps, outer ones first.
    pub steps: Vec<Step>,
    /// Indexes that the engine makes for the query alone, and throws away.
    pub missing: Vec<MissingIndex>,
}

/// A step of a plan.
#[derive(Clone, Debug)]
pub struct Step {
    /// What the engine does.
    pub plan: PlanStep,
    /// The template's place where the table is read.
    pub place: Option<Span>,
}

/// An index that would be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingIndex {
    /// The table's name in the query.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The node or source whose table it is, when that is known.
    pub of: Option<UniqueId>,
}

/// The plans of the selected nodes, of both variants of incremental ones.
///
/// # Errors
/// A template cannot be rendered, or the engine rejects the SQL: what it reads must be built.
pub fn explain_plans(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
) -> Result<Vec<NodePlan>, Diagnostics> {
    let kinds = [ResourceType::Model, ResourceType::Snapshot, ResourceType::Test];
    let wanted = selected(world, prepared, selection, &kinds)?;
    let connection = reading(prepared);
    let mut plans = Vec::new();
    for node in wanted.iter().filter_map(|id| prepared.manifest.nodes.get(id)) {
        let variants: &[(Variant, Option<&'static str>)] = match node.materialized() {
            "incremental" => &[
                (Variant::FullRefresh, Some("full refresh")),
                (Variant::Incremental, Some("incremental")),
            ],
            _ => &[(Variant::Auto, None)],
        };
        for (variant, name) in variants {
            plans.push(plan(prepared, node, &connection, (*variant, *name))?);
        }
    }
    Ok(plans)
}

fn plan(
    prepared: &Prepared,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
    (variant, name): (Variant, Option<&'static str>),
) -> Result<NodePlan, Diagnostics> {
    let compiler = &prepared.compiler;
    let compiled = compiler.compile(node, connection, variant);
    let code = compiled.map_err(|d| Diagnostics::from(*d))?.code;
    let steps = connection.with(|session| session.plan(&code)).map_err(|error| {
        let at = (code.as_str(), variant);
        Diagnostics::from(*failure::of_variant(compiler, node, connection, at, &error))
    })?;
    let reads = reads(prepared, node);
    let place = |step: PlanStep| {
        let place = step.table.as_deref().and_then(|table| {
            let name = of_alias(&reads, &code, table).map_or(table, |(_, name)| name.as_str());
            failure::place_of_table(compiler, node, connection, (variant, &code), name)
        });
        Step { plan: step, place }
    };
    let steps: Vec<Step> = steps.unwrap_or_default().into_iter().map(place).collect();
    let missing = steps.iter().filter_map(|step| missing(&reads, &code, step)).collect();
    Ok(NodePlan { node: node.clone(), variant: name, steps, missing })
}

/// What a node reads, with the names of the tables.
fn reads(prepared: &Prepared, node: &Node) -> Vec<(UniqueId, String)> {
    let named = |id: &UniqueId| Some((id.clone(), prepared.compiler.relation(id)?.physical().name));
    node.depends_on.nodes.iter().filter_map(named).collect()
}

/// The table that a query reads under a name.
fn of_alias<'r>(
    reads: &'r [(UniqueId, String)],
    code: &str,
    alias: &str,
) -> Option<&'r (UniqueId, String)> {
    let is_it = |(_, name): &&(UniqueId, String)| {
        name.eq_ignore_ascii_case(alias) || failure::is_alias(code, name, alias)
    };
    reads.iter().find(is_it)
}

fn missing(reads: &[(UniqueId, String)], code: &str, step: &Step) -> Option<MissingIndex> {
    let Access::TemporaryIndex { columns } = &step.plan.access else { return None };
    let table = step.plan.table.clone()?;
    let of = of_alias(reads, code, &table).map(|(id, _)| id.clone());
    Some(MissingIndex { table, columns: columns.clone(), of })
}
