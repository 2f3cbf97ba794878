//! `show`: the first rows of nodes.

use std::sync::Arc;

use super::choose::selected;
use super::compile::{COMPILED, reading};
use super::{Prepared, Selection, Shown, World};
use crate::adapters;
use crate::diagnostics::Diagnostics;
use crate::execute;
use crate::manifest::{Node, ResourceType};

/// The first rows of the selected nodes or of SQL of the command line.
pub fn show(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
    inline: Option<&str>,
    limit: Option<usize>,
) -> Result<Vec<Shown>, Diagnostics> {
    let connection = reading(prepared);
    let query = |node: &Arc<Node>| {
        execute::query(&prepared.compiler, node, &connection, limit)
            .map_err(|d| Diagnostics::from(*d))
    };
    if let Some(sql) = inline {
        let node = Arc::new(prepared.compiler.inline_node(sql).map_err(|d| Diagnostics::from(*d))?);
        return Ok(vec![shown(None, query(&node)?)]);
    }
    let ids = selected(world, prepared, selection, COMPILED)?;
    let mut all = Vec::new();
    for node in ids.iter().filter_map(|id| prepared.manifest.nodes.get(id)) {
        if node.resource_type == ResourceType::Test
            && selection.select.iter().all(|s| !s.contains(&*node.name))
        {
            // Tests come along with what they are on; they are shown when they are asked for.
            continue;
        }
        let rows = match node.resource_type {
            ResourceType::Seed => query(&Arc::new(seed_query(node)))?,
            _ => query(node)?,
        };
        all.push(shown(Some(node.name.clone()), rows));
    }
    Ok(all)
}

/// A seed is shown as its table.
pub(super) fn seed_query(node: &Node) -> Node {
    let mut query = node.clone();
    query.raw_code = "select * from {{ this }}".into();
    query
}

pub(super) fn shown(name: Option<String>, rows: execute::Rows) -> Shown {
    let table = rows.table;
    Shown {
        name,
        columns: table.column_names.clone(),
        rows: table
            .rows
            .iter()
            .map(|row| row.iter().map(adapters::Datum::to_json).collect())
            .collect(),
        sql: rows.sql,
    }
}
