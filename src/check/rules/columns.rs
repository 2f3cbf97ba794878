//! Columns of property files that the relation does not have.
//!
//! A column that is only described is a warning, as dbt takes it; one that is tested is an error, told once for all of
//! its tests.

use std::sync::Arc;

use crate::adapters::Column;
use crate::check::shadow::Shadow;
use crate::diagnostics::{Diagnostic, codes};
use crate::manifest::{self, Node, ResourceType, SourceTable};
use crate::names::{UniqueId, did_you_mean};

/// Columns of a node.
pub(in crate::check) fn check(shadow: &mut Shadow<'_>, node: &Arc<Node>, columns: &[Column]) {
    if node.resource_type == ResourceType::Test || node.config.contract_enforced() {
        return;
    }
    let what = format!("{} `{}`", node.resource_type, node.name);
    let written: Vec<_> = node.columns.values().cloned().collect();
    unknown(shadow, (&node.unique_id, &what), &written, columns);
}

/// Columns of a source whose table is in the database.
pub(in crate::check) fn of_source(
    shadow: &mut Shadow<'_>,
    source: &SourceTable,
    columns: &[Column],
) {
    let what = format!("source `{}.{}`", source.source_name, source.name);
    let written: Vec<_> = source.columns.values().cloned().collect();
    unknown(shadow, (&source.unique_id, &what), &written, columns);
}

/// Whether a column is among those of a relation, however it is quoted.
pub(in crate::check) fn has(columns: &[Column], name: &str) -> bool {
    let name = name.trim_matches(['"', '`', '[', ']']);
    columns.iter().any(|column| column.name.eq_ignore_ascii_case(name))
}

fn unknown(
    shadow: &mut Shadow<'_>,
    (id, what): (&UniqueId, &str),
    written: &[manifest::Column],
    columns: &[Column],
) {
    for column in written.iter().filter(|column| !has(columns, &column.name)) {
        let message = format!("{what} has no column `{}`", column.name);
        let make = match is_tested(shadow, id, &column.name) {
            true => Diagnostic::error,
            false => Diagnostic::warning,
        };
        let names = columns.iter().map(|column| column.name.as_str());
        let mistake = make(codes::UNKNOWN_COLUMN, message).at(column.span, "");
        let near = did_you_mean(&column.name, names.clone());
        let mistake = match near {
            Some(_) => mistake.suggest(near),
            None => mistake.note(format!("it has {}", listed(names))),
        };
        shadow.tell(mistake);
        shadow.unknown_columns.insert((id.clone(), column.name.to_lowercase()));
    }
}

fn is_tested(shadow: &Shadow<'_>, id: &UniqueId, column: &str) -> bool {
    let dag = shadow.dag();
    let below = dag.index_of(id).map_or(&[][..], |at| dag.children(at));
    let nodes = below.iter().filter_map(|at| shadow.compiler.manifest.nodes.get(dag.key(*at)));
    let mut tests = nodes.filter_map(|node| node.test());
    tests.any(|test| {
        test.attached_node.as_ref() == Some(id)
            && test.column_name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(column))
    })
}

/// The first names, and how many there are more.
pub(super) fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    const MOST: usize = 12;
    let names: Vec<&str> = names.collect();
    let shown =
        names.iter().take(MOST).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST) {
        0 if shown.is_empty() => "no columns".to_owned(),
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
