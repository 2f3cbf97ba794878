//! [`Session`] on SQLite.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rusqlite::Connection;

use super::super::column::Column;
use super::super::cost::Cost;
use super::super::datum::Datum;
use super::super::error::{AdapterError, Result};
use super::super::naming::{NamingPolicy, PhysicalName, Placement, Policy};
use super::super::relation::{Relation, RelationKind};
use super::super::session::{Description, Interrupt, Outcome, PlanStep, Session};
use super::super::table::Table;
use super::catalog::{self, quoted};
use super::finder::Finder;
use super::open::{self, Access};
use super::settings::{Layout, SqliteSettings};
use super::{
    MAIN, ROW_NUMBERS, Shared, TEMP, aside, casts, ddl, describe, errors, files, infer, lock,
    owner, plan, pragmas, statements,
};

/// An open connection to SQLite.
pub(super) struct SqliteSession {
    connection: Shared,
    settings: Arc<SqliteSettings>,
    naming: Arc<NamingPolicy>,
    created_schemas: Arc<Mutex<Vec<String>>>,
    path: PathBuf,
    owns_transaction: bool,
    finder: Finder,
    /// What its statements have cost.
    cost: Cost,
    /// A computed file is attached.
    has_taken_in: bool,
}

impl SqliteSession {
    pub(super) fn new(
        connection: Shared,
        settings: Arc<SqliteSettings>,
        naming: Arc<NamingPolicy>,
        created_schemas: Arc<Mutex<Vec<String>>>,
    ) -> Self {
        let path = settings.main_file().unwrap_or_else(|| PathBuf::from(":memory:"));
        let (owns_transaction, cost, has_taken_in) = (false, Cost::default(), false);
        Self {
            connection,
            settings,
            naming,
            created_schemas,
            path,
            owns_transaction,
            finder: Finder::default(),
            cost,
            has_taken_in,
        }
    }

    /// Runs `work` on the connection and names the file in what fails.
    fn with<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        work(&lock(&self.connection)).map_err(|error| errors::of_connection(error, &self.path))
    }

    fn run(&self, sql: &str) -> Result<()> {
        // Beginning and ending a transaction is no work on the data.
        let mut uncounted = Cost::default();
        statements::execute(&lock(&self.connection), &self.path, sql, &mut uncounted).map(drop)
    }

    fn find(&mut self, name: &PhysicalName) -> Result<Option<(String, RelationKind)>> {
        let found = self.finder.find(&lock(&self.connection), name);
        found.map_err(|error| errors::of_connection(error, &self.path))
    }

    fn missing(&self, relation: &Relation) -> AdapterError {
        AdapterError::MissingRelation { relation: relation.render() }
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
        if self.settings.is_scratch {
            return Ok(());
        }
        files::remove_database(&file).map_err(|error| AdapterError::Other {
            message: format!("cannot remove `{}`: {error}", file.display()),
        })
    }
}

impl SqliteSession {
    fn claim_plain_names(&self) -> Result<()> {
        match &self.naming.placement {
            Placement::Prefixed { bare, .. } => {
                owner::claim(&lock(&self.connection), &self.settings, bare)
            }
            Placement::Qualified => Ok(()),
        }
    }
}

/// A statement as the settings say that it is meant.
fn read<'s>(settings: &SqliteSettings, sql: &'s str) -> Cow<'s, str> {
    if settings.iso_casts { casts::to_iso(sql) } else { Cow::Borrowed(sql) }
}

impl Session for SqliteSession {
    fn execute(&mut self, sql: &str) -> Result<Outcome> {
        let sql = read(&self.settings, sql);
        let mut uncounted = Cost::default();
        let cost = match self.has_taken_in && aside::is_read_by(&sql) {
            true => &mut uncounted,
            false => &mut self.cost,
        };
        statements::execute(&lock(&self.connection), &self.path, &sql, cost)
    }

    fn query(&mut self, sql: &str, bindings: &[Datum]) -> Result<Table> {
        let sql = read(&self.settings, sql);
        statements::query(&lock(&self.connection), &self.path, &sql, bindings, &mut self.cost)
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
        let target = (relation, columns);
        let inserted =
            statements::insert(&lock(&self.connection), &self.path, target, rows, &mut self.cost);
        match &inserted {
            Ok(_) if own_transaction => self.commit()?,
            Err(_) if own_transaction => self.rollback()?,
            _ => {}
        }
        inserted
    }

    fn describe(&mut self, sql: &str) -> Result<Description> {
        describe::describe(&mut lock(&self.connection), &self.path, &read(&self.settings, sql))
    }

    fn result_columns(&mut self, sql: &str) -> Result<Vec<Column>> {
        let columns = self.describe(sql)?.columns;
        let sql = read(&self.settings, sql);
        let connection = lock(&self.connection);
        // What cannot be found out stays unknown.
        let told = catalog::affinities(&connection, &sql).unwrap_or_default();
        let read = infer::column_types(&sql).unwrap_or_default();
        Ok(describe::completed(columns, &told, &read))
    }

    fn dangling_references(&mut self) -> Result<Table> {
        let sql = "select \"table\", rowid as \"row\", parent as \"refers to\" from pragma_foreign_key_check";
        self.query(sql, &[])
    }

    fn definition(&mut self, relation: &Relation) -> Result<Option<String>> {
        self.with(|connection| catalog::definition(connection, &relation.physical()))
    }

    fn begin(&mut self) -> Result<()> {
        let only_reads = lock(&self.connection).is_readonly(MAIN).unwrap_or(false);
        self.run(if only_reads { "begin" } else { "begin immediate" })?;
        self.owns_transaction = true;
        if self.settings.foreign_keys && !only_reads {
            // A table that others refer to is dropped and made again: what counts is the state at the commit.
            self.run("pragma defer_foreign_keys = on")?;
        }
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
            let mut schemas = self.with(catalog::engine_schemas)?;
            schemas.retain(|name| !aside::is_schema(name));
            return Ok(schemas);
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
            return self.claim_plain_names();
        };
        let attached = self.with(catalog::engine_schemas)?;
        let known = attached.iter().any(|name| name.eq_ignore_ascii_case(schema));
        if known || schema.eq_ignore_ascii_case(TEMP) {
            return Ok(());
        }
        self.settings.check_schema(schema)?;
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
        // dbt: what was found in the database is quoted in full.
        relation.quote_policy = Policy::ALL;
        let physical = relation.physical();
        let Some((stored, kind)) = self.find(&physical)? else {
            return Ok(None);
        };
        let prefix = physical.name.len() - identifier.len();
        relation.identifier = stored.get(prefix..).map(str::to_owned);
        Ok(Some(relation.with_kind(kind)))
    }

    fn plan(&mut self, sql: &str) -> Result<Vec<PlanStep>> {
        let table = self.query(&format!("explain query plan {sql}"), &[])?;
        let mut depths: HashMap<i64, usize> = HashMap::new();
        let step = |row: &Vec<Datum>| {
            let number = |at: usize| row.get(at).and_then(Datum::as_i64).unwrap_or(0);
            let depth = depths.get(&number(1)).map_or(0, |around| around + 1);
            depths.insert(number(0), depth);
            let detail = row.get(3).map(ToString::to_string).unwrap_or_default();
            plan::step(depth, &detail)
        };
        Ok(table.rows.iter().map(step).collect())
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
        if self.find(&physical)?.is_none() {
            return Err(self.missing(relation));
        }
        self.run(&format!("delete from {}", catalog::qualified(&physical)))
    }

    // `create table as` numbers rows from 1 without gaps, so the last row id is their number, unless columns have taken
    // all three of its names.
    fn fresh_rows(&mut self, relation: &Relation) -> Result<Option<i64>> {
        let name = catalog::qualified(&relation.physical());
        let columns = self.columns(relation)?;
        let is_free =
            |id: &&str| columns.iter().all(|column| !column.name.eq_ignore_ascii_case(id));
        let last = match ROW_NUMBERS.iter().copied().find(is_free) {
            Some(id) => format!("select max({id}) from {name}"),
            None => format!("select count(*) from {name}"),
        };
        let table = self.query(&last, &[])?;
        Ok(Some(table.scalar().and_then(Datum::as_i64).unwrap_or(0)))
    }

    fn settings(&mut self) -> Result<Vec<(String, String)>> {
        self.with(pragmas::shown)
    }

    fn cost(&self) -> Option<Cost> {
        Some(self.cost)
    }

    fn used_bytes(&mut self, schema: &str) -> Result<Option<u64>> {
        let file = match self.settings.layout {
            Layout::Attached { .. } => schema,
            Layout::SingleFile { .. } => MAIN,
        };
        self.with(|connection| catalog::used_bytes(connection, file)).map(Some)
    }

    fn stored_bytes(&mut self, relation: &Relation) -> Result<Option<u64>> {
        self.with(|connection| catalog::stored_bytes(connection, &relation.physical()))
    }

    fn compute(&mut self, query: &str, file: &Path) -> Result<()> {
        let query = read(&self.settings, query);
        aside::compute(&mut lock(&self.connection), &query, file, &mut self.cost)
    }

    fn take_in(&mut self, file: &Path) -> Result<String> {
        let query = aside::take_in(&lock(&self.connection), file)?;
        self.has_taken_in = true;
        Ok(query)
    }

    fn let_go_of(&mut self, file: &Path) -> Result<()> {
        self.has_taken_in = false;
        aside::detach(&lock(&self.connection), file)
    }

    fn has_temporary_objects(&mut self) -> Result<bool> {
        // What the built-in macros leave behind has names that nobody else uses.
        let sql =
            "select exists (select 1 from temp.sqlite_master where instr(name, '__dbt_') = 0)";
        self.with(|connection| connection.query_row(sql, [], |row| row.get(0)))
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

#[cfg(test)]
mod tests {
    use super::super::super::Adapter;
    use super::super::SqliteAdapter;
    use super::*;

    fn session(setup: &str) -> (SqliteAdapter, Box<dyn Session>) {
        let adapter = SqliteAdapter::in_memory();
        let mut session = adapter.writer().unwrap();
        session.execute(setup).unwrap();
        (adapter, session)
    }

    fn names(session: &mut Box<dyn Session>, schema: &str) -> Vec<String> {
        let relations = session.list_relations(schema).unwrap();
        relations.into_iter().filter_map(|relation| relation.identifier).collect()
    }

    fn scalar(session: &mut Box<dyn Session>, sql: &str) -> Datum {
        session.query(sql, &[]).unwrap().scalar().cloned().unwrap()
    }

    #[test]
    fn ddl_rolls_back() {
        let (_, mut session) = session("create table t (a)");
        session.begin().unwrap();
        session.execute("drop table t; create view t as select 1 as a").unwrap();
        assert!(session.get_relation(MAIN, "t").unwrap().unwrap().is_view());
        session.rollback().unwrap();
        session.rollback().unwrap();
        assert!(session.get_relation(MAIN, "t").unwrap().unwrap().is_table());
        assert!(!session.in_transaction());
    }

    #[test]
    fn a_dropped_session_undoes_its_own_transaction_only() {
        let (adapter, mut session) = session("create table t (a)");
        session.begin().unwrap();
        drop(adapter.reader().unwrap());
        assert!(session.in_transaction());
        session.execute("insert into t values (1)").unwrap();
        drop(session);
        let mut session = adapter.writer().unwrap();
        assert_eq!(scalar(&mut session, "select count(*) from t"), Datum::Integer(0));
    }

    #[test]
    fn other_schemas_live_behind_a_prefix() {
        let setup = "create table t (a); create table staging__t (a); create view Staging__v as select 1;\
                     create table _forge_runs (a); create table stg__x (a)";
        let (adapter, mut session) = session(setup);
        assert_eq!(names(&mut session, "staging"), ["v", "t"]);
        assert_eq!(names(&mut session, MAIN), ["Staging__v", "staging__t", "stg__x", "t"]);
        session.create_schema("staging").unwrap();
        assert_eq!(session.schemas().unwrap(), [MAIN, "staging"]);
        assert_eq!(names(&mut session, MAIN), ["stg__x", "t"]);
        let found = session.get_relation("staging", "T").unwrap().unwrap();
        assert_eq!(
            (found.identifier.as_deref(), found.render().as_str()),
            (Some("t"), "\"staging__t\"")
        );
        let renamed = adapter.relation(Some("staging"), "u");
        session.rename_relation(&found, &renamed).unwrap();
        assert_eq!(names(&mut session, "staging"), ["v", "u"]);
        session.drop_schema("staging").unwrap();
        assert_eq!(names(&mut session, MAIN), ["stg__x", "t"]);
        assert_eq!(session.schemas().unwrap(), [MAIN]);
    }

    #[test]
    fn temporary_relations_are_found() {
        let (adapter, mut session) = session("create temp table t as select 1 as a");
        assert_eq!(names(&mut session, TEMP), ["t"]);
        let relation = adapter.relation(Some(TEMP), "t");
        assert_eq!(session.columns(&relation).unwrap().len(), 1);
        session.drop_relation(&relation).unwrap();
        session.drop_relation(&relation).unwrap();
        assert!(names(&mut session, TEMP).is_empty());
    }

    #[test]
    fn a_swap_under_a_view_keeps_the_view() {
        let setup = "create table t as select 1 as a; create view v as select a from t;\
                     create table t__new as select 2 as a";
        let (adapter, mut session) = session(setup);
        session.drop_relation(&adapter.relation(None, "t")).unwrap();
        let (from, to) = (adapter.relation(None, "t__new"), adapter.relation(None, "t"));
        session.rename_relation(&from, &to).unwrap();
        assert_eq!(scalar(&mut session, "select a from v"), Datum::Integer(2));
        let error = session.rename_relation(&from, &to).unwrap_err();
        assert_eq!(error.to_string(), "the relation `\"t__new\"` does not exist");
    }

    #[test]
    fn columns_have_declared_types_or_none() {
        let setup = "create table t (id integer primary key, n varchar(20), g as (id + 1));\
                     create view v as select n, id + 1 as x from t";
        let (adapter, mut session) = session(setup);
        let mut types = |name: &str| -> Vec<String> {
            let columns = session.columns(&adapter.relation(None, name)).unwrap();
            columns.iter().map(|column| column.dtype_or_unknown().to_owned()).collect()
        };
        assert_eq!(types("t"), ["INTEGER", "varchar(20)", "UNKNOWN"]);
        assert_eq!(types("v"), ["varchar(20)", "UNKNOWN"]);
        assert!(types("missing").is_empty());
    }

    #[test]
    fn rows_are_inserted_all_or_none() {
        let (adapter, mut session) = session("create table t (a int unique, b text)");
        let relation = adapter.relation(None, "t");
        let columns = ["a".to_owned(), "b".to_owned()];
        let row = |number: i64| vec![number.into(), "x".into()];
        let inserted = session.insert_rows(&relation, &columns, &mut (0..3).map(row));
        assert_eq!(inserted, Ok(3));
        let failed = session.insert_rows(&relation, &columns, &mut (3..5).chain([0]).map(row));
        let expected = "UNIQUE constraint failed: t.a";
        assert_eq!(failed.unwrap_err().to_string(), expected);
        assert_eq!(scalar(&mut session, "select count(*) from t"), Datum::Integer(3));
        session.truncate_relation(&relation).unwrap();
        assert_eq!(scalar(&mut session, "select count(*) from t"), Datum::Integer(0));
        let missing = adapter.relation(None, "missing");
        assert!(session.truncate_relation(&missing).unwrap_err().missing_relation().is_some());
    }

    #[test]
    fn fresh_rows_are_counted_whatever_the_columns_are_called() {
        let (adapter, mut session) = session("");
        for columns in [
            "7 as a",
            "7 as rowid",
            "7 as rowid, 8 as _RowId_",
            "7 as oid, 8 as rowid, 9 as _rowid_",
        ] {
            let create =
                format!("create table t as select {columns} from (select 1 union select 2)");
            session.execute(&format!("drop table if exists t; {create}")).unwrap();
            let rows = session.fresh_rows(&adapter.relation(None, "t")).unwrap();
            assert_eq!(rows, Some(2), "{columns}");
        }
    }

    #[test]
    fn an_interrupt_stops_a_statement() {
        let (_, mut session) = session("");
        let handle = session.interrupt_handle();
        let stopped = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !stopped.load(std::sync::atomic::Ordering::Relaxed) {
                    handle.interrupt();
                    std::thread::yield_now();
                }
            });
            let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) \
                select max(i) from n";
            let outcome = session.execute(endless);
            stopped.store(true, std::sync::atomic::Ordering::Relaxed);
            assert_eq!(outcome, Err(AdapterError::Interrupted));
        });
    }
}
