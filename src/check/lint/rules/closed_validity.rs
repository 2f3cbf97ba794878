//! `between valid_from and valid_to`: where one version ends and the next begins, both match.

use sqlparser::ast::Expr;

use crate::check::lint::sql::Sql;
use crate::check::lint::{Finding, Subject, expr};

/// How the names of the two ends of a version differ.
const ENDS: &[(&str, &str)] = &[
    ("valid_from", "valid_to"),
    ("valid_from", "valid_until"),
    ("effective_from", "effective_to"),
    ("effective_from", "effective_until"),
    ("validity_start", "validity_end"),
    ("valid_start", "valid_end"),
];

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (sql, block) in subject.blocks() {
        for filter in block.filters() {
            expr::each(filter, &mut |part| {
                if let Expr::Between { expr, negated: false, low, high } = part
                    && is_validity(low, high)
                    && !is_shortened(sql, high)
                {
                    findings.push(finding(sql, [expr, low, high]));
                }
            });
        }
    }
    findings
}

fn is_validity(low: &Expr, high: &Expr) -> bool {
    let (Some(low), Some(high)) = (bound(low), bound(high)) else { return false };
    let stem = |name: &str, end: &str| name.strip_suffix(end).map(str::to_owned);
    ENDS.iter().any(|(from, to)| {
        stem(&low, from).zip(stem(&high, to)).is_some_and(|(one, other)| one == other)
    })
}

/// The column of a bound; an open end may have a value in its place.
fn bound(expr: &Expr) -> Option<String> {
    let first = match expr::called(expr) {
        Some((function, name)) if ["coalesce", "ifnull"].contains(&name.as_str()) => {
            expr::arguments(function).into_iter().next()?
        }
        _ => expr,
    };
    expr::column_name(first).map(str::to_lowercase)
}

/// Whether the statement makes the end itself, a step before the next version begins.
fn is_shortened(sql: &Sql, high: &Expr) -> bool {
    let name = bound(high).unwrap_or_default();
    let steps_back = |part: &Expr| match part {
        Expr::BinaryOp { op: sqlparser::ast::BinaryOperator::Minus, .. } => true,
        other => expr::literal(other).is_some_and(|text| text.starts_with('-')),
    };
    sql.blocks.iter().flat_map(|block| block.outputs()).any(|(alias, expr)| {
        alias.is_some_and(|alias| alias.eq_ignore_ascii_case(&name)) && expr::any(expr, steps_back)
    })
}

fn finding(sql: &Sql, [value, low, high]: [&Expr; 3]) -> Finding {
    let ranges = [value, low, high].map(|expr| sql.range(expr));
    let at = sql.find("between", ranges[0].end..ranges[1].start);
    let message =
        "`between` takes both ends: where one version ends and the next begins, both match";
    let finding = Finding::in_sql(sql, at..at + "between".len(), message)
        .hint("write `>=` for the beginning and `<` for the end");
    let is_plain = sql.has_only("between", ranges[0].end..ranges[1].start)
        && sql.has_only("and", ranges[1].end..ranges[2].start);
    if ![value, low, high].into_iter().all(expr::is_column) || !is_plain {
        return finding;
    }
    let [value, low, high] = ranges.clone().map(|range| &sql.code[range]);
    let and = sql.in_its_case("and");
    let text = format!("({value} >= {low} {and} {value} < {high})");
    finding.fix(ranges[0].start..ranges[2].end, text)
}
