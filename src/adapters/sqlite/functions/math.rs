//! SQLite's own math functions, which the bundled build leaves out (`SQLITE_ENABLE_MATH_FUNCTIONS`).
//!
//! They behave as <https://www.sqlite.org/lang_mathfunc.html> says: text that is not a number, NULL and
//! results that are not a number give NULL. Most other programs have them, so they do not count as foreign.

use rusqlite::functions::Context;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Result};

use super::PURE;

/// Names and what they compute.
type Named<F> = &'static [(&'static str, F)];

/// One number in, one number out.
const UNARY: Named<fn(f64) -> f64> = &[
    ("acos", f64::acos),
    ("acosh", f64::acosh),
    ("asin", f64::asin),
    ("asinh", f64::asinh),
    ("atan", f64::atan),
    ("atanh", f64::atanh),
    ("cos", f64::cos),
    ("cosh", f64::cosh),
    ("degrees", f64::to_degrees),
    ("exp", f64::exp),
    ("ln", logarithm),
    ("log10", |x| if x > 0.0 { x.log10() } else { f64::NAN }),
    ("log2", |x| if x > 0.0 { x.log2() } else { f64::NAN }),
    ("radians", f64::to_radians),
    ("sin", f64::sin),
    ("sinh", f64::sinh),
    ("sqrt", f64::sqrt),
    ("tan", f64::tan),
    ("tanh", f64::tanh),
];

/// Two numbers in, one number out.
const BINARY: Named<fn(f64, f64) -> f64> =
    &[("atan2", f64::atan2), ("mod", |x, y| x % y), ("pow", f64::powf), ("power", f64::powf)];

/// Whole numbers stay as they are.
const ROUNDING: Named<fn(f64) -> f64> =
    &[("ceil", f64::ceil), ("ceiling", f64::ceil), ("floor", f64::floor), ("trunc", f64::trunc)];

pub(super) fn register(connection: &Connection) -> Result<()> {
    connection.create_scalar_function("width_bucket", 4, PURE, |context| {
        let at = |index| number(context, index);
        Ok(at(0).zip(at(1)).zip(at(2)).zip(at(3)).and_then(width_bucket))
    })?;
    for (name, function) in UNARY {
        connection.create_scalar_function(*name, 1, PURE, move |context| {
            Ok(number(context, 0).map(function).filter(|result| !result.is_nan()))
        })?;
    }
    for (name, function) in BINARY {
        connection.create_scalar_function(*name, 2, PURE, move |context| {
            let arguments = number(context, 0).zip(number(context, 1));
            Ok(arguments.map(|(x, y)| function(x, y)).filter(|result| !result.is_nan()))
        })?;
    }
    for (name, function) in ROUNDING {
        connection.create_scalar_function(*name, 1, PURE, move |context| {
            Ok(match (context.get_raw(0), number(context, 0)) {
                (ValueRef::Integer(value), _) => Value::Integer(value),
                (_, Some(value)) => Value::Real(function(value)),
                _ => Value::Null,
            })
        })?;
    }
    connection.create_scalar_function("pi", 0, PURE, |_| Ok(std::f64::consts::PI))?;
    connection.create_scalar_function("log", 1, PURE, |context| {
        let result = number(context, 0).map(|x| if x > 0.0 { x.log10() } else { f64::NAN });
        Ok(result.filter(|result| !result.is_nan()))
    })?;
    connection.create_scalar_function("log", 2, PURE, |context| {
        let arguments = number(context, 0).zip(number(context, 1));
        let result = arguments.map(|(base, x)| logarithm(x) / logarithm(base));
        Ok(result.filter(|result| result.is_finite()))
    })
}

/// Into which of equally wide buckets between two bounds a number falls: 0 below them, one more than there are above.
fn width_bucket((((x, low), high), count): (((f64, f64), f64), f64)) -> Option<i64> {
    if low == high || count < 1.0 {
        return None;
    }
    let place = (x - low) / (high - low);
    let bucket = if place < 0.0 { 0.0 } else { (place * count).floor().min(count.floor()) + 1.0 };
    Some(bucket as i64)
}

/// The names of SQLite's own functions of this file.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let unary = UNARY.iter().chain(ROUNDING).map(|(name, _)| *name);
    let binary = BINARY.iter().map(|(name, _)| *name);
    unary.chain(binary).chain(["log", "pi"])
}

/// Not a number, rather than minus infinity, where there is no logarithm.
fn logarithm(x: f64) -> f64 {
    if x > 0.0 { x.ln() } else { f64::NAN }
}

fn number(context: &Context<'_>, index: usize) -> Option<f64> {
    match context.get_raw(index) {
        ValueRef::Integer(value) => Some(value as f64),
        ValueRef::Real(value) => Some(value),
        ValueRef::Text(text) => std::str::from_utf8(text).ok()?.trim().parse().ok(),
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn math_is_there() {
        check(&[
            ("floor(1.5)", "1.0"),
            ("ceil(3)", "3"),
            ("ceil('2.5')", "3.0"),
            ("trunc(-1.5)", "-1.0"),
            ("power(2, 3)", "8.0"),
            ("ln(1)", "0.0"),
            ("ln(0)", "NULL"),
            ("log(100)", "2.0"),
            ("log(2, 8)", "3.0"),
            ("sqrt(-1)", "NULL"),
            ("mod(11, 3.5)", "0.5"),
            ("sqrt('x')", "NULL"),
            ("round(pi(), 2)", "3.14"),
            ("width_bucket(5.3, 0, 10, 5)", "3"),
            ("width_bucket(-1, 0, 10, 5)", "0"),
            ("width_bucket(10, 0, 10, 5)", "6"),
            ("width_bucket(0, 0, 10, 5)", "1"),
            ("width_bucket(1, 2, 2, 5)", "NULL"),
        ]);
    }
}
