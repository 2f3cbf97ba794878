//! A ratio of two counts: whole numbers are divided without a remainder, and the ratio is 0 or 1.

use sqlparser::ast::{BinaryOperator, Expr, Value};

use crate::check::lint::sql::Sql;
use crate::check::lint::{Finding, Subject, expr};

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (sql, block) in subject.blocks() {
        for (_, output) in block.outputs() {
            expr::each(output, &mut |part| {
                if let Expr::BinaryOp { left, op: BinaryOperator::Divide, right } = part
                    && is_count(left)
                    && is_count(right)
                {
                    findings.push(finding(sql, left, right));
                }
            });
        }
    }
    findings
}

/// Whether it is a whole number that counts rows: a count, or a sum of ones and zeros.
fn is_count(expr: &Expr) -> bool {
    let Some((function, name)) = expr::called(expr) else {
        return match expr::bare(expr) {
            Expr::BinaryOp { left, op: BinaryOperator::Multiply, right } => {
                is_count(left) && is_whole(right) || is_whole(left) && is_count(right)
            }
            _ => false,
        };
    };
    let arguments = expr::arguments(function);
    match (name.as_str(), arguments.as_slice()) {
        ("count", _) => true,
        ("sum", [of]) => counts(of),
        ("nullif" | "coalesce" | "ifnull", [first, rest @ ..]) => {
            is_count(first) && rest.iter().all(|one| is_whole(one))
        }
        _ => false,
    }
}

/// Whether a `case` gives whole numbers only.
fn counts(expr: &Expr) -> bool {
    match expr::bare(expr) {
        Expr::Case { conditions, else_result, .. } => {
            conditions.iter().all(|when| is_whole(&when.result))
                && else_result.as_ref().is_none_or(|other| is_whole(other))
        }
        other => is_whole(other),
    }
}

fn is_whole(expr: &Expr) -> bool {
    match expr::bare(expr) {
        Expr::Value(value) => match &value.value {
            Value::Number(digits, _) => digits.chars().all(|c| c.is_ascii_digit()),
            _ => false,
        },
        _ => false,
    }
}

fn finding(sql: &Sql, left: &Expr, right: &Expr) -> Finding {
    let at = sql.find("/", sql.range(left).end..sql.range(right).start);
    let message = "whole numbers are divided here, so the remainder is lost";
    Finding::in_sql(sql, at..at + 1, message).hint("multiply one of them by 1.0")
}
