//! Dates and timestamps as SQLite keeps them: text.
//!
//! Reads ISO dates, timestamps with blank or `T`, fractions and UTC offsets; an offset is applied and
//! dropped. Writes what SQLite's own `date()` and `datetime()` write, so that texts compare.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// A point in time without zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// When.
    pub(super) at: DateTime,
    /// Whether it was written as a date and is printed as one.
    pub(super) date_only: bool,
}

impl Moment {
    /// Reads a date or timestamp; `None` for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() == "2024-01-31".len() {
            let at = text.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight());
            return Some(Self { at, date_only: true });
        }
        let at = match text.parse::<jiff::Timestamp>() {
            Ok(timestamp) => timestamp.to_zoned(TimeZone::UTC).datetime(),
            Err(_) => text.parse::<DateTime>().ok()?,
        };
        Some(Self { at, date_only: false })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.at.date())?;
        if self.date_only {
            return Ok(());
        }
        let time = self.at.time();
        write!(f, " {:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())?;
        let fraction = format!("{:09}", time.subsec_nanosecond());
        match fraction.trim_end_matches('0') {
            "" => Ok(()),
            fraction => write!(f, ".{fraction}"),
        }
    }
}

/// The unit of a date function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Microsecond,
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
    Decade,
    Century,
}

impl Part {
    const ALL: [(&'static str, Part); 12] = [
        ("microsecond", Part::Microsecond),
        ("millisecond", Part::Millisecond),
        ("second", Part::Second),
        ("minute", Part::Minute),
        ("hour", Part::Hour),
        ("day", Part::Day),
        ("week", Part::Week),
        ("month", Part::Month),
        ("quarter", Part::Quarter),
        ("year", Part::Year),
        ("decade", Part::Decade),
        ("century", Part::Century),
    ];

    /// Reads a unit, in any case and also in the plural.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let name = text.trim().to_lowercase();
        let known = |name: &str| Self::ALL.iter().find(|(known, _)| *known == name);
        let found = known(&name).or_else(|| known(name.strip_suffix('s')?));
        found.map(|(_, part)| *part)
    }

    /// Whether the unit is shorter than a day.
    pub(super) fn is_time(self) -> bool {
        self < Self::Day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sqlite_writes_is_read() {
        for (text, expected) in [
            ("2024-01-31", "2024-01-31"),
            ("2024-01-31 10:00", "2024-01-31 10:00:00"),
            ("2024-01-31T10:00:00.500", "2024-01-31 10:00:00.5"),
            ("2024-01-31 10:00:00Z", "2024-01-31 10:00:00"),
            ("2024-01-31T10:00:00+02:00", "2024-01-31 08:00:00"),
        ] {
            let moment = Moment::parse(text).map(|moment| moment.to_string());
            assert_eq!(moment.as_deref(), Some(expected), "{text}");
        }
        for text in ["", "tomorrow", "2024-02-30", "10:00", "2460341.5"] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
