//! Runs SQL: several statements at once, bound values, and offsets that fit the text that was handed in.

use std::path::Path;

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Batch, Connection, Rows, Statement, ToSql, params_from_iter};

use super::super::datum::Datum;
use super::super::error::Result;
use super::super::session::Outcome;
use super::super::table::Table;
use super::errors;

/// Runs all statements of `sql` in order.
pub(super) fn execute(connection: &Connection, path: &Path, sql: &str) -> Result<Outcome> {
    let mut batch = Batch::new(connection, sql);
    let mut outcome = Outcome {
        rows_affected: -1,
        table: None,
    };
    loop {
        let next = batch
            .next()
            .map_err(|error| errors::of_statement(error, path, sql))?;
        let Some(mut statement) = next else {
            return Ok(outcome);
        };
        run(connection, &mut statement, &mut outcome)
            .map_err(|error| errors::of_statement(error, path, sql))?;
    }
}

/// Runs one statement with bound values.
pub(super) fn query(
    connection: &Connection,
    path: &Path,
    sql: &str,
    bindings: &[Datum],
) -> Result<Table> {
    let fail = |error| errors::of_statement(error, path, sql);
    let mut statement = connection.prepare(sql).map_err(fail)?;
    let mut table = header(&statement);
    let mut rows = statement.query(params_from_iter(bindings)).map_err(fail)?;
    table.rows = collect(&mut rows, table.column_names.len()).map_err(fail)?;
    Ok(table)
}

fn run(
    connection: &Connection,
    statement: &mut Statement<'_>,
    outcome: &mut Outcome,
) -> rusqlite::Result<()> {
    let before = connection.total_changes();
    if statement.column_count() > 0 {
        let mut table = header(statement);
        table.rows = collect(&mut statement.raw_query(), table.column_names.len())?;
        outcome.table = Some(table);
    } else {
        statement.raw_execute()?;
    }
    if writes_rows(statement) {
        let written = connection.total_changes() - before;
        outcome.rows_affected = outcome.rows_affected.max(0) + written as i64;
    }
    Ok(())
}

/// Whether this is an insert, update or delete: neither a query nor a change of the schema.
fn writes_rows(statement: &Statement<'_>) -> bool {
    const WORDS: [&str; 5] = ["insert", "update", "delete", "replace", "with"];
    let sql = statement.expanded_sql().unwrap_or_default();
    let word: String = skip_comments(&sql)
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .collect();
    !statement.readonly() && WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// The text behind leading white space and comments.
fn skip_comments(sql: &str) -> &str {
    let mut rest = sql.trim_start();
    loop {
        let behind = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n')
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/")
        } else {
            return rest;
        };
        rest = behind.map_or("", |(_, behind)| behind).trim_start();
    }
}

fn header(statement: &Statement<'_>) -> Table {
    let columns = statement.columns();
    let (mut names, mut types) = (Vec::new(), Vec::new());
    for column in columns {
        names.push(column.name().to_owned());
        types.push(column.decl_type().map(str::to_owned));
    }
    Table {
        column_names: names,
        declared_types: types,
        rows: Vec::new(),
    }
}

fn collect(rows: &mut Rows<'_>, width: usize) -> rusqlite::Result<Vec<Vec<Datum>>> {
    let mut collected = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = (0..width).map(|index| row.get_ref(index).map(datum));
        collected.push(cells.collect::<rusqlite::Result<_>>()?);
    }
    Ok(collected)
}

fn datum(value: ValueRef<'_>) -> Datum {
    match value {
        ValueRef::Null => Datum::Null,
        ValueRef::Integer(value) => Datum::Integer(value),
        ValueRef::Real(value) => Datum::Real(value),
        // Text that is not UTF-8 is damaged data; showing what can be shown beats failing.
        ValueRef::Text(text) => Datum::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Datum::Blob(bytes.to_vec()),
    }
}

impl ToSql for Datum {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Value::Null),
            Self::Boolean(value) => ToSqlOutput::Owned(Value::Integer(i64::from(*value))),
            Self::Integer(value) => ToSqlOutput::Owned(Value::Integer(*value)),
            Self::Real(value) => ToSqlOutput::Owned(Value::Real(*value)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::error::AdapterError;
    use super::*;

    fn run_on(connection: &Connection, sql: &str) -> Result<Outcome> {
        execute(connection, Path::new(":memory:"), sql)
    }

    #[test]
    fn the_last_rows_of_several_statements_come_back() {
        let connection = Connection::open_in_memory().unwrap();
        let sql = "create table t (a int); -- ; not an end\n insert into t values (1), (2);\n\
                   select a from t; update t set a = 3 where a = 1; create index i on t (a);";
        let outcome = run_on(&connection, sql).unwrap();
        assert_eq!(outcome.rows_affected, 3);
        let table = outcome.table.unwrap();
        assert_eq!(table.rows, [[Datum::Integer(1)], [Datum::Integer(2)]]);
        assert_eq!(table.declared_types, [Some("INT".to_owned())]);
    }

    #[test]
    fn ddl_alone_affects_no_rows_and_comments_alone_do_nothing() {
        let connection = Connection::open_in_memory().unwrap();
        let outcome = run_on(&connection, "create table t as select 1 as a").unwrap();
        assert_eq!(outcome.rows_affected, -1);
        let outcome = run_on(&connection, "/* x */ delete from t where a = 2").unwrap();
        assert_eq!(outcome.rows_affected, 0);
        assert_eq!(run_on(&connection, " -- nothing").unwrap().table, None);
    }

    #[test]
    fn an_offset_counts_from_the_start_of_everything() {
        let connection = Connection::open_in_memory().unwrap();
        let sql = "select 'é'; select 1; select nope from sqlite_master";
        let Err(AdapterError::Sql {
            message, offset, ..
        }) = run_on(&connection, sql)
        else {
            panic!("the statement is invalid");
        };
        assert_eq!(message, "no such column: nope");
        assert_eq!(&sql[offset.unwrap()..][..4], "nope");
        let sql = "select 1; selec 2";
        assert_eq!(run_on(&connection, sql).unwrap_err().offset(), Some(10));
    }

    #[test]
    fn values_survive_the_round_trip() {
        let connection = Connection::open_in_memory().unwrap();
        let bindings = [
            Datum::Null,
            true.into(),
            i64::MIN.into(),
            0.5.into(),
            "é".into(),
            Datum::Blob(vec![0, 255]),
        ];
        let table = query(
            &connection,
            Path::new(""),
            "select ?, ?, ?, ?, ?, ?",
            &bindings,
        )
        .unwrap();
        assert_eq!(table.rows[0][1], Datum::Integer(1));
        assert_eq!(table.rows[0][2..], bindings[2..]);
        assert!(query(&connection, Path::new(""), "select ?, ?", &bindings).is_err());
    }
}
