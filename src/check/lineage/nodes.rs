//! The lineage of every node, from what the shadow knows of it.
//!
//! An ephemeral model is a relation like any other here: queries are read before it is inlined.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use rayon::prelude::*;

use super::{Catalog, Lineage, Unknown, of_sql, snapshot};
use crate::adapters::{Column, Relation};
use crate::check::shadow::{Checked, CheckedNode, CheckedVariant, Unchecked};
use crate::compile::{Compiler, Variant};
use crate::manifest::{Node, ResourceType};
use crate::names::UniqueId;

/// What is known of a relation of the project.
#[derive(Clone, Debug, Default)]
pub struct NodeLineage {
    /// Its columns; none when they are not known.
    pub columns: Vec<Arc<str>>,
    /// Where they come from, for each variant; none of what has no query.
    pub variants: Vec<(Variant, Result<Lineage, Reason>)>,
}

/// Why a node's lineage is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its query cannot be followed.
    Query(Unknown),
    /// The engine could not prepare it.
    Unprepared(Unchecked),
    /// The engine gives it other columns than were found.
    Columns,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Query(unknown) => unknown.fmt(f),
            Reason::Unprepared(Unchecked::Reads(id)) => {
                write!(f, "it reads `{id}`, whose columns are not known")
            }
            Reason::Unprepared(Unchecked::NeedsRows) => {
                f.write_str("it asks the database for rows while it is compiled")
            }
            Reason::Unprepared(Unchecked::Wrong) => f.write_str("it has a mistake"),
            Reason::Unprepared(Unchecked::NotSql) => f.write_str("it is not SQL"),
            Reason::Unprepared(Unchecked::NoColumns) => f.write_str("nothing tells its columns"),
            Reason::Columns => f.write_str("its columns are not those that were found"),
        }
    }
}

/// The lineage of what was checked; tests and the like are not part of it.
pub fn of_nodes(compiler: &Compiler, checked: &Checked) -> IndexMap<UniqueId, NodeLineage> {
    let catalog = catalog(compiler, checked);
    let nodes: Vec<(&UniqueId, &CheckedNode)> =
        checked.nodes.iter().filter(|(id, _)| is_relation(compiler, id)).collect();
    let known = nodes.par_iter().map(|(id, known)| {
        let node = compiler.manifest.nodes.get(*id);
        let variants = known.variants.iter().map(|variant| {
            (variant.variant, of_variant(compiler, &catalog, node, (known, variant)))
        });
        let lineage = NodeLineage { columns: names(&known.columns), variants: variants.collect() };
        ((*id).clone(), lineage)
    });
    let mut all: IndexMap<UniqueId, NodeLineage> = known.collect::<Vec<_>>().into_iter().collect();
    for (id, reason) in checked.unchecked.iter().filter(|(id, _)| is_relation(compiler, id)) {
        let reason = Err(Reason::Unprepared(reason.clone()));
        let variants = match compiler.manifest.sources.contains_key(id) {
            true => Vec::new(),
            false => vec![(Variant::Auto, reason)],
        };
        all.insert(id.clone(), NodeLineage { columns: Vec::new(), variants });
    }
    all
}

/// The relations that the shadow knows, under the names that queries give them.
pub fn catalog(compiler: &Compiler, checked: &Checked) -> Catalog {
    let mut catalog = Catalog::default();
    // A table that a node fills and a source declares is the node's.
    let is_source = |id: &UniqueId| compiler.manifest.sources.contains_key(id);
    let (sources, nodes): (Vec<_>, Vec<_>) =
        checked.nodes.iter().partition(|(id, _)| is_source(id));
    for (id, known) in nodes.into_iter().chain(sources) {
        let columns = names(&known.columns);
        match (compiler.relation(id), compiler.manifest.nodes.get(id)) {
            (Some(relation), _) => catalog.add(&relation, id.as_str(), &columns),
            (None, Some(node)) if node.is_ephemeral() => {
                let name = Relation::ephemeral_name(&node.alias);
                catalog.add_name(None, &name, id.as_str(), &columns);
            }
            _ => {}
        }
    }
    catalog
}

fn is_relation(compiler: &Compiler, id: &UniqueId) -> bool {
    let manifest = &compiler.manifest;
    let is_node = |node: &Arc<Node>| node.resource_type.is_refable();
    manifest.nodes.get(id).is_some_and(is_node) || manifest.sources.contains_key(id)
}

fn of_variant(
    compiler: &Compiler,
    catalog: &Catalog,
    node: Option<&Arc<Node>>,
    (known, variant): (&CheckedNode, &CheckedVariant),
) -> Result<Lineage, Reason> {
    let syntax = compiler.globals.adapter.syntax();
    let lineage = of_sql(&variant.compiled.rendered, catalog, syntax);
    let mut lineage = lineage.map_err(Reason::Query)?;
    if lineage.columns.len() != variant.columns.len() {
        return Err(Reason::Columns);
    }
    for (column, name) in lineage.columns.iter_mut().zip(names(&variant.columns)) {
        column.name = name;
    }
    if let Some(node) = node.filter(|node| node.resource_type == ResourceType::Snapshot) {
        let own = names(&known.columns);
        snapshot::extend(&mut lineage, node, own.get(variant.columns.len()..).unwrap_or(&[]));
    }
    Ok(lineage)
}

/// Names of columns as a table has them: a second `id` is `id:1`.
fn names(columns: &[Column]) -> Vec<Arc<str>> {
    let mut taken = HashSet::new();
    let free = |column: &Column| {
        let numbered = (1..).map(|number| format!("{}:{number}", column.name));
        let mut names = std::iter::once(column.name.clone()).chain(numbered);
        let free = names.find(|name| taken.insert(name.to_ascii_lowercase()));
        Arc::from(free.expect("invariant: numbers do not end"))
    };
    columns.iter().map(free).collect()
}
