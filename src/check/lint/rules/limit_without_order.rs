//! `limit` without `order by`: which rows come is left to chance.

use crate::check::lint::block::Position;
use crate::check::lint::{Finding, Subject, expr};

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (sql, block) in subject.blocks() {
        let is_table = block.position != Position::Expression && !block.sources.is_empty();
        let Some(limit) = block.limit.as_ref().filter(|_| is_table && !block.is_ordered) else {
            continue;
        };
        let is_zero = limit.to_string() == "0";
        let is_one_row = block.outputs().any(|(_, expr)| expr::has_aggregate(expr));
        if !is_zero && !is_one_row {
            let message = "`limit` without `order by` keeps rows by chance";
            let finding = Finding::in_sql(sql, sql.range(limit), message);
            findings.push(finding.hint("say in which order, by a column that tells rows apart"));
        }
    }
    findings
}
