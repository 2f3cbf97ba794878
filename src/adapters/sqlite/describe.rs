//! What a query gives and reads, without running it.

use std::path::Path;
use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::super::column::Column;
use super::super::error::Result;
use super::super::session::Description;
use super::{errors, lock};

/// The columns of a query with their declared types, and the columns that it reads, as the engine's authorizer sees them.
pub(super) fn describe(connection: &mut Connection, path: &Path, sql: &str) -> Result<Description> {
    let reads: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
    let seen = Arc::clone(&reads);
    let watch = move |context: AuthContext<'_>| {
        if let AuthAction::Read { table_name, column_name } = context.action {
            let read = (table_name.to_owned(), column_name.to_owned());
            let mut reads = lock(&seen);
            if !reads.contains(&read) {
                reads.push(read);
            }
        }
        Authorization::Allow
    };
    let fail = |error| errors::of_statement(error, path, sql);
    connection.authorizer(Some(watch)).map_err(fail)?;
    let columns = connection.prepare(sql).map(|statement| {
        let columns = statement.columns();
        let columns =
            columns.map(|column| Column::new(column.name(), column.decl_type().unwrap_or("")));
        columns.collect()
    });
    let unwatched: Option<fn(AuthContext<'_>) -> Authorization> = None;
    connection.authorizer(unwatched).map_err(fail)?;
    let columns = columns.map_err(fail)?;
    let reads = std::mem::take(&mut *lock(&reads));
    Ok(Description { columns, reads })
}

/// The types of columns that have none, from what the engine and what the SQL tells.
pub(super) fn completed(columns: Vec<Column>, told: &[String], read: &[String]) -> Vec<Column> {
    let fits = |types: &[String]| types.len() == columns.len();
    let (told, read) = (fits(told).then_some(told), fits(read).then_some(read));
    let of = |types: Option<&[String]>, at: usize| {
        types.and_then(|types| types.get(at)).filter(|name| !name.is_empty()).cloned()
    };
    let complete = |(at, column): (usize, Column)| {
        let known = Some(column.dtype.clone()).filter(|name| !name.is_empty());
        let dtype = known.or_else(|| of(read, at)).or_else(|| of(told, at)).unwrap_or_default();
        Column { dtype, ..column }
    };
    columns.into_iter().enumerate().map(complete).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::Adapter;
    use super::super::SqliteAdapter;

    #[test]
    fn a_description_tells_columns_and_reads_without_running() {
        let mut session = SqliteAdapter::in_memory().writer().unwrap();
        session
            .execute("create table t (a int, b text); create view v as select a from t")
            .unwrap();
        let described = session.describe("select v.a, count(*) as n from v group by 1").unwrap();
        let columns: Vec<(&str, &str)> = described
            .columns
            .iter()
            .map(|column| (column.name.as_str(), column.dtype.as_str()))
            .collect();
        assert_eq!(columns, [("a", "INT"), ("n", "")]);
        let read = |table: &str, column: &str| (table.to_owned(), column.to_owned());
        assert!(described.reads.contains(&read("t", "a")));
        assert!(!described.reads.contains(&read("t", "b")));
        let error = session.describe("select a,\n  nope from t").unwrap_err();
        assert_eq!(error.offset(), Some(12));
        let error = session.describe("select 1; selec 2").unwrap_err();
        assert_eq!(error.offset(), Some(10));
        let error = session.describe("select 1; select 2").unwrap_err();
        assert_eq!(error.to_string(), "only one statement can be run here");
        assert!(session.describe("select 1; -- the end").is_ok());
        assert_eq!(session.describe("select 1 as x").unwrap().reads, []);
    }
}
