//! What is said about rows that violate expectations: how many, which, and the first of them.

use super::judge::{BAD, Counts, FLAGS, strength};
use super::sql::Db;
use super::stage::{ROWS, Stage};
use crate::adapters::Datum;
use crate::diagnostics::{Diagnostic, codes};
use crate::manifest::expectation::{Action, Expectation};
use crate::names::did_you_mean;

/// How many rows are shown.
const SHOWN: usize = 3;
/// How many characters of a value, and of a row, are shown.
const VALUE: usize = 40;
const ROW: usize = 200;

/// The error of rows that make the node fail.
pub(super) fn failed(
    db: &Db<'_>,
    stage: &Stage,
    expectations: &[Expectation],
    counts: &Counts,
) -> Diagnostic {
    let which = of_action(expectations, counts, Action::Fail);
    let names: Vec<String> = which.iter().map(|(one, _)| format!("`{}`", one.name)).collect();
    let (verb, noun) = agreement(counts.failed);
    let message = format!(
        "model `{}`: {} {noun} {verb} {}, nothing was written",
        db.node.name,
        counts.failed,
        names.join(", ")
    );
    let first = which.first().map_or(0, |(one, _)| one.entry);
    let diagnostic =
        Diagnostic::error(codes::EXPECTATION_VIOLATED, message).at(db.place(first), "");
    let condition = format!("action = {}", strength(Action::Fail));
    noted(diagnostic, counted(&which), sample(db, stage, &condition))
        .hint("repair the rows, or let them go to `quarantine`")
}

/// The warning of rows that are in the table and violate expectations.
pub(super) fn warned(
    db: &Db<'_>,
    stage: &Stage,
    expectations: &[Expectation],
    counts: &Counts,
) -> Option<Diagnostic> {
    let which = of_action(expectations, counts, Action::Warn);
    let (first, _) = which.first()?;
    let names: Vec<String> = which.iter().map(|(one, _)| format!("`{}`", one.name)).collect();
    let most = which.iter().map(|(_, rows)| *rows).max().unwrap_or_default();
    let (verb, noun) = agreement(if which.len() == 1 { most } else { 2 });
    let message = match which.len() {
        1 => format!("model `{}`: {most} {noun} {verb} {}", db.node.name, names[0]),
        _ => format!("model `{}`: {noun} {verb} {}", db.node.name, names.join(", ")),
    };
    let flags: Vec<String> = (expectations.iter().enumerate())
        .filter(|(_, one)| one.on_violation == Action::Warn)
        .map(|(at, _)| format!("v{at} = 1"))
        .collect();
    let condition = format!(
        "{BAD}.row_no in (select {FLAGS}.row_no from {FLAGS} where {})",
        flags.join(" or ")
    );
    let diagnostic =
        Diagnostic::warning(codes::EXPECTATION_VIOLATED, message).at(db.place(first.entry), "");
    let counted = if which.len() == 1 { None } else { counted(&which) };
    Some(noted(diagnostic, counted, sample(db, stage, &condition)))
}

fn agreement(rows: i64) -> (&'static str, &'static str) {
    if rows == 1 { ("violates", "row") } else { ("violate", "rows") }
}

fn of_action<'e>(
    expectations: &'e [Expectation],
    counts: &Counts,
    action: Action,
) -> Vec<(&'e Expectation, i64)> {
    let numbered = expectations.iter().zip(counts.violated.iter().copied());
    numbered.filter(|(one, rows)| one.on_violation == action && *rows > 0).collect()
}

fn counted(which: &[(&Expectation, i64)]) -> Option<String> {
    let parts: Vec<String> =
        which.iter().map(|(one, rows)| format!("`{}` {rows}", one.name)).collect();
    (which.len() > 1).then(|| format!("rows: {}", parts.join(", ")))
}

fn noted(diagnostic: Diagnostic, counted: Option<String>, sample: Option<String>) -> Diagnostic {
    counted.into_iter().chain(sample).fold(diagnostic, Diagnostic::note)
}

/// The first of the rows, one a line; none when they cannot be read.
fn sample(db: &Db<'_>, stage: &Stage, condition: &str) -> Option<String> {
    let list = db.list(&format!("{ROWS}."), &stage.columns);
    let row = stage.row;
    let table = db
        .try_query(&format!(
            "select {list}, {BAD}.reason from {ROWS} join {BAD} on {BAD}.row_no = {ROWS}.{row}\n\
             where {condition} order by {BAD}.row_no limit {SHOWN}"
        ))
        .ok()?;
    let rows: Vec<String> = table.rows.iter().map(|row| shown(&stage.columns, row)).collect();
    (!rows.is_empty()).then(|| format!("first rows:\n  {}", rows.join("\n  ")))
}

fn shown(columns: &[String], row: &[Datum]) -> String {
    let reason = row.last().map(Datum::to_string).unwrap_or_default();
    let cell = |(name, datum): (&String, &Datum)| {
        let value = match datum {
            Datum::Null => "NULL".to_owned(),
            Datum::Text(text) => format!("'{}'", cut(text, VALUE)),
            other => cut(&other.to_string(), VALUE),
        };
        format!("{name} = {value}")
    };
    let cells: Vec<String> = columns.iter().zip(row).map(cell).collect();
    format!("{} ({reason})", cut(&cells.join(", "), ROW))
}

fn cut(text: &str, most: usize) -> String {
    let line = text.replace(['\n', '\r'], " ");
    match line.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// The hint for a name that is not among `known`.
pub(super) fn hint_of(wanted: &str, known: &[String]) -> String {
    match did_you_mean(wanted, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("columns of the model: {}", known.join(", ")),
    }
}
