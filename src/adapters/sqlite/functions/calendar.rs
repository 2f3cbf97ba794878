//! `to_char`, `to_timestamp` and `convert_timezone`, as PostgreSQL and Snowflake have them.
//!
//! Times are text without zone, as elsewhere here. What is not a date gives NULL, an unknown pattern or zone is
//! an error. `to_char` does not pad names with blanks.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rusqlite::{Connection, Result};

use super::timestamps::Moment;
use super::{ANY, failure, strict, text_of};

pub(super) fn register(connection: &Connection) -> Result<()> {
    strict(connection, "to_char", 2, |context| {
        let found = Moment::parse(&text_of(context, 0));
        found.map(|moment| to_char(&text_of(context, 1), moment.at)).transpose()
    })?;
    strict(connection, "to_timestamp", 1, |context| {
        let Ok(seconds) = text_of(context, 0).parse::<f64>() else {
            return Ok(Moment::parse(&text_of(context, 0)).map(|moment| timestamp(moment.at)));
        };
        let at = Timestamp::from_microsecond((seconds * 1e6).round() as i64).ok();
        Ok(at.map(|at| timestamp(at.to_zoned(TimeZone::UTC).datetime())))
    })?;
    strict(connection, "convert_timezone", ANY, |context| {
        let (source, target, value) = match context.len() {
            2 => ("UTC".to_owned(), text_of(context, 0), text_of(context, 1)),
            3 => (text_of(context, 0), text_of(context, 1), text_of(context, 2)),
            count => {
                let message = format!("convert_timezone() takes 2 or 3 arguments, not {count}");
                return Err(failure(message));
            }
        };
        let (source, target) = (zone(&source)?, zone(&target)?);
        let moved = Moment::parse(&value).and_then(|moment| {
            let zoned = source.to_ambiguous_zoned(moment.at).compatible().ok()?;
            Some(timestamp(zoned.with_time_zone(target).datetime()))
        });
        Ok(moved)
    })
}

fn timestamp(at: DateTime) -> String {
    Moment { at, date_only: false }.to_string()
}

fn zone(name: &str) -> Result<TimeZone> {
    TimeZone::get(name)
        .map_err(|_| failure(format!("convert_timezone() does not know the time zone `{name}`")))
}

fn quarter(at: DateTime) -> i64 {
    (i64::from(at.month()) + 2) / 3
}

type Show = fn(DateTime) -> String;

/// Patterns of `to_char`, the longer before their prefixes; letters of a name tell its case.
const PATTERNS: &[(&str, Show)] = &[
    ("YYYY", |at| format!("{:04}", at.year())),
    ("YY", |at| format!("{:02}", at.year().rem_euclid(100))),
    ("IYYY", |at| format!("{:04}", at.date().iso_week_date().year())),
    ("IW", |at| format!("{:02}", at.date().iso_week_date().week())),
    ("WW", |at| format!("{:02}", (at.date().day_of_year() + 6) / 7)),
    ("MONTH", |at| at.strftime("%B").to_string()),
    ("MON", |at| at.strftime("%b").to_string()),
    ("MM", |at| format!("{:02}", at.month())),
    ("MI", |at| format!("{:02}", at.minute())),
    ("MS", |at| format!("{:03}", at.millisecond())),
    ("DDD", |at| format!("{:03}", at.date().day_of_year())),
    ("DD", |at| format!("{:02}", at.day())),
    ("DAY", |at| at.strftime("%A").to_string()),
    ("DY", |at| at.strftime("%a").to_string()),
    ("D", |at| at.date().weekday().to_sunday_one_offset().to_string()),
    ("HH24", |at| format!("{:02}", at.hour())),
    ("HH12", |at| format!("{:02}", (at.hour() + 11) % 12 + 1)),
    ("HH", |at| format!("{:02}", (at.hour() + 11) % 12 + 1)),
    ("SS", |at| format!("{:02}", at.second())),
    ("AM", |at| if at.hour() < 12 { "AM" } else { "PM" }.to_owned()),
    ("PM", |at| if at.hour() < 12 { "AM" } else { "PM" }.to_owned()),
    ("Q", |at| quarter(at).to_string()),
    ("FM", |_| String::new()),
];

fn to_char(format: &str, at: DateTime) -> Result<String> {
    let mut out = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        if first == '"' {
            let quoted = rest[1..].split('"').next().unwrap_or_default();
            out.push_str(quoted);
            rest = rest.get(quoted.len() + 2..).unwrap_or_default();
        } else if let Some((pattern, show)) = PATTERNS.iter().find(|(name, _)| starts(rest, name)) {
            out.push_str(&cased(&show(at), &rest[..pattern.len()]));
            rest = &rest[pattern.len()..];
        } else if first.is_alphabetic() {
            return Err(failure(format!("to_char() does not know the pattern `{rest}`")));
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    Ok(out)
}

fn starts(text: &str, pattern: &str) -> bool {
    text.get(..pattern.len()).is_some_and(|start| start.eq_ignore_ascii_case(pattern))
}

/// A name in the case of its pattern: `MON`, `Mon` or `mon`.
fn cased(shown: &str, pattern: &str) -> String {
    let mut letters = pattern.chars();
    let upper = [letters.next(), letters.next()].map(|c| c.is_some_and(char::is_uppercase));
    match upper {
        [true, true] => shown.to_uppercase(),
        [false, _] => shown.to_lowercase(),
        [true, false] => shown.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, try_value};

    #[test]
    fn dates_as_text() {
        check(&[
            ("to_char('2020-11-09 03:04:05', 'YYYY-MM-DD HH24:MI:SS')", "2020-11-09 03:04:05"),
            ("to_char('2020-11-09 15:04:05', 'HH12:MI am, \"day\" D')", "03:04 pm, day 2"),
            (
                "to_char('2020-11-29', 'FMMonth Dy MON day Q WW IW')",
                "November Sun NOV sunday 4 48 48",
            ),
            ("to_char('x', 'YYYY')", "NULL"),
        ]);
        assert!(try_value("to_char('2020-11-29', 'XX')").is_err());
    }

    #[test]
    fn zones_and_seconds() {
        check(&[
            (
                "convert_timezone('UTC', 'America/Los_Angeles', '2021-06-07 14:35:20')",
                "2021-06-07 07:35:20",
            ),
            ("convert_timezone('Europe/Berlin', '2021-01-01')", "2021-01-01 01:00:00"),
            ("convert_timezone('America/New_York', 'UTC', null)", "NULL"),
            ("to_timestamp(1623076520)", "2021-06-07 14:35:20"),
            ("to_timestamp('2021-06-07')", "2021-06-07 00:00:00"),
        ]);
        assert!(try_value("convert_timezone('UTC', 'Mars/Base', '2021-01-01')").is_err());
    }
}
