//! `strftime`: Python's directives and those of the C library below it, in the C locale.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::Zone;
use super::calendar::SECOND;
use super::isoformat::offset_text;

/// What is written.
pub(super) struct Fields<'a> {
    pub(super) date: Date,
    pub(super) time: Time,
    pub(super) zone: Option<&'a Zone>,
}

pub(super) const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Numbers: directive, width, padding.
type Number = (char, usize, char, fn(&Fields<'_>) -> i64);

const NUMBERS: &[Number] = &[
    ('Y', 1, '0', |f| f.date.year().into()),
    ('G', 1, '0', |f| f.date.iso_week_date().year().into()),
    ('C', 1, '0', |f| i64::from(f.date.year()) / 100),
    ('y', 2, '0', |f| i64::from(f.date.year()) % 100),
    ('g', 2, '0', |f| i64::from(f.date.iso_week_date().year()) % 100),
    ('m', 2, '0', |f| f.date.month().into()),
    ('d', 2, '0', |f| f.date.day().into()),
    ('e', 2, ' ', |f| f.date.day().into()),
    ('j', 3, '0', |f| f.date.day_of_year().into()),
    ('H', 2, '0', |f| f.time.hour().into()),
    ('k', 2, ' ', |f| f.time.hour().into()),
    ('I', 2, '0', hour_12),
    ('l', 2, ' ', hour_12),
    ('M', 2, '0', |f| f.time.minute().into()),
    ('S', 2, '0', |f| f.time.second().into()),
    ('u', 1, '0', |f| f.date.weekday().to_monday_one_offset().into()),
    ('w', 1, '0', |f| f.date.weekday().to_sunday_zero_offset().into()),
    ('V', 2, '0', |f| f.date.iso_week_date().week().into()),
    ('U', 2, '0', |f| week(f, f.date.weekday().to_sunday_zero_offset())),
    ('W', 2, '0', |f| week(f, f.date.weekday().to_monday_zero_offset())),
    ('s', 1, '0', epoch),
];

/// How a directive that is not a number is written.
type Write = fn(&Fields<'_>) -> String;

const TEXTS: &[(char, Write)] = &[
    ('a', |f| weekday(f)[..3].to_owned()),
    ('A', |f| weekday(f).to_owned()),
    ('b', |f| month(f)[..3].to_owned()),
    ('h', |f| month(f)[..3].to_owned()),
    ('B', |f| month(f).to_owned()),
    ('p', |f| if f.time.hour() < 12 { "AM" } else { "PM" }.to_owned()),
    ('P', |f| if f.time.hour() < 12 { "am" } else { "pm" }.to_owned()),
    ('n', |_| "\n".to_owned()),
    ('t', |_| "\t".to_owned()),
    ('%', |_| "%".to_owned()),
];

/// Directives that stand for a format.
const SHORTHANDS: &[(char, &str)] = &[
    ('c', "%a %b %e %H:%M:%S %Y"),
    ('x', "%m/%d/%y"),
    ('X', "%H:%M:%S"),
    ('D', "%m/%d/%y"),
    ('F', "%Y-%m-%d"),
    ('T', "%H:%M:%S"),
    ('R', "%H:%M"),
    ('r', "%I:%M:%S %p"),
];

/// Directives that Python itself replaces; they take no flags.
const PYTHON: &[(&str, Write)] = &[
    ("f", |f| format!("{:06}", f.time.subsec_nanosecond() / 1000)),
    ("z", |f| f.zone.map_or_else(String::new, |zone| offset_text(zone.offset(), ""))),
    ("Z", |f| f.zone.and_then(Zone::name).unwrap_or_default()),
];

/// Writes the fields; what is not a directive is copied.
pub(super) fn strftime(format: &str, fields: &Fields<'_>) -> String {
    let mut out = String::with_capacity(format.len());
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (text, len) = directive(&rest[1..], fields).unwrap_or_else(|| ("%".to_owned(), 0));
        out.push_str(&text);
        rest = &rest[1 + len..];
    }
    out.push_str(rest);
    out
}

/// The text of the directive at the start, and how long it is.
fn directive(source: &str, fields: &Fields<'_>) -> Option<(String, usize)> {
    if let Some((_, write)) = PYTHON.iter().find(|(name, _)| source.starts_with(name)) {
        return Some((write(fields), 1));
    }
    let after_flags = source.trim_start_matches(['-', '_', '0', '^', '#']);
    let flags = &source[..source.len() - after_flags.len()];
    let after_width = after_flags.trim_start_matches(|c: char| c.is_ascii_digit());
    let width: usize = after_flags[..after_flags.len() - after_width.len()].parse().unwrap_or(0);
    let letter = after_width.strip_prefix(['E', 'O']).unwrap_or(after_width).chars().next()?;
    let text = written(letter, flags, width.min(1024), fields)?;
    let tail = after_width.find(letter)? + letter.len_utf8();
    Some((text, source.len() - after_width.len() + tail))
}

fn written(letter: char, flags: &str, width: usize, fields: &Fields<'_>) -> Option<String> {
    let text = match NUMBERS.iter().find(|(name, ..)| *name == letter) {
        Some((_, len, fill, number)) => {
            let chosen = flags.chars().rfind(|flag| matches!(flag, '-' | '_' | '0'));
            let fill = chosen.map_or(*fill, |flag| if flag == '_' { ' ' } else { flag });
            let digits = number(fields).to_string();
            match fill {
                '-' => digits,
                fill => padded(&digits, width.max(*len), fill),
            }
        }
        None => {
            let shorthand = SHORTHANDS.iter().find(|(name, _)| *name == letter);
            let text = match shorthand {
                Some((_, format)) => strftime(format, fields),
                None => TEXTS.iter().find(|(name, _)| *name == letter)?.1(fields),
            };
            padded(&text, width, if flags.contains('0') { '0' } else { ' ' })
        }
    };
    let upper = flags.contains('^') || (flags.contains('#') && letter != 'p');
    let lower = flags.contains('#') && letter == 'p';
    Some(match (upper, lower) {
        (true, _) => text.to_uppercase(),
        (_, true) => text.to_lowercase(),
        _ => text,
    })
}

fn padded(text: &str, width: usize, fill: char) -> String {
    let missing = width.saturating_sub(text.chars().count());
    std::iter::repeat_n(fill, missing).chain(text.chars()).collect()
}

fn weekday(fields: &Fields<'_>) -> &'static str {
    WEEKDAYS[fields.date.weekday().to_monday_zero_offset() as usize]
}

fn month(fields: &Fields<'_>) -> &'static str {
    MONTHS[fields.date.month() as usize - 1]
}

fn hour_12(fields: &Fields<'_>) -> i64 {
    (i64::from(fields.time.hour()) + 11) % 12 + 1
}

/// The week of the year whose first day is `since_start` days back.
fn week(fields: &Fields<'_>, since_start: i8) -> i64 {
    (i64::from(fields.date.day_of_year()) + 6 - i64::from(since_start)) / 7
}

/// Seconds since 1970, the fields taken as local time whatever their zone is, as the C library does.
fn epoch(fields: &Fields<'_>) -> i64 {
    let local = fields.date.to_datetime(fields.time);
    match TimeZone::system().to_ambiguous_timestamp(local).compatible() {
        Ok(timestamp) => timestamp.as_microsecond().div_euclid(SECOND),
        Err(_) => -1,
    }
}
