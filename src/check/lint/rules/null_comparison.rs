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
                    // Two nulls were put in by a template that knows of them.
                    && expr::is_null(left) != expr::is_null(right)
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
    let sign = sql.code.get(sql.operator(from.end..to.start)?)?;
    let remedy = match sign {
        "=" | "==" => "is null",
        "!=" | "<>" => "is not null",
        // The parser reads `is` between expressions as the same operator.
        _ => return None,
    };
    let whole = from.start..to.end;
    let message = format!("a comparison with null by `{sign}` is never true");
    let finding = Finding::in_sql(sql, whole.clone(), message);
    let finding = finding.hint("write `is null` or `is not null`");
    let (value, null) = if expr::is_null(right) { (left, right) } else { (right, left) };
    let is_plain = sql.has_only(sign, from.end..to.start);
    if !expr::is_column(value) || matches!(null, Expr::Nested(_)) || !is_plain {
        return Some(finding);
    }
    let words = sql.in_its_case(remedy);
    let text = format!("{} {words}", &sql.code[sql.range(value)]);
    Some(finding.fix(whole, text))
}
