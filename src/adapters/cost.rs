//! What statements cost the engine, by its own counters.
//!
//! The counters depend on the statements and the data alone, not on the machine or on what else runs on it: two runs
//! over the same rows cost the same.

use std::ops::AddAssign;

/// Work that statements have done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Instructions of the engine's machine: all that it did.
    pub steps: u64,
    /// Rows that were stepped over in tables and indexes that were read from end to end; rows that were looked up
    /// through an index are not among them.
    pub rows_scanned: u64,
    /// Times that rows were put in order.
    pub sorts: u64,
    /// Rows put into indexes that were made for one statement and thrown away.
    pub rows_indexed: u64,
}

impl Cost {
    /// What was done since the counters stood at `earlier`.
    #[must_use]
    pub fn since(self, earlier: Cost) -> Cost {
        Cost {
            steps: self.steps.saturating_sub(earlier.steps),
            rows_scanned: self.rows_scanned.saturating_sub(earlier.rows_scanned),
            sorts: self.sorts.saturating_sub(earlier.sorts),
            rows_indexed: self.rows_indexed.saturating_sub(earlier.rows_indexed),
        }
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Cost) {
        self.steps += other.steps;
        self.rows_scanned += other.rows_scanned;
        self.sorts += other.sorts;
        self.rows_indexed += other.rows_indexed;
    }
}
