//! What can be known before a row is touched.
//!
//! [`shapes`] tells which columns a relation has, whether it was built or not.
//! Invariant: the user's database is only read, and of it only the catalog.

pub mod shapes;
