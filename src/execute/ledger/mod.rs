//! The ledger: which runs there were, how each node and each batch ended, in the database beside the data.
//!
//! An entry about data is written in the transaction that writes the data, so both are there or neither is. What
//! changes no data (tests, skipped and failed nodes) waits and goes along with the next transaction.
//! Invariant: an entry that says `success` stands for data that is committed.

mod batches;
mod open;
mod read;
mod schema;
mod write;

pub use open::{Ledger, Start};
pub use read::{LedgerReader, LoggedBatch, LoggedNode, LoggedRun};
pub use write::{BatchRow, NodeRow};

#[cfg(test)]
mod tests;
