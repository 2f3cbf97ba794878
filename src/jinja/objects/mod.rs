//! Objects that templates handle: relations, columns, query results, the adapter.

pub mod adapter;
pub mod api;
mod behavior;
pub(crate) mod class;
pub mod column;
pub(crate) mod constraints;
pub(crate) mod contract;
pub mod function;
mod policy;
pub mod relation;
pub mod results;
pub(crate) mod run_results;
mod runtime_config;
mod snapshot_checks;
mod snapshots;
