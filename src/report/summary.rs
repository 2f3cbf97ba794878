//! The end of a run: how many nodes ended how.

use std::time::Duration;

use super::outcome::seconds;
use super::style::{Paint, Style};
use crate::events::Status;

/// How many nodes ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Built, or passed.
    pub pass: usize,
    /// Tests with severity `warn` that found something.
    pub warn: usize,
    /// Errors and failed tests.
    pub error: usize,
    /// Not run.
    pub skip: usize,
}

impl Tally {
    /// Counts one node.
    pub fn add(&mut self, status: Status) {
        match status {
            Status::Success | Status::Pass => self.pass += 1,
            Status::Warn => self.warn += 1,
            Status::Error | Status::Fail | Status::PartialSuccess => self.error += 1,
            Status::Skipped => self.skip += 1,
        }
    }

    /// All nodes.
    pub fn total(&self) -> usize {
        self.pass + self.warn + self.error + self.skip
    }

    /// dbt's line of counts, which scripts read.
    pub fn stats(&self) -> String {
        let Tally { pass, warn, error, skip } = self;
        let total = self.total();
        format!(
            "Done. PASS={pass} WARN={warn} ERROR={error} SKIP={skip} NO-OP=0 REUSED=0 TOTAL={total}"
        )
    }
}

/// The last lines of a run.
pub fn render(tally: &Tally, elapsed: Duration, style: Style) -> String {
    let (paint, verdict) = match tally {
        Tally { error: 0, warn: 0, .. } => (Paint::Good, "completed successfully"),
        Tally { error: 0, .. } => (Paint::Warning, "completed with warnings"),
        _ => (Paint::Error, "completed with errors"),
    };
    let verdict = style.paint(paint, verdict);
    format!("{verdict} in {}\n{}\n", seconds(elapsed), tally.stats())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_are_in_dbts_words() {
        let mut tally = Tally::default();
        for status in [Status::Success, Status::Pass, Status::Fail, Status::Skipped] {
            tally.add(status);
        }
        assert_eq!(
            render(&tally, Duration::from_millis(190), Style::PLAIN),
            "completed with errors in 0.19s\n\
             Done. PASS=2 WARN=0 ERROR=1 SKIP=1 NO-OP=0 REUSED=0 TOTAL=4\n"
        );
    }
}
