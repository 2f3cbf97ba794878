//! Which rows violate which expectation, and what follows for them.
//!
//! A row violates an expectation unless the condition is true. Every condition is evaluated once for each row and
//! kept, so that a condition with chance in it cannot put a row into two places.

use super::messages;
use super::sql::{Db, text};
use super::stage::{ROWS, Stage};
use crate::adapters::{AdapterError, Datum};
use crate::diagnostics::{Diagnostic, codes};
use crate::manifest::expectation::{Action, Expectation, ONE_CONDITION};

/// The temporary table with one column for each expectation: 1 where the row violates it.
pub(super) const FLAGS: &str = "_forge_flags";
/// The temporary table of the rows that violate any: number, action, reason.
pub(super) const BAD: &str = "_forge_bad";

/// How many rows went where.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    /// Rows of the query.
    pub(super) rows: i64,
    pub(super) kept: i64,
    pub(super) dropped: i64,
    pub(super) quarantined: i64,
    /// Rows that make the node fail.
    pub(super) failed: i64,
    /// Rows that violate each expectation.
    pub(super) violated: Vec<i64>,
}

/// The number by which actions are compared in SQL.
pub(super) fn strength(action: Action) -> i64 {
    match action {
        Action::Warn => 0,
        Action::Drop => 1,
        Action::Quarantine => 2,
        Action::Fail => 3,
    }
}

/// Asks the engine whether it understands the expressions over the columns of a query, before the query runs.
pub(super) fn check_names(
    db: &Db<'_>,
    expectations: &[Expectation],
    code: &str,
) -> Result<(), Box<Diagnostic>> {
    let alias = db.quoted(db.this.identifier.as_deref().unwrap_or_default());
    let rows = format!("(\n{code}\n) as {alias}");
    // What is wrong with the query itself is told when it runs.
    let Ok(columns) = describe(db, &format!("select * from {rows}")) else { return Ok(()) };
    for one in expectations {
        let sql = format!("select {}\nfrom {rows}", flag(one));
        if let Err(error) = describe(db, &sql) {
            return Err(Box::new(refused(db, one, &error, &columns)));
        }
    }
    Ok(())
}

fn describe(db: &Db<'_>, sql: &str) -> Result<Vec<String>, AdapterError> {
    let described = db.connection.with(|session| session.describe(sql))?;
    let columns = described.unwrap_or_default().columns;
    Ok(columns.into_iter().map(|column| column.name).collect())
}

/// Evaluates the expectations for the staged rows.
pub(super) fn judge(
    db: &Db<'_>,
    stage: &Stage,
    expectations: &[Expectation],
) -> Result<Counts, Box<Diagnostic>> {
    for one in expectations {
        refuse_aggregate(db, stage, one)?;
    }
    evaluate(db, stage, expectations)?;
    count(db, expectations)
}

/// 1 when the row violates the expectation.
fn flag(one: &Expectation) -> String {
    format!("case when (\n{}\n) then 0 else 1 end", one.expression)
}

/// Over no rows an aggregate gives a row, and a condition gives none.
fn refuse_aggregate(db: &Db<'_>, stage: &Stage, one: &Expectation) -> Result<(), Box<Diagnostic>> {
    let sql = format!("select {} as flag from {ROWS} as {} where 1 = 0", flag(one), stage.alias);
    let rows = db.try_query(&sql);
    let rows = rows.map_err(|error| Box::new(refused(db, one, &error, &stage.columns)))?;
    if rows.rows.is_empty() {
        return Ok(());
    }
    let message = format!(
        "model `{}`: expectation `{}` is an aggregate, which no single row can meet",
        db.node.name, one.name
    );
    let problem = Diagnostic::error(codes::BAD_EXPECTATION, message).at(db.place(one.entry), "");
    Err(Box::new(problem.hint("compare with a window function, or use a data test")))
}

fn refused(db: &Db<'_>, one: &Expectation, error: &AdapterError, columns: &[String]) -> Diagnostic {
    let reason = error.to_string();
    // The engine wonders about quotes that short forms put around the name.
    let reason = reason.split(" - should this be").next().unwrap_or_default();
    let message = format!("model `{}`: expectation `{}`: {reason}", db.node.name, one.name);
    let problem = Diagnostic::error(codes::BAD_EXPECTATION, message)
        .at(db.place(one.entry), "the engine rejected this");
    match reason.strip_prefix("no such column: ") {
        Some(column) => {
            let wanted = column.rsplit('.').next().unwrap_or(column).trim_matches('"');
            problem.hint(messages::hint_of(wanted, columns))
        }
        None => problem.hint(ONE_CONDITION),
    }
}

fn evaluate(
    db: &Db<'_>,
    stage: &Stage,
    expectations: &[Expectation],
) -> Result<(), Box<Diagnostic>> {
    let flags: Vec<String> = expectations
        .iter()
        .enumerate()
        .map(|(at, one)| format!("{} as v{at}", flag(one)))
        .collect();
    let Stage { row, alias, .. } = stage;
    db.execute(&format!(
        "create temporary table {FLAGS} as\nselect {row} as row_no,\n{}\nfrom {ROWS} as {alias}",
        flags.join(",\n")
    ))?;
    let any: Vec<String> = (0..expectations.len()).map(|at| format!("v{at}")).collect();
    db.execute(&format!(
        "create temporary table {BAD} as\nselect row_no, {} as action, {} as reason\nfrom {FLAGS}\nwhere {} > 0",
        action(expectations),
        reason(expectations),
        any.join(" + ")
    ))
}

/// The strongest action among the violated expectations.
fn action(expectations: &[Expectation]) -> String {
    let mut sql = "case".to_owned();
    for strong in [Action::Fail, Action::Quarantine, Action::Drop] {
        let numbered = expectations.iter().enumerate();
        let those: Vec<String> = numbered
            .filter(|(_, one)| one.on_violation == strong)
            .map(|(at, _)| format!("v{at}"))
            .collect();
        if !those.is_empty() {
            sql += &format!(" when {} > 0 then {}", those.join(" + "), strength(strong));
        }
    }
    // An engine takes no `case` without a `when`.
    format!("{sql} when 1 = 0 then 0 else {} end", strength(Action::Warn))
}

/// The names of all violated expectations, separated by commas.
fn reason(expectations: &[Expectation]) -> String {
    let parts: Vec<String> = (expectations.iter().enumerate())
        .map(|(at, one)| {
            format!("case v{at} when 1 then {} else '' end", text(&format!(", {}", one.name)))
        })
        .collect();
    format!("substr({}, 3)", parts.join(" || "))
}

fn count(db: &Db<'_>, expectations: &[Expectation]) -> Result<Counts, Box<Diagnostic>> {
    let sums: Vec<String> =
        (0..expectations.len()).map(|at| format!("coalesce(sum(v{at}), 0)")).collect();
    let totals = db.query(&format!("select count(*), {} from {FLAGS}", sums.join(", ")))?;
    let number = |datum: &Datum| datum.as_i64().unwrap_or(0);
    let totals: Vec<i64> = totals.rows.first().into_iter().flatten().map(number).collect();
    let mut counts = Counts {
        rows: db.count(&format!("select count(*) from {ROWS}"))?,
        violated: totals.get(1..).unwrap_or_default().to_vec(),
        ..Counts::default()
    };
    for row in db.query(&format!("select action, count(*) from {BAD} group by action"))?.rows {
        let [action, rows] = [0, 1].map(|at| row.get(at).map_or(0, number));
        match action {
            3 => counts.failed = rows,
            2 => counts.quarantined = rows,
            1 => counts.dropped = rows,
            _ => {}
        }
    }
    counts.kept = counts.rows - counts.failed - counts.quarantined - counts.dropped;
    Ok(counts)
}
