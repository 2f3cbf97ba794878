//! A function around the column that an incremental run filters by: the filter is there to read less, and then cannot.

use sqlparser::ast::Expr;

use super::mixed_clocks::watermark;
use crate::check::lint::block::Rows;
use crate::check::lint::{Finding, Subject, expr};
use crate::compile::Variant;

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (sql, block) in subject.blocks() {
        let is_incremental = sql.variant == Variant::Incremental;
        for condition in block.select.selection.iter().flat_map(expr::conjuncts) {
            let side = match watermark(subject, condition) {
                Some((side, _)) if is_incremental => Some(side),
                _ => compared_with_constant(condition),
            };
            let Some(side) = side.filter(|side| is_wrapped(side)) else { continue };
            let names = expr::column_names(side);
            let [name] = names.as_slice() else { continue };
            let is_mark = is_incremental && watermark(subject, condition).is_some();
            let is_found_by = block.sources.iter().any(|source| match &source.rows {
                Rows::Table(table) => is_found_by(subject, table, name),
                _ => false,
            });
            if is_mark || is_found_by {
                let message = format!(
                    "a function around `{name}` keeps the engine from finding the rows by it"
                );
                let finding = Finding::in_sql(sql, sql.range(side), message);
                findings.push(
                    finding.hint("leave the column bare, and put the function on the other side"),
                );
            }
        }
    }
    findings
}

/// The side of a comparison whose other side is a constant.
fn compared_with_constant(condition: &Expr) -> Option<&Expr> {
    match condition {
        Expr::BinaryOp { left, op, right } if expr::is_comparison(op) => {
            match (expr::column_names(left).is_empty(), expr::column_names(right).is_empty()) {
                (false, true) => Some(left),
                (true, false) => Some(right),
                _ => None,
            }
        }
        Expr::Between { expr, .. } => Some(expr),
        _ => None,
    }
}

fn is_wrapped(expr: &Expr) -> bool {
    let is_first_of = |name: &str| ["coalesce", "ifnull"].contains(&name);
    match expr::bare(expr) {
        Expr::Function(_) => expr::called(expr).is_some_and(|(function, name)| {
            !is_first_of(&name) && function.over.is_none() && !expr::is_aggregate(expr)
        }),
        Expr::Cast { .. } => true,
        _ => false,
    }
}

/// Whether the project says that a table's rows are found by a column: an index, a partition, the time of its events.
fn is_found_by(subject: &Subject<'_>, table: &str, column: &str) -> bool {
    let Some(id) = subject.facts.table(table) else { return false };
    let manifest = &subject.facts.compiler.manifest;
    let Some(resource) = manifest.resource(id.as_str()) else { return false };
    let config = resource.config();
    let first = |value: &serde_json::Value| match value {
        serde_json::Value::String(name) => Some(name.clone()),
        serde_json::Value::Array(names) => names.first()?.as_str().map(str::to_owned),
        serde_json::Value::Object(map) => map.get("field")?.as_str().map(str::to_owned),
        _ => None,
    };
    let named = ["event_time", "partition_by", "cluster_by"];
    let named = named.iter().filter_map(|key| first(config.get(key)?));
    let indexes = config.get("indexes").and_then(serde_json::Value::as_array);
    let indexes = indexes.into_iter().flatten().filter_map(|index| first(index.get("columns")?));
    named.chain(indexes).any(|name| name.eq_ignore_ascii_case(column))
}
