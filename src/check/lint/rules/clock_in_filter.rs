//! The machine's clock in a filter: the same run tomorrow gives other rows, and a past day cannot be built again.

use sqlparser::ast::Expr;

use crate::check::lint::{Finding, Subject, expr};

/// Functions that tell the time.
const CLOCKS: &[&str] = &[
    "current_date",
    "current_time",
    "current_timestamp",
    "getdate",
    "localtime",
    "localtimestamp",
    "now",
    "sysdate",
    "systimestamp",
];

/// Functions that tell the time when their argument is the word `now`, or when they have none.
const READERS: &[&str] = &["date", "datetime", "julianday", "strftime", "time", "unixepoch"];

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    // A view is asked anew each time: its window may well end now.
    if subject.node.materialized() == "view" {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (sql, block) in subject.blocks() {
        for filter in block.filters().chain(&block.select.having) {
            expr::each(filter, &mut |part| {
                if tells_time(part) {
                    let message = format!(
                        "the filter asks the clock: {} `{}` gives other rows whenever it is built",
                        subject.node.resource_type, subject.node.name
                    );
                    let finding = Finding::in_sql(sql, sql.range(part), message);
                    findings.push(finding.hint(
                        "use a variable or `{{ run_started_at }}`, so that a past day can be built again",
                    ));
                }
            });
        }
    }
    findings
}

fn tells_time(expr: &Expr) -> bool {
    let Expr::Function(function) = expr else { return false };
    let Some((_, name)) = expr::called(expr) else { return false };
    let arguments = expr::arguments(function);
    let says_now = arguments
        .iter()
        .any(|one| expr::literal(one).is_some_and(|text| text.eq_ignore_ascii_case("now")));
    let is_of_now = match name.as_str() {
        "strftime" => says_now || arguments.len() == 1,
        _ => says_now || arguments.is_empty(),
    };
    CLOCKS.contains(&name.as_str()) || READERS.contains(&name.as_str()) && is_of_now
}
