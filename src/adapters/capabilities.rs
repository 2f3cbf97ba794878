//! What an engine can do, as plain data.
//!
//! Rooms above ask these questions instead of asking which engine they talk to.

/// The abilities of one engine in one configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// DDL takes part in transactions and rolls back with them.
    pub transactional_ddl: bool,
    /// One commit covers every schema; otherwise each file commits on its own.
    pub atomic_across_schemas: bool,
    /// The engine has `merge into`.
    pub merge: bool,
    /// A view may read relations of another schema.
    pub cross_schema_views: bool,
    /// A declared column type is a promise that the engine keeps.
    pub enforced_types: bool,
    /// `create view` fails when the query behind it is invalid.
    pub validates_views: bool,
    /// Schemas are real objects of the engine, not a part of relation names.
    pub real_schemas: bool,
    /// Sessions from [`reader`](super::Adapter::reader) run beside the writer.
    pub parallel_reads: bool,
    /// A session computes queries into files that the writer can read.
    pub computes_aside: bool,
    /// Data outlives the process.
    pub persistent: bool,
    /// Relations have privileges that can be granted.
    pub privileges: bool,
    /// Relations and columns have comments.
    pub comments: bool,
    /// Materialized views exist.
    pub materialized_views: bool,
    /// Foreign keys are kept by the engine.
    pub keeps_references: bool,
    /// `select … qualify` exists.
    pub qualify: bool,
    /// Upsert needs a unique index on the key.
    pub upsert_needs_unique_index: bool,
    /// The names under which every table numbers its rows, as long as no column of it has that name.
    pub row_numbers: &'static [&'static str],
}
