//! A moment `between` two days: of the last day only its first moment is in.

use sqlparser::ast::Expr;

use crate::check::lint::{Finding, Subject, expr};

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (sql, block) in subject.blocks() {
        for filter in block.filters() {
            expr::each(filter, &mut |part| {
                let Expr::Between { expr, negated: false, high, .. } = part else { return };
                let name = expr::column_name(expr).filter(|name| is_moment(name));
                if let Some((name, day)) = name.zip(expr::literal(high).filter(|text| is_day(text)))
                {
                    let message = format!("of `{day}` only the first moment of `{name}` is in");
                    let finding = Finding::in_sql(sql, sql.range(&**high), message);
                    findings.push(
                        finding.hint("write `>=` the first day and `<` the day after the last"),
                    );
                }
            });
        }
    }
    findings
}

/// Whether a name is that of a moment, by dbt's convention: `…_at`.
fn is_moment(name: &str) -> bool {
    let name = name.to_lowercase();
    ["_at", "_ts", "_timestamp", "_datetime"].iter().any(|end| name.ends_with(end))
}

fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|b| b.is_ascii_digit())
    };
    matches!(parts.as_slice(), [y, m, d] if digits(y, 4) && digits(m, 2) && digits(d, 2))
}
