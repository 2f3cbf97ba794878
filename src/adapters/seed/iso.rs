//! Reads dates and timestamps as agate does for dbt: Python's `strptime` and the `isodate` package.
//!
//! Both are more lenient than the usual readers, and the exact leniency decides the type of a seed column.

use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use regex::{Captures, Regex};

/// Compiles the patterns of this file once.
fn patterns(sources: &[String]) -> Vec<Regex> {
    let compile = |source: &String| {
        Regex::new(&format!(r"\A(?:{source})\z")).expect("invariant: the pattern is valid")
    };
    sources.iter().map(compile).collect()
}

const DATE: &str =
    r"(?<year>\d{4})-(?<month>1[0-2]|0[1-9]|[1-9])-(?<day>3[01]|[12]\d|0[1-9]|[1-9]| [1-9])";
const TIME: &str = r"(?<hour>2[0-3]|[01]\d|\d):(?<minute>[0-5]\d|\d):(?<second>[0-5]\d|\d)";

static STRPTIME: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    let sources = [DATE.to_owned(), format!(r"{DATE}\s+{TIME}")];
    let compiled = patterns(&sources);
    compiled.try_into().expect("invariant: two patterns give two patterns")
});

/// `%Y-%m-%d` of Python's `strptime`.
pub(super) fn date(text: &str) -> Option<Date> {
    let captures = STRPTIME[0].captures(text.trim())?;
    calendar_date(&captures)
}

/// `%Y-%m-%d %H:%M:%S` of Python's `strptime`.
pub(super) fn date_time(text: &str) -> Option<DateTime> {
    let captures = STRPTIME[1].captures(text.trim())?;
    let part = |name| number(&captures, name);
    let date = calendar_date(&captures)?;
    Some(date.at(part("hour")?, part("minute")?, part("second")?, 0))
}

/// A timestamp of `isodate`, printed as Python prints it, with its offset.
pub(super) fn iso_date_time(text: &str) -> Option<String> {
    let (date, time) = text.trim().split_once('T')?;
    if time.contains('T') {
        return None;
    }
    let date = iso_date(date)?;
    let (microseconds, offset) = iso_time(time)?;
    let at = date.at(0, 0, 0, 0).checked_add(microseconds.microseconds()).ok()?;
    Some(printed(at) + &offset)
}

/// `YYYY-MM-DD HH:MM:SS`, with microseconds when there are any.
pub(super) fn printed(at: DateTime) -> String {
    let text = at.strftime("%Y-%m-%d %H:%M:%S").to_string();
    match at.subsec_nanosecond() / 1_000 {
        0 => text,
        microseconds => format!("{text}.{microseconds:06}"),
    }
}

fn number<T: std::str::FromStr>(captures: &Captures<'_>, name: &str) -> Option<T> {
    captures.name(name)?.as_str().trim().parse().ok()
}

/// Year zero exists in the calendar, but not in Python.
fn calendar_date(captures: &Captures<'_>) -> Option<Date> {
    let year: i16 = number(captures, "year").filter(|year| *year > 0)?;
    // dbt: `isodate` takes month 00 for January (0.7).
    let month = number(captures, "month").map(|month: i8| month.max(1)).unwrap_or(1);
    let day = match captures.name("day") {
        Some(_) => number(captures, "day")?,
        None => 1,
    };
    Date::new(year, month, day).ok()
}

static ISO_DATES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let sources = [
        r"(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})",
        r"(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})",
        r"(?<year>\d{4})-?W(?<week>\d{2})-?(?<weekday>\d)",
        r"(?<year>\d{4})-?W(?<week>\d{2})",
        r"(?<year>\d{4})-?(?<ordinal>\d{3})",
        r"(?<year>\d{4})-?(?<month>\d{2})",
        r"(?<year>\d{4})",
        r"(?<century>\d{2})",
    ];
    patterns(&sources.map(ascii_digits))
});

/// `\d` as Python's `[0-9]`.
fn ascii_digits(source: &str) -> String {
    source.replace(r"\d", "[0-9]")
}

fn iso_date(text: &str) -> Option<Date> {
    let captures = ISO_DATES.iter().find_map(|pattern| pattern.captures(text))?;
    if let Some(century) = number::<i16>(&captures, "century") {
        return Date::new(century * 100 + 1, 1, 1).ok();
    }
    let first = || Date::new(number(&captures, "year").filter(|year| *year > 0)?, 1, 1).ok();
    if let Some(ordinal) = number::<i64>(&captures, "ordinal") {
        return first()?.checked_add((ordinal - 1).days()).ok();
    }
    let Some(week) = number::<i64>(&captures, "week") else {
        return calendar_date(&captures);
    };
    let first = first()?;
    let iso = first.iso_week_date();
    let weekday = number(&captures, "weekday").unwrap_or(1);
    let weeks = week - i64::from(iso.week() == 1);
    let days = weekday - i64::from(iso.weekday().to_monday_one_offset());
    first.checked_add((weeks * 7 + days).days()).ok()
}

static ISO_TIMES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let zone = r"(?<zone>(?:Z|(?<sign>[+-])(?<zonehour>\d{2})(?::?(?<zoneminute>\d{2}))?)?)";
    let times = [
        r"(?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2}(?:[,.]\d+)?)",
        r"(?<hour>\d{2})(?<minute>\d{2})(?<second>\d{2}(?:[,.]\d+)?)",
        r"(?<hour>\d{2}):(?<minute>\d{2}(?:[,.]\d+)?)",
        r"(?<hour>\d{2})(?<minute>\d{2}(?:[,.]\d+)?)",
        r"(?<hour>\d{2}(?:[,.]\d+)?)",
    ];
    patterns(&times.map(|time| ascii_digits(&format!("{time}{zone}"))))
});

/// Microseconds since midnight, and the offset as Python prints it.
fn iso_time(text: &str) -> Option<(i64, String)> {
    let captures = ISO_TIMES.iter().find_map(|pattern| pattern.captures(text))?;
    let mut total = 0;
    for (name, unit, limit) in
        [("hour", 3_600_000_000, 24), ("minute", 60_000_000, 60), ("second", 1_000_000, 60)]
    {
        let Some(part) = captures.name(name) else {
            continue;
        };
        let (whole, fraction) = part.as_str().split_at(2);
        let whole: i64 = whole.parse().ok().filter(|whole| *whole < limit)?;
        total += whole * unit + fraction_of(fraction, unit);
    }
    Some((total, offset(&captures)))
}

/// `.5` of a unit, cut off at microseconds.
fn fraction_of(text: &str, unit: i64) -> i64 {
    let digits: String = text.chars().skip(1).take(15).collect();
    let Ok(numerator) = digits.parse::<i128>() else {
        return 0;
    };
    let denominator = 10_i128.pow(digits.len() as u32);
    (numerator * i128::from(unit) / denominator) as i64
}

fn offset(captures: &Captures<'_>) -> String {
    match captures.name("zone").map_or("", |zone| zone.as_str()) {
        "" => String::new(),
        "Z" => "+00:00".to_owned(),
        _ => {
            let text = |name| captures.name(name).map_or("00", |part| part.as_str());
            let sign = match (text("sign"), text("zonehour"), text("zoneminute")) {
                (_, "00", "00") => "+",
                (sign, ..) => sign,
            };
            format!("{sign}{}:{}", text("zonehour"), text("zoneminute"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Recorded from `isodate` 0.7 through dbt 1.12.
    #[test]
    fn iso_timestamps_print_like_python() {
        for (text, expected) in [
            ("2024-01-31T10:00:00", "2024-01-31 10:00:00"),
            ("2024-01-31T10:00:00Z", "2024-01-31 10:00:00+00:00"),
            ("2024-01-31T10:00:00+02:00", "2024-01-31 10:00:00+02:00"),
            ("2024-01-31T10:00:00+0230", "2024-01-31 10:00:00+02:30"),
            ("2024-01-31T10:00:00-05", "2024-01-31 10:00:00-05:00"),
            ("2024-01-31T10:00:00-00:30", "2024-01-31 10:00:00-00:30"),
            ("2024-01-31T10:00:00.123456", "2024-01-31 10:00:00.123456"),
            ("2024-01-31T10:00:00.5Z", "2024-01-31 10:00:00.500000+00:00"),
            ("2024-01-31T10:00:00,5", "2024-01-31 10:00:00.500000"),
            ("2024-01-31T10:00Z", "2024-01-31 10:00:00+00:00"),
            ("2024-01-31T10.5", "2024-01-31 10:30:00"),
            ("2024-01-31T10:30.5", "2024-01-31 10:30:30"),
            ("20240131T100000", "2024-01-31 10:00:00"),
            ("20T10", "2001-01-01 10:00:00"),
            ("2024-01T10", "2024-01-01 10:00:00"),
            ("2024-W05-1T10", "2024-01-29 10:00:00"),
            ("2024-031T10:00:00", "2024-01-31 10:00:00"),
        ] {
            assert_eq!(iso_date_time(text).as_deref(), Some(expected), "{text}");
        }
        for text in
            ["2024-01-31", "2024-01-31t10:00:00", "2024-01-31T24:00:00", "2024-01-31TT10:00:00"]
        {
            assert_eq!(iso_date_time(text), None, "{text}");
        }
    }

    #[test]
    fn strptime_is_strict_about_years_and_lenient_about_zeros() {
        assert_eq!(date("2024-1-5"), Date::new(2024, 1, 5).ok());
        assert_eq!(date("24-01-31"), None);
        assert_eq!(date("0000-01-31"), None);
        assert_eq!(date("2024-02-30"), None);
        assert_eq!(date_time("2024-01-31 10:00:61"), None);
        assert!(date_time(" 2024-01-31  1:02:3 ").is_some());
    }
}
