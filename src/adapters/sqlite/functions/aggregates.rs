//! Aggregates: `bool_and`, `bool_or`, `any_value`, `median`, `stddev`, `stddev_pop`, `variance`.
//!
//! They skip NULL and return NULL for no rows. Not usable as window functions.

use rusqlite::functions::{Aggregate, Context};
use rusqlite::types::{FromSql, Value};
use rusqlite::{Connection, Result};

use super::PURE;

pub(super) fn register(connection: &Connection) -> Result<()> {
    let fold = |name: &str, step: fn(Option<Value>, Value) -> Option<Value>| {
        connection.create_aggregate_function(name, 1, PURE, Fold(step))
    };
    fold("any_value", |held, next| held.or(Some(next)))?;
    fold("bool_and", |held, next| {
        Some(flag(held.is_none_or(|held| truthy(&held)) && truthy(&next)))
    })?;
    fold("bool_or", |held, next| {
        Some(flag(held.is_some_and(|held| truthy(&held)) || truthy(&next)))
    })?;
    let numbers = |name: &str, finish: fn(Vec<f64>) -> Option<f64>| {
        connection.create_aggregate_function(name, 1, PURE, Numbers(finish))
    };
    numbers("median", median)?;
    numbers("variance", |numbers| variance(&numbers, 1))?;
    numbers("stddev", |numbers| Some(variance(&numbers, 1)?.sqrt()))?;
    numbers("stddev_pop", |numbers| Some(variance(&numbers, 0)?.sqrt()))
}

/// Combines the values one by one.
struct Fold(fn(Option<Value>, Value) -> Option<Value>);

impl Aggregate<Option<Value>, Option<Value>> for Fold {
    fn init(&self, _: &mut Context<'_>) -> Result<Option<Value>> {
        Ok(None)
    }

    fn step(&self, context: &mut Context<'_>, held: &mut Option<Value>) -> Result<()> {
        if let Some(next) = argument::<Value>(context)? {
            *held = (self.0)(held.take(), next);
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, held: Option<Option<Value>>) -> Result<Option<Value>> {
        Ok(held.flatten())
    }
}

/// Collects the numbers and computes once.
struct Numbers(fn(Vec<f64>) -> Option<f64>);

impl Aggregate<Vec<f64>, Option<f64>> for Numbers {
    fn init(&self, _: &mut Context<'_>) -> Result<Vec<f64>> {
        Ok(Vec::new())
    }

    fn step(&self, context: &mut Context<'_>, numbers: &mut Vec<f64>) -> Result<()> {
        numbers.extend(argument::<f64>(context)?);
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, numbers: Option<Vec<f64>>) -> Result<Option<f64>> {
        Ok(numbers.and_then(self.0))
    }
}

fn argument<T: FromSql>(context: &Context<'_>) -> Result<Option<T>> {
    context.get(0)
}

fn truthy(value: &Value) -> bool {
    match value {
        Value::Integer(value) => *value != 0,
        Value::Real(value) => *value != 0.0,
        Value::Text(text) => text.parse::<f64>().is_ok_and(|number| number != 0.0),
        Value::Null | Value::Blob(_) => false,
    }
}

fn flag(value: bool) -> Value {
    Value::Integer(i64::from(value))
}

fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let upper = numbers.len() / 2;
    let high = *numbers.get(upper)?;
    match numbers.len() % 2 {
        1 => Some(high),
        _ => Some((numbers[upper - 1] + high) / 2.0),
    }
}

/// Mean squared distance from the mean, with `less` taken from the count: 1 for a sample, 0 for all.
fn variance(numbers: &[f64], less: usize) -> Option<f64> {
    let divisor = numbers.len().checked_sub(less).filter(|divisor| *divisor > 0)?;
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    Some(squares / divisor as f64)
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
            ("median(a)", "(3), (1), (null), (2)", "2.0"),
            ("median(a)", "(4), (1)", "2.5"),
            ("stddev_pop(a)", "(2), (4)", "1.0"),
            ("variance(a)", "(2), (4)", "2.0"),
            ("stddev(a)", "(2)", "NULL"),
        ] {
            check(&[(&from(call, values), expected)]);
        }
    }
}
