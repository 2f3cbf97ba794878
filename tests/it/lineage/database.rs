//! A small database in many versions: one as it is, one for every column with other values in it.

use std::collections::HashSet;
use std::sync::{Mutex, OnceLock};

use forge::adapters::sqlite::SqliteAdapter;
use forge::adapters::{Adapter, Datum, Session};
use forge::check::lineage::{Catalog, ColumnRef, Kind, Lineage, of_sql};

/// Tables and columns; columns of one name have values in common.
pub(super) const TABLES: [(&str, &[&str]); 3] =
    [("t", &["a", "b", "c"]), ("u", &["a", "d", "e"]), ("v", &["b", "d", "f"])];

/// Values below this are data; literals and counts of random queries are above.
pub(super) const LITERALS: i64 = 1000;

const ROWS: i64 = 6;

/// Steps of the engine that a query may take.
const MOST_STEPS: i32 = 1_000_000;

pub(super) struct Database {
    session: Mutex<Box<dyn Session>>,
    /// The column whose values are others.
    changed: Option<(&'static str, &'static str)>,
}

impl Database {
    /// The database as it is, and its versions.
    pub(super) fn all() -> &'static [Database] {
        static ALL: OnceLock<Vec<Database>> = OnceLock::new();
        ALL.get_or_init(|| {
            let columns = TABLES.iter().flat_map(|(table, columns)| {
                columns.iter().map(move |column| Some((*table, *column)))
            });
            std::iter::once(None).chain(columns).map(Database::new).collect()
        })
    }

    fn new(changed: Option<(&'static str, &'static str)>) -> Self {
        let adapter = SqliteAdapter::in_memory();
        let mut session = adapter.writer().unwrap();
        for statement in content(changed) {
            session.execute(&statement).unwrap();
        }
        Database { session: Mutex::new(session), changed }
    }

    pub(super) fn catalog() -> Catalog {
        let mut catalog = Catalog::default();
        for (table, columns) in TABLES {
            catalog.add_name(Some("main"), table, table, columns);
        }
        catalog
    }

    fn rows(&self, sql: &str) -> Result<Vec<Vec<Datum>>, String> {
        let table = self.session.lock().unwrap().query(sql, &[]);
        table.map(|table| table.rows).map_err(|error| error.to_string())
    }

    fn reads(&self, sql: &str) -> Result<Vec<(String, String)>, String> {
        let described = self.session.lock().unwrap().describe(sql);
        described.map(|described| described.reads).map_err(|error| error.to_string())
    }
}

/// What makes the database.
fn content(changed: Option<(&'static str, &'static str)>) -> Vec<String> {
    let mut statements = Vec::new();
    for (place, (table, columns)) in TABLES.iter().enumerate() {
        statements.push(format!("create table {table} ({})", columns.join(", ")));
        for row in 0..ROWS {
            let values = columns.iter().enumerate().map(|(at, column)| {
                let is_changed = changed == Some((table, column));
                value(place as i64 * 5 + at as i64 * 3, row, is_changed)
            });
            let values: Vec<String> = values.collect();
            statements.push(format!("insert into {table} values ({})", values.join(", ")));
        }
    }
    statements
}

/// Small numbers and a null; others when the column is changed.
fn value(seed: i64, row: i64, is_changed: bool) -> String {
    let number = match is_changed {
        false => (seed + row * 7) % 5,
        true => 9 - (seed * 2 + row * 3) % 7,
    };
    match (row + seed) % 6 == if is_changed { 1 } else { 0 } {
        true => "null".to_owned(),
        false => number.to_string(),
    }
}

pub(super) fn lineage(sql: &str) -> Result<Lineage, String> {
    let syntax = SqliteAdapter::in_memory().syntax();
    of_sql(sql, &Database::catalog(), syntax).map_err(|unknown| unknown.to_string())
}

/// Whether the engine takes a query, and has its rows in a moment.
pub(super) fn is_valid(sql: &str) -> Result<(), String> {
    Database::all()[0].reads(sql)?;
    match is_short(sql) {
        true => Ok(()),
        false => Err("it takes too many steps".to_owned()),
    }
}

/// Whether a query takes few steps: products of recursive queries inside of each other never end.
fn is_short(sql: &str) -> bool {
    let mut connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.execute_batch(&content(None).join(";")).unwrap();
    let stop: fn() -> bool = || true;
    connection.progress_handler(MOST_STEPS, Some(stop)).unwrap();
    let count = || {
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
        Ok::<(), rusqlite::Error>(())
    };
    !matches!(count(), Err(rusqlite::Error::SqliteFailure(error, _)) if error.code == rusqlite::ErrorCode::OperationInterrupted)
}

/// What the judges say against the lineage of a query; empty when they agree.
pub(super) fn objections(sql: &str, lineage: &Lineage) -> Vec<String> {
    let mut found = unread(sql, lineage);
    let [original, changed @ ..] = Database::all() else { unreachable!() };
    let Ok(before) = original.rows(sql) else { return vec!["the query does not run".to_owned()] };
    found.extend(untaken(&before, lineage));
    for version in changed {
        let (table, column) = version.changed.unwrap();
        let name = format!("{table}.{column}");
        let column = ColumnRef { relation: table.into(), name: column.into() };
        let Ok(after) = version.rows(sql) else { continue };
        if lineage.filters.contains(&column) {
            continue;
        }
        if before.len() != after.len() {
            found.push(format!("`{name}` decides which rows there are"));
        }
        for (at, output) in lineage.columns.iter().enumerate() {
            let is_input = output.inputs.iter().any(|input| input.column == column);
            if !is_input && sorted(&before, at) != sorted(&after, at) {
                found.push(format!("`{name}` changes `{}`", output.name));
            }
        }
    }
    found
}

/// Columns that the engine reads and the lineage does not know.
fn unread(sql: &str, lineage: &Lineage) -> Vec<String> {
    let reads = Database::all()[0].reads(sql).unwrap();
    let is_table = |name: &str| TABLES.iter().any(|(table, _)| *table == name);
    let known = |table: &str, column: &str| {
        lineage
            .reads
            .iter()
            .any(|read| &*read.relation == table && read.name.eq_ignore_ascii_case(column))
    };
    let missing = reads
        .into_iter()
        .filter(|(table, column)| is_table(table) && !column.is_empty() && !known(table, column));
    missing.map(|(table, column)| format!("the engine reads `{table}.{column}`")).collect()
}

/// Outputs that only take columns as they are, and have values that none of the columns has.
fn untaken(rows: &[Vec<Datum>], lineage: &Lineage) -> Vec<String> {
    let mut found = Vec::new();
    for (at, output) in lineage.columns.iter().enumerate() {
        let taken = output.inputs.iter().filter(|input| input.kind == Kind::PassThrough);
        let is_pure = output.inputs.iter().all(|input| input.kind != Kind::Transformed);
        let mut sources = HashSet::new();
        for input in taken {
            let ColumnRef { relation, name } = &input.column;
            let values = Database::all()[0].rows(&format!("select {name} from {relation}"));
            sources.extend(values.unwrap().into_iter().map(|row| format!("{:?}", row[0])));
        }
        for row in rows {
            let is_data = matches!(row[at], Datum::Integer(number) if number < LITERALS);
            if is_pure
                && is_data
                && !sources.is_empty()
                && !sources.contains(&format!("{:?}", row[at]))
            {
                found.push(format!("`{}` is {:?}, which is no input's", output.name, row[at]));
            }
        }
    }
    found
}

fn sorted(rows: &[Vec<Datum>], at: usize) -> Vec<String> {
    let mut values: Vec<String> = rows.iter().map(|row| format!("{:?}", row[at])).collect();
    values.sort();
    values
}
