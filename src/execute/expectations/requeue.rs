//! `requeue`: rows in quarantine are judged by the expectations of today; those that pass go to the model's table.
//!
//! Invariant: a row is in the quarantine or in the table, never in both and never in neither; each model is one
//! transaction.

use std::sync::Mutex;
use std::time::Instant;

use minijinja::value::Value;

use super::judge::{self, BAD, Counts};
use super::quarantine::{self, REASON, Table};
use super::sql::Db;
use super::stage::{self, ROWS, Stage};
use super::{LEAST_REMOVED, lost, rendered};
use crate::adapters::{Relation, RelationKind};
use crate::diagnostics::{Diagnostic, codes};
use crate::events::{Event, Status};
use crate::execute::attempt::Attempt;
use crate::execute::{
    Connections, Ended, Finished, Run, failure, lock, outcome, plan, publish, record, report,
    schedule,
};
use crate::jinja::objects::relation::relation as relation_value;
use crate::jinja::values;

/// The temporary table of the rows that pass.
const PASSED: &str = "_forge_passed";
/// The column of the staged rows that says which row of the quarantine each of them is.
const ORIGIN: &str = "_forge_origin";

/// Whether the rows are moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requeue {
    /// They are.
    Move,
    /// They are, and then everything is undone.
    Try,
}

/// Requeues the quarantined rows of the wanted models, one model after the other.
///
/// # Errors
/// The database cannot be opened.
pub fn requeue(run: &Run<'_>, how: Requeue) -> Result<Finished, Box<Diagnostic>> {
    let order = plan::plan(run);
    run.emit(Event::RunStarted {
        total: order.total(),
        summary: outcome::summary(&run.compiler.manifest),
        threads: 1,
    });
    if order.total() == 0 {
        return Ok(Finished::default());
    }
    let _lock = lock::acquire(run)?;
    let session = run.compiler.globals.adapter.writer();
    let session = session.map_err(|error| failure::of_adapter(&error))?;
    let connections = Connections::over(session);
    if how == Requeue::Move {
        let begun = record::begin(run, &connections, &order);
        begun.map_err(|error| failure::of_adapter(&error))?;
    }
    let finished = Mutex::new(Finished::default());
    for at in order.dag.order().iter().copied().filter(|at| order.wanted.contains(*at)) {
        let id = order.dag.key(at);
        let Some(node) = run.node(id).filter(|_| run.wanted.contains(id)) else { continue };
        if run.stop.is_requested() {
            break;
        }
        let index = order.index[&at];
        run.emit(Event::NodeStarted { id: id.clone(), index, title: outcome::title(Some(node)) });
        let start = Instant::now();
        let mut ended =
            Attempt::make(run, node, &connections.writer, |attempt| in_transaction(attempt, how));
        let tested = std::mem::take(&mut ended.tested);
        report(run, id, index, ended, start.elapsed(), &finished);
        schedule::report_tested(run, &order, tested, &finished);
    }
    let finished = finished.into_inner().expect("invariant: no panic under lock");
    if how == Requeue::Move {
        record::end(run, &connections, &finished);
    }
    Ok(finished)
}

fn in_transaction(attempt: &mut Attempt<'_>, how: Requeue) -> Result<Ended, Box<Diagnostic>> {
    let ended = match how {
        Requeue::Move => attempt.transaction(published)?,
        Requeue::Try => undone(attempt)?,
    };
    attempt.write_statements();
    Ok(ended)
}

/// Moves the rows and moves them back; the ledger hears nothing of it.
fn undone(attempt: &mut Attempt<'_>) -> Result<Ended, Box<Diagnostic>> {
    let connection = attempt.connection;
    let of_transaction = |error| failure::of_transaction(attempt.node, &error);
    connection.with(|session| session.begin()).map_err(of_transaction)?;
    let ended = published(attempt)?;
    connection.rollback().map_err(|error| failure::of_transaction(attempt.node, &error))?;
    Ok(Ended { is_recorded: true, ..ended })
}

/// With `publish: after_tests` the tests of the model decide about rows from its quarantine, too.
fn published(attempt: &mut Attempt<'_>) -> Result<Ended, Box<Diagnostic>> {
    let ended = requeued(attempt)?;
    if ended.rows.is_some_and(|moved| moved > 0) {
        publish::check(attempt)?;
    }
    Ok(ended)
}

fn requeued(attempt: &mut Attempt<'_>) -> Result<Ended, Box<Diagnostic>> {
    let db = Db::new(attempt.run, attempt.node, attempt.connection);
    let expectations = rendered(&db)?;
    let target = target(&db)?;
    let Some(held) = Table::find(&db)? else {
        return Ok(ended(attempt, &Counts::default()));
    };
    let stage = staged(&db, &target, &held)?;
    let counts = judge::judge(&db, &stage, &expectations)?;
    let passed = format!("create temporary table {PASSED} as\n{}", stage.kept());
    db.execute(&passed)?;
    refuse_doubles(&db, &stage)?;
    write(&db, &stage, &target, counts.kept)?;
    release(&db, &stage, &held, &counts)?;
    db.execute(&format!("drop table {PASSED}"))?;
    stage::clear(&db)?;
    Ok(ended(attempt, &counts))
}

fn ended(attempt: &Attempt<'_>, counts: &Counts) -> Ended {
    let remain = counts.rows - counts.kept;
    let name = &attempt.node.name;
    let message = format!("`{name}`: {} requeued, {remain} still in quarantine", counts.kept);
    Ended {
        message: Some(message),
        rows: Some(counts.kept),
        rows_in: Some(counts.rows),
        quarantined: Some(remain),
        ..attempt.ended(Status::Success)
    }
}

/// The model's table.
fn target(db: &Db<'_>) -> Result<Relation, Box<Diagnostic>> {
    let name = &db.node.name;
    let problem = |message: String, hint: String| {
        let problem = Diagnostic::error(codes::MISSING_RELATION, message);
        Box::new(problem.at(db.node.span_start(), "").hint(hint))
    };
    match db.existing(&db.this)? {
        Some(found) if found.kind == Some(RelationKind::Table) => Ok(found),
        _ => Err(problem(
            format!("model `{name}` has no table that its quarantined rows could go to"),
            format!("build it first: forge run --select {name}"),
        )),
    }
}

/// The rows in quarantine, with the columns and types that the table has today.
fn staged(db: &Db<'_>, target: &Relation, held: &Table) -> Result<Stage, Box<Diagnostic>> {
    let columns = db.connection.with(|session| session.columns(target));
    let columns = columns.map_err(|error| db.failed("", &error))?.unwrap_or_default();
    let has = |name: &str| held.columns.iter().any(|known| known.eq_ignore_ascii_case(name));
    let shared: Vec<_> = columns.into_iter().filter(|column| has(&column.name)).collect();
    let definitions: Vec<String> = (shared.iter())
        .map(|column| format!("{} {}", db.quoted(&column.name), column.dtype).trim_end().to_owned())
        .collect();
    let names: Vec<String> = shared.into_iter().map(|column| column.name).collect();
    let stage = Stage::with_columns(db, names)?;
    let (list, row) = (&stage.list, held.row);
    db.execute(&format!(
        "create temporary table {ROWS} ({}, {ORIGIN} integer);\n\
         insert into {ROWS} ({list}, {ORIGIN}) select {list}, {row} from {} order by {row}",
        definitions.join(", "),
        held.relation.render()
    ))?;
    Ok(stage)
}

/// Two rows for one key: nothing says which of them is the newer one.
fn refuse_doubles(db: &Db<'_>, stage: &Stage) -> Result<(), Box<Diagnostic>> {
    let Some(key) = quarantine::key(db, stage) else { return Ok(()) };
    if db.node.config.get_str("materialized") != Some("incremental") {
        return Ok(());
    }
    let list = db.list("", &key);
    let is_whole: Vec<String> =
        key.iter().map(|name| format!("{} is not null", db.quoted(name))).collect();
    let doubles = db.query(&format!(
        "select {list} from {PASSED} where {} group by {list} having count(*) > 1 limit 1",
        is_whole.join(" and ")
    ))?;
    let Some(row) = doubles.rows.first() else { return Ok(()) };
    let values: Vec<String> = row.iter().map(ToString::to_string).collect();
    let message = format!(
        "model `{}`: several quarantined rows have the key {} = {}, and the table has one row for it",
        db.node.name,
        key.join(", "),
        values.join(", ")
    );
    let hint =
        format!("delete those that are wrong from {}", super::quarantine_of(&db.this).render());
    let problem = Diagnostic::error(codes::CONSTRAINT, message);
    Err(Box::new(problem.at(db.node.span_start(), "").hint(hint)))
}

/// Writes the rows that pass into the table, by the strategy of the model.
fn write(
    db: &Db<'_>,
    stage: &Stage,
    target: &Relation,
    passed: i64,
) -> Result<(), Box<Diagnostic>> {
    if passed == 0 {
        return Ok(());
    }
    let naming = &db.this.naming;
    let source = Relation::new(naming, None, None, Some(PASSED)).with_kind(RelationKind::Table);
    let names = stage.columns.iter().map(|name| Value::from(name.as_str())).collect();
    let args = [relation_value(target.clone()), relation_value(source), values::list(names)];
    let before = db.count(&format!("select count(*) from {}", target.render()))?;
    db.call("requeue_rows", &args)?;
    let after = db.count(&format!("select count(*) from {}", target.render()))?;
    // With a key rows are replaced; without one each is a row more.
    if quarantine::key(db, stage).is_none() && after != before + passed {
        let message = format!("{passed} rows were requeued, the table has {} more", after - before);
        return Err(lost(db.node, &message));
    }
    Ok(())
}

/// Takes the rows that pass out of the quarantine and says of the others what keeps them there today.
fn release(
    db: &Db<'_>,
    stage: &Stage,
    held: &Table,
    counts: &Counts,
) -> Result<(), Box<Diagnostic>> {
    let least = judge::strength(LEAST_REMOVED);
    let (table, row, staged) = (held.relation.render(), held.row, stage.row);
    let before = db.count(&format!("select count(*) from {table}"))?;
    db.execute(&format!(
        "delete from {table} where {row} in (select {ORIGIN} from {ROWS}\n\
         where {staged} not in (select row_no from {BAD} where action >= {least}))"
    ))?;
    let reason = db.quoted(REASON);
    db.execute(&format!(
        "update {table} set {reason} = judged.reason from (\n\
         select {ROWS}.{ORIGIN} as origin, {BAD}.reason as reason\n\
         from {BAD} join {ROWS} on {ROWS}.{staged} = {BAD}.row_no where {BAD}.action >= {least}\n\
         ) as judged where judged.origin = {table}.{row} and judged.reason <> {table}.{reason}"
    ))?;
    let after = db.count(&format!("select count(*) from {table}"))?;
    match before == counts.rows && after == before - counts.kept {
        true => Ok(()),
        false => {
            let sum = format!(
                "{before} quarantined rows are not {} requeued + {after} left",
                counts.kept
            );
            Err(lost(db.node, &sum))
        }
    }
}
