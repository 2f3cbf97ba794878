//! `>=` the newest row of a table that is only appended to: the newest rows are added again.

use sqlparser::ast::{BinaryOperator, Expr};

use super::blind_append::only_appends;
use super::mixed_clocks::watermark;
use crate::check::lint::{Finding, Subject, expr};
use crate::compile::Variant;

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    if !only_appends(subject) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (sql, block) in subject.blocks().filter(|(sql, _)| sql.variant == Variant::Incremental) {
        for condition in block.filters().flat_map(expr::conjuncts) {
            let Some((_, mark)) = watermark(subject, condition) else { continue };
            if let Expr::BinaryOp { op: BinaryOperator::GtEq | BinaryOperator::LtEq, .. } =
                condition
            {
                let message = format!(
                    "the rows with the newest `{mark}` are read again on every run, and added again"
                );
                let finding = Finding::in_sql(sql, sql.range(condition), message);
                findings.push(finding.hint("write `>`, or give the model a `unique_key`"));
            }
        }
    }
    findings
}
