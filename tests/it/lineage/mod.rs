//! Lineage against the engine: what it reads, and what changes when data change.
//!
//! Two judges that know nothing of the lineage's rules. The authorizer tells every column that the engine reads; each
//! must be in the lineage. And the data tell what matters: when the values of a column change and an output changes,
//! the column must be an input of that output or a filter; when the number of rows changes, it must be a filter.

mod corpus;
mod database;
mod projects;
mod random;
mod writer;
