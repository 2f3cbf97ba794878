//! The ledger: which runs there were, how each node and each batch ended, in the database beside the data.
//!
//! An entry about data is written in the transaction that writes the data, so both are there or neither is. What
//! changes no data (tests, skipped and failed nodes) waits and goes along with the next transaction.
//! Invariant: an entry that says `success` stands for data that is committed.

mod batches;
mod costs;
mod open;
mod read;
mod schema;
mod write;

pub use costs::{CostRow, LoggedCost, Mode, NodeCost, Recent};
pub use open::{Ledger, Start};
pub use read::{LedgerReader, LoggedBatch, LoggedNode, LoggedRun};
pub use write::{BatchRow, NodeRow};

/// The middle value; of an even number of them, the lower one in the middle.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests;
