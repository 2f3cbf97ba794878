//! A column beside an aggregate that is not grouped by: its value is that of any row.

use sqlparser::ast::{Expr, GroupByExpr, SelectItem};

use crate::check::lint::block::{Block, output};
use crate::check::lint::sql::Sql;
use crate::check::lint::{Finding, Subject, expr};

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    subject.blocks().flat_map(|(sql, block)| of_block(sql, block)).collect()
}

fn of_block(sql: &Sql, block: &Block) -> Vec<Finding> {
    let Some(grouped) = grouped(block) else { return Vec::new() };
    let has_aggregate = block.outputs().any(|(_, expr)| expr::has_aggregate(expr));
    if !has_aggregate {
        // `group by` alone makes rows distinct; only a column that is left out is a question.
        if grouped.is_empty() {
            return Vec::new();
        }
    }
    let mut findings = Vec::new();
    for (alias, expr) in block.outputs() {
        let is_alias = alias.is_some_and(|alias| {
            grouped
                .iter()
                .any(|one| expr::column_name(one).is_some_and(|n| n.eq_ignore_ascii_case(alias)))
        });
        if is_alias {
            continue;
        }
        if let Some(column) = bare_column(expr, &grouped) {
            let name = expr::column_name(&column).unwrap_or_default();
            let message =
                format!("`{name}` is not grouped by: its value is that of any row of the group");
            let finding = Finding::in_sql(sql, sql.range(&column), message);
            findings
                .push(finding.hint("group by it, or say which value is meant with `min` or `max`"));
        }
    }
    findings
}

/// What a select groups by; none when it makes no groups.
fn grouped(block: &Block) -> Option<Vec<Expr>> {
    let GroupByExpr::Expressions(expressions, _) = &block.select.group_by else { return None };
    let has_aggregate = block.outputs().any(|(_, expr)| expr::has_aggregate(expr));
    if expressions.is_empty() && !has_aggregate {
        return None;
    }
    Some(expressions.iter().map(|expr| meant(block, expr)).collect())
}

/// What an item of `group by` means: a number is the column at that place.
fn meant(block: &Block, expr: &Expr) -> Expr {
    let place = match expr::bare(expr) {
        Expr::Value(value) => value.value.to_string().parse::<usize>().ok(),
        _ => None,
    };
    let item = place.and_then(|place| block.select.projection.get(place.checked_sub(1)?));
    let of_item = |item: &SelectItem| output(item).map(|(_, expr)| expr.clone());
    item.and_then(of_item).unwrap_or_else(|| expr.clone())
}

/// The first column of an expression that is in no aggregate, in no window, and not grouped by.
fn bare_column(expr: &Expr, grouped: &[Expr]) -> Option<Expr> {
    if grouped.iter().any(|one| is_same(one, expr)) || expr::is_aggregate(expr) {
        return None;
    }
    match expr::bare(expr) {
        column @ (Expr::Identifier(_) | Expr::CompoundIdentifier(_)) => Some(column.clone()),
        Expr::BinaryOp { left, right, .. } => {
            bare_column(left, grouped).or_else(|| bare_column(right, grouped))
        }
        Expr::Cast { expr, .. } | Expr::UnaryOp { expr, .. } => bare_column(expr, grouped),
        Expr::Function(function) if function.over.is_none() => {
            expr::arguments(function).into_iter().find_map(|one| bare_column(one, grouped))
        }
        _ => None,
    }
}

/// Whether they are the same expression, or the same column with and without its table.
fn is_same(one: &Expr, other: &Expr) -> bool {
    match (expr::column(one), expr::column(other)) {
        (Some((a, name)), Some((b, other))) => {
            name.eq_ignore_ascii_case(other)
                && a.zip(b).is_none_or(|(a, b)| a.eq_ignore_ascii_case(b))
        }
        _ => expr::same(one, other),
    }
}
