//! SQLite's own functions for dates with a clock that stands still: `'now'`, `current_timestamp` and their kin.
//!
//! Each call goes to a second connection, with the moment in place of `'now'`. Only for connections that ask for it.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::Value;
use rusqlite::{Connection, Result, params_from_iter};

/// Functions that take a moment, and which argument that is.
const FUNCTIONS: [(&str, usize); 7] = [
    ("date", 0),
    ("time", 0),
    ("datetime", 0),
    ("julianday", 0),
    ("unixepoch", 0),
    ("strftime", 1),
    ("timediff", 0),
];

/// Words that stand for the moment, and the function that makes them.
const WORDS: [(&str, &str); 3] =
    [("current_timestamp", "datetime"), ("current_date", "date"), ("current_time", "time")];

/// Replaces the functions on a connection.
pub(in super::super) fn freeze(connection: &Connection, now: Timestamp) -> Result<()> {
    let plain = Arc::new(Mutex::new(Connection::open_in_memory()?));
    let now = now.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S%.3f").to_string();
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    for (name, at) in FUNCTIONS {
        let (plain, now) = (plain.clone(), now.clone());
        connection.create_scalar_function(name, -1, flags, move |context| {
            let arguments = arguments(context, at, &now)?;
            call(&plain, name, arguments)
        })?;
    }
    for (word, function) in WORDS {
        let (plain, now) = (plain.clone(), now.clone());
        connection.create_scalar_function(word, 0, flags, move |_| {
            call(&plain, function, vec![Value::Text(now.clone())])
        })?;
    }
    Ok(())
}

/// The arguments of a call with the moment where `now` was, or where nothing was said.
fn arguments(context: &Context<'_>, at: usize, now: &str) -> Result<Vec<Value>> {
    let moment = || Value::Text(now.to_owned());
    let mut arguments: Vec<Value> =
        (0..context.len()).map(|index| context.get(index)).collect::<Result<_>>()?;
    if arguments.len() == at {
        arguments.push(moment());
    }
    for argument in arguments.iter_mut().skip(at) {
        if matches!(argument, Value::Text(text) if text.eq_ignore_ascii_case("now")) {
            *argument = moment();
        }
    }
    Ok(arguments)
}

fn call(plain: &Mutex<Connection>, name: &str, arguments: Vec<Value>) -> Result<Value> {
    let marks = vec!["?"; arguments.len()].join(", ");
    let connection = super::super::lock(plain);
    let mut statement = connection.prepare_cached(&format!("select {name}({marks})"))?;
    statement.query_row(params_from_iter(arguments), |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_ask_for_now_gives_the_frozen_moment() {
        let connection = Connection::open_in_memory().unwrap();
        freeze(&connection, "2026-03-01T10:20:30.5Z".parse().unwrap()).unwrap();
        for (expression, expected) in [
            ("date('now')", "2026-03-01"),
            ("date('NOW', '+1 month')", "2026-04-01"),
            ("datetime()", "2026-03-01 10:20:30"),
            ("current_timestamp", "2026-03-01 10:20:30"),
            ("current_date", "2026-03-01"),
            ("current_time", "10:20:30"),
            ("strftime('%Y', 'now')", "2026"),
            ("strftime('%d')", "01"),
            ("unixepoch('now') || ''", "1772360430"),
            ("date('2020-01-01', '+1 day')", "2020-01-02"),
        ] {
            let found: String = connection
                .query_row(&format!("select {expression}"), [], |row| row.get(0))
                .unwrap();
            assert_eq!(found, expected, "{expression}");
        }
    }
}
