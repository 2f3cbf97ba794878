//! The integration tests, one binary: what `forge` does as a user sees it, and what holds the code base together.
//!
//! `golden` replays what dbt 1.12 does, `cli` checks bad input and forge's own promises, `example` runs the tutorial
//! project, `architecture` and `docs` read the repository itself.
//! Invariant: a test writes only below its own temporary folder and reaches no other machine.

#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

mod architecture;
mod catalogue;
mod cli;
mod deps;
mod docs;
mod engine;
mod example;
mod golden;
mod lineage;
mod lint;
mod macro_names;
mod plain_templates;
mod properties;
mod rust_text;
mod schemas;
mod scratch;
