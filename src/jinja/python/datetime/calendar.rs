//! Days and microseconds on Python's calendar: the proleptic Gregorian one, years 1 to 9999.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

/// Microseconds of a day.
pub(in super::super) const DAY: i64 = 86_400 * SECOND;
/// Microseconds of a second.
pub(in super::super) const SECOND: i64 = 1_000_000;
/// The moment of 1970-01-01 on the scale of [`micros`].
pub(in super::super) const UNIX_EPOCH: i64 = 719_162 * DAY;

const FIRST: Date = Date::constant(1, 1, 1);
const LAST_ORDINAL: i64 = 3_652_059;

/// Days since the day before 0001-01-01, as Python's `toordinal`.
pub(in super::super) fn ordinal(date: Date) -> i64 {
    date.duration_since(FIRST).as_secs() / 86_400 + 1
}

/// The day of an ordinal.
pub(in super::super) fn from_ordinal(ordinal: i64) -> Option<Date> {
    if !(1..=LAST_ORDINAL).contains(&ordinal) {
        return None;
    }
    FIRST.checked_add(SignedDuration::from_secs((ordinal - 1) * 86_400)).ok()
}

/// Microseconds since midnight.
pub(in super::super) fn micros_of_day(time: Time) -> i64 {
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60;
    (seconds + i64::from(time.second())) * SECOND + i64::from(time.subsec_nanosecond() / 1000)
}

/// The time of day after some microseconds, which must be less than a day.
pub(in super::super) fn time_of_day(micros: i64) -> Time {
    let (seconds, micros) = (micros.rem_euclid(DAY) / SECOND, micros.rem_euclid(SECOND));
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let time = Time::new(hour as i8, minute as i8, second as i8, micros as i32 * 1000);
    time.expect("invariant: the remainders are within a day")
}

/// Microseconds since 0001-01-01.
pub(in super::super) fn micros(datetime: DateTime) -> i64 {
    (ordinal(datetime.date()) - 1) * DAY + micros_of_day(datetime.time())
}

/// The moment after some microseconds since 0001-01-01.
pub(in super::super) fn from_micros(micros: i64) -> Option<DateTime> {
    let date = from_ordinal(micros.div_euclid(DAY) + 1)?;
    Some(date.to_datetime(time_of_day(micros)))
}

/// A checked date.
pub(in super::super) fn date(year: i64, month: i64, day: i64) -> Result<Date, String> {
    if !(1..=9999).contains(&year) {
        return Err(format!("year {year} is out of range"));
    }
    if !(1..=12).contains(&month) {
        return Err("month must be in 1..12".to_owned());
    }
    let day = i8::try_from(day).unwrap_or(0);
    Date::new(year as i16, month as i8, day).map_err(|_| "day is out of range for month".to_owned())
}

/// A checked time of day.
pub(in super::super) fn time(
    hour: i64,
    minute: i64,
    second: i64,
    micro: i64,
) -> Result<Time, String> {
    let limits = [
        ("hour", hour, 23),
        ("minute", minute, 59),
        ("second", second, 59),
        ("microsecond", micro, 999_999),
    ];
    for (name, value, limit) in limits {
        if !(0..=limit).contains(&value) {
            return Err(format!("{name} must be in 0..{limit}"));
        }
    }
    Ok(time_of_day(((hour * 60 + minute) * 60 + second) * SECOND + micro))
}

/// The day of an ISO week; `weekday` is 1 for Monday.
pub(in super::super) fn from_iso_week(year: i64, week: i64, weekday: i64) -> Result<Date, String> {
    let fourth = date(year, 1, 4)?;
    let monday = ordinal(fourth) - i64::from(fourth.weekday().to_monday_zero_offset());
    let long = i64::from(date(year, 12, 28)?.iso_week_date().week());
    if !(1..=long).contains(&week) {
        return Err(format!("invalid week: {week}"));
    }
    if !(1..=7).contains(&weekday) {
        return Err(format!("invalid weekday: {weekday} (range is [1, 7])"));
    }
    from_ordinal(monday + (week - 1) * 7 + weekday - 1)
        .ok_or_else(|| "year is out of range".to_owned())
}

/// Microseconds as seconds, rounded once: the quotient of two floats would be off in the last digit.
pub(in super::super) fn seconds(micros: i128) -> f64 {
    let (whole, rest) =
        (micros.unsigned_abs() / SECOND as u128, micros.unsigned_abs() % SECOND as u128);
    let seconds: f64 = format!("{whole}.{rest:06}").parse().unwrap_or(f64::NAN);
    if micros < 0 { -seconds } else { seconds }
}
