//! The table of a model's rows in quarantine: made with the model, widened with it, kept in step with it.
//!
//! A row stays as it was first put there as long as the query gives it again, so that a second run changes nothing.
//! It leaves when the model has an answer for it: a whole build that no longer gives it, a newer row with its
//! `unique_key`, the same row kept, or `forge requeue`.
//! Invariants: a table that forge did not make is never touched; columns are added and never taken away.

use serde_json::Value as Json;

use super::judge::{BAD, strength};
use super::sql::{Db, text};
use super::stage::{ROWS, Stage};
use super::{LEAST_REMOVED, quarantine_of};
use crate::adapters::{Relation, RelationKind};
use crate::diagnostics::{Diagnostic, codes};
use crate::manifest::Batch;
use crate::manifest::batch::engine_text;
use crate::manifest::expectation::{Action, Expectation, QUARANTINE_COLUMNS};

const OWN: [&str; 3] = QUARANTINE_COLUMNS;
/// Which expectations the row violates.
pub(super) const REASON: &str = OWN[0];

/// The temporary table of the rows that go into quarantine, equal ones numbered.
const NEW: &str = "_forge_new";

/// The table in the database.
pub(super) struct Table {
    pub(super) relation: Relation,
    /// The engine's number of its rows.
    pub(super) row: &'static str,
    pub(super) columns: Vec<String>,
}

impl Table {
    /// The quarantine of the node, if there is one; none for something else of that name.
    pub(super) fn find(db: &Db<'_>) -> Result<Option<Self>, Box<Diagnostic>> {
        let relation = quarantine_of(&db.this);
        let Some(found) = db.existing(&relation)? else { return Ok(None) };
        let columns = db.columns(&relation)?;
        let is_own = |own: &str| columns.iter().any(|name| name == own);
        if found.kind != Some(RelationKind::Table) || !OWN.into_iter().all(is_own) {
            return Ok(None);
        }
        let row = db.row_number(&columns)?;
        Ok(Some(Table { relation, row, columns }))
    }
}

/// Which of the rows in quarantine the run has an answer for.
pub(super) enum Judged {
    /// All: the whole table is built.
    All,
    /// Those of the batch's window, which the run replaces.
    Window(String),
    /// Those with a key that the query gave.
    Keys(Vec<String>),
    /// Those that the query gave again and that are kept now.
    Kept,
}

impl Judged {
    /// What a run answers for that adds to the table.
    pub(super) fn of_run(db: &Db<'_>, stage: &Stage, batch: Option<Batch>) -> Self {
        match (batch.and_then(|batch| window(db, stage, batch)), key(db, stage)) {
            (Some(window), _) => Judged::Window(window),
            (None, Some(key)) => Judged::Keys(key),
            (None, None) => Judged::Kept,
        }
    }

    /// The condition on rows of the quarantine, named `held`.
    fn condition(&self, db: &Db<'_>, stage: &Stage) -> String {
        match self {
            Judged::All => "1 = 1".to_owned(),
            Judged::Window(window) => window.clone(),
            Judged::Keys(key) => given(&same(db, key, "=")),
            Judged::Kept => {
                let is_kept = format!(
                    "given.{} not in (select row_no from {BAD} where action >= {})",
                    stage.row,
                    strength(LEAST_REMOVED)
                );
                let is_same = same(db, &stage.columns, "is not distinct from");
                given(&format!("{is_same} and {is_kept}"))
            }
        }
    }
}

/// Whether a row is one of the batch, when the model gives the column that tells.
fn window(db: &Db<'_>, stage: &Stage, batch: Batch) -> Option<String> {
    let field = db.node.config.get_str("event_time")?;
    let is_given = stage.columns.iter().any(|column| column.eq_ignore_ascii_case(field));
    let [start, end] = [batch.start, batch.end].map(engine_text);
    let adapter = &db.run.compiler.globals.adapter;
    adapter.event_time_window(field, [&start, &end]).filter(|_| is_given)
}

/// Brings the quarantine in step with the rows that were judged.
pub(super) fn settle(
    db: &Db<'_>,
    stage: &Stage,
    expectations: &[Expectation],
    judged: &Judged,
) -> Result<(), Box<Diagnostic>> {
    let is_wanted = expectations.iter().any(|one| one.on_violation == Action::Quarantine);
    let table = match Table::find(db)? {
        Some(table) => table,
        None if is_wanted => create(db, stage)?,
        None => return Ok(()),
    };
    widen(db, stage, &table)?;
    let gone = judged.condition(db, stage);
    exchange(db, stage, &table, &gone)
}

fn create(db: &Db<'_>, stage: &Stage) -> Result<Table, Box<Diagnostic>> {
    let relation = quarantine_of(&db.this);
    if db.existing(&relation)?.is_some() {
        let message = format!(
            "model `{}` needs the table {} for its quarantined rows, and another relation has that name",
            db.node.name,
            relation.render()
        );
        return Err(Box::new(
            Diagnostic::error(codes::DUPLICATE_RELATION, message)
                .at(db.node.span_start(), "")
                .hint("rename or drop the other one; forge only writes a quarantine that it made"),
        ));
    }
    let mut columns: Vec<String> = definitions(db, &stage.columns)?;
    columns.extend(OWN.iter().map(|name| format!("{} text", db.quoted(name))));
    db.execute(&format!("create table {} ({})", relation.render(), columns.join(", ")))?;
    let columns: Vec<String> =
        stage.columns.iter().cloned().chain(OWN.map(str::to_owned)).collect();
    Ok(Table { relation, row: db.row_number(&columns)?, columns })
}

/// Where types are only a wish, columns have none: a value then is what it was, whatever type the model gives the
/// column later.
fn definitions(db: &Db<'_>, columns: &[String]) -> Result<Vec<String>, Box<Diagnostic>> {
    if !db.run.compiler.globals.adapter.capabilities().enforced_types {
        return Ok(columns.iter().map(|name| db.quoted(name)).collect());
    }
    let sql = format!("select {} from {ROWS}", db.list("", columns));
    let described = db.connection.with(|session| session.describe(&sql));
    let described = described.map_err(|error| db.failed("", &error))?.unwrap_or_default();
    let one = |(name, column): (&String, &crate::adapters::Column)| {
        format!("{} {}", db.quoted(name), column.dtype)
    };
    Ok(columns.iter().zip(&described.columns).map(one).collect())
}

/// Adds the columns that the model has and the quarantine has not.
fn widen(db: &Db<'_>, stage: &Stage, table: &Table) -> Result<(), Box<Diagnostic>> {
    let has = |name: &String| table.columns.iter().any(|known| known.eq_ignore_ascii_case(name));
    let missing: Vec<String> = stage.columns.iter().filter(|name| !has(name)).cloned().collect();
    for definition in definitions(db, &missing)? {
        db.execute(&format!("alter table {} add column {definition}", table.relation.render()))?;
    }
    Ok(())
}

/// The columns of the model's key, when it has one and the query gives them.
pub(super) fn key(db: &Db<'_>, stage: &Stage) -> Option<Vec<String>> {
    let names: Vec<&str> = match db.node.config.get("unique_key")? {
        Json::String(name) => vec![name],
        Json::Array(names) => names.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    };
    let known = |name: &str| {
        let bare = name.trim_matches(['"', '`', '[', ']']);
        stage.columns.iter().find(|column| column.eq_ignore_ascii_case(bare)).cloned()
    };
    let found: Vec<String> = names.iter().filter_map(|name| known(name)).collect();
    (!found.is_empty() && found.len() == names.len()).then_some(found)
}

/// Whether a held row has the values of a given one in these columns.
fn same(db: &Db<'_>, columns: &[String], is: &str) -> String {
    let one = |name: &String| {
        let name = db.quoted(name);
        format!("given.{name} {is} held.{name}")
    };
    let all: Vec<String> = columns.iter().map(one).collect();
    all.join(" and ")
}

/// Whether the query gave such a row.
fn given(condition: &str) -> String {
    format!("exists (select 1 from {ROWS} as given where {condition})")
}

/// Takes out the rows for which `gone` holds and that are not among the new ones, and puts the others of those in.
///
/// Equal rows are numbered on both sides, so that two of them stay two; grouping and `except` take nulls for equal.
fn exchange(db: &Db<'_>, stage: &Stage, table: &Table, gone: &str) -> Result<(), Box<Diagnostic>> {
    let list = &stage.list;
    let held = table.relation.render();
    let (row, reason) = (table.row, db.quoted(REASON));
    let from_rows = db.list(&format!("{ROWS}."), &stage.columns);
    db.execute(&format!(
        "create temporary table {NEW} as\n\
         select {from_rows}, {BAD}.reason as {reason},\n\
         row_number() over (partition by {from_rows}, {BAD}.reason) as _forge_copy\n\
         from {ROWS} join {BAD} on {BAD}.row_no = {ROWS}.{stage_row}\n\
         where {BAD}.action = {action}",
        stage_row = stage.row,
        action = strength(Action::Quarantine),
    ))?;
    let copies = format!("row_number() over (partition by {list}, {reason} order by {row})");
    db.execute(&format!(
        "delete from {held} where {row} in (\n\
         select max(_forge_row) from (\n\
         select {row} as _forge_row, {list}, {reason}, {copies} as _forge_copy\n\
         from {held} as held where {gone}\n\
         union all select null, {list}, {reason}, _forge_copy from {NEW}\n\
         ) as sides group by {list}, {reason}, _forge_copy\n\
         having count(*) = 1 and max(_forge_row) is not null)"
    ))?;
    let not_held = format!(
        "select {list}, {reason}, _forge_copy from {NEW}\n\
         except select {list}, {reason}, {copies} from {held}"
    );
    let globals = &db.run.compiler.globals;
    let since = globals.started_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    db.execute(&format!(
        "insert into {held} ({list}, {own})\nselect {list}, {reason}, {run}, {since} from (\n{not_held}\n) as new",
        own = OWN.map(|name| db.quoted(name)).join(", "),
        run = text(&globals.invocation_id),
        since = text(&since),
    ))?;
    if db.count(&format!("select count(*) from (\n{not_held}\n) as missing"))? != 0 {
        return Err(super::lost(db.node, "quarantined rows are not in the quarantine"));
    }
    db.execute(&format!("drop table {NEW}"))
}
