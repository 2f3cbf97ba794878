//! Aggregates that SQLite lacks, also as window functions: `bool_or`, `median`, `percentile_cont`, the families of
//! variance and correlation, `count_if`, `mode` …
//!
//! They skip NULL and return NULL for no rows, counts 0. Invariant: a window keeps the rows of its frame in order, so
//! that the oldest is the one that leaves.

mod statistics;

use std::collections::VecDeque;

use rusqlite::functions::{Aggregate, Context, WindowAggregate};
use rusqlite::types::Value;
use rusqlite::{Connection, Result};

use super::PURE;

/// The arguments of the rows of a frame, those with a NULL left out, as far as they were kept.
type Rows = VecDeque<Option<Vec<Value>>>;

/// Name, number of arguments, and what it makes of the rows without NULL.
type Named = (&'static str, i32, fn(&[&[Value]]) -> Option<Value>);

const ALL: &[Named] = &[
    ("any_value", 1, |rows| rows.first().map(|row| row[0].clone())),
    ("approx_count_distinct", 1, |rows| Some(Value::Integer(distinct(rows)))),
    ("bool_and", 1, |rows| truths(rows).reduce(|all, next| all && next).map(flag)),
    ("bool_or", 1, |rows| truths(rows).reduce(|any, next| any || next).map(flag)),
    ("corr", 2, |rows| number(statistics::correlation(&pairs(rows)))),
    ("count_if", 1, |rows| {
        Some(Value::Integer(truths(rows).filter(|truth| *truth).count() as i64))
    }),
    ("covar_pop", 2, |rows| number(statistics::covariance(&pairs(rows), 0))),
    ("covar_samp", 2, |rows| number(statistics::covariance(&pairs(rows), 1))),
    ("median", 1, |rows| number(statistics::percentile(numbers(rows), 0.5))),
    ("mode", 1, mode),
    ("percentile_cont", 2, |rows| number(statistics::percentile(numbers(rows), fraction(rows)?))),
    ("percentile_disc", 2, |rows| {
        number(statistics::discrete_percentile(numbers(rows), fraction(rows)?))
    }),
    ("stddev", 1, |rows| number(statistics::variance(&numbers(rows), 1).map(f64::sqrt))),
    ("stddev_pop", 1, |rows| number(statistics::variance(&numbers(rows), 0).map(f64::sqrt))),
    ("stddev_samp", 1, |rows| number(statistics::variance(&numbers(rows), 1).map(f64::sqrt))),
    ("var_pop", 1, |rows| number(statistics::variance(&numbers(rows), 0))),
    ("var_samp", 1, |rows| number(statistics::variance(&numbers(rows), 1))),
    ("variance", 1, |rows| number(statistics::variance(&numbers(rows), 1))),
];

pub(super) fn register(connection: &Connection) -> Result<()> {
    for (name, arguments, finish) in ALL {
        connection.create_window_function(*name, *arguments, PURE, Frame(*finish))?;
    }
    Ok(())
}

/// Collects the rows of a frame and computes when asked.
struct Frame(fn(&[&[Value]]) -> Option<Value>);

impl Frame {
    fn result(&self, rows: &Rows) -> Option<Value> {
        let rows: Vec<&[Value]> = rows.iter().flatten().map(Vec::as_slice).collect();
        (self.0)(&rows)
    }
}

impl Aggregate<Rows, Option<Value>> for Frame {
    fn init(&self, _: &mut Context<'_>) -> Result<Rows> {
        Ok(Rows::new())
    }

    fn step(&self, context: &mut Context<'_>, rows: &mut Rows) -> Result<()> {
        let row = (0..context.len()).map(|at| context.get(at)).collect::<Result<Vec<Value>>>()?;
        let is_complete = row.iter().all(|value| *value != Value::Null);
        rows.push_back(is_complete.then_some(row));
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, rows: Option<Rows>) -> Result<Option<Value>> {
        Ok(self.result(&rows.unwrap_or_default()))
    }
}

impl WindowAggregate<Rows, Option<Value>> for Frame {
    fn value(&self, rows: Option<&mut Rows>) -> Result<Option<Value>> {
        Ok(rows.map_or_else(|| self.result(&Rows::new()), |rows| self.result(rows)))
    }

    fn inverse(&self, _: &mut Context<'_>, rows: &mut Rows) -> Result<()> {
        rows.pop_front();
        Ok(())
    }
}

fn number(value: Option<f64>) -> Option<Value> {
    value.map(Value::Real)
}

fn flag(value: bool) -> Value {
    Value::Integer(i64::from(value))
}

fn truths<'r>(rows: &'r [&[Value]]) -> impl Iterator<Item = bool> + 'r {
    rows.iter().map(|row| as_number(&row[0]).is_some_and(|number| number != 0.0))
}

/// What is no number is left out.
fn numbers(rows: &[&[Value]]) -> Vec<f64> {
    rows.iter().filter_map(|row| as_number(&row[0])).collect()
}

fn pairs(rows: &[&[Value]]) -> Vec<(f64, f64)> {
    rows.iter().filter_map(|row| as_number(&row[0]).zip(as_number(&row[1]))).collect()
}

/// The second argument, from 0 to 1.
fn fraction(rows: &[&[Value]]) -> Option<f64> {
    as_number(&rows.first()?[1]).filter(|fraction| (0.0..=1.0).contains(fraction))
}

fn as_number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(value) => Some(*value as f64),
        Value::Real(value) => Some(*value),
        Value::Text(text) => text.trim().parse().ok(),
        Value::Null | Value::Blob(_) => None,
    }
}

/// The values of a column with how often each is there, in the order of their first row.
fn counted<'r>(rows: &'r [&[Value]]) -> Vec<(&'r Value, usize)> {
    let mut places = std::collections::HashMap::new();
    let mut counted: Vec<(&Value, usize)> = Vec::new();
    for row in rows {
        let at = *places.entry(format!("{:?}", row[0])).or_insert_with(|| {
            counted.push((&row[0], 0));
            counted.len() - 1
        });
        counted[at].1 += 1;
    }
    counted
}

fn distinct(rows: &[&[Value]]) -> i64 {
    counted(rows).len() as i64
}

/// The most frequent value; the first of several.
fn mode(rows: &[&[Value]]) -> Option<Value> {
    let counted = counted(rows);
    let most = counted.iter().map(|(_, count)| *count).max()?;
    counted.into_iter().find(|(_, count)| *count == most).map(|(value, _)| value.clone())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn aggregates_skip_null() {
        let from = |call: &str, values: &str| {
            format!("{call} from (select column1 as a from (values {values}))")
        };
        for (call, values, expected) in [
            ("bool_and(a)", "(1), (null), (1)", "1"),
            ("bool_and(a)", "(1), (0), (1)", "0"),
            ("bool_or(a)", "(0), (1), (0)", "1"),
            ("bool_or(a)", "(null)", "NULL"),
            ("any_value(a)", "(null), ('x')", "x"),
            ("count_if(a > 1)", "(1), (2), (null), (3)", "2"),
            ("count_if(a)", "(null)", "0"),
            ("approx_count_distinct(a)", "(1), ('1'), (1), (null)", "2"),
            ("mode(a)", "('x'), ('y'), ('y'), (null)", "y"),
            ("mode(a)", "(null)", "NULL"),
            ("median(a)", "(3), (1), (null), (2)", "2.0"),
            ("median(a)", "(4), (1)", "2.5"),
            ("percentile_cont(a, 0.25)", "(10), (20), (30), (40)", "17.5"),
            ("percentile_cont(a, 1)", "(10), (20)", "20.0"),
            ("percentile_cont(a, 1.5)", "(10), (20)", "NULL"),
            ("percentile_disc(a, 0.25)", "(10), (20), (30), (40)", "10.0"),
            ("percentile_disc(a, 0.26)", "(10), (20), (30), (40)", "20.0"),
            ("stddev_pop(a)", "(2), (4)", "1.0"),
            ("var_pop(a)", "(2), (4)", "1.0"),
            ("variance(a)", "(2), (4)", "2.0"),
            ("var_samp(a)", "(2), (4)", "2.0"),
            ("stddev(a)", "(2)", "NULL"),
            ("stddev_samp(a)", "('x')", "NULL"),
            ("corr(a, -a)", "(1), (2), (4)", "-1.0"),
            ("corr(a, 1)", "(1), (2)", "NULL"),
            ("covar_pop(a, a)", "(2), (4)", "1.0"),
            ("covar_samp(a, a)", "(2), (4)", "2.0"),
        ] {
            check(&[(&from(call, values), expected)]);
        }
    }

    #[test]
    fn frames_of_windows_move() {
        let over = |call: &str| {
            format!(
                "group_concat(v, ' ') from (select {call} over (order by column1 rows between 1 preceding and \
                 current row) as v from (values (1), (3), (null), (5)))"
            )
        };
        for (call, expected) in [
            ("median(column1)", "1.0 2.0 4.0"),
            ("count_if(column1 > 1)", "0 0 1 2"),
            ("bool_or(column1 = 1)", "1 1 0"),
        ] {
            check(&[(&over(call), expected)]);
        }
    }
}
