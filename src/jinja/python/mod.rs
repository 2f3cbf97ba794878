//! The Python modules that templates reach as `modules.datetime`, `modules.pytz`, `modules.re` and
//! `modules.itertools`, with the names dbt 1.12 exports.
//!
//! Objects print as Python's `str()`; inside of a list the item `__repr__` says what to print. The engine has no
//! operators for objects, so they answer `__add__`, `__rsub__`, `__neg__` … as methods; [`add`] and its siblings are
//! the same without a template.
//!
//! Invariant: nothing here reads a clock but through the function given to [`modules`].

mod args;
mod datetime;
mod itertools;
mod object;
mod operators;
mod pytz;
mod re;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil;
use minijinja::value::{Tuple, Value};

pub use operators::{Outcome, add, div, floordiv, mul, neg, order, rem, sub};

use datetime::{Date, DateTime};
use object::{Entry, Namespace};

static MODULES: Namespace = Namespace {
    name: "modules",
    constructor: None,
    entries: &[
        ("datetime", Entry::Namespace(&datetime::MODULE)),
        ("pytz", Entry::Namespace(&pytz::MODULE)),
        ("re", Entry::Namespace(&re::MODULE)),
        ("itertools", Entry::Namespace(&itertools::MODULE)),
    ],
};

/// What the functions of one run share.
struct Runtime {
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    patterns: re::Cache,
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Runtime")
    }
}

/// Whether a value is a `datetime.datetime` or a `datetime.date`.
pub fn is_moment(value: &Value) -> bool {
    object::get::<DateTime>(value).is_some() || object::get::<Date>(value).is_some()
}

/// The value of `modules` in a template; `now` is the clock behind `datetime.now()`, `utcnow()` and `today()`.
pub fn modules(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Value {
    let runtime = Runtime { now: Box::new(now), patterns: re::Cache::default() };
    MODULES.value(&Arc::new(runtime))
}

/// An aware `datetime.datetime` in `pytz.utc`, as dbt's `run_started_at` is; kept to microseconds.
pub fn datetime_utc(timestamp: Timestamp) -> Value {
    object::value(DateTime::from_timestamp(timestamp, Some(pytz::utc())))
}

/// A naive `datetime.datetime`; kept to microseconds.
pub fn datetime_naive(datetime: civil::DateTime) -> Value {
    object::value(DateTime::new(datetime, None))
}

/// A `datetime.date`, such as YAML's `2020-01-01`.
pub fn date(date: civil::Date) -> Value {
    object::value(Date(date))
}

/// The moment a `datetime.datetime` means; a naive one is taken as UTC. `None` for anything else.
pub fn timestamp(value: &Value) -> Option<Timestamp> {
    object::get::<DateTime>(value)?.to_timestamp().ok()
}

/// A list as templates see it.
fn list(items: Vec<Value>) -> Value {
    Value::from(items)
}

/// A tuple as templates see it.
fn tuple(items: Vec<Value>) -> Value {
    Value::from(Tuple::from(items))
}

/// A dict as templates see it.
fn dict(pairs: impl Iterator<Item = (Value, Value)>) -> Value {
    Value::from_pairs(pairs)
}
