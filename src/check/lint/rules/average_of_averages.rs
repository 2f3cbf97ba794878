//! An average of averages: every group counts as much as the others, however many rows it has.

use sqlparser::ast::Expr;

use crate::check::lint::trace::{Origin, Reach};
use crate::check::lint::{Finding, Subject, expr};

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (sql, block) in subject.blocks() {
        for (_, output) in block.outputs() {
            expr::each(output, &mut |part| {
                let Some(argument) = averaged(part) else { return };
                let origins = subject.facts.origins(argument, block, Reach::Project);
                if origins.is_empty() || !origins.iter().all(is_average) {
                    return;
                }
                let message = format!(
                    "`{argument}` is an average already: groups of different size count the same here"
                );
                let finding = Finding::in_sql(sql, sql.range(part), message);
                findings.push(finding.hint("keep sum and count, and divide them at the end"));
            });
        }
    }
    findings
}

/// What an expression is the average of.
fn averaged(expr: &Expr) -> Option<&Expr> {
    let (function, name) = match expr {
        Expr::Function(_) => expr::called(expr)?,
        _ => return None,
    };
    let is_plain = name == "avg" && function.over.is_none();
    let argument = expr::arguments(function).into_iter().next()?;
    (is_plain && expr::column(argument).is_some()).then_some(argument)
}

fn is_average(origin: &Origin) -> bool {
    let Origin::Made(made) = origin else { return false };
    // Rounding changes nothing about it.
    let made = match expr::called(made) {
        Some((function, name)) if name == "round" => expr::arguments(function).into_iter().next(),
        _ => Some(&**made),
    };
    made.and_then(expr::called)
        .is_some_and(|(function, name)| name == "avg" && function.over.is_none())
}
