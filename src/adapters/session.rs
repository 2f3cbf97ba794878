//! One connection: statements, transactions and the catalog behind it.

use std::path::Path;
use std::sync::Arc;

use super::column::Column;
use super::cost::Cost;
use super::datum::Datum;
use super::error::{AdapterError, Result};
use super::relation::Relation;
use super::table::Table;

/// What running SQL led to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Rows written by inserts, updates and deletes; -1 when there was none of them.
    pub rows_affected: i64,
    /// Rows of the last statement that returned columns.
    pub table: Option<Table>,
}

/// What a statement would return and read, found without running it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Description {
    /// Output columns; the type is empty for expressions.
    pub columns: Vec<Column>,
    /// Relation and column of everything that is read, each pair once, in order; an empty column stands for
    /// a relation of which no column is read.
    pub reads: Vec<(String, String)>,
}

/// How a step of a query plan gets at the rows of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// All rows, one after the other.
    Scan,
    /// All rows in the order of an index.
    ScanIndex {
        /// The index.
        index: String,
    },
    /// Some rows.
    Search {
        /// The index; none for the table's own key.
        index: Option<String>,
    },
    /// Some rows, through an index that is made for the query and thrown away.
    TemporaryIndex {
        /// Its columns.
        columns: Vec<String>,
    },
    /// None: rows are put in order.
    Sort,
    /// Something else.
    Other,
}

/// A step of a query plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanStep {
    /// How many steps are around it.
    pub depth: usize,
    /// The engine's words.
    pub text: String,
    /// The table that it reads, under the name that the query gives it.
    pub table: Option<String>,
    /// How.
    pub access: Access,
}

/// Stops the statement that a session is running, from any thread.
#[derive(Clone)]
pub struct Interrupt(Arc<dyn Fn() + Send + Sync>);

impl Interrupt {
    /// A handle that calls `stop`.
    pub fn new(stop: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(stop))
    }

    /// Stops the running statement, if any.
    pub fn interrupt(&self) {
        (self.0)();
    }
}

impl std::fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Interrupt")
    }
}

/// Whether a run may begin on a database.
#[derive(Debug)]
pub enum TryLock {
    /// Yes, as long as this lives.
    Held(RunLock),
    /// No: another process runs on it.
    Taken {
        /// Who, in that process's own words.
        holder: String,
    },
}

/// Keeps other runs from a database; ends when it is dropped, or with the process.
pub struct RunLock(Option<Box<dyn FnOnce() + Send>>);

impl RunLock {
    /// A lock that `release` ends.
    pub fn new(release: impl FnOnce() + Send + 'static) -> Self {
        Self(Some(Box::new(release)))
    }

    /// A lock on what nobody else can use anyway.
    pub fn none() -> Self {
        Self(None)
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        if let Some(release) = self.0.take() {
            release();
        }
    }
}

impl std::fmt::Debug for RunLock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RunLock")
    }
}

/// An open connection.
///
/// Dropping a session rolls back what it did not commit.
pub trait Session: Send {
    /// Runs any number of statements, in order, up to the first that fails.
    fn execute(&mut self, sql: &str) -> Result<Outcome>;

    /// Runs one statement with bound values.
    fn query(&mut self, sql: &str, bindings: &[Datum]) -> Result<Table>;

    /// Inserts rows with bound values and returns their number. Without a transaction it opens one for
    /// all rows.
    fn insert_rows(
        &mut self,
        relation: &Relation,
        columns: &[String],
        rows: &mut dyn Iterator<Item = Vec<Datum>>,
    ) -> Result<u64>;

    /// Prepares one statement without running it.
    fn describe(&mut self, sql: &str) -> Result<Description>;

    /// How the engine would run a query, outer steps first; empty where it does not tell.
    fn plan(&mut self, _sql: &str) -> Result<Vec<PlanStep>> {
        Ok(Vec::new())
    }

    /// The output columns of a query with their types, as far as they can be known without running it; the type of
    /// others is empty.
    fn result_columns(&mut self, sql: &str) -> Result<Vec<Column>>;

    /// Rows that refer to a row that does not exist, by the engine's own foreign keys: table, row, table referred to.
    fn dangling_references(&mut self) -> Result<Table>;

    /// The statement that made a table or view; none when it does not exist.
    fn definition(&mut self, relation: &Relation) -> Result<Option<String>>;

    /// Starts a transaction that may write at once; of a reader, one that sees a single state of the data.
    fn begin(&mut self) -> Result<()>;

    /// Makes the transaction permanent.
    fn commit(&mut self) -> Result<()>;

    /// Undoes the transaction; without one, does nothing.
    fn rollback(&mut self) -> Result<()>;

    /// Whether a transaction is open.
    fn in_transaction(&self) -> bool;

    /// The schemas that exist.
    fn schemas(&mut self) -> Result<Vec<String>>;

    /// Makes a schema; one that exists is fine.
    fn create_schema(&mut self, schema: &str) -> Result<()>;

    /// Drops a schema with all in it; one that does not exist is fine.
    fn drop_schema(&mut self, schema: &str) -> Result<()>;

    /// Tables and views of a schema, by name; none when the schema does not exist.
    fn list_relations(&mut self, schema: &str) -> Result<Vec<Relation>>;

    /// One table or view; names are compared as the engine compares them.
    fn get_relation(&mut self, schema: &str, identifier: &str) -> Result<Option<Relation>>;

    /// Columns in order; none when the relation does not exist.
    fn columns(&mut self, relation: &Relation) -> Result<Vec<Column>>;

    /// Drops a table or view, whichever it is; one that does not exist is fine.
    fn drop_relation(&mut self, relation: &Relation) -> Result<()>;

    /// Gives a table or view another name in the same schema. What reads it by name is left alone.
    fn rename_relation(&mut self, from: &Relation, to: &Relation) -> Result<()>;

    /// Deletes all rows of a table.
    fn truncate_relation(&mut self, relation: &Relation) -> Result<()>;

    /// Rows of a table that was created and filled in one step just now, when the engine can tell without
    /// counting.
    fn fresh_rows(&mut self, relation: &Relation) -> Result<Option<i64>>;

    /// What decides about the engine's speed and safety here, for people: name and value.
    fn settings(&mut self) -> Result<Vec<(String, String)>> {
        Ok(Vec::new())
    }

    /// What the statements of this session have cost so far, look-ups in the catalog apart; none where the engine does
    /// not count.
    fn cost(&self) -> Option<Cost> {
        None
    }

    /// Bytes in use of the file behind a schema, as far as the engine knows that without reading it.
    fn used_bytes(&mut self, _schema: &str) -> Result<Option<u64>> {
        Ok(None)
    }

    /// Bytes of a table and its indexes. Reads all of it.
    fn stored_bytes(&mut self, _relation: &Relation) -> Result<Option<u64>> {
        Ok(None)
    }

    /// Computes one query into a new file, and writes nothing else; for sessions of
    /// [`aside`](super::Adapter::aside).
    fn compute(&mut self, _query: &str, file: &Path) -> Result<()> {
        Err(no_files(file))
    }

    /// Makes the rows of a computed file part of this session, outside of a transaction; the query that gives them, in
    /// their order, with the types of the columns. That work does not count: it was counted when they were computed.
    fn take_in(&mut self, file: &Path) -> Result<String> {
        Err(no_files(file))
    }

    /// Forgets a file that was taken in.
    fn let_go_of(&mut self, file: &Path) -> Result<()> {
        Err(no_files(file))
    }

    /// Whether there are tables or views that only this session sees.
    fn has_temporary_objects(&mut self) -> Result<bool> {
        Ok(false)
    }

    /// A handle to stop what this session runs.
    fn interrupt_handle(&self) -> Interrupt;
}

fn no_files(file: &Path) -> AdapterError {
    let message = format!("this engine computes nothing into `{}`", file.display());
    AdapterError::Other { message }
}
