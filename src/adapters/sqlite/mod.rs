//! SQLite: the engine that forge carries with it.
//!
//! One writer under `BEGIN IMMEDIATE`, many readers, write-ahead logging for files. An in-memory database is
//! one connection that all sessions share. Opens database files itself; `files` is its only file access.

mod aside;
mod casts;
mod catalog;
mod ddl;
mod describe;
mod errors;
mod event_time;
mod files;
mod finder;
mod infer;
pub mod functions;
mod open;
mod owner;
mod plan;
mod pragmas;
mod run_lock;
mod session;
pub mod settings;
mod statements;
mod syntax;
mod types;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use rusqlite::Connection;

use super::Adapter;
use super::capabilities::Capabilities;
use super::error::Result;
use super::naming::{NamingPolicy, Placement, Policy};
use super::session::{RunLock, Session, TryLock};
use super::syntax::Syntax;
use super::types::TypeRules;
pub use functions::{FUNCTIONS, foreign_functions_used};
use open::Access;
pub use pragmas::Pragmas;
use session::SqliteSession;
pub use settings::{Layout, Location, SqliteSettings};
use types::SqliteTypes;

/// The names under which SQLite numbers the rows of a table, unless a column has taken them.
const ROW_NUMBERS: &[&str] = &["rowid", "_rowid_", "oid"];

/// The schema that SQLite calls its own file.
pub const MAIN: &str = "main";

/// The schema of temporary objects.
pub const TEMP: &str = "temp";

/// A connection that sessions can share.
type Shared = Arc<Mutex<Connection>>;

/// The SQLite adapter.
pub struct SqliteAdapter {
    settings: Arc<SqliteSettings>,
    naming: Arc<NamingPolicy>,
    memory: OnceLock<Shared>,
    created_schemas: Arc<Mutex<Vec<String>>>,
}

impl SqliteAdapter {
    /// An adapter for the settings of a profile. Opens nothing yet.
    pub fn new(settings: SqliteSettings) -> Result<Self> {
        settings.check()?;
        let naming = Arc::new(naming(settings.placement()));
        Ok(Self {
            settings: Arc::new(settings),
            naming,
            memory: OnceLock::new(),
            created_schemas: Arc::default(),
        })
    }

    /// An empty database in memory with default settings: a place to try statements.
    pub fn in_memory() -> Self {
        Self::new(SqliteSettings::in_memory())
            .expect("invariant: the settings of an in-memory database are sound")
    }

    /// An adapter whose plain names are those of the schema that the file says; it must be no other's file.
    pub fn of_file(mut settings: SqliteSettings) -> Result<Self> {
        if let Some(owner) = owner::read(&settings) {
            settings.leave_plain_names_to(&owner);
        }
        Self::new(settings)
    }

    /// The settings that the adapter was made from.
    pub fn settings(&self) -> &SqliteSettings {
        &self.settings
    }

    fn session(&self, access: Access) -> Result<Box<dyn Session>> {
        let connection = match self.settings.is_memory() {
            true => self.memory_connection()?,
            false => Arc::new(Mutex::new(open::open(&self.settings, access)?)),
        };
        Ok(Box::new(SqliteSession::new(
            connection,
            Arc::clone(&self.settings),
            Arc::clone(&self.naming),
            Arc::clone(&self.created_schemas),
        )))
    }

    fn memory_connection(&self) -> Result<Shared> {
        if let Some(connection) = self.memory.get() {
            return Ok(Arc::clone(connection));
        }
        let connection = Arc::new(Mutex::new(open::open(&self.settings, Access::Write)?));
        Ok(Arc::clone(self.memory.get_or_init(|| connection)))
    }
}

impl Adapter for SqliteAdapter {
    fn type_name(&self) -> &'static str {
        "sqlite"
    }

    fn capabilities(&self) -> Capabilities {
        let single = matches!(self.settings.layout, Layout::SingleFile { .. });
        let memory = self.settings.is_memory();
        Capabilities {
            transactional_ddl: true,
            atomic_across_schemas: single,
            merge: false,
            cross_schema_views: single,
            privileges: false,
            comments: false,
            enforced_types: false,
            validates_views: false,
            real_schemas: !single,
            parallel_reads: !memory,
            computes_aside: single && !memory,
            persistent: !memory,
            materialized_views: false,
            keeps_references: self.settings.foreign_keys,
            qualify: false,
            upsert_needs_unique_index: true,
            row_numbers: ROW_NUMBERS,
        }
    }

    fn naming(&self) -> &Arc<NamingPolicy> {
        &self.naming
    }

    fn database(&self) -> &str {
        &self.settings.database
    }

    fn schema(&self) -> &str {
        &self.settings.schema
    }

    fn writer(&self) -> Result<Box<dyn Session>> {
        self.session(Access::Write)
    }

    fn reader(&self) -> Result<Box<dyn Session>> {
        self.session(Access::Read)
    }

    fn aside(&self) -> Result<Box<dyn Session>> {
        self.session(Access::Aside)
    }

    fn foreign_functions(&self, sql: &str) -> Vec<&'static str> {
        foreign_functions_used(sql)
    }

    fn reads_casts_as_iso(&self, sql: &str) -> bool {
        self.settings.iso_casts && casts::casts_to_date(sql)
    }

    fn casts_dates_to_numbers(&self, sql: &str) -> bool {
        !self.settings.iso_casts && casts::casts_to_date(sql)
    }

    fn types(&self) -> &dyn TypeRules {
        &SqliteTypes
    }

    fn syntax(&self) -> Syntax {
        syntax::SYNTAX
    }

    fn event_time_probe(&self, relation: &str, field: &str, edges: &[String]) -> Option<String> {
        Some(event_time::probe(relation, field, edges))
    }

    fn event_time_window(&self, field: &str, [start, end]: [&str; 2]) -> Option<String> {
        Some(event_time::window(field, start, end))
    }

    fn exists(&self) -> bool {
        self.settings.main_file().is_none_or(|file| file.exists())
    }

    fn try_lock(&self, holder: &str) -> TryLock {
        match self.settings.main_file() {
            Some(file) => run_lock::try_lock(&file, holder),
            None => TryLock::Held(RunLock::none()),
        }
    }

    fn lock_retries(&self) -> u32 {
        self.settings.lock_retries
    }

    fn scratch_at(&self, now: Option<Timestamp>, schemas: &[&str]) -> Result<Box<dyn Session>> {
        let mut settings = SqliteSettings::clone(&self.settings);
        settings.layout = SqliteSettings::in_memory().layout;
        settings.freezes_engine = now.is_some();
        settings.now = now.or(settings.now);
        let mut adapter = SqliteAdapter::new(settings)?;
        // What is written into SQL is decided by the real target.
        adapter.naming = Arc::clone(&self.naming);
        let mut session = adapter.writer()?;
        let mut attached = vec![MAIN.to_owned()];
        for schema in schemas.iter().filter(|schema| self.naming.is_written(schema)) {
            let is_new = !attached.iter().any(|known| known.eq_ignore_ascii_case(schema));
            if is_new && attached.len() <= open::MAX_ATTACHED {
                session.execute(&format!("attach ':memory:' as {}", self.naming.quoted(schema)))?;
                attached.push((*schema).to_owned());
            }
        }
        Ok(session)
    }
}

/// SQLite's naming rules: dbt-sqlite 1.10's policies with the given placement of schemas.
pub fn naming(placement: Placement) -> NamingPolicy {
    NamingPolicy {
        label: "SQLite",
        quote_character: '"',
        quote: Policy { database: false, schema: false, identifier: true },
        include: Policy { database: false, schema: true, identifier: true },
        placement,
    }
}

/// Locks what a panicking thread may have left behind; the values stay usable.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
