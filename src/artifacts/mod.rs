//! Published JSON shapes, one file each: what other programs read from `target/`.
//!
//! Values in, text out; who writes the files, and when, is decided elsewhere.
//! Invariant: keys and their order are those of dbt 1.12; dbt's own readers accept the text.

pub mod catalog;
pub mod graph_summary;
pub mod manifest;
pub mod osi;
pub mod run_results;
pub mod semantic_manifest;
pub mod sources;

/// A moment as dbt writes it: UTC with microseconds, which Python reads.
pub fn stamp(moment: jiff::Timestamp) -> String {
    format!("{moment:.6}")
}

/// The dbt version whose shapes are published.
pub const DBT_VERSION: &str = "1.12.6";
