//! `date_trunc`, `dateadd`, `datediff` and `last_day` with the semantics of dbt's macros on PostgreSQL.
//!
//! A date stays a date unless hours or less are added. What is not a date gives NULL, as in SQLite's own
//! functions. Invariant: adding months never leaves the month (31 January plus a month is 28 February).

use jiff::civil::{DateTime, Weekday};
use jiff::{Span, ToSpan};
use rusqlite::functions::Context;
use rusqlite::{Connection, Result};

use super::timestamps::{Moment, Part};
use super::{ANY, failure, integer_of, strict, text_of};

pub(super) fn register(connection: &Connection) -> Result<()> {
    strict(connection, "date_trunc", 2, |context| {
        let part = part_of(context, 0, "date_trunc")?;
        let truncated =
            Moment::parse(&text_of(context, 1)).and_then(|moment| truncate(part, moment));
        Ok(truncated.map(|moment| moment.to_string()))
    })?;
    for name in ["dateadd", "forge_dateadd"] {
        strict(connection, name, 3, move |context| {
            let part = part_of(context, 0, name)?;
            let count = integer_of(context, 1, name)?;
            let moment = Moment::parse(&text_of(context, 2));
            Ok(moment.and_then(|moment| add(part, count, moment)).map(|moment| moment.to_string()))
        })?;
    }
    for name in ["datediff", "forge_datediff"] {
        strict(connection, name, 3, move |context| {
            let part = part_of(context, 0, name)?;
            let from = Moment::parse(&text_of(context, 1));
            let to = Moment::parse(&text_of(context, 2));
            Ok(from.zip(to).map(|(from, to)| boundary(part, to.at) - boundary(part, from.at)))
        })?;
    }
    strict(connection, "last_day", ANY, |context| {
        let part = match context.len() {
            1 => Part::Month,
            2 => part_of(context, 1, "last_day")?,
            count => {
                return Err(failure(format!("last_day() takes 1 or 2 arguments, not {count}")));
            }
        };
        let last = Moment::parse(&text_of(context, 0)).and_then(|moment| last_day(part, moment));
        Ok(last.map(|moment| moment.to_string()))
    })
}

fn part_of(context: &Context<'_>, index: usize, function: &str) -> Result<Part> {
    let text = text_of(context, index);
    Part::parse(&text)
        .ok_or_else(|| failure(format!("{function}() does not know the date part `{text}`")))
}

/// The start of the unit that holds `moment`; weeks start on Monday (ISO 8601).
fn truncate(part: Part, moment: Moment) -> Option<Moment> {
    let at = moment.at;
    let date = at.date();
    let time = at.time();
    let nanosecond = time.subsec_nanosecond();
    let first = |year: i16, month: i8| jiff::civil::Date::new(year, month, 1).ok();
    let year = date.year();
    let start = match part {
        Part::Microsecond => return with_nanosecond(moment, nanosecond / 1_000 * 1_000),
        Part::Millisecond => return with_nanosecond(moment, nanosecond / 1_000_000 * 1_000_000),
        Part::Second => return with_nanosecond(moment, 0),
        Part::Minute => {
            return Some(Moment { at: date.at(time.hour(), time.minute(), 0, 0), ..moment });
        }
        Part::Hour => {
            return Some(Moment { at: date.at(time.hour(), 0, 0, 0), ..moment });
        }
        Part::Day => date,
        Part::Week => {
            date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).ok()?
        }
        Part::Month => first(year, date.month())?,
        Part::Quarter => first(year, (date.month() - 1) / 3 * 3 + 1)?,
        Part::Year => first(year, 1)?,
        Part::Decade => first(year.div_euclid(10) * 10, 1)?,
        Part::Century => first((year - 1).div_euclid(100) * 100 + 1, 1)?,
    };
    Some(Moment { at: start.at(0, 0, 0, 0), ..moment })
}

fn with_nanosecond(moment: Moment, nanosecond: i32) -> Option<Moment> {
    let at = moment.at.with().subsec_nanosecond(nanosecond).build().ok()?;
    Some(Moment { at, ..moment })
}

fn add(part: Part, count: i64, moment: Moment) -> Option<Moment> {
    let at = moment.at.checked_add(span(part, count)?).ok()?;
    Some(Moment { at, date_only: moment.date_only && !part.is_time() })
}

fn span(part: Part, count: i64) -> Option<Span> {
    let span = Span::new();
    match part {
        Part::Microsecond => span.try_microseconds(count),
        Part::Millisecond => span.try_milliseconds(count),
        Part::Second => span.try_seconds(count),
        Part::Minute => span.try_minutes(count),
        Part::Hour => span.try_hours(count),
        Part::Day => span.try_days(count),
        Part::Week => span.try_weeks(count),
        Part::Month => span.try_months(count),
        Part::Quarter => span.try_months(count.checked_mul(3)?),
        Part::Year => span.try_years(count),
        Part::Decade => span.try_years(count.checked_mul(10)?),
        Part::Century => span.try_years(count.checked_mul(100)?),
    }
    .ok()
}

/// How many boundaries of the unit lie before `at`; differences of it count the boundaries crossed.
fn boundary(part: Part, at: DateTime) -> i64 {
    let year = i64::from(at.year());
    let month = i64::from(at.month());
    let days = days(at);
    let time = at.time();
    let seconds = days * 86_400
        + i64::from(time.hour()) * 3_600
        + i64::from(time.minute()) * 60
        + i64::from(time.second());
    let nanosecond = i64::from(time.subsec_nanosecond());
    match part {
        Part::Microsecond => seconds * 1_000_000 + nanosecond / 1_000,
        Part::Millisecond => seconds * 1_000 + nanosecond / 1_000_000,
        Part::Second => seconds,
        Part::Minute => seconds.div_euclid(60),
        Part::Hour => seconds.div_euclid(3_600),
        Part::Day => days,
        // Weeks begin on Monday, as in `date_trunc` and in the macro. 1970-01-01 was a Thursday.
        Part::Week => (days + 3).div_euclid(7),
        Part::Month => year * 12 + month,
        Part::Quarter => year * 4 + (month - 1) / 3,
        Part::Year => year,
        Part::Decade => year.div_euclid(10),
        Part::Century => (year - 1).div_euclid(100),
    }
}

/// Days since 1970-01-01.
fn days(at: DateTime) -> i64 {
    let epoch = jiff::civil::date(1970, 1, 1);
    at.date().duration_since(epoch).as_hours() / 24
}

/// The last day of the unit that holds `moment`, as a date.
fn last_day(part: Part, moment: Moment) -> Option<Moment> {
    let start = truncate(part.max(Part::Day), moment)?;
    let last = match part {
        Part::Week => start.at.date().nth_weekday(1, Weekday::Sunday).ok()?.at(0, 0, 0, 0),
        _ => add(part.max(Part::Day), 1, start)?.at.checked_sub(1.day()).ok()?,
    };
    Some(Moment { at: last, date_only: true })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, try_value};

    #[test]
    fn truncation_keeps_the_shape() {
        check(&[
            ("date_trunc('month', '2024-02-29')", "2024-02-01"),
            ("date_trunc('month', '2024-02-29 10:11:12')", "2024-02-01 00:00:00"),
            ("date_trunc('week', '2024-02-29')", "2024-02-26"),
            ("date_trunc('quarter', '2024-06-30')", "2024-04-01"),
            ("date_trunc('hour', '2024-06-30T10:11:12.5')", "2024-06-30 10:00:00"),
            ("date_trunc('second', '2024-06-30 10:11:12.5')", "2024-06-30 10:11:12"),
            ("date_trunc('YEARS', '2024-06-30')", "2024-01-01"),
            ("date_trunc('century', '2000-06-30')", "1901-01-01"),
            ("date_trunc('day', 'soon')", "NULL"),
        ]);
        let error = try_value("date_trunc('fortnight', '2024-01-01')").unwrap_err().to_string();
        assert!(error.contains("date_trunc() does not know the date part `fortnight`"), "{error}");
    }

    #[test]
    fn adding_months_stays_in_the_month() {
        check(&[
            ("dateadd('month', 1, '2026-01-31')", "2026-02-28"),
            ("forge_dateadd('quarter', -1, '2024-05-31')", "2024-02-29"),
            ("forge_dateadd('year', 1, '2024-02-29 01:00:00')", "2025-02-28 01:00:00"),
            ("forge_dateadd('hour', 25, '2024-01-01')", "2024-01-02 01:00:00"),
            ("forge_dateadd('day', '-1', '2024-01-01')", "2023-12-31"),
            ("forge_dateadd('day', null, '2024-01-01')", "NULL"),
            ("forge_dateadd('year', 100000, '2024-01-01')", "NULL"),
        ]);
    }

    #[test]
    fn differences_count_boundaries() {
        check(&[
            ("datediff('year', '2023-12-31', '2024-01-01')", "1"),
            ("forge_datediff('month', '2024-03-31', '2024-02-01')", "-1"),
            ("forge_datediff('quarter', '2024-03-31', '2024-04-01')", "1"),
            ("forge_datediff('day', '2024-01-01 23:59:59', '2024-01-02 00:00:00')", "1"),
            ("forge_datediff('hour', '2024-01-01 00:59:59', '2024-01-01 01:00:00')", "1"),
            ("forge_datediff('second', '2024-01-01', '2024-01-01 00:01:00.9')", "60"),
            ("forge_datediff('week', '2024-01-07', '2024-01-08')", "1"),
            ("forge_datediff('week', '2024-01-08', '2024-01-14')", "0"),
            ("forge_datediff('week', '2024-01-08', '2024-01-07')", "-1"),
            ("forge_datediff('day', '1969-12-31', '1970-01-01')", "1"),
            (
                "forge_datediff('millisecond', '2024-01-01 00:00:00', '2024-01-01 00:00:00.25')",
                "250",
            ),
        ]);
    }

    #[test]
    fn last_days() {
        check(&[
            ("last_day('2024-02-10 10:00:00')", "2024-02-29"),
            ("last_day('2024-02-10', 'quarter')", "2024-03-31"),
            ("last_day('2024-02-10', 'year')", "2024-12-31"),
            ("last_day('2024-02-10', 'week')", "2024-02-11"),
            ("last_day('2024-02-11', 'week')", "2024-02-11"),
        ]);
    }
}
