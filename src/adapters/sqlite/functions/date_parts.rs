//! `date_part(part, x)`: a number out of a date or timestamp, as PostgreSQL and Snowflake count; NULL for what is none.

use jiff::civil::DateTime;
use rusqlite::{Connection, Result};

use super::timestamps::Moment;
use super::{failure, strict, text_of};

pub(super) fn register(connection: &Connection) -> Result<()> {
    strict(connection, "date_part", 2, |context| {
        let part = text_of(context, 0).trim().to_lowercase();
        let count = counter(&part)
            .ok_or_else(|| failure(format!("date_part() does not know the date part `{part}`")))?;
        Ok(Moment::parse(&text_of(context, 1)).map(|moment| count(moment.at)))
    })
}

/// What a part is of a moment. Weeks and their years are those of ISO 8601; `dayofweek` counts from Sunday, 0.
fn counter(part: &str) -> Option<fn(DateTime) -> i64> {
    Some(match part {
        "year" | "years" | "y" => |at| i64::from(at.year()),
        "quarter" | "quarters" | "q" => |at| i64::from((at.month() - 1) / 3 + 1),
        "month" | "months" | "mon" => |at| i64::from(at.month()),
        "week" | "weeks" | "weekiso" | "isoweek" | "week_iso" => {
            |at| i64::from(at.date().iso_week_date().week())
        }
        "yearofweekiso" | "isoyear" => |at| i64::from(at.date().iso_week_date().year()),
        "day" | "days" | "dayofmonth" | "d" => |at| i64::from(at.day()),
        "dayofweek" | "dow" | "weekday" => {
            |at| i64::from(at.date().weekday().to_sunday_zero_offset())
        }
        "dayofweekiso" | "isodow" | "dayofweek_iso" => {
            |at| i64::from(at.date().weekday().to_monday_one_offset())
        }
        "dayofyear" | "doy" => |at| i64::from(at.date().day_of_year()),
        "hour" | "hours" => |at| i64::from(at.hour()),
        "minute" | "minutes" => |at| i64::from(at.minute()),
        "second" | "seconds" => |at| i64::from(at.second()),
        "epoch" | "epoch_second" | "epoch_seconds" => |at| {
            at.to_zoned(jiff::tz::TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_second())
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, try_value};

    #[test]
    fn parts_are_numbers() {
        check(&[
            ("date_part('year', '2026-01-01')", "2026"),
            ("date_part('quarter', '2026-06-30')", "2"),
            ("date_part('month', '2026-06-30 10:11:12')", "6"),
            ("date_part('week', '2027-01-01')", "53"),
            ("date_part('isoyear', '2027-01-01')", "2026"),
            ("date_part('day', '2026-06-30')", "30"),
            ("date_part('dow', '2026-03-01')", "0"),
            ("date_part('isodow', '2026-03-01')", "7"),
            ("date_part('doy', '2024-12-31')", "366"),
            ("date_part('HOUR', '2026-06-30T10:11:12')", "10"),
            ("date_part('minute', '2026-06-30 10:11:12')", "11"),
            ("date_part('second', '2026-06-30 10:11:12.5')", "12"),
            ("date_part('epoch', '1970-01-02')", "86400"),
            ("date_part('year', 'soon')", "NULL"),
            ("date_part('year', null)", "NULL"),
        ]);
        assert!(try_value("date_part('moon', '2026-01-01')").is_err());
    }
}
