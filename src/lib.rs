//! forge turns a directory of Jinja-templated SQL and YAML into tables, tests and proof.
//!
//! # The walk
//! ```text
//! files ─LOAD→ Project ─PARSE→ ParsedProject ─RESOLVE→ Manifest + Graph ─SELECT→ NodeSet
//!       ─COMPILE→ CompiledNode ─EXECUTE→ RunOutcome ─REPORT→ terminal, artifacts, exit code
//! ```
//! Each stage is a plain function from one value to the next and returns its value together with the
//! diagnostics that it collected. [`pipeline`] is the one place that sequences stages.
//!
//! # The rooms
//! The modules below are listed in layer order: a module imports only from modules above it.
//! `tests/it/architecture.rs` holds the crate to that.

pub mod host;
pub mod parallel;
pub mod http;
pub mod source;
pub mod names;
pub mod diagnostics;
pub mod events;
pub mod manifest;
pub mod artifacts;
pub mod adapters;
pub mod templates;
pub mod jinja;
pub mod project;
pub mod deps;
pub mod parse;
pub mod graph;
pub mod resolve;
pub mod state;
pub mod select;
pub mod compile;
pub mod parity;
pub mod check;
pub mod execute;
pub mod report;
pub mod pipeline;
pub mod cli;
