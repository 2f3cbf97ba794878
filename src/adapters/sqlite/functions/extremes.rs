//! `greatest(…)` and `least(…)`: NULL when one argument is NULL, as in Snowflake and BigQuery. SQLite's
//! scalar `max` and `min` do the same under other names.

use std::cmp::Ordering;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Result};

use super::{ANY, PURE, failure};

pub(super) fn register(connection: &Connection) -> Result<()> {
    for (name, wanted) in [("greatest", Ordering::Greater), ("least", Ordering::Less)] {
        connection.create_scalar_function(name, ANY, PURE, move |context| {
            let mut best: Option<ValueRef<'_>> = None;
            for index in 0..context.len() {
                let value = context.get_raw(index);
                if value == ValueRef::Null {
                    return Ok(Value::Null);
                }
                if best.is_none_or(|best| compare(value, best) == wanted) {
                    best = Some(value);
                }
            }
            match best {
                Some(best) => Value::try_from(best).map_err(rusqlite::Error::from),
                None => Err(failure(format!("{name}() needs at least one argument"))),
            }
        })?;
    }
    Ok(())
}

/// SQLite's order: numbers, then text, then bytes.
fn compare(left: ValueRef<'_>, right: ValueRef<'_>) -> Ordering {
    match (left, right) {
        (ValueRef::Integer(left), ValueRef::Integer(right)) => left.cmp(&right),
        (ValueRef::Text(left), ValueRef::Text(right)) => left.cmp(right),
        (ValueRef::Blob(left), ValueRef::Blob(right)) => left.cmp(right),
        _ => match (number(left), number(right)) {
            (Some(left), Some(right)) => left.total_cmp(&right),
            _ => rank(left).cmp(&rank(right)),
        },
    }
}

fn number(value: ValueRef<'_>) -> Option<f64> {
    match value {
        ValueRef::Integer(value) => Some(value as f64),
        ValueRef::Real(value) => Some(value),
        _ => None,
    }
}

fn rank(value: ValueRef<'_>) -> u8 {
    match value {
        ValueRef::Null => 0,
        ValueRef::Integer(_) | ValueRef::Real(_) => 1,
        ValueRef::Text(_) => 2,
        ValueRef::Blob(_) => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, try_value};

    #[test]
    fn the_extreme_argument_wins() {
        check(&[
            ("greatest(1, 2.5, 2)", "2.5"),
            ("least(1, 2.5, 2)", "1"),
            ("greatest('a', 'b')", "b"),
            ("greatest(9, 'a')", "a"),
            ("least(1, null)", "NULL"),
        ]);
        assert!(try_value("greatest()").is_err());
    }
}
