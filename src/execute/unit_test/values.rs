//! Values of fixtures as values of columns: what a type makes of what somebody wrote.
//!
//! Invariant: a value that does not fit its column's type stays what it is, so that tests of dirty data are possible.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use crate::adapters::Datum;

/// What a column holds, judged by its declared type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whole numbers.
    Integer,
    /// All numbers.
    Number,
    /// Truth values.
    Boolean,
    /// Dates.
    Date,
    /// Dates with a time.
    Moment,
    /// Text.
    Text,
    /// Anything.
    Unknown,
}

impl Kind {
    /// The kind of a declared type.
    pub(super) fn of(declared: &str) -> Self {
        let name = declared.split('(').next().unwrap_or_default().trim().to_lowercase();
        match name.as_str() {
            "int" | "integer" | "bigint" | "smallint" | "tinyint" | "mediumint" | "int2"
            | "int4" | "int8" | "int64" | "serial" | "bigserial" => Kind::Integer,
            "real" | "double" | "double precision" | "float" | "float4" | "float8" | "float64"
            | "numeric" | "decimal" | "number" => Kind::Number,
            "bool" | "boolean" => Kind::Boolean,
            "date" => Kind::Date,
            _ if name.starts_with("timestamp") || name.starts_with("datetime") => Kind::Moment,
            _ if name.contains("char") || name.contains("text") => Kind::Text,
            "string" | "clob" | "uuid" | "json" => Kind::Text,
            _ => Kind::Unknown,
        }
    }

    /// The kind that all values of a column share, where no type is declared.
    pub(super) fn of_values<'d>(values: impl Iterator<Item = &'d Datum>) -> Self {
        let mut shared = None;
        for value in values {
            let kind = match value {
                Datum::Null => continue,
                Datum::Text(_) => Kind::Text,
                Datum::Integer(_) | Datum::Real(_) | Datum::Boolean(_) => Kind::Number,
                Datum::Blob(_) => Kind::Unknown,
            };
            match shared {
                Some(other) if other != kind => return Kind::Unknown,
                _ => shared = Some(kind),
            }
        }
        shared.unwrap_or(Kind::Unknown)
    }

    /// A written value as this kind stores it.
    pub(super) fn read(self, written: &Json) -> Datum {
        let natural = match written {
            Json::Null => Datum::Null,
            Json::Bool(value) if self == Kind::Text => Datum::from(value.to_string()),
            Json::Bool(value) => Datum::Integer(i64::from(*value)),
            Json::Number(number) => match number.as_i64() {
                Some(whole) => Datum::Integer(whole),
                None => number.as_f64().map_or(Datum::Null, Datum::Real),
            },
            Json::String(text) => Datum::from(text.as_str()),
            other => Datum::from(other.to_string()),
        };
        self.normal(natural)
    }

    /// A value in the one form that equal values of this kind share.
    pub(super) fn normal(self, datum: Datum) -> Datum {
        match (self, &datum) {
            (_, Datum::Null | Datum::Blob(_)) => datum,
            (_, Datum::Boolean(value)) => self.normal(Datum::Integer(i64::from(*value))),
            (Kind::Integer | Kind::Number, Datum::Text(text)) => number(text).unwrap_or(datum),
            (Kind::Boolean, Datum::Text(text)) => truth(text).unwrap_or(datum),
            (Kind::Date, Datum::Text(text)) => date(text).unwrap_or(datum),
            (Kind::Moment, Datum::Text(text)) => moment(text).unwrap_or(datum),
            (Kind::Text, Datum::Integer(_) | Datum::Real(_)) => Datum::from(datum.to_string()),
            _ => datum,
        }
    }
}

fn number(text: &str) -> Option<Datum> {
    let text = text.trim();
    let whole = text.parse::<i64>().ok().map(Datum::Integer);
    let real = || text.parse::<f64>().ok().filter(|value| value.is_finite()).map(Datum::Real);
    whole.or_else(real).or_else(|| match text.to_ascii_lowercase().as_str() {
        "true" => Some(Datum::Integer(1)),
        "false" => Some(Datum::Integer(0)),
        _ => None,
    })
}

fn truth(text: &str) -> Option<Datum> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Some(Datum::Integer(1)),
        "false" | "f" | "no" | "n" | "off" | "0" => Some(Datum::Integer(0)),
        _ => None,
    }
}

fn date(text: &str) -> Option<Datum> {
    let text = text.trim();
    // A longer text has a time, and a difference in time must not be hidden.
    let date: Date = text.parse().ok().filter(|_| text.len() == 10)?;
    Some(Datum::from(date.to_string()))
}

fn moment(text: &str) -> Option<Datum> {
    let text = text.trim();
    let zoned = || Some(text.parse::<Timestamp>().ok()?.to_zoned(TimeZone::UTC).datetime());
    let at: DateTime = zoned().or_else(|| text.parse().ok())?;
    let seconds = at.strftime("%Y-%m-%d %H:%M:%S").to_string();
    let fraction = match at.subsec_nanosecond() {
        0 => String::new(),
        nanos => format!(".{nanos:09}").trim_end_matches('0').to_owned(),
    };
    Some(Datum::from(seconds + &fraction))
}

/// An expected value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expected {
    /// The value.
    pub(super) datum: Datum,
    /// It comes from a text that knows no types, as CSV does.
    pub(super) is_bare: bool,
}

impl Expected {
    /// Whether a value of a column of this kind is the expected one. NULL is NULL.
    pub(super) fn is(&self, actual: &Datum, kind: Kind) -> bool {
        let expected = &self.datum;
        if self.is_bare && kind == Kind::Unknown {
            return is_loosely(expected, actual);
        }
        is_equal(expected, &kind.normal(actual.clone()))
    }
}

fn is_loosely(expected: &Datum, actual: &Datum) -> bool {
    let Datum::Text(text) = expected else { return is_equal(expected, actual) };
    match actual {
        Datum::Integer(_) | Datum::Real(_) => {
            number(text).is_some_and(|number| is_equal(&number, actual))
        }
        _ => is_equal(expected, actual),
    }
}

/// Whole numbers are compared exactly, others up to what binary fractions cannot tell.
fn is_equal(expected: &Datum, actual: &Datum) -> bool {
    let real = |datum: &Datum| match datum {
        Datum::Integer(value) => Some(*value as f64),
        Datum::Real(value) => Some(*value),
        _ => None,
    };
    match (expected, actual) {
        (Datum::Integer(a), Datum::Integer(b)) => a == b,
        _ => match (real(expected), real(actual)) {
            (Some(a), Some(b)) => a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-3),
            _ => expected == actual,
        },
    }
}

/// The value for a person.
pub(super) fn shown(datum: &Datum) -> String {
    match datum {
        Datum::Null => "NULL".to_owned(),
        Datum::Text(text) if text.is_empty() || text.trim() != text || text == "NULL" => {
            format!("'{text}'")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn is(kind: Kind, expected: Json, actual: impl Into<Datum>) -> bool {
        let expected = Expected { datum: kind.read(&expected), is_bare: false };
        expected.is(&actual.into(), kind)
    }

    #[test]
    fn equal_values_are_equal_however_they_are_written() {
        assert!(is(Kind::Number, json!("0.30"), 0.1 + 0.2));
        assert!(is(Kind::Integer, json!("007"), 7));
        assert!(is(Kind::Boolean, json!(true), 1));
        assert!(is(Kind::Boolean, json!("no"), 0));
        assert!(is(Kind::Text, json!(12), "12"));
        assert!(is(Kind::Moment, json!("2026-03-01"), "2026-03-01T00:00:00.000"));
        assert!(is(Kind::Moment, json!("2026-03-01T01:00:00+01:00"), "2026-03-01 00:00:00"));
        assert!(is(Kind::Unknown, json!(1), 1.0));
        assert!(is(Kind::Text, Json::Null, Datum::Null));
    }

    #[test]
    fn other_values_are_not() {
        assert!(!is(Kind::Text, json!("A"), "a"));
        assert!(!is(Kind::Text, json!("abc"), "0"));
        assert!(!is(Kind::Integer, json!("abc"), 0));
        assert!(!is(Kind::Integer, json!(9007199254740993_i64), 9007199254740992_i64));
        assert!(!is(Kind::Date, json!("2026-03-01"), "2026-03-01 10:00:00"));
        assert!(!is(Kind::Unknown, json!(1), "1"));
        assert!(!is(Kind::Text, Json::Null, ""));
        assert!(!is(Kind::Number, json!(0), 1e-9));
    }

    #[test]
    fn a_bare_text_means_the_number_that_is_there() {
        let one = Expected { datum: Kind::Unknown.read(&json!("1")), is_bare: true };
        assert!(one.is(&Datum::Integer(1), Kind::Unknown));
        assert!(one.is(&Datum::from("1"), Kind::Unknown));
        assert!(!one.is(&Datum::Integer(2), Kind::Unknown));
    }
}
