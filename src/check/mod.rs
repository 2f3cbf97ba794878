//! What can be known before a row is touched.
//!
//! [`failure`] turns what the engine says into diagnostics, [`shadow`] prepares every node,
//! `rules` look at what the engine accepts, [`shapes`] tells which columns a relation has, whether it was built or not,
//! [`lineage`] where the values of a column come from, [`lint`] what is dangerous in SQL that the engine takes.
//! Invariant: the user's database is only read, and of it only the catalog.

mod caret;
pub mod diff;
mod expr;
mod pinpoint;
mod tokens;
pub mod failure;
pub mod lineage;
pub mod lint;
mod rules;
pub mod seeds;
pub mod shadow;
pub mod shapes;
