//! Objects that templates handle: relations, columns, query results, the adapter.

pub mod adapter;
pub mod api;
pub mod column;
pub mod function;
pub mod relation;
pub mod results;
