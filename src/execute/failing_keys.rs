//! Which rows of a model a failing test is unhappy with, for the quality report.
//!
//! The rows of a test seldom say it: those of `not_null` are nulls, those of `accepted_values` counts. The key of the
//! model is looked up by what the test found. Invariant: no other column of the model is read out.

use std::sync::Arc;

use crate::events::FailingKeys;
use crate::jinja::contexts::Connection;
use crate::manifest::{Node, primary_key};
use crate::names::UniqueId;

use super::Run;

/// The built-in tests (dbt 1.12), and the column of their rows that holds values of the tested column; of
/// `not_null`, all of these are null.
const FOUND: [(&str, Option<&str>); 4] = [
    ("not_null", None),
    ("unique", Some("unique_field")),
    ("accepted_values", Some("value_field")),
    ("relationships", Some("from_field")),
];

/// Names the rows, where the model has a known key. `code` is the test's query.
pub(super) fn find(
    run: &Run<'_>,
    node: &Node,
    connection: &Arc<Connection>,
    code: &str,
) -> Option<FailingKeys> {
    let tested = tested(run, node)?;
    let columns = primary_key::of(&run.compiler.manifest, tested);
    if columns.is_empty() {
        return None;
    }
    let written: Vec<String> = columns.iter().map(|column| written(run, column)).collect();
    let select = format!("select distinct {} from", written.join(", "));
    let limit = format!("limit {}", FailingKeys::ROWS + 1);
    let sql = match found(run, node, tested, code) {
        Some(rows) => format!("{select} {rows} {limit}"),
        None => format!("{select} (\n{code}\n) {limit}"),
    };
    let mut table = connection.with(|session| session.query(&sql, &[])).ok().flatten()?;
    let is_complete = table.rows.len() <= FailingKeys::ROWS;
    table.rows.truncate(FailingKeys::ROWS);
    let cell = |datum: &crate::adapters::Datum| (!datum.is_null()).then(|| datum.to_string());
    let rows = table.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    Some(FailingKeys { columns, rows, is_complete })
}

/// The model that the test is about: the one that it is written at, or the only one that it reads.
fn tested<'r>(run: &'r Run<'_>, node: &'r Node) -> Option<&'r UniqueId> {
    let attached = node.test().and_then(|test| test.attached_node.as_ref());
    let read = match &node.depends_on.nodes[..] {
        [only] => Some(only),
        _ => None,
    };
    let tested = attached.or(read)?;
    run.node(tested).is_some().then_some(tested)
}

/// The rows of the model that a built-in test found, as what follows `from`.
fn found(run: &Run<'_>, node: &Node, tested: &UniqueId, code: &str) -> Option<String> {
    let test = node.test()?;
    let metadata = test.metadata.as_ref().filter(|metadata| metadata.namespace.is_none())?;
    let (_, values) = FOUND.iter().find(|(name, _)| *name == metadata.name)?;
    let column = test.column_name.as_deref()?;
    let relation = run.compiler.relation(tested)?.render();
    let relation = match node.config.get_str("where") {
        Some(condition) => format!("(select * from {relation} where {condition})"),
        None => relation,
    };
    Some(match values {
        None => format!("{relation} where {column} is null"),
        Some(values) => {
            format!("{relation} where {column} in (select {values} from (\n{code}\n))")
        }
    })
}

/// A column as it stands in SQL: tests write theirs as SQL, constraints as names.
fn written(run: &Run<'_>, column: &str) -> String {
    let adapter = &run.compiler.globals.adapter;
    match adapter.types().is_plain_name(column) || column.contains(['"', '`', '[', '(']) {
        true => column.to_owned(),
        false => adapter.naming().quoted(column),
    }
}
