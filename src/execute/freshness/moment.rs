//! Moments as sources hold them: ISO texts, dates, and the numbers that stand for a time.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};

use crate::adapters::Datum;

/// The last Julian day that SQLite's `auto` modifier takes for one (<https://sqlite.org/lang_datefunc.html>).
const LAST_JULIAN_DAY: f64 = 5_373_484.5;
/// The Julian day of 1970-01-01.
const UNIX_JULIAN_DAY: f64 = 2_440_587.5;
/// The last second that a [`Timestamp`] can be: beyond it a number counts smaller units.
const LAST_SECOND: f64 = 253_402_207_200.0;

/// The moment of a cell; text without a zone is in UTC, a date is its first moment. `None` for what is no time.
///
/// Numbers: eight digits that make a date are that date; up to 5373484 a Julian day; else seconds since 1970, or
/// milliseconds or microseconds when seconds would lead beyond the year 9999.
pub(super) fn of_cell(cell: &Datum) -> Option<Timestamp> {
    match cell {
        Datum::Integer(number) => of_number(*number as f64),
        Datum::Real(number) => of_number(*number),
        Datum::Text(text) => of_text(text.trim()),
        _ => None,
    }
}

fn of_text(text: &str) -> Option<Timestamp> {
    if let Ok(number) = text.parse::<f64>() {
        return of_number(number);
    }
    let text = joined(text);
    let zoned = text.parse::<Timestamp>().ok();
    zoned.or_else(|| in_utc(text.parse::<DateTime>().ok()?))
}

/// `2026-01-31 10:00:00 +02:00` and `… UTC` as one word.
fn joined(text: &str) -> String {
    let parts: Vec<&str> = text.split_whitespace().collect();
    let (moment, zone) = match parts.as_slice() {
        [date, time, zone] => (format!("{date}T{time}"), Some(*zone)),
        [date, time] if date.contains('-') && time.contains(':') => {
            (format!("{date}T{time}"), None)
        }
        [moment, zone] => ((*moment).to_owned(), Some(*zone)),
        _ => (text.to_owned(), None),
    };
    match zone {
        Some("UTC" | "GMT" | "utc" | "z") => format!("{moment}Z"),
        Some(zone) => format!("{moment}{zone}"),
        None => moment,
    }
}

fn of_number(number: f64) -> Option<Timestamp> {
    if !number.is_finite() {
        return None;
    }
    if let Some(date) = of_digits(number) {
        return in_utc(date.to_datetime(jiff::civil::Time::midnight()));
    }
    if (0.0..=LAST_JULIAN_DAY).contains(&number) {
        return of_seconds((number - UNIX_JULIAN_DAY) * 86_400.0);
    }
    let units = [1.0, 1e3, 1e6, 1e9];
    units.into_iter().find(|unit| number / unit <= LAST_SECOND).and_then(|u| of_seconds(number / u))
}

/// `20260131`.
fn of_digits(number: f64) -> Option<Date> {
    let is_one = number.fract() == 0.0 && (19_000_101.0..=29_991_231.0).contains(&number);
    let digits = is_one.then_some(number as i32)?;
    let (year, month, day) = (digits / 10_000, digits / 100 % 100, digits % 100);
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn of_seconds(seconds: f64) -> Option<Timestamp> {
    let since = SignedDuration::try_from_secs_f64(seconds).ok()?;
    Timestamp::from_duration(since).ok()
}

fn in_utc(moment: DateTime) -> Option<Timestamp> {
    moment.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// As Python writes a moment in UTC: `2026-01-31T10:00:00+00:00`, with microseconds unless they are zero.
pub(super) fn iso(moment: Timestamp) -> String {
    let civil = jiff::tz::Offset::UTC.to_datetime(moment);
    let micros = civil.subsec_nanosecond() / 1000;
    let (date, time) = (civil.date(), civil.time());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{date}T{hour:02}:{minute:02}:{second:02}{fraction}+00:00")
}

/// A stretch of time for people: its two largest units.
pub(super) fn words(seconds: f64) -> String {
    let total = seconds.abs() as i64;
    let parts = [
        (total / 86_400, "day"),
        (total / 3_600 % 24, "hour"),
        (total / 60 % 60, "minute"),
        (total % 60, "second"),
    ];
    let first = parts.iter().position(|(count, _)| *count > 0).unwrap_or(3);
    // More than ten days: the hours do not matter.
    let shown = if first == 0 && parts[0].0 >= 10 { 1 } else { 2 };
    let words = parts[first..].iter().take(shown).enumerate().filter(|(at, p)| *at == 0 || p.0 > 0);
    words.map(|(_, (count, unit))| counted(*count, unit)).collect::<Vec<_>>().join(" ")
}

/// `1 hour`, `2 hours`.
pub(super) fn counted(count: i64, unit: &str) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cell: impl Into<Datum>) -> String {
        of_cell(&cell.into()).map_or("none".to_owned(), iso)
    }

    #[test]
    fn texts_are_read_with_and_without_zone() {
        for (written, meant) in [
            ("2026-01-31", "2026-01-31T00:00:00+00:00"),
            ("2026-01-31 10:05", "2026-01-31T10:05:00+00:00"),
            (" 2026-01-31T10:05:06.25 ", "2026-01-31T10:05:06.250000+00:00"),
            ("2026-01-31T10:05:06Z", "2026-01-31T10:05:06+00:00"),
            ("2026-01-31 10:05:06+02:00", "2026-01-31T08:05:06+00:00"),
            ("2026-01-31 10:05:06 -0130", "2026-01-31T11:35:06+00:00"),
            ("2026-01-31 10:05:06 UTC", "2026-01-31T10:05:06+00:00"),
            ("0001-01-01 00:00:00", "0001-01-01T00:00:00+00:00"),
        ] {
            assert_eq!(text(written), meant, "{written}");
        }
    }

    #[test]
    fn numbers_are_dates_julian_days_or_counted_from_1970() {
        assert_eq!(text(20_260_131_i64), "2026-01-31T00:00:00+00:00");
        assert_eq!(text("20260131"), "2026-01-31T00:00:00+00:00");
        assert_eq!(text(2_461_072.5), "2026-02-01T00:00:00+00:00");
        assert_eq!(text(1_769_853_906_i64), "2026-01-31T10:05:06+00:00");
        assert_eq!(text(1_769_853_906_000_i64), "2026-01-31T10:05:06+00:00");
        assert_eq!(text(1_769_853_906_000_000_i64), "2026-01-31T10:05:06+00:00");
    }

    #[test]
    fn what_is_no_time_is_none() {
        for written in ["yesterday", "", "31.01.2026", "2026-13-01", "nan", "inf", "1e300"] {
            assert_eq!(text(written), "none", "{written}");
        }
        assert_eq!(text(i64::MAX), text("9223372036854775807"));
        assert_eq!(of_cell(&Datum::Null), None);
    }

    #[test]
    fn stretches_are_told_in_two_units() {
        assert_eq!(words(59.9), "59 seconds");
        assert_eq!(words(3_600.0), "1 hour");
        assert_eq!(words(5.0 * 3_600.0 + 120.0), "5 hours 2 minutes");
        assert_eq!(words(50.0 * 3_600.0), "2 days 2 hours");
        assert_eq!(words(90.0 * 86_400.0 + 7_200.0), "90 days");
        assert_eq!(words(0.0), "0 seconds");
    }
}
