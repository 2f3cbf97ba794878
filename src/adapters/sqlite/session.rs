//! [`Session`] on SQLite.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{Connection, params_from_iter};

use super::super::column::Column;
use super::super::datum::Datum;
use super::super::error::{AdapterError, Result};
use super::super::naming::NamingPolicy;
use super::super::relation::Relation;
use super::super::session::{Description, Interrupt, Outcome, Session};
use super::super::table::Table;
use super::catalog::{self, quoted};
use super::open::{self, Access};
use super::settings::{Layout, SqliteSettings};
use super::{MAIN, Shared, TEMP, ddl, errors, files, lock, statements};

/// An open connection to SQLite.
pub(super) struct SqliteSession {
    connection: Shared,
    settings: Arc<SqliteSettings>,
    naming: Arc<NamingPolicy>,
    created_schemas: Arc<Mutex<Vec<String>>>,
    path: PathBuf,
    owns_transaction: bool,
}

impl SqliteSession {
    pub(super) fn new(
        connection: Shared,
        settings: Arc<SqliteSettings>,
        naming: Arc<NamingPolicy>,
        created_schemas: Arc<Mutex<Vec<String>>>,
    ) -> Self {
        let path = settings.main_file().unwrap_or_else(|| PathBuf::from(":memory:"));
        Self {
            connection,
            settings,
            naming,
            created_schemas,
            path,
            owns_transaction: false,
        }
    }

    /// Runs `work` on the connection and names the file in what fails.
    fn with<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        work(&lock(&self.connection)).map_err(|error| errors::of_connection(error, &self.path))
    }

    fn run(&self, sql: &str) -> Result<()> {
        statements::execute(&lock(&self.connection), &self.path, sql).map(|_| ())
    }

    fn missing(&self, relation: &Relation) -> AdapterError {
        AdapterError::MissingRelation {
            relation: relation.render(),
        }
    }

    /// Forgets an attached schema and removes its file, as dbt-sqlite does; `main` stays.
    fn detach(&self, schema: &str) -> Result<()> {
        let Some(file) = self.settings.schema_file(schema) else {
            return Ok(());
        };
        let attached = self.with(catalog::engine_schemas)?;
        let known = attached.iter().any(|name| name.eq_ignore_ascii_case(schema));
        if !known || schema.eq_ignore_ascii_case(MAIN) {
            return Ok(());
        }
        self.run(&format!("detach database {}", quoted(schema)))?;
        files::remove_database(&file).map_err(|error| AdapterError::Other {
            message: format!("cannot remove `{}`: {error}", file.display()),
        })
    }
}

impl Session for SqliteSession {
    fn execute(&mut self, sql: &str) -> Result<Outcome> {
        statements::execute(&lock(&self.connection), &self.path, sql)
    }

    fn query(&mut self, sql: &str, bindings: &[Datum]) -> Result<Table> {
        statements::query(&lock(&self.connection), &self.path, sql, bindings)
    }

    fn insert_rows(
        &mut self,
        relation: &Relation,
        columns: &[String],
        rows: &mut dyn Iterator<Item = Vec<Datum>>,
    ) -> Result<u64> {
        let own_transaction = !self.in_transaction();
        if own_transaction {
            self.begin()?;
        }
        let inserted = insert(&lock(&self.connection), &self.path, relation, columns, rows);
        match &inserted {
            Ok(_) if own_transaction => self.commit()?,
            Err(_) if own_transaction => self.rollback()?,
            _ => {}
        }
        inserted
    }

    fn describe(&mut self, sql: &str) -> Result<Description> {
        describe(&mut lock(&self.connection), &self.path, sql)
    }

    fn begin(&mut self) -> Result<()> {
        self.run("begin immediate")?;
        self.owns_transaction = true;
        Ok(())
    }

    fn commit(&mut self) -> Result<()> {
        self.run("commit")?;
        self.owns_transaction = false;
        Ok(())
    }

    fn rollback(&mut self) -> Result<()> {
        self.owns_transaction = false;
        match self.in_transaction() {
            true => self.run("rollback"),
            false => Ok(()),
        }
    }

    fn in_transaction(&self) -> bool {
        !lock(&self.connection).is_autocommit()
    }

    fn schemas(&mut self) -> Result<Vec<String>> {
        if let Layout::Attached { .. } = self.settings.layout {
            return self.with(catalog::engine_schemas);
        }
        let mut schemas = vec![self.settings.schema.clone()];
        for schema in lock(&self.created_schemas).iter() {
            if !schemas.contains(schema) {
                schemas.push(schema.clone());
            }
        }
        Ok(schemas)
    }

    fn create_schema(&mut self, schema: &str) -> Result<()> {
        let Some(file) = self.settings.schema_file(schema) else {
            let mut created = lock(&self.created_schemas);
            if !created.iter().any(|known| known == schema) {
                created.push(schema.to_owned());
            }
            return Ok(());
        };
        let attached = self.with(catalog::engine_schemas)?;
        let known = attached.iter().any(|name| name.eq_ignore_ascii_case(schema));
        if known || schema.eq_ignore_ascii_case(TEMP) {
            return Ok(());
        }
        open::attach(&lock(&self.connection), &self.settings, (schema, &file), Access::Write)
    }

    fn drop_schema(&mut self, schema: &str) -> Result<()> {
        for relation in self.list_relations(schema)? {
            self.drop_relation(&relation)?;
        }
        lock(&self.created_schemas).retain(|known| known != schema);
        self.detach(schema)
    }

    fn list_relations(&mut self, schema: &str) -> Result<Vec<Relation>> {
        let created = lock(&self.created_schemas).clone();
        let place = (self.settings.database.as_str(), schema);
        self.with(|connection| catalog::list(connection, &self.naming, place, &created))
    }

    fn get_relation(&mut self, schema: &str, identifier: &str) -> Result<Option<Relation>> {
        let database = Some(self.settings.database.as_str());
        let mut relation = Relation::new(&self.naming, database, Some(schema), Some(identifier));
        let physical = relation.physical();
        let Some((stored, kind)) = self.with(|connection| catalog::find(connection, &physical))?
        else {
            return Ok(None);
        };
        let prefix = physical.name.len() - identifier.len();
        relation.identifier = stored.get(prefix..).map(str::to_owned);
        Ok(Some(relation.with_kind(kind)))
    }

    fn columns(&mut self, relation: &Relation) -> Result<Vec<Column>> {
        self.with(|connection| catalog::columns(connection, &relation.physical()))
    }

    fn drop_relation(&mut self, relation: &Relation) -> Result<()> {
        self.with(|connection| ddl::drop(connection, &relation.physical()))
    }

    fn rename_relation(&mut self, from: &Relation, to: &Relation) -> Result<()> {
        let (physical_from, physical_to) = (from.physical(), to.physical());
        match self.with(|connection| ddl::rename(connection, &physical_from, &physical_to))? {
            true => Ok(()),
            false => Err(self.missing(from)),
        }
    }

    fn truncate_relation(&mut self, relation: &Relation) -> Result<()> {
        let physical = relation.physical();
        if self.with(|connection| catalog::find(connection, &physical))?.is_none() {
            return Err(self.missing(relation));
        }
        self.run(&format!("delete from {}", catalog::qualified(&physical)))
    }

    fn interrupt_handle(&self) -> Interrupt {
        let handle = lock(&self.connection).get_interrupt_handle();
        Interrupt::new(move || handle.interrupt())
    }
}

impl Drop for SqliteSession {
    /// A connection in memory outlives the session; the session's transaction must not.
    fn drop(&mut self) {
        if self.owns_transaction {
            // Nothing can be done about a failure here; the next `begin` reports it.
            let _ = self.rollback();
        }
    }
}

fn insert(
    connection: &Connection,
    path: &Path,
    relation: &Relation,
    columns: &[String],
    rows: &mut dyn Iterator<Item = Vec<Datum>>,
) -> Result<u64> {
    let names: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let sql = format!(
        "insert into {} ({}) values ({})",
        relation.render(),
        names.join(", "),
        vec!["?"; columns.len()].join(", ")
    );
    let fail = |error| errors::of_statement(error, path, &sql, 0);
    let mut statement = connection.prepare(&sql).map_err(fail)?;
    let mut count = 0;
    for row in rows {
        statement.execute(params_from_iter(&row)).map_err(fail)?;
        count += 1;
    }
    Ok(count)
}

fn describe(connection: &mut Connection, path: &Path, sql: &str) -> Result<Description> {
    let reads: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
    let seen = Arc::clone(&reads);
    let watch = move |context: AuthContext<'_>| {
        if let AuthAction::Read {
            table_name,
            column_name,
        } = context.action
        {
            let read = (table_name.to_owned(), column_name.to_owned());
            let mut reads = lock(&seen);
            if !reads.contains(&read) {
                reads.push(read);
            }
        }
        Authorization::Allow
    };
    let fail = |error| errors::of_statement(error, path, sql, 0);
    connection.authorizer(Some(watch)).map_err(fail)?;
    let columns = connection.prepare(sql).map(|statement| {
        let columns = statement.columns();
        let columns = columns.map(|column| Column::new(column.name(), column.decl_type().unwrap_or("")));
        columns.collect()
    });
    let unwatched: Option<fn(AuthContext<'_>) -> Authorization> = None;
    connection.authorizer(unwatched).map_err(fail)?;
    let columns = columns.map_err(fail)?;
    let reads = std::mem::take(&mut *lock(&reads));
    Ok(Description { columns, reads })
}
