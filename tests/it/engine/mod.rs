//! Execution under hostile conditions: incremental models, failures, kills, locks, odd data and odd names.
//!
//! Invariant: after any failure a relation is the old one or the new one, and the message says what to do.

mod artifacts;
mod aside;
mod casts;
mod conservation;
mod cost;
mod expectations;
mod faults;
mod hooks;
mod ignored;
mod incremental;
mod ledger;
mod names;
mod packages;
mod publish;
mod robust;
mod scheduling;
mod seeds;
mod snapshots;
mod tests;
mod shared_scan;

use crate::scratch::Scratch;

/// All rows of a query, values in SQLite's own text, `|` between columns; `~` is null.
fn rows(scratch: &Scratch, sql: &str) -> Vec<String> {
    let db = scratch.db();
    let mut statement = db.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let width = statement.column_count();
    let rows = statement
        .query_map([], |row| {
            let cells: Vec<String> = (0..width)
                .map(|at| match row.get_ref(at).unwrap() {
                    rusqlite::types::ValueRef::Null => "~".to_owned(),
                    rusqlite::types::ValueRef::Integer(n) => n.to_string(),
                    rusqlite::types::ValueRef::Real(n) => format!("{n:?}"),
                    rusqlite::types::ValueRef::Text(text) => {
                        String::from_utf8_lossy(text).into_owned()
                    }
                    rusqlite::types::ValueRef::Blob(bytes) => format!("{bytes:?}"),
                })
                .collect();
            Ok(cells.join("|"))
        })
        .unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// A model's text.
fn model(config: &str, sql: &str) -> String {
    format!("{{{{ config({config}) }}}}\n{sql}\n")
}
