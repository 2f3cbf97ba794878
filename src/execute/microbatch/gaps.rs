//! Batches that never succeeded, found in the ledger.

use jiff::Timestamp;

use super::super::ledger::LoggedBatch;
use crate::manifest::{Batch, BatchSize};

/// What is missing of a model, and what is known of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    /// The batches that never succeeded, in the order of their periods.
    pub batches: Vec<Batch>,
    /// Where the ledger's knowledge begins; `None` when it knows nothing.
    pub from: Option<Timestamp>,
    /// Where it ends.
    pub until: Option<Timestamp>,
}

/// A period, and whether its rows are in the table.
#[derive(Clone, Copy)]
struct Period {
    start: Timestamp,
    end: Timestamp,
    is_there: bool,
}

/// The batches between the first and the last that the ledger knows (or `until`) that are not in the table. `known` is in
/// the order of periods, then of runs. Batches of another size count as far as they cover a batch.
pub fn gaps(known: &[LoggedBatch], size: BatchSize, until: Option<Timestamp>) -> Gaps {
    let periods = periods(known);
    let from = periods.iter().map(|period| period.start).min();
    let last = periods.iter().map(|period| period.end).max();
    let Some((from, until)) = from.zip(until.or(last)) else {
        return Gaps::default();
    };
    let covered = covered(&periods);
    let is_there = |batch: &Batch| {
        covered.iter().any(|(start, end)| *start <= batch.start && batch.end <= *end)
    };
    let mut batches = size.batches(from, until).unwrap_or_default();
    batches.retain(|batch| batch.end <= until && !is_there(batch));
    Gaps { batches, from: Some(from), until: Some(until) }
}

/// The state of every period that was ever tried.
fn periods(known: &[LoggedBatch]) -> Vec<Period> {
    let mut periods: Vec<Period> = Vec::new();
    for logged in known {
        let moment = |text: &str| text.parse::<Timestamp>().ok();
        let Some((start, end)) = moment(&logged.start).zip(moment(&logged.end)) else {
            continue;
        };
        let place = periods.iter().rposition(|one| one.start == start && one.end == end);
        let at = place.unwrap_or_else(|| {
            periods.push(Period { start, end, is_there: false });
            periods.len() - 1
        });
        match logged.status.as_str() {
            "success" => periods[at].is_there = true,
            // A batch that failed has left what was there.
            "error" | "skipped" => {}
            _ => periods[at].is_there = false,
        }
    }
    periods
}

/// What is there as stretches that do not touch.
fn covered(periods: &[Period]) -> Vec<(Timestamp, Timestamp)> {
    let mut there: Vec<(Timestamp, Timestamp)> =
        periods.iter().filter(|one| one.is_there).map(|one| (one.start, one.end)).collect();
    there.sort_unstable();
    let mut covered: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (start, end) in there {
        match covered.last_mut().filter(|last| start <= last.1) {
            Some(last) => last.1 = last.1.max(end),
            None => covered.push((start, end)),
        }
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(day: &str, end: &str, status: &str) -> LoggedBatch {
        LoggedBatch {
            start: format!("{day}T00:00:00Z"),
            end: format!("{end}T00:00:00Z"),
            status: status.to_owned(),
            ..LoggedBatch::default()
        }
    }

    fn names(known: &[LoggedBatch], size: BatchSize, until: Option<&str>) -> Vec<String> {
        let until = until.map(|day| format!("{day}T00:00:00Z").parse().expect("a moment"));
        gaps(known, size, until).batches.iter().map(Batch::name).collect()
    }

    #[test]
    fn what_never_succeeded_is_a_gap() {
        let known = [
            logged("2024-01-01", "2024-01-03", "missing"),
            logged("2024-01-03", "2024-01-04", "success"),
            logged("2024-01-03", "2024-01-04", "error"),
            logged("2024-01-04", "2024-01-05", "error"),
            logged("2024-01-06", "2024-01-07", "success"),
            logged("2024-01-07", "2024-01-08", "success"),
            logged("2024-01-07", "2024-01-08", "sampled"),
        ];
        let expected = ["2024-01-01", "2024-01-02", "2024-01-04", "2024-01-05", "2024-01-07"];
        assert_eq!(names(&known, BatchSize::Day, None), expected);
        assert_eq!(names(&known, BatchSize::Day, Some("2024-01-05")), expected[..3]);
        assert_eq!(names(&[], BatchSize::Day, None), [""; 0]);
    }

    #[test]
    fn days_cover_their_month_and_their_hours() {
        let mut known = vec![logged("2024-01-01", "2024-02-01", "success")];
        known.push(logged("2024-02-01", "2024-02-02", "success"));
        assert_eq!(names(&known, BatchSize::Day, None), [""; 0]);
        assert_eq!(names(&known, BatchSize::Hour, None), [""; 0]);
        assert_eq!(names(&known, BatchSize::Month, Some("2024-03-01")), ["2024-02"]);
    }
}
