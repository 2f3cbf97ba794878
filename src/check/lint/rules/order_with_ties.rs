//! The first row of each group, in an order that can have ties: which row is kept changes from run to run.

use std::sync::Arc;

use sqlparser::ast::{BinaryOperator, Expr, WindowSpec, WindowType};

use crate::check::lint::block::Block;
use crate::check::lint::sql::Sql;
use crate::check::lint::{Finding, Subject, expr};

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (sql, block) in subject.blocks() {
        for (alias, output) in block.outputs() {
            let numbered = numbered(output);
            let Some((alias, window)) = alias.zip(numbered) else { continue };
            if keeps_first(sql, alias) && has_ties(subject, block, window) {
                findings.push(finding(sql, output, window));
            }
        }
    }
    findings
}

/// The window of a `row_number`.
fn numbered(expr: &Expr) -> Option<&WindowSpec> {
    match expr::called(expr)? {
        (function, name) if name == "row_number" => match &function.over {
            Some(WindowType::WindowSpec(window)) => Some(window),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the statement keeps only what has the number one.
fn keeps_first(sql: &Sql, alias: &str) -> bool {
    let is_one = |expr: &Expr| matches!(expr::bare(expr), Expr::Value(value) if value.value.to_string() == "1");
    let is_alias =
        |expr: &Expr| expr::column_name(expr).is_some_and(|n| n.eq_ignore_ascii_case(alias));
    let keeps = |condition: &Expr| match condition {
        Expr::BinaryOp { left, op: BinaryOperator::Eq | BinaryOperator::LtEq, right } => {
            is_alias(left) && is_one(right) || is_one(left) && is_alias(right)
        }
        _ => false,
    };
    sql.blocks.iter().any(|block| block.filters().flat_map(expr::conjuncts).any(keeps))
}

/// Whether rows of one group can be equal in the order. Who orders by a second column has thought of ties.
fn has_ties(subject: &Subject<'_>, block: &Arc<Block>, window: &WindowSpec) -> bool {
    let is_grouped = |expr: &Expr| window.partition_by.iter().any(|one| expr::same(one, expr));
    let ordered: Vec<&Expr> =
        window.order_by.iter().map(|one| &one.expr).filter(|expr| !is_grouped(expr)).collect();
    match ordered.as_slice() {
        [] => true,
        [only] => match expr::column_name(only) {
            Some(name) => !(is_key(name) || is_unique(subject, block, only)),
            None => false,
        },
        _ => false,
    }
}

/// Whether a name is that of what tells rows apart.
fn is_key(name: &str) -> bool {
    let name = name.to_lowercase();
    let whole = ["id", "rowid", "_rowid_", "oid", "offset", "lsn", "seq", "sequence"];
    let ends = ["_id", "_key", "_seq", "_sequence", "_offset", "_lsn", "_number", "_no", "_uuid"];
    whole.contains(&name.as_str()) || ends.iter().any(|end| name.ends_with(end))
}

fn is_unique(subject: &Subject<'_>, block: &Arc<Block>, expr: &Expr) -> bool {
    let column = subject.facts.table_column(expr, block);
    column.is_some_and(|(id, name)| subject.facts.is_unique(&id, &name))
}

fn finding(sql: &Sql, output: &Expr, window: &WindowSpec) -> Finding {
    let range =
        window.order_by.first().map_or_else(|| sql.range(output), |one| sql.range(&one.expr));
    let message = match window.order_by.first() {
        Some(first) => format!(
            "rows with the same `{}` are in no certain order: which one is kept can change from run to run",
            first.expr
        ),
        None => "rows of a group are in no order: which one is kept can change from run to run"
            .to_owned(),
    };
    Finding::in_sql(sql, range, message)
        .hint("add a column to `order by` that tells such rows apart")
}
