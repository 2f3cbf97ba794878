//! A condition in `where` on what a left join may not have found: it makes an inner join of it.

use std::collections::HashSet;

use sqlparser::ast::Expr;

use crate::check::lint::{Finding, Subject, expr};

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (sql, block) in subject.blocks() {
        let conditions: Vec<&Expr> =
            block.select.selection.iter().flat_map(expr::conjuncts).collect();
        let mut told = HashSet::new();
        for condition in conditions {
            let Some(table) = rejects_null_of(condition) else { continue };
            let is_optional = block.source(table).is_some_and(|source| source.is_optional);
            if is_optional && told.insert(table) {
                let message = format!(
                    "the outer join of `{table}` finds rows that this condition takes away again"
                );
                let finding = Finding::in_sql(sql, sql.range(condition), message);
                findings.push(finding.hint("move the condition to `on`, or join without `left`"));
            }
        }
    }
    findings
}

/// The table of which a condition rejects rows without a value.
fn rejects_null_of(condition: &Expr) -> Option<&str> {
    let table = |expr| expr::column(expr).and_then(|(table, _)| table);
    match condition {
        Expr::BinaryOp { left, op, right } if expr::is_comparison(op) => {
            let constant = [(left, right), (right, left)];
            let mut sides = constant.into_iter().filter(|(_, other)| expr::is_constant(other));
            sides.find_map(|(column, _)| table(column))
        }
        Expr::InList { expr, negated: false, list } if list.iter().all(expr::is_constant) => {
            table(expr)
        }
        Expr::Between { expr, low, high, .. }
            if expr::is_constant(low) && expr::is_constant(high) =>
        {
            table(expr)
        }
        Expr::Like { expr, .. } => table(expr),
        _ => None,
    }
}
