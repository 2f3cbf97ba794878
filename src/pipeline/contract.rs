//! `contract explain`: what keeps each constraint of a model, and which tests look at it.

use std::sync::Arc;

use super::choose::selected;
use super::compile::reading;
use super::{Prepared, Selection, World};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::jinja::contexts::{Connection, Scope};
use crate::jinja::objects::contract;
use crate::manifest::{Constraint, ConstraintKind, Node, ResourceType};
use crate::names::did_you_mean;

mod coverage;

/// The contract of one model.
#[derive(Clone, Debug)]
pub struct ContractReport {
    /// The model.
    pub node: Arc<Node>,
    /// Whether the contract is enforced.
    pub enforced: bool,
    /// Whether its table is there.
    pub built: bool,
    /// Its constraints: those of columns, then those of the model.
    pub constraints: Vec<ConstraintReport>,
}

/// One constraint.
#[derive(Clone, Debug)]
pub struct ConstraintReport {
    /// The constraint.
    pub constraint: Constraint,
    /// What keeps it.
    pub kept: Kept,
    /// Whether the table that is there has it; none when there is no table or nothing can be told.
    pub in_table: Option<bool>,
    /// Tests that look at it, by name.
    pub tests: Vec<String>,
    /// How much of it they cover.
    pub covered: Covered,
}

/// What keeps a constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The table refuses rows that break it.
    ByTable,
    /// forge looks at it whenever the model is built.
    AtBuild,
    /// Both.
    ByTableAndAtBuild,
    /// Nothing, and why.
    ByNothing(String),
}

/// How much of a constraint tests cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covered {
    /// All of it.
    Whole,
    /// Some of it: of a primary key, only that it is unique or only that it is not null.
    Part,
    /// Nothing.
    None,
}

/// The contracts of the selected models.
pub fn explain_contract(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
) -> Result<Vec<ContractReport>, Diagnostics> {
    let ids = selected(world, prepared, selection, &[ResourceType::Model])?;
    if ids.is_empty() {
        return Err(nothing(prepared, selection).into());
    }
    let connection = reading(prepared);
    let nodes = ids.iter().filter_map(|id| prepared.manifest.nodes.get(id));
    Ok(nodes.map(|node| report(prepared, node, &connection)).collect())
}

fn nothing(prepared: &Prepared, selection: &Selection) -> Diagnostic {
    let wanted = selection.select.join(" ");
    let models = prepared.manifest.nodes.values().filter(|node| node.model().is_some());
    let near = did_you_mean(&wanted, models.map(|node| node.name.as_str())).map(str::to_owned);
    Diagnostic::error(codes::NO_MATCH, format!("`{wanted}` selects no model"))
        .suggest(near.as_deref())
}

fn report(prepared: &Prepared, node: &Arc<Node>, connection: &Arc<Connection>) -> ContractReport {
    let scope = Arc::new(prepared.compiler.scope(node, connection));
    let definition = definition(prepared, node, connection);
    let of = |constraint: Constraint| {
        let kept = kept(prepared, node, &scope, &constraint);
        let may_be_there = node.makes_constraints() && constraint.lack().is_none();
        let in_table = definition
            .as_deref()
            .filter(|_| may_be_there)
            .and_then(|definition| contract::is_in(&scope, node, &constraint, definition));
        let (tests, covered) = coverage::of(&prepared.manifest, node, &constraint);
        ConstraintReport { constraint, kept, in_table, tests, covered }
    };
    ContractReport {
        node: node.clone(),
        enforced: node.config.contract_enforced(),
        built: definition.is_some(),
        constraints: node.constraints().into_iter().map(of).collect(),
    }
}

/// The statement that made the model's table, when there is a database and the table in it.
fn definition(prepared: &Prepared, node: &Node, connection: &Arc<Connection>) -> Option<String> {
    let relation = prepared.compiler.relation(&node.unique_id)?;
    connection.with(|session| session.definition(&relation)).ok()??
}

fn kept(prepared: &Prepared, node: &Node, scope: &Arc<Scope>, constraint: &Constraint) -> Kept {
    if !node.config.contract_enforced() {
        return Kept::ByNothing("the contract is not enforced".to_owned());
    }
    if !node.makes_constraints() {
        return Kept::ByNothing(format!("`{}` makes no constraints", node.materialized()));
    }
    if let Some(lack) = constraint.lack() {
        return Kept::ByNothing(format!("it has no {lack}"));
    }
    match constraint.kind {
        ConstraintKind::ForeignKey => {
            let is_kept = prepared.compiler.globals.adapter.capabilities().keeps_references
                && contract::can_point(scope, constraint);
            if is_kept { Kept::ByTableAndAtBuild } else { Kept::AtBuild }
        }
        _ => Kept::ByTable,
    }
}
