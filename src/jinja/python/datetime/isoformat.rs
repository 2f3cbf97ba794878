//! ISO 8601 as Python 3.11 writes and reads it.

use jiff::civil::{Date, Time};

use super::calendar::{self, SECOND, micros_of_day};
use super::{Fixed, Zone};

/// How precise a time is written.
const TIMESPECS: &[(&str, usize)] =
    &[("hours", 2), ("minutes", 5), ("seconds", 8), ("milliseconds", 12), ("microseconds", 15)];

/// `HH:MM:SS`, with microseconds unless they are zero, or as `timespec` demands.
pub(super) fn time_text(time: Time, timespec: &str) -> Result<String, String> {
    let micros = time.subsec_nanosecond() / 1000;
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    let mut text = format!("{hour:02}:{minute:02}:{second:02}.{micros:06}");
    let len = match TIMESPECS.iter().find(|(name, _)| *name == timespec) {
        Some((_, len)) => *len,
        None if timespec == "auto" => 8 + usize::from(micros != 0) * 7,
        None => return Err(format!("unknown timespec '{timespec}'")),
    };
    text.truncate(len);
    Ok(text)
}

/// `+HH:MM`, with seconds and microseconds unless they are zero.
pub(super) fn offset_text(offset: i64, separator: &str) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    let (seconds, micros) = (offset.abs() / SECOND, offset.abs() % SECOND);
    let mut text = format!("{sign}{:02}{separator}{:02}", seconds / 3600, seconds / 60 % 60);
    if seconds % 60 != 0 || micros != 0 {
        text.push_str(&format!("{separator}{:02}", seconds % 60));
    }
    if micros != 0 {
        text.push_str(&format!(".{micros:06}"));
    }
    text
}

/// `2024-01-31`, `20240131`, `2024-W05-3` or `2024W053`.
pub(super) fn parse_date(text: &str) -> Option<Result<Date, String>> {
    let year = digits(text.get(..4)?)?;
    let rest = text.get(4..)?;
    let (rest, dashed) = match rest.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    if let Some(rest) = rest.strip_prefix('W') {
        let week = digits(rest.get(..2)?)?;
        let weekday = match (rest.get(2..)?, dashed) {
            ("", _) => 1,
            (rest, true) => digits(rest.strip_prefix('-').filter(|rest| rest.len() == 1)?)?,
            (rest, false) => digits(Some(rest).filter(|rest| rest.len() == 1)?)?,
        };
        return Some(calendar::from_iso_week(year, week, weekday));
    }
    let month = digits(rest.get(..2)?)?;
    let day = rest.get(2..)?;
    let day = if dashed { day.strip_prefix('-')? } else { day };
    let day = digits(Some(day).filter(|day| day.len() == 2)?)?;
    Some(calendar::date(year, month, day))
}

/// How many bytes the date at the start of a moment takes.
pub(super) fn date_len(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let digits_from = |at: usize| {
        bytes.get(at..).map_or(0, |rest| rest.iter().take_while(|b| b.is_ascii_digit()).count())
    };
    let dashed = *bytes.get(4)? == b'-';
    if *bytes.get(4 + usize::from(dashed))? != b'W' {
        return Some(if dashed { 10 } else { 8 });
    }
    Some(match dashed {
        // `2024-W05-3` unless the dash is the separator before a time.
        true if bytes.get(8) == Some(&b'-') && digits_from(9) == 1 => 10,
        true => 8,
        // `2024W053`: an odd number of digits includes the weekday.
        false if digits_from(7) % 2 == 1 => 8,
        false => 7,
    })
}

/// `HH[:MM[:SS[.ffffff]]]` with or without colons, and the offset behind it.
pub(super) fn parse_time(text: &str) -> Option<Result<(Time, Option<Zone>), String>> {
    let text = text.strip_prefix('T').unwrap_or(text);
    let at = text.find(['+', '-', 'Z']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(at);
    let time = match clock_micros(clock)? {
        Ok(micros) => calendar::time_of_day(micros),
        Err(message) => return Some(Err(message)),
    };
    let offset = match zone {
        "" => return Some(Ok((time, None))),
        "Z" => 0,
        _ => match clock_micros(zone.get(1..)?)? {
            Ok(micros) if zone.starts_with('-') => -micros,
            Ok(micros) => micros,
            Err(message) => return Some(Err(message)),
        },
    };
    let zone = Zone::Fixed(Fixed { offset, name: None });
    Some(Ok((time, Some(zone))))
}

fn clock_micros(text: &str) -> Option<Result<i64, String>> {
    let (clock, fraction) = match text.split_once(['.', ',']) {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (text, None),
    };
    let colons = clock.get(2..3) == Some(":");
    let mut fields = [0_i64; 3];
    let mut rest = clock;
    let mut count = 0;
    while !rest.is_empty() {
        if count > 0 && colons {
            rest = rest.strip_prefix(':')?;
        }
        *fields.get_mut(count)? = digits(rest.get(..2)?)?;
        rest = rest.get(2..)?;
        count += 1;
    }
    let micros = match fraction {
        None if count > 0 => 0,
        Some(fraction) if count == 3 && !fraction.is_empty() => {
            let digit = fraction.bytes().all(|byte| byte.is_ascii_digit()).then_some(fraction)?;
            digits(&format!("{digit:0<6}")[..6])?
        }
        _ => return None,
    };
    let [hour, minute, second] = fields;
    Some(calendar::time(hour, minute, second, micros).map(micros_of_day))
}

fn digits(text: &str) -> Option<i64> {
    let valid = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    valid.then(|| text.parse().ok()).flatten()
}
