//! `new.x != old.x`: a change from or to null is not seen.

use sqlparser::ast::{BinaryOperator, Expr};
use std::sync::Arc;

use crate::check::lint::block::Block;
use crate::check::lint::sql::Sql;
use crate::check::lint::trace::{Origin, Reach};
use crate::check::lint::{Finding, Subject, expr};

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (sql, block) in subject.blocks() {
        for filter in conditions(block) {
            for condition in expr::conjuncts(filter) {
                of_condition(subject, sql, block, condition, &mut findings);
            }
        }
    }
    findings
}

/// The conditions of a select: on its rows, and of `case when`.
fn conditions(block: &Block) -> Vec<&Expr> {
    let cases = block.outputs().filter_map(|(_, expr)| match expr::bare(expr) {
        Expr::Case { operand: None, conditions, .. } => Some(conditions),
        _ => None,
    });
    block.filters().chain(cases.flatten().map(|when| &when.condition)).collect()
}

/// Looks at the alternatives of one condition: a test of null among them takes care of nulls.
fn of_condition(
    subject: &Subject<'_>,
    sql: &Sql,
    block: &Arc<Block>,
    condition: &Expr,
    findings: &mut Vec<Finding>,
) {
    let tests_null = |part: &Expr| matches!(part, Expr::IsNull(_) | Expr::IsNotNull(_));
    if expr::any(condition, tests_null) {
        return;
    }
    for alternative in expr::disjuncts(condition) {
        if let Expr::BinaryOp { left, op: BinaryOperator::NotEq, right } = alternative
            && is_change(subject, block, left, right)
            && !(subject.facts.never_null(left, block) && subject.facts.never_null(right, block))
        {
            findings.extend(finding(sql, left, right));
        }
    }
}

/// Whether two versions of one value are compared.
fn is_change(subject: &Subject<'_>, block: &Arc<Block>, left: &Expr, right: &Expr) -> bool {
    let before = |expr: &Expr| is_neighbour(subject, block, expr);
    let plain = |expr: &Expr| expr::column(expr).is_some();
    if before(left) && plain(right) || before(right) && plain(left) {
        return true;
    }
    let (Some((Some(one), a)), Some((Some(other), b))) = (expr::column(left), expr::column(right))
    else {
        return false;
    };
    a.eq_ignore_ascii_case(b) && !one.eq_ignore_ascii_case(other) && !is_pairing(a)
}

/// Whether a name is that of a key: `a.id != b.id` pairs rows, it compares no versions.
fn is_pairing(name: &str) -> bool {
    let name = name.to_lowercase();
    name == "id" || ["_id", "_key", "_sk", "_pk"].iter().any(|end| name.ends_with(end))
}

/// Whether it is the value of the row before or after, which the first or the last row does not have.
fn is_neighbour(subject: &Subject<'_>, block: &Arc<Block>, expr: &Expr) -> bool {
    let is_made_so = |origin: &Origin| match origin {
        Origin::Made(made) => expr::called(made).is_some_and(|(function, name)| {
            ["lag", "lead"].contains(&name.as_str()) && expr::arguments(function).len() < 3
        }),
        Origin::Column(..) => false,
    };
    let origins = subject.facts.origins(expr, block, Reach::Statement);
    !origins.is_empty() && origins.iter().all(is_made_so)
}

fn finding(sql: &Sql, left: &Expr, right: &Expr) -> Option<Finding> {
    let (left, right) = (sql.range(left), sql.range(right));
    let at = sql.operator(left.end..right.start)?;
    let sign = sql.code.get(at.clone())?;
    // The parser reads `is not` as the same operator; it is the remedy.
    if !["!=", "<>"].contains(&sign) {
        return None;
    }
    let (before, after) = (&sql.code[left.start..at.start], &sql.code[at.end..right.end]);
    let words = sql.in_its_case("is distinct from");
    let space = |is_there: bool| if is_there { "" } else { " " };
    let text = format!(
        "{before}{}{words}{}{after}",
        space(before.ends_with(char::is_whitespace)),
        space(after.starts_with(char::is_whitespace)),
    );
    let message = format!("`{sign}` does not see a change from or to null");
    let finding = Finding::in_sql(sql, at, message);
    Some(finding.hint("write `is distinct from`").fix(left.start..right.end, text))
}
