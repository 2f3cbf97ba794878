//! `x = null`: never true.

use sqlparser::ast::{BinaryOperator, Expr};

use crate::check::lint::sql::Sql;
use crate::check::lint::{Finding, Subject, expr};

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (sql, block) in subject.blocks() {
        let outputs = block.outputs().map(|(_, expr)| expr);
        for whole in block.filters().chain(outputs).chain(&block.select.having) {
            expr::each(whole, &mut |part| {
                if let Expr::BinaryOp { left, op, right } = part
                    && matches!(op, BinaryOperator::Eq | BinaryOperator::NotEq)
                    && (expr::is_null(left) || expr::is_null(right))
                {
                    findings.extend(finding(sql, left, right));
                }
            });
        }
    }
    findings
}

fn finding(sql: &Sql, left: &Expr, right: &Expr) -> Option<Finding> {
    let (from, to) = (sql.range(left), sql.range(right));
    let sign = sql.code.get(from.end..to.start)?.trim();
    let remedy = match sign {
        "=" | "==" => "is null",
        "!=" | "<>" => "is not null",
        // The parser reads `is` between expressions as the same operator.
        _ => return None,
    };
    let value = if expr::is_null(right) { from.clone() } else { to.clone() };
    let upper = sql.code.contains("SELECT");
    let words = if upper { remedy.to_uppercase() } else { remedy.to_owned() };
    let text = format!("{} {words}", &sql.code[value]);
    let whole = from.start..to.end;
    let message = format!("a comparison with null by `{sign}` is never true");
    let finding = Finding::in_sql(sql, whole.clone(), message);
    Some(finding.hint("write `is null` or `is not null`").fix(whole, text))
}
