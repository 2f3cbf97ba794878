//! `not in` a query that can give null: then no row passes at all.

use std::sync::Arc;

use sqlparser::ast::{Expr, Query};

use crate::check::lint::block::{Block, Env, Position};
use crate::check::lint::sql::Sql;
use crate::check::lint::{Finding, Subject, expr};

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (sql, block) in subject.blocks() {
        for filter in block.filters() {
            expr::each(filter, &mut |part| {
                if let Expr::InSubquery { expr, subquery, negated: true } = part
                    && can_give_null(subject, subquery, block)
                {
                    findings.push(finding(sql, expr, subquery));
                }
            });
        }
    }
    findings
}

/// Whether a subquery of a select may give a null, as far as anybody knows.
fn can_give_null(subject: &Subject<'_>, subquery: &Query, around: &Block) -> bool {
    let env = Env::of(subquery, Some(&around.env));
    let arms = Block::arms(subquery, &env, Position::Expression);
    let is_safe = |arm: &Arc<Block>| match arm.outputs().collect::<Vec<_>>().as_slice() {
        [(_, expr)] => subject.facts.never_null(expr, arm),
        // A star: the engine takes it when it is one column, and nothing is known of it.
        _ => true,
    };
    !arms.iter().all(is_safe)
}

fn finding(sql: &Sql, left: &Expr, subquery: &Query) -> Finding {
    let given = Block::arms(subquery, &Arc::default(), Position::Expression);
    let column = given.first().and_then(|arm| arm.outputs().next()?.0.map(str::to_owned));
    let what = column.map_or_else(|| "what the query gives".to_owned(), |name| format!("`{name}`"));
    let (start, end) = (sql.range(left).end, sql.range(subquery).start);
    let at = sql.find("not", start..end.max(start));
    let message = format!("{what} can be null, and `not in` a list with a null is never true");
    let length = "not".len();
    Finding::in_sql(sql, at..at + length, message)
        .hint("use `not exists`, or add `where … is not null` to the query in brackets")
}
