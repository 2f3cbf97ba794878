//! A join of a number with a text: `1` and `01` are the same key then, or no key matches.

use std::sync::Arc;

use sqlparser::ast::{BinaryOperator, Expr};

use crate::check::lint::block::Block;
use crate::check::lint::{Finding, Subject, expr};

/// What a declared type keeps.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Number,
    Text,
}

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (sql, block) in subject.blocks() {
        for condition in block.joins().flat_map(expr::conjuncts) {
            let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = condition else {
                continue;
            };
            let types = [left, right].map(|side| family(subject, block, side));
            let [Some((one, a)), Some((other, b))] = types else { continue };
            if one != other {
                let message = format!(
                    "the join compares `{left}` ({a}) with `{right}` ({b}): a number with a text"
                );
                let finding = Finding::in_sql(sql, sql.range(condition), message);
                findings.push(
                    finding.hint("cast one of them where it is staged, so that both are the same"),
                );
            }
        }
    }
    findings
}

/// The family of the declared type of a table's column, and the type.
fn family(subject: &Subject<'_>, block: &Arc<Block>, expr: &Expr) -> Option<(Family, String)> {
    let (id, column) = subject.facts.table_column(expr, block)?;
    let written = subject.facts.types(&id).get(&column)?.to_lowercase();
    let is = |words: &[&str]| words.iter().any(|word| written.contains(word));
    let family = match () {
        () if is(&["char", "text", "string", "clob"]) => Family::Text,
        () if is(&["int", "real", "floa", "doub", "numeric", "decimal"]) => Family::Number,
        () => return None,
    };
    Some((family, written))
}
