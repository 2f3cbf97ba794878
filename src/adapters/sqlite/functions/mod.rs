//! SQL functions that SQLite lacks and portable macros need, one file per family.
//!
//! All of them live in this process only: another program that opens the file cannot run a view that calls
//! one, which is what [`foreign_functions_used`] is there to find out. NULL in gives NULL out.

mod aggregates;
mod calendar;
mod clock;
mod date_parts;
mod dates;
mod extremes;
mod foreign;
mod frozen;
mod hash;
mod math;
mod patterns;
mod synonyms;
mod text;
mod timestamps;

pub use foreign::foreign_functions_used;
pub(super) use frozen::freeze;

use jiff::Timestamp;
use rusqlite::functions::{Context, FunctionFlags, SqlFnOutput};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Result};

/// Every function that forge adds to SQLite, sorted.
pub const FUNCTIONS: &[&str] = &[
    "any_value",
    "approx_count_distinct",
    "ascii",
    "bool_and",
    "bool_or",
    "btrim",
    "chr",
    "contains",
    "convert_timezone",
    "corr",
    "count_if",
    "covar_pop",
    "covar_samp",
    "date_part",
    "date_trunc",
    "dateadd",
    "datediff",
    "endswith",
    "forge_dateadd",
    "forge_datediff",
    "forge_now",
    "greatest",
    "initcap",
    "last_day",
    "least",
    "left",
    "lpad",
    "md5",
    "md5_number_lower64",
    "md5_number_upper64",
    "median",
    "mode",
    "nvl",
    "percentile_cont",
    "percentile_disc",
    "position",
    "regexp",
    "regexp_count",
    "regexp_instr",
    "regexp_like",
    "regexp_replace",
    "regexp_substr",
    "repeat",
    "reverse",
    "right",
    "rpad",
    "sha256",
    "split_part",
    "startswith",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "strpos",
    "to_char",
    "to_timestamp",
    "translate",
    "var_pop",
    "var_samp",
    "variance",
    "width_bucket",
];

/// Adds all functions to a connection.
pub(super) fn register(connection: &Connection, now: Option<Timestamp>) -> Result<()> {
    aggregates::register(connection)?;
    calendar::register(connection)?;
    clock::register(connection, now)?;
    date_parts::register(connection)?;
    dates::register(connection)?;
    extremes::register(connection)?;
    hash::register(connection)?;
    math::register(connection)?;
    patterns::register(connection)?;
    synonyms::register(connection)?;
    text::register(connection)
}

/// Safe in views and generated columns, and the same result for the same arguments.
const PURE: FunctionFlags = FunctionFlags::SQLITE_UTF8
    .union(FunctionFlags::SQLITE_DETERMINISTIC)
    .union(FunctionFlags::SQLITE_INNOCUOUS);

/// Any number of arguments.
const ANY: i32 = -1;

/// Adds a pure function that returns NULL as soon as one argument is NULL.
fn strict<T: SqlFnOutput>(
    connection: &Connection,
    name: &str,
    arguments: i32,
    function: impl Fn(&Context<'_>) -> Result<Option<T>> + Send + 'static,
) -> Result<()>
where
    Option<T>: SqlFnOutput,
{
    connection.create_scalar_function(name, arguments, PURE, move |context| {
        let missing = (0..context.len()).any(|index| context.get_raw(index) == ValueRef::Null);
        if missing { Ok(None) } else { function(context) }
    })
}

/// An argument as text, numbers printed as SQLite casts them.
fn text_of(context: &Context<'_>, index: usize) -> String {
    match context.get_raw(index) {
        ValueRef::Null => String::new(),
        ValueRef::Integer(value) => value.to_string(),
        ValueRef::Real(value) => super::super::datum::Datum::Real(value).to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
    }
}

/// An argument as a whole number; text counts when it is one.
fn integer_of(context: &Context<'_>, index: usize, function: &str) -> Result<i64> {
    match context.get_raw(index) {
        ValueRef::Integer(value) => Ok(value),
        ValueRef::Real(value) => Ok(value as i64),
        _ => text_of(context, index).trim().parse().map_err(|_| {
            failure(format!("{function}() needs a whole number as argument {}", index + 1))
        }),
    }
}

/// The error of a function, in its own words.
fn failure(message: String) -> Error {
    Error::UserFunctionError(message.into())
}

#[cfg(test)]
pub(super) mod testing {
    use rusqlite::types::Value;
    use rusqlite::{Connection, Result};

    /// Evaluates one SQL expression with all functions there.
    pub(super) fn try_value(expression: &str) -> Result<Value> {
        let connection = Connection::open_in_memory()?;
        super::register(&connection, "2024-05-06T07:08:09Z".parse().ok())?;
        connection.query_row(&format!("select {expression}"), [], |row| row.get(0))
    }

    /// The expression's value as SQL text; `NULL` for none.
    pub(super) fn value(expression: &str) -> String {
        match try_value(expression).unwrap() {
            Value::Null => "NULL".to_owned(),
            Value::Integer(value) => value.to_string(),
            Value::Real(value) => format!("{value:?}"),
            Value::Text(text) => text,
            Value::Blob(bytes) => format!("{bytes:?}"),
        }
    }

    /// Checks expressions against the values that are expected of them.
    pub(super) fn check(cases: &[(&str, &str)]) {
        for (expression, expected) in cases {
            assert_eq!(value(expression), *expected, "{expression}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_list_is_what_is_registered_and_hides_no_builtin() {
        let names = |connection: &Connection| -> BTreeSet<String> {
            let sql = "select distinct name from pragma_function_list";
            let mut statement = connection.prepare(sql).unwrap();
            let names = statement.query_map([], |row| row.get(0)).unwrap();
            names.map(Result::unwrap).collect()
        };
        let connection = Connection::open_in_memory().unwrap();
        let builtin = names(&connection);
        register(&connection, None).unwrap();
        let all = names(&connection);
        let added: BTreeSet<&str> = all.difference(&builtin).map(String::as_str).collect();
        let expected = FUNCTIONS.iter().copied().chain(math::names());
        assert_eq!(added, expected.collect());
    }

    #[test]
    fn calls_are_found_outside_of_strings_and_comments() {
        let sql = "select MD5 (a), 'sha256(x)', \"left(\" from t -- right(\n where a regexp 'b' /* lpad( */";
        assert_eq!(foreign_functions_used(sql), ["md5", "regexp"]);
        assert!(foreign_functions_used("select a from t left join u on 'it''s md5('").is_empty());
    }
}
