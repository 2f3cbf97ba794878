//! Objects that templates handle: relations, columns, query results, the adapter.

pub mod adapter;
pub mod api;
mod behavior;
pub mod column;
mod constraints;
pub mod function;
pub mod relation;
pub mod results;
