//! Runs SQL: several statements at once, bound values, and offsets that fit the text that was handed in.

use std::path::Path;

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Batch, Connection, Rows, Statement, StatementStatus, ToSql, params_from_iter};

use super::super::cost::Cost;
use super::super::datum::Datum;
use super::super::error::Result;
use super::super::relation::Relation;
use super::super::session::Outcome;
use super::super::table::Table;
use super::catalog::quoted;
use super::errors;

/// Runs all statements of `sql` in order.
pub(super) fn execute(
    connection: &Connection,
    path: &Path,
    sql: &str,
    cost: &mut Cost,
) -> Result<Outcome> {
    let mut batch = Batch::new(connection, sql);
    let mut done = Done::default();
    loop {
        let next = batch.next().map_err(|error| errors::of_statement(error, path, sql))?;
        let Some(mut statement) = next else {
            return Ok(done.outcome());
        };
        run(connection, &mut statement, &mut done)
            .map_err(|error| errors::of_statement(error, path, sql))?;
        *cost += spent(&statement);
    }
}

/// What a statement cost since it was asked last; the engine counts in 32 bits.
pub(super) fn spent(statement: &Statement<'_>) -> Cost {
    let read = |counter| u64::from(statement.reset_status(counter) as u32);
    Cost {
        steps: read(StatementStatus::VmStep),
        rows_scanned: read(StatementStatus::FullscanStep),
        sorts: read(StatementStatus::Sort),
        rows_indexed: read(StatementStatus::AutoIndex),
    }
}

/// What several statements did.
#[derive(Default)]
struct Done {
    table: Option<Table>,
    written: Option<i64>,
    deleted: Option<i64>,
}

impl Done {
    /// Rows written; rows deleted only when nothing was written, because a delete before an insert replaces.
    fn outcome(self) -> Outcome {
        Outcome { rows_affected: self.written.or(self.deleted).unwrap_or(-1), table: self.table }
    }
}

/// Runs one statement with bound values.
pub(super) fn query(
    connection: &Connection,
    path: &Path,
    sql: &str,
    bindings: &[Datum],
    cost: &mut Cost,
) -> Result<Table> {
    let fail = |error| errors::of_statement(error, path, sql);
    // What has values bound to it is asked again and again; the rest is asked once.
    if !bindings.is_empty() {
        let mut statement = connection.prepare_cached(sql).map_err(fail)?;
        return rows_of(&mut statement, bindings, cost).map_err(fail);
    }
    let mut statement = connection.prepare(sql).map_err(fail)?;
    rows_of(&mut statement, bindings, cost).map_err(fail)
}

fn rows_of(
    statement: &mut Statement<'_>,
    bindings: &[Datum],
    cost: &mut Cost,
) -> rusqlite::Result<Table> {
    let mut table = header(statement);
    let mut rows = statement.query(params_from_iter(bindings))?;
    table.rows = collect(&mut rows, table.column_names.len())?;
    drop(rows);
    *cost += spent(statement);
    Ok(table)
}

fn run(
    connection: &Connection,
    statement: &mut Statement<'_>,
    done: &mut Done,
) -> rusqlite::Result<()> {
    let before = connection.total_changes();
    if statement.column_count() > 0 {
        let mut table = header(statement);
        table.rows = collect(&mut statement.raw_query(), table.column_names.len())?;
        done.table = Some(table);
    } else {
        statement.raw_execute()?;
    }
    let changed = (connection.total_changes() - before) as i64;
    match verb(statement) {
        Some("delete") => *done.deleted.get_or_insert(0) += changed,
        Some(_) => *done.written.get_or_insert(0) += changed,
        None => {}
    }
    Ok(())
}

/// The verb of a statement that changes rows; none for a query and for a change of the schema.
fn verb(statement: &Statement<'_>) -> Option<&'static str> {
    if statement.readonly() {
        return None;
    }
    let sql = statement.expanded_sql().unwrap_or_default();
    let text = skip_comments(&sql);
    match leading_word(text) {
        Some("with") => top_level_words(text).find_map(known_verb),
        first => first.and_then(known_verb),
    }
}

const VERBS: [&str; 4] = ["insert", "update", "delete", "replace"];

fn known_verb(word: &str) -> Option<&'static str> {
    VERBS.into_iter().find(|verb| word.eq_ignore_ascii_case(verb))
}

fn leading_word(text: &str) -> Option<&'static str> {
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let word = &text[..end];
    known_verb(word).or_else(|| word.eq_ignore_ascii_case("with").then_some("with"))
}

/// Words outside of parentheses and quotes.
fn top_level_words(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0usize;
    let mut quote = None;
    text.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_')).filter_map(move |piece| {
        let end = piece.chars().next_back()?;
        let word = piece.trim_end_matches(|c: char| !(c.is_alphanumeric() || c == '_'));
        let is_outside = depth == 0 && quote.is_none();
        match (quote, end) {
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(end),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        (is_outside && !word.is_empty()).then_some(word)
    })
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
    Table { column_names: names, declared_types: types, rows: Vec::new() }
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

/// Inserts rows with bound values; how many there were.
pub(super) fn insert(
    connection: &Connection,
    path: &Path,
    (relation, columns): (&Relation, &[String]),
    rows: &mut dyn Iterator<Item = Vec<Datum>>,
    cost: &mut Cost,
) -> Result<u64> {
    let names: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let sql = format!(
        "insert into {} ({}) values ({})",
        relation.render(),
        names.join(", "),
        vec!["?"; columns.len()].join(", ")
    );
    let fail = |error| errors::of_statement(error, path, &sql);
    let mut statement = connection.prepare(&sql).map_err(fail)?;
    let mut count = 0;
    for row in rows {
        statement.execute(params_from_iter(&row)).map_err(fail)?;
        count += 1;
    }
    *cost += spent(&statement);
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::super::super::error::AdapterError;
    use super::*;

    fn run_on(connection: &Connection, sql: &str) -> Result<Outcome> {
        execute(connection, Path::new(":memory:"), sql, &mut Cost::default())
    }

    fn ask(connection: &Connection, sql: &str, bindings: &[Datum]) -> Result<Table> {
        query(connection, Path::new(""), sql, bindings, &mut Cost::default())
    }

    #[test]
    fn work_is_counted_and_is_the_same_every_time() {
        let connection = Connection::open_in_memory().unwrap();
        let sql = "create table t (a int); with recursive n (i) as (select 1 union all select i + 1 from n \
                   where i < 500) insert into t select i from n";
        run_on(&connection, sql).unwrap();
        let count = |bindings: &[Datum]| {
            let mut cost = Cost::default();
            let sql = "select count(*) from (select a from t where a > ?1 order by -a)";
            query(&connection, Path::new(""), sql, bindings, &mut cost).unwrap();
            cost
        };
        let all = count(&[0.into()]);
        assert_eq!((all.rows_scanned, all.sorts, all.rows_indexed), (499, 1, 0));
        assert!(all.steps > 1000, "{all:?}");
        // The statement is kept; its counters begin anew.
        assert_eq!(count(&[0.into()]), all);
        let mut cost = all;
        cost += all;
        assert_eq!(cost.since(all), all);
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
        let Err(AdapterError::Sql { message, offset, .. }) = run_on(&connection, sql) else {
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
        let table = ask(&connection, "select ?, ?, ?, ?, ?, ?", &bindings).unwrap();
        assert_eq!(table.rows[0][1], Datum::Integer(1));
        assert_eq!(table.rows[0][2..], bindings[2..]);
        assert!(ask(&connection, "select ?, ?", &bindings).is_err());
    }
}
