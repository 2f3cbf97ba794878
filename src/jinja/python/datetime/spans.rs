//! `datetime.timedelta`: a number of microseconds.

use std::cmp::Ordering;

use minijinja::Error;
use minijinja::value::Value;

use super::calendar::{DAY, SECOND, seconds};
use crate::jinja::python::Runtime;
use crate::jinja::python::args::Args;
use crate::jinja::python::object::{self, Entry, Method, Namespace, Type};

const MAX: i128 = 1_000_000_000 * DAY as i128 - 1;
const MIN: i128 = -999_999_999 * DAY as i128;

/// The class.
pub(super) static CLASS: Namespace = Namespace {
    name: "datetime.timedelta",
    constructor: Some(construct),
    entries: &[
        ("min", Entry::Value(|| object::value(Delta(MIN)))),
        ("max", Entry::Value(|| object::value(Delta(MAX)))),
        ("resolution", Entry::Value(|| object::value(Delta(1)))),
    ],
};

/// Parameters in order, with their length in microseconds.
const UNITS: &[(&str, i64)] = &[
    ("days", DAY),
    ("seconds", SECOND),
    ("microseconds", 1),
    ("milliseconds", 1000),
    ("minutes", 60 * SECOND),
    ("hours", 3600 * SECOND),
    ("weeks", 7 * DAY),
];

/// A duration in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Delta(i128);

impl Delta {
    /// Within Python's range or not; see [`Delta::checked`].
    pub(in super::super) fn from_micros(micros: i128) -> Self {
        Self(micros)
    }

    /// Refuses what Python's range of a billion days does not hold.
    pub(in super::super) fn checked(micros: Option<i128>) -> Option<Self> {
        micros.filter(|micros| (MIN..=MAX).contains(micros)).map(Self)
    }

    /// The length.
    pub(in super::super) fn micros(self) -> i128 {
        self.0
    }

    /// Whole days, rounded down.
    pub(in super::super) fn days(self) -> i64 {
        self.0.div_euclid(i128::from(DAY)) as i64
    }

    /// Whole seconds after the days.
    fn seconds(self) -> i64 {
        self.within_day() / SECOND
    }

    /// Microseconds after the seconds.
    fn microseconds(self) -> i64 {
        self.within_day() % SECOND
    }

    fn within_day(self) -> i64 {
        self.0.rem_euclid(i128::from(DAY)) as i64
    }
}

impl Type for Delta {
    const NAME: &'static str = "datetime.timedelta";
    const METHODS: &'static [(&'static str, Method<Self>)] = &[("total_seconds", |delta, args| {
        args.finish()?;
        Ok(Value::from(seconds(delta.0)))
    })];

    fn repr(&self) -> String {
        let parts = [
            ("days", self.days()),
            ("seconds", self.seconds()),
            ("microseconds", self.microseconds()),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(_, value)| *value != 0)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let parts = if parts.is_empty() { "0".to_owned() } else { parts.join(", ") };
        format!("datetime.timedelta({parts})")
    }

    fn text(&self) -> String {
        let (days, seconds, micros) = (self.days(), self.seconds(), self.microseconds());
        let plural = if days.abs() == 1 { "" } else { "s" };
        let days = if days == 0 { String::new() } else { format!("{days} day{plural}, ") };
        let micros = if micros == 0 { String::new() } else { format!(".{micros:06}") };
        format!("{days}{}:{:02}:{:02}{micros}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        Some(Value::from(match name {
            "days" => self.days(),
            "seconds" => self.seconds(),
            "microseconds" => self.microseconds(),
            _ => return None,
        }))
    }

    fn is_true(&self) -> bool {
        self.0 != 0
    }

    fn order(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn construct(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let mut sum = Some(0_i128);
    let mut leftover = 0.0;
    for (name, unit) in UNITS {
        let Some(value) = args.next(name) else {
            continue;
        };
        let unit = i128::from(*unit);
        let part = match f64::try_from(value.clone()) {
            Ok(float) if value.is_number() && !value.is_integer() => {
                if !float.is_finite() {
                    return Err(args.error(format_args!("'{name}' must be finite")));
                }
                let inner = float.fract() * unit as f64;
                leftover += inner.fract();
                (float.trunc() as i128)
                    .checked_mul(unit)
                    .and_then(|whole| whole.checked_add(inner.trunc() as i128))
            }
            _ => i128::from(args.as_int(name, &value)?).checked_mul(unit),
        };
        sum = sum.zip(part).and_then(|(sum, part)| sum.checked_add(part));
    }
    args.finish()?;
    let sum = sum.map(|sum| sum + rounded(leftover, sum));
    let delta = Delta::checked(sum).ok_or_else(|| args.error("the duration is out of range"))?;
    Ok(object::value(delta))
}

/// Rounds a rest so that the total is even where it lies halfway.
fn rounded(leftover: f64, total: i128) -> i128 {
    let odd = (total & 1) as f64;
    if (leftover - leftover.trunc()).abs() == 0.5 {
        (((leftover + odd) * 0.5).round_ties_even() * 2.0 - odd) as i128
    } else {
        leftover.round() as i128
    }
}
