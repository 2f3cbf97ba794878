//! `strptime`: the format becomes a regular expression, as in Python's `_strptime`.

use fancy_regex::{Captures, Regex, RegexBuilder};
use jiff::civil;
use minijinja::value::Value;

use super::calendar::{self, SECOND, from_ordinal, ordinal};
use super::strftime::{MONTHS, WEEKDAYS};
use super::{DateTime, Fixed, Zone};

/// Directives and what they match. Longer alternatives come first.
const PATTERNS: &[(char, &str)] = &[
    ('d', r"(?P<d>3[0-1]|[1-2]\d|0[1-9]|[1-9]| [1-9])"),
    ('f', r"(?P<f>[0-9]{1,6})"),
    ('H', r"(?P<H>2[0-3]|[0-1]\d|\d)"),
    ('I', r"(?P<I>1[0-2]|0[1-9]|[1-9])"),
    ('G', r"(?P<G>\d\d\d\d)"),
    ('j', r"(?P<j>36[0-6]|3[0-5]\d|[1-2]\d\d|0[1-9]\d|00[1-9]|[1-9]\d|0[1-9]|[1-9])"),
    ('m', r"(?P<m>1[0-2]|0[1-9]|[1-9])"),
    ('M', r"(?P<M>[0-5]\d|\d)"),
    ('S', r"(?P<S>6[0-1]|[0-5]\d|\d)"),
    ('U', r"(?P<U>5[0-3]|[0-4]\d|\d)"),
    ('W', r"(?P<W>5[0-3]|[0-4]\d|\d)"),
    ('w', r"(?P<w>[0-6])"),
    ('u', r"(?P<u>[1-7])"),
    ('V', r"(?P<V>5[0-3]|0[1-9]|[1-4]\d|\d)"),
    ('y', r"(?P<y>\d\d)"),
    ('Y', r"(?P<Y>\d\d\d\d)"),
    ('z', r"(?P<z>[+-]\d\d:?[0-5]\d(?::?[0-5]\d(?:\.\d{1,6})?)?|(?-i:Z))"),
    ('A', "(?P<A>wednesday|thursday|saturday|tuesday|monday|friday|sunday)"),
    ('a', "(?P<a>mon|tue|wed|thu|fri|sat|sun)"),
    (
        'B',
        "(?P<B>september|february|november|december|january|october|august|march|april|june|july|may)",
    ),
    ('b', "(?P<b>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"),
    ('p', "(?P<p>am|pm)"),
    ('Z', "(?P<Z>gmt|utc)"),
    ('%', "%"),
];

/// Directives that stand for a format.
const SHORTHANDS: &[(char, &str)] =
    &[('c', "%a %b %d %H:%M:%S %Y"), ('x', "%m/%d/%y"), ('X', "%H:%M:%S")];

/// Reads a moment; what the text does not say is 1900-01-01 at midnight.
pub(super) fn strptime(text: &str, format: &str) -> Result<DateTime, String> {
    let regex = compile(format)?;
    let found = regex.captures(text).ok().flatten();
    let Some(found) = found else {
        let (text, format) = (Value::from(text), Value::from(format));
        return Err(format!("time data {text:?} does not match format {format:?}"));
    };
    let end = found.get(0).map_or(0, |whole| whole.end());
    if end != text.len() {
        return Err(format!("unconverted data remains: {}", &text[end..]));
    }
    let found = Found(&found);
    let date = found.date()?;
    let second = found.number("S").unwrap_or(0);
    let time =
        calendar::time(found.hour(), found.number("M").unwrap_or(0), second, found.micros())?;
    Ok(DateTime::new(date.to_datetime(time), found.zone()?))
}

fn compile(format: &str) -> Result<Regex, String> {
    let mut pattern = String::from(r"\A");
    write_pattern(&mut pattern, format, format)?;
    let regex = RegexBuilder::new(&pattern).case_insensitive(true).build();
    regex.map_err(|_| format!("a directive appears twice in format '{format}'"))
}

fn write_pattern(out: &mut String, part: &str, format: &str) -> Result<(), String> {
    let mut chars = part.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            while chars.next_if(|next| next.is_whitespace()).is_some() {}
            out.push_str(r"\s+");
        } else if c != '%' {
            out.push_str(&fancy_regex::escape(c.encode_utf8(&mut [0; 4])));
        } else {
            let letter = chars.next().ok_or_else(|| format!("stray % in format '{format}'"))?;
            if let Some((_, long)) = SHORTHANDS.iter().find(|(name, _)| *name == letter) {
                write_pattern(out, long, format)?;
                continue;
            }
            let pattern = PATTERNS.iter().find(|(name, _)| *name == letter);
            let (_, pattern) = pattern
                .ok_or_else(|| format!("'{letter}' is a bad directive in format '{format}'"))?;
            if *pattern != "%" && out.contains(&pattern[..6]) {
                return Err(format!("directive '%{letter}' appears twice in format '{format}'"));
            }
            out.push_str(pattern);
        }
    }
    Ok(())
}

/// What the directives matched.
struct Found<'a>(&'a Captures<'a, str>);

impl Found<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.name(name).map(|found| found.as_str())
    }

    fn number(&self, name: &str) -> Option<i64> {
        // Python's `\d` matches digits of all scripts, and so does `int()`.
        self.text(name)?
            .trim()
            .chars()
            .try_fold(0, |sum, c| Some(sum * 10 + i64::from(c.to_digit(10)?)))
    }

    fn named(&self, directives: [&str; 2], names: &[&str]) -> Option<i64> {
        let text = directives.iter().find_map(|name| self.text(name))?.to_ascii_lowercase();
        let at = names.iter().position(|name| name.to_ascii_lowercase().starts_with(&text))?;
        i64::try_from(at).ok()
    }

    fn hour(&self) -> i64 {
        let Some(hour) = self.number("I") else {
            return self.number("H").unwrap_or(0);
        };
        let afternoon = self.text("p").is_some_and(|half| half.eq_ignore_ascii_case("pm"));
        hour % 12 + i64::from(afternoon) * 12
    }

    fn micros(&self) -> i64 {
        let digits = self.text("f").unwrap_or("0");
        format!("{digits:0<6}").parse().unwrap_or(0)
    }

    /// Days after Monday.
    fn weekday(&self) -> Option<i64> {
        let named = self.named(["A", "a"], &WEEKDAYS);
        let from_sunday = || self.number("w").map(|day| (day + 6) % 7);
        named.or_else(from_sunday).or_else(|| self.number("u").map(|day| day - 1))
    }

    fn year(&self) -> Option<i64> {
        let short = self.number("y").map(|year| year + if year <= 68 { 2000 } else { 1900 });
        self.number("Y").or(short)
    }

    fn date(&self) -> Result<civil::Date, String> {
        if let Some(date) = self.iso_week_date() {
            return date;
        }
        let month = self
            .named(["B", "b"], &MONTHS)
            .map(|month| month + 1)
            .or(self.number("m"))
            .unwrap_or(1);
        let day = self.number("d").unwrap_or(1);
        let year = self.year().unwrap_or(1900);
        match self.day_of_year(year)? {
            Some(day) => {
                let first = ordinal(calendar::date(year, 1, 1)?);
                from_ordinal(first + day - 1).ok_or_else(|| "the date is out of range".to_owned())
            }
            None => calendar::date(year, month, day),
        }
    }

    /// From `%j`, or from a week number and a weekday.
    fn day_of_year(&self, year: i64) -> Result<Option<i64>, String> {
        if let Some(day) = self.number("j") {
            return Ok(Some(day));
        }
        let (monday_first, week) = match (self.number("U"), self.number("W")) {
            (Some(week), _) => (false, week),
            (None, Some(week)) => (true, week),
            _ => return Ok(None),
        };
        let Some(weekday) = self.weekday() else {
            return Ok(None);
        };
        let first = i64::from(calendar::date(year, 1, 1)?.weekday().to_monday_zero_offset());
        let shift = i64::from(!monday_first);
        let (first, weekday) = ((first + shift) % 7, (weekday + shift) % 7);
        let week_zero = (7 - first) % 7;
        Ok(Some(match week {
            0 => 1 + weekday - first,
            week => 1 + week_zero + 7 * (week - 1) + weekday,
        }))
    }

    fn iso_week_date(&self) -> Option<Result<civil::Date, String>> {
        let (year, week, weekday) = (self.number("G"), self.number("V"), self.weekday());
        match (self.year(), year, week, weekday) {
            (None, Some(year), Some(week), Some(weekday)) => {
                Some(calendar::from_iso_week(year, week, weekday + 1))
            }
            (None, Some(_), ..) => {
                Some(Err("%G must be used with %V and a weekday directive".to_owned()))
            }
            (_, _, Some(_), _) => {
                Some(Err("%V must be used with %G and a weekday directive".to_owned()))
            }
            _ => None,
        }
    }

    fn zone(&self) -> Result<Option<Zone>, String> {
        let Some(text) = self.text("z") else {
            return Ok(None);
        };
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let colons = text.bytes().filter(|byte| *byte == b':').count();
        if digits.len() >= 6 && colons == 1 {
            return Err(format!("inconsistent use of : in {text}"));
        }
        let field = |from: usize| {
            digits.get(from..from + 2).and_then(|field| field.parse().ok()).unwrap_or(0)
        };
        let micros: i64 = format!("{:0<6}", digits.get(6..).unwrap_or("")).parse().unwrap_or(0);
        let (hours, minutes, seconds): (i64, i64, i64) = (field(0), field(2), field(4));
        let offset = (hours * 3600 + minutes * 60 + seconds) * SECOND + micros;
        let offset = if text.starts_with('-') { -offset } else { offset };
        // A name is only kept together with an offset.
        let name = self.text("Z").map(str::to_owned);
        Ok(Some(Zone::Fixed(Fixed { offset, name })))
    }
}
