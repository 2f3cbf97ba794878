//! The databases: the only room that names an engine.
//!
//! Everything above sees an [`Adapter`] that opens [`Session`]s, [`Relation`]s and [`Column`]s with dbt's
//! behaviour, and [`Capabilities`] instead of engine names. This room knows nothing of Jinja, projects or
//! the manifest. Invariant: how a relation is written in SQL is decided in [`naming`] alone.

pub mod capabilities;
pub mod column;
pub mod connect;
pub mod cost;
pub mod datum;
mod decimal;
pub mod error;
pub mod naming;
pub mod print;
pub mod relation;
pub mod seed;
pub mod session;
pub mod sqlite;
pub mod syntax;
pub mod table;
pub mod tables;
pub mod types;

use std::sync::Arc;

use jiff::Timestamp;

pub use capabilities::Capabilities;
pub use column::Column;
pub use cost::Cost;
pub use datum::Datum;
pub use error::{AdapterError, Result};
pub use naming::{NamingPolicy, Placement, Policy, PolicyUpdate};
pub use print::{PrintOptions, print_table};
pub use relation::{EventTimeFilter, Relation, RelationKind, RelationUpdate};
pub use session::{Access, Description, Interrupt, Outcome, PlanStep, RunLock, Session, TryLock};
pub use syntax::Syntax;
pub use table::{ColumnKind, Table};
pub use types::TypeRules;

/// A target database.
///
/// Small on purpose: an engine says what it can do, how it writes names, and opens sessions.
pub trait Adapter: Send + Sync {
    /// The profile's `type`, which is also the prefix of dispatched macros.
    fn type_name(&self) -> &'static str;

    /// What the engine can do in this configuration.
    fn capabilities(&self) -> Capabilities;

    /// How relations of this target are written.
    fn naming(&self) -> &Arc<NamingPolicy>;

    /// The target's database.
    fn database(&self) -> &str;

    /// The target's schema.
    fn schema(&self) -> &str;

    /// Opens a session that writes. At most one of them writes at a time; others wait.
    fn writer(&self) -> Result<Box<dyn Session>>;

    /// Opens a session that only reads. Runs beside the writer where
    /// [`parallel_reads`](Capabilities::parallel_reads) says so.
    fn reader(&self) -> Result<Box<dyn Session>>;

    /// Opens a session that computes queries into files of their own, beside the writer, where
    /// [`computes_aside`](Capabilities::computes_aside) says so.
    fn aside(&self) -> Result<Box<dyn Session>> {
        self.reader()
    }

    /// Tries to keep other runs from the database; they are told `holder`.
    fn try_lock(&self, holder: &str) -> TryLock;

    /// How often a transaction is tried again when another connection holds the database.
    fn lock_retries(&self) -> u32;

    /// Whether there is a database to read yet.
    fn exists(&self) -> bool;

    /// Opens a session on an empty database of this engine that ends with the session: statements can be tried
    /// where nothing was built yet.
    fn scratch(&self) -> Result<Box<dyn Session>> {
        self.scratch_at(None, &[])
    }

    /// The same with these schemas, as many of them as the engine can attach; the engine's own clock stands still at `now` when it is given.
    fn scratch_at(&self, now: Option<Timestamp>, schemas: &[&str]) -> Result<Box<dyn Session>>;

    /// Functions in a statement that only forge's own connections have, by name.
    fn foreign_functions(&self, sql: &str) -> Vec<&'static str>;

    /// Whether a statement casts to a date or a timestamp where a session makes that ISO text.
    fn reads_casts_as_iso(&self, sql: &str) -> bool;

    /// Whether a statement casts to a date or a timestamp where that gives a number without a word.
    fn casts_dates_to_numbers(&self, sql: &str) -> bool;

    /// How the engine reads declared types.
    fn types(&self) -> &dyn TypeRules;

    /// How the engine's SQL is read without the engine.
    fn syntax(&self) -> Syntax;

    /// A query of one row about the times in a column: how many are no time at all, one of those, and how many have
    /// a form that does not compare with text as time does. `edges` are patterns (`* 00:00:00`) of the bounds that
    /// will be compared with. `None` where the engine has a type for time.
    fn event_time_probe(&self, _relation: &str, _field: &str, _edges: &[String]) -> Option<String> {
        None
    }

    /// The condition that a time of any form is in a window; the bounds are in UTC, as in `2026-03-01 00:00:00`.
    fn event_time_window(&self, _field: &str, _bounds: [&str; 2]) -> Option<String> {
        None
    }

    /// An identifier in quotes.
    fn quote(&self, identifier: &str) -> String {
        self.naming().quoted(identifier)
    }

    /// A relation with this target's policies; `schema` defaults to the target's.
    fn relation(&self, schema: Option<&str>, identifier: &str) -> Relation {
        let schema = schema.unwrap_or(self.schema());
        Relation::new(self.naming(), Some(self.database()), Some(schema), Some(identifier))
    }
}
