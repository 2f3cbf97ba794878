//! Queries computed beside the writer: into a file of their own, which the writer attaches and reads.
//!
//! A connection that is opened to read cannot write to an attached file either, so this one may write. Invariant: while
//! the query runs, the engine itself refuses every write outside of that file.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::super::cost::Cost;
use super::super::error::{AdapterError, Result};
use super::{errors, files, statements};

/// The schema of the file with the rows.
const SCHEMA: &str = "forge_aside";
/// The table with the rows.
const ROWS: &str = "forge_aside_rows";
/// Functions that tell of the connection, not of the data.
const OF_CONNECTION: &[&str] = &["changes", "total_changes", "last_insert_rowid"];

/// Computes one query into a new file.
pub(super) fn compute(
    connection: &mut Connection,
    query: &str,
    file: &Path,
    cost: &mut Cost,
) -> Result<()> {
    files::create_new(file).map_err(|error| AdapterError::CannotOpen {
        path: file.to_owned(),
        reason: error.to_string(),
    })?;
    attach(connection, file)?;
    let sql = format!("create table {SCHEMA}.{ROWS} as\n{query}");
    let fail = |error| errors::of_connection(error, file);
    // One state of the data: without it the engine gives up when tables change faster than it reads the schema.
    let begun = connection.execute_batch("begin").map_err(fail);
    let computed = begun.and_then(|()| run(connection, &sql, file, cost));
    let end = if computed.is_ok() { "commit" } else { "rollback" };
    let ended = connection.execute_batch(end).map_err(fail);
    let forgotten = detach(connection, file);
    computed.and(ended).and(forgotten)
}

fn run(connection: &mut Connection, sql: &str, file: &Path, cost: &mut Cost) -> Result<()> {
    guarded(connection, file, |connection| {
        let mut statement = connection.prepare(sql)?;
        statement.raw_execute()?;
        *cost += statements::spent(&statement);
        Ok(())
    })
}

/// Attaches a file that was computed; the query of its rows, in the order in which they were computed.
pub(super) fn take_in(connection: &Connection, file: &Path) -> Result<String> {
    if !connection.is_autocommit() || !file.exists() {
        let message = format!("`{}` cannot be read now", file.display());
        return Err(AdapterError::Other { message });
    }
    attach(connection, file)?;
    let query = format!("select * from {SCHEMA}.{ROWS}");
    match connection.prepare(&query) {
        Ok(_) => Ok(query),
        Err(error) => {
            let error = errors::of_connection(error, file);
            detach(connection, file).and(Err(error))
        }
    }
}

/// Forgets a file that was attached.
pub(super) fn detach(connection: &Connection, file: &Path) -> Result<()> {
    connection
        .execute_batch(&format!("detach database {SCHEMA}"))
        .map_err(|error| errors::of_connection(error, file))
}

/// Whether a statement reads rows that were computed: that work was counted then.
pub(super) fn is_read_by(sql: &str) -> bool {
    sql.contains(SCHEMA)
}

/// Whether a schema is that of a computed file.
pub(super) fn is_schema(name: &str) -> bool {
    name.eq_ignore_ascii_case(SCHEMA)
}

/// The file is thrown away after any failure, so that nothing needs to reach the disk.
fn attach(connection: &Connection, file: &Path) -> Result<()> {
    let fail = |error| errors::of_connection(error, file);
    let Some(path) = file.to_str() else {
        let reason = "its name is not UTF-8".to_owned();
        return Err(AdapterError::CannotOpen { path: file.to_owned(), reason });
    };
    connection.execute(&format!("attach database ?1 as {SCHEMA}"), [path]).map_err(fail)?;
    let unsafe_but_fast =
        format!("pragma {SCHEMA}.journal_mode = off; pragma {SCHEMA}.synchronous = off");
    connection.execute_batch(&unsafe_but_fast).map_err(fail)
}

/// Does `work` while nothing outside of the file can be written.
fn guarded(
    connection: &mut Connection,
    file: &Path,
    work: impl FnOnce(&Connection) -> rusqlite::Result<()>,
) -> Result<()> {
    let fail = |error| errors::of_connection(error, file);
    connection.authorizer(Some(allowed)).map_err(fail)?;
    let done = work(connection);
    let free: Option<fn(AuthContext<'_>) -> Authorization> = None;
    connection.authorizer(free).map_err(fail)?;
    done.map_err(fail)
}

fn allowed(context: AuthContext<'_>) -> Authorization {
    let is_harmless = match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => true,
        AuthAction::Function { function_name } => {
            !OF_CONNECTION.iter().any(|name| name.eq_ignore_ascii_case(function_name))
        }
        AuthAction::CreateTable { .. } | AuthAction::Insert { .. } | AuthAction::Update { .. } => {
            context.database_name == Some(SCHEMA)
        }
        _ => false,
    };
    if is_harmless { Authorization::Allow } else { Authorization::Deny }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::{Adapter, Session};
    use super::super::settings::{Location, SqliteSettings};
    use super::super::{MAIN, SqliteAdapter};
    use super::Cost;

    const SETUP: &str = "create table t (i integer, r real, x text, v varchar(9), b blob, n numeric, a, d date);
        insert into t values (1, 1, '1', 'a', x'00ff', '5', 'any', '2026-01-01'), (null, null, null, null, null, null,
        null, null), (2, 2.5, 'é', '007', 'text', 7.5, 3, 5), (9223372036854775807, 1e300, '', ' ', x'', '1e3', x'61', 'x');
        create view w as select i as \"select\", x as \"a \"\"b\", count(*) over () as n from t;";

    fn adapter() -> (tempfile::TempDir, SqliteAdapter) {
        let dir = tempfile::tempdir().unwrap();
        let file = Location::File(dir.path().join("x.db"));
        let settings = SqliteSettings::single_file(file, MAIN, dir.path());
        (dir, SqliteAdapter::new(settings).unwrap())
    }

    /// The table that a statement makes: its definition, and its rows with their types.
    fn made(writer: &mut Box<dyn Session>, query: &str) -> (String, Vec<String>) {
        writer
            .execute(&format!("drop table if exists made; create table made as\n{query}"))
            .unwrap();
        let text = |writer: &mut Box<dyn Session>, sql: &str| {
            let table = writer.query(sql, &[]).unwrap();
            table.rows.iter().map(|row| row[0].to_string()).collect::<Vec<_>>()
        };
        let definition =
            text(writer, "select sql from sqlite_master where name = 'made'").remove(0);
        let names = text(
            writer,
            "select '\"' || replace(name, '\"', '\"\"') || '\"' from pragma_table_info('made')",
        );
        let cells: Vec<String> =
            names.iter().map(|name| format!("typeof({name}) || quote({name})")).collect();
        let rows = format!("select rowid || {} from made order by rowid", cells.join(" || "));
        (definition, text(writer, &rows))
    }

    fn assert_same(query: &str) {
        let (dir, adapter) = adapter();
        let mut writer = adapter.writer().unwrap();
        writer.execute(SETUP).unwrap();
        let file = dir.path().join("aside/1.db");
        let before = writer.cost().unwrap();
        let mut aside = adapter.aside().unwrap();
        aside.compute(query, &file).unwrap();
        writer.execute(&format!("create table other as\n{query}")).unwrap();
        // A second file takes a handful of steps to open.
        let (cost, same) = (aside.cost().unwrap(), writer.cost().unwrap().since(before));
        assert!(cost.steps.abs_diff(same.steps) < 16, "{query}: {cost:?} {same:?}");
        assert_eq!(Cost { steps: 0, ..cost }, Cost { steps: 0, ..same }, "{query}");
        let expected = made(&mut writer, query);
        let rows = writer.take_in(&file).unwrap();
        assert_eq!(made(&mut writer, &rows), expected, "{query}");
        assert_eq!(writer.schemas().unwrap(), [MAIN]);
        writer.let_go_of(&file).unwrap();
        writer.execute("select 1").unwrap();
    }

    #[test]
    fn a_computed_table_is_the_table_itself() {
        for query in [
            "select * from t",
            "select *, * from t order by i desc",
            "select i, i, count(*), 1, 'x', null, x'00', 1.0, -0.0 from t group by 1, 2",
            "select \"select\", \"a \"\"b\", n as \"\" from w",
            "select t.i as \"t.i\", u.x as [from] from t join t as u on u.i = t.i",
            "select cast(x as integer) as a, cast(i as text) as b, cast(x as date) as c, cast(i as any) as d from t",
            "select i as a from t union all select x from t union all select b from t",
            "select cast(i as numeric) as a from t union all select '5'",
            "with recursive c (n) as (select 1 union all select n + 1 from c where n < 500) select n, n * 0.5 as h from c",
            "select x collate nocase as x, max(r) filter (where i > 1) over (order by i) as m from t -- comment",
            "values (1, 'a'), ('2', 3)",
            "select rowid, oid, i as _rowid_ from t where 0",
            "select md5(x) as m, sqrt(i) as s from t",
            "select (select max(n) from t) as n, (select v from t limit 1) as v, iif(i, i, x) as f, abs(i) as g from t where i < 9",
        ] {
            assert_same(query);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// Whatever columns and compounds there are, types and values are the same.
        #[test]
        fn types_and_values_stay(
            picks in prop::collection::vec(prop::collection::vec(0usize..16, 1..5), 1..4),
            all in any::<bool>(),
        ) {
            const COLUMNS: [&str; 16] = [
                "i", "r", "x", "v", "b", "n", "a", "d", "1", "'5'", "null", "cast(x as numeric)", "cast(i as text)",
                "i + 0", "x || ''", "coalesce(n, x)",
            ];
            let width = picks.iter().map(Vec::len).min().unwrap();
            let parts: Vec<String> = picks
                .iter()
                .map(|picks| {
                    let columns: Vec<&str> = picks[..width].iter().map(|at| COLUMNS[*at]).collect();
                    format!("select {} from t", columns.join(", "))
                })
                .collect();
            assert_same(&parts.join(if all { " union all " } else { " union " }));
        }
    }

    #[test]
    fn nothing_but_the_file_is_written() {
        let (dir, adapter) = adapter();
        let mut writer = adapter.writer().unwrap();
        writer.execute(SETUP).unwrap();
        let mut aside = adapter.aside().unwrap();
        let refused = [
            "select 1; drop table t",
            "select 1; insert into t (i) values (5)",
            "select changes() as n",
            "select * from pragma_journal_mode",
            "select nope from t",
            "delete from t returning i",
        ];
        for (at, query) in refused.into_iter().enumerate() {
            let file = dir.path().join(format!("{at}.db"));
            let _ = aside.compute(query, &file);
            let table = writer.query("select count(*) from t", &[]).unwrap();
            assert_eq!(table.scalar(), Some(&4.into()), "{query}");
            assert!(!query.contains("drop") || aside.compute(query, &file).is_err());
        }
        // It is usable after that, and a file is used once.
        let file = dir.path().join("last.db");
        aside.compute("select 1 as a", &file).unwrap();
        assert!(aside.compute("select 1 as a", &file).is_err());
        assert!(writer.take_in(&dir.path().join("none.db")).is_err());
        assert!(!dir.path().join("none.db").exists());
        writer.begin().unwrap();
        assert!(writer.take_in(&file).is_err(), "a transaction is open");
    }

    #[test]
    fn temporary_objects_are_noticed() {
        let (_dir, adapter) = adapter();
        let mut writer = adapter.writer().unwrap();
        assert!(!writer.has_temporary_objects().unwrap());
        writer.execute("create temp table x (a)").unwrap();
        assert!(writer.has_temporary_objects().unwrap());
    }
}
