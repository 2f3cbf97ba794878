//! Bare columns: beside `max(b)` or `min(b)` the engine takes them from the row with that value.
//!
//! Source: SQLite, `lang_select.html#bareagg`. Where an output can differ in the rows of its group, what is in `max` and
//! `min` decides about it.

use sqlparser::ast::{Expr, GroupByExpr, Select, SelectItem, Value};

use super::expression::operands;
use crate::check::expr;

/// What `min` and `max` of a select are asked for: it chooses the row of bare columns.
pub(super) fn choosing(select: &Select) -> Vec<&Expr> {
    let outputs = select.projection.iter().filter_map(output);
    outputs.chain(&select.having).flat_map(|one| Parts::of(one).choosing).collect()
}

/// Whether an output of a select can be another one in each row of its group.
pub(super) fn is_bare(item: &SelectItem, select: &Select) -> bool {
    let GroupByExpr::Expressions(terms, _) = &select.group_by else { return true };
    let is_it = |term: &Expr| {
        let is_alias = match (term, item) {
            (Expr::Identifier(name), SelectItem::ExprWithAlias { alias, .. }) => name == alias,
            _ => false,
        };
        is_alias || output(item) == Some(term) || is_number_of(term, item, select)
    };
    !terms.iter().any(is_it) && output(item).is_none_or(|one| Parts::of(one).has_bare_column)
}

fn is_number_of(term: &Expr, item: &SelectItem, select: &Select) -> bool {
    let Expr::Value(value) = term else { return false };
    let Value::Number(number, _) = &value.value else { return false };
    let place = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    place.and_then(|at| select.projection.get(at)).is_some_and(|one| std::ptr::eq(one, item))
}

fn output(item: &SelectItem) -> Option<&Expr> {
    match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
        _ => None,
    }
}

/// What an expression is made of, subqueries aside.
#[derive(Default)]
struct Parts<'e> {
    /// The arguments of `min` and `max`.
    choosing: Vec<&'e Expr>,
    /// A column stands outside of aggregates.
    has_bare_column: bool,
}

impl<'e> Parts<'e> {
    fn of(expression: &'e Expr) -> Self {
        let mut parts = Parts::default();
        let mut open = vec![expression];
        while let Some(expression) = open.pop() {
            match expression {
                Expr::Identifier(_) | Expr::CompoundIdentifier(_) => parts.has_bare_column = true,
                Expr::Function(function) if expr::is_aggregate(expression) => {
                    let name = expr::last_name(&function.name);
                    if name == "min" || name == "max" {
                        parts.choosing.extend(expr::arguments(function));
                    }
                }
                Expr::Function(function) => open.extend(expr::arguments(function)),
                Expr::BinaryOp { left, right, .. } => open.extend([&**left, &**right]),
                Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => open.push(inner),
                other => open.extend(operands(other).unwrap_or_default()),
            }
        }
        parts
    }
}
