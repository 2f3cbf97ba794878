//! Batches of event time: which windows there are, and how a moment is written. All of it in UTC.
//!
//! Source: dbt 1.12, `materializations/incremental/microbatch.py`. Invariant: the batches of a window touch each
//! other, start and end on boundaries of their size, and cover exactly the window.

use jiff::civil::{self, DateTime};
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

/// The longest list of batches that is made: more is a mistake in `begin` or in a flag.
const MOST: usize = 200_000;

/// How much event time a batch has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BatchSize {
    /// Sixty minutes.
    Hour,
    /// From midnight to midnight.
    Day,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

impl BatchSize {
    /// Every size, the smallest first.
    pub const ALL: [BatchSize; 4] = [Self::Hour, Self::Day, Self::Month, Self::Year];

    /// The word in configurations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The size with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.as_str() == word)
    }

    /// The start of the batch that a moment is in.
    pub fn floor(self, at: Timestamp) -> Timestamp {
        let now = civil(at);
        let day = match self {
            Self::Hour | Self::Day => now.date(),
            Self::Month => now.date().first_of_month(),
            Self::Year => now.date().first_of_year(),
        };
        let hour = if self == Self::Hour { now.hour() } else { 0 };
        moment(day.at(hour, 0, 0, 0)).unwrap_or(at)
    }

    /// The moment itself on a boundary, else the end of its batch; `None` beyond the calendar.
    pub fn ceiling(self, at: Timestamp) -> Option<Timestamp> {
        match self.floor(at) == at {
            true => Some(at),
            false => self.offset(at, 1),
        }
    }

    /// The start of the batch that is `by` batches after that of the moment; `None` beyond the calendar.
    pub fn offset(self, at: Timestamp, by: i64) -> Option<Timestamp> {
        moment(civil(self.floor(at)).checked_add(self.span(by)?).ok()?)
    }

    /// The moment `by` sizes later on the clock and the calendar, without going to a boundary.
    pub fn shift(self, at: Timestamp, by: i64) -> Option<Timestamp> {
        moment(civil(at).checked_add(self.span(by)?).ok()?)
    }

    fn span(self, by: i64) -> Option<Span> {
        let span = Span::new();
        match self {
            Self::Hour => span.try_hours(by),
            Self::Day => span.try_days(by),
            Self::Month => span.try_months(by),
            Self::Year => span.try_years(by),
        }
        .ok()
    }

    /// The batches from the one that `start` is in to the one that ends at or behind `end`; `None` when they are
    /// too many to be meant.
    pub fn batches(self, start: Timestamp, end: Timestamp) -> Option<Vec<Batch>> {
        let mut batches = Vec::new();
        let mut at = self.floor(start);
        while at < end {
            let next = self.offset(at, 1)?;
            batches.push(Batch { size: self, start: at, end: next });
            if batches.len() > MOST {
                return None;
            }
            at = next;
        }
        Some(batches)
    }
}

/// One window of event time: from `start` up to, not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Batch {
    /// Its size.
    pub size: BatchSize,
    /// Its first moment.
    pub start: Timestamp,
    /// The first moment behind it.
    pub end: Timestamp,
}

impl Batch {
    /// What people and files call it: `2026-03-01`, `2026-03-01T16`, `2026-03`, `2026`.
    pub fn name(&self) -> String {
        let format = match self.size {
            BatchSize::Hour => "%Y-%m-%dT%H",
            BatchSize::Day => "%Y-%m-%d",
            BatchSize::Month => "%Y-%m",
            BatchSize::Year => "%Y",
        };
        civil(self.start).strftime(format).to_string()
    }

    /// `model.batch.id`: the name without dashes.
    pub fn id(&self) -> String {
        self.name().replace('-', "")
    }

    /// The window that the batch is.
    pub fn window(&self) -> Window {
        Window { start: self.start, end: self.end }
    }
}

/// A stretch of event time: from `start` up to, not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Its first moment.
    pub start: Timestamp,
    /// The first moment behind it.
    pub end: Timestamp,
}

impl Window {
    /// What two windows share; where they share nothing, it ends where it starts or before.
    #[must_use]
    pub fn and(self, other: Window) -> Window {
        Window { start: self.start.max(other.start), end: self.end.min(other.end) }
    }
}

/// A moment as Python prints it, which is how dbt writes it into SQL: `2026-03-01 00:00:00+00:00`.
pub fn sql_text(at: Timestamp) -> String {
    format!("{}+00:00", engine_text(at))
}

/// A moment as engines write it: `2026-03-01 00:00:00`, in UTC.
pub fn engine_text(at: Timestamp) -> String {
    written(at, "%Y-%m-%d %H:%M:%S")
}

/// A moment as artifacts have it: `2026-03-01T00:00:00+00:00`.
pub fn iso_text(at: Timestamp) -> String {
    format!("{}+00:00", plain_text(at))
}

/// A moment in UTC without saying so: `2026-03-01T00:00:00`.
pub fn plain_text(at: Timestamp) -> String {
    written(at, "%Y-%m-%dT%H:%M:%S")
}

fn written(at: Timestamp, format: &str) -> String {
    let now = civil(at);
    let micros = now.subsec_nanosecond() / 1000;
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{}{fraction}", now.strftime(format))
}

/// A moment that was written by a person: a date, or a date and a time with `T` or a blank between them, in UTC
/// unless an offset is there.
pub fn parse_moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    // Other calendars' and zones' annotations are not meant to be understood.
    if text.contains('[') || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    text.parse::<Timestamp>().ok().or_else(|| moment(text.parse::<DateTime>().ok()?)).or_else(
        || {
            let day: civil::Date = text.parse().ok()?;
            moment(day.at(0, 0, 0, 0))
        },
    )
}

/// The same with an offset passed over: dbt 1.12 takes the fields of `begin` as they stand.
pub fn parse_begin(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let at = text.trim_end_matches(['Z', 'z']);
    let plain = match at.rfind(['+', '-']).filter(|place| *place > "2026-03-01T".len()) {
        Some(place) => &at[..place],
        None => at,
    };
    parse_moment(plain)
}

fn civil(at: Timestamp) -> DateTime {
    Offset::UTC.to_datetime(at)
}

fn moment(civil: DateTime) -> Option<Timestamp> {
    Offset::UTC.to_timestamp(civil).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        parse_moment(text).expect("a moment")
    }

    fn names(size: BatchSize, start: &str, end: &str) -> Vec<String> {
        size.batches(at(start), at(end)).expect("few").iter().map(Batch::name).collect()
    }

    #[test]
    fn windows_are_rounded_to_whole_batches() {
        let days = names(BatchSize::Day, "2024-02-28T22:10:00", "2024-03-01 00:00:01");
        assert_eq!(days, ["2024-02-28", "2024-02-29", "2024-03-01"]);
        assert_eq!(names(BatchSize::Day, "2023-02-28", "2023-03-01"), ["2023-02-28"]);
        let months = names(BatchSize::Month, "2023-12-31", "2024-02-02");
        assert_eq!(months, ["2023-12", "2024-01", "2024-02"]);
        assert_eq!(names(BatchSize::Year, "2023-12-31", "2024-01-01"), ["2023"]);
        // Clocks that people change do not matter: a day in March has 24 hours.
        assert_eq!(names(BatchSize::Hour, "2024-03-31", "2024-04-01").len(), 24);
        assert_eq!(names(BatchSize::Day, "2024-01-02", "2024-01-02"), [""; 0]);
    }

    #[test]
    fn moments_are_written_as_dbt_does() {
        let moment = at("2024-09-17T16:06:00.25Z");
        assert_eq!(sql_text(moment), "2024-09-17 16:06:00.250000+00:00");
        assert_eq!(iso_text(at("2024-09-17")), "2024-09-17T00:00:00+00:00");
        let batch = |size: BatchSize| size.batches(moment, at("2024-09-17T16:07:00")).expect("few");
        let ids = BatchSize::ALL.map(|size| batch(size)[0].id());
        assert_eq!(ids, ["20240917T16", "20240917", "202409", "2024"]);
    }

    #[test]
    fn moments_are_read_in_utc_unless_an_offset_says_more() {
        assert_eq!(at("2024-01-01 02:00:00+02:00"), at("2024-01-01"));
        assert_eq!(at("2024-01-01T00:00"), at("2024-01-01"));
        assert_eq!(parse_begin("2024-01-01T05:00:00+02:00"), Some(at("2024-01-01T05:00:00")));
        for bad in ["", "soon", "2024-13-01", "2024-01-01 25:00", "2024-01-01T00[UTC]", "-1"] {
            assert_eq!(parse_moment(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_list_that_nobody_can_mean_is_not_made() {
        assert_eq!(BatchSize::Hour.batches(at("0001-01-01"), at("2024-01-01")), None);
    }

    proptest! {
        #[test]
        fn batches_tile_their_window(
            start in 0_i64..4_000_000_000, length in 1_i64..90 * 86_400, size in 0_usize..4,
        ) {
            let size = BatchSize::ALL[size];
            let start = Timestamp::from_second(start).expect("in range");
            let end = Timestamp::from_second(start.as_second() + length).expect("in range");
            let batches = size.batches(start, end).expect("few");
            prop_assert_eq!(batches[0].start, size.floor(start));
            prop_assert_eq!(batches[batches.len() - 1].end, size.ceiling(end).expect("in range"));
            prop_assert!(batches.windows(2).all(|pair| pair[0].end == pair[1].start));
            for batch in &batches {
                prop_assert_eq!(size.floor(batch.start), batch.start);
                prop_assert_eq!(size.offset(batch.start, 1), Some(batch.end));
                prop_assert_eq!(size.offset(batch.end, -1), Some(batch.start));
            }
        }

        #[test]
        fn what_is_written_is_read_again(second in 0_i64..4_000_000_000) {
            let moment = Timestamp::from_second(second).expect("in range");
            prop_assert_eq!(parse_moment(&sql_text(moment)), Some(moment));
            prop_assert_eq!(parse_moment(&plain_text(moment)), Some(moment));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let _ = (parse_moment(&text), parse_begin(&text));
        }
    }
}
