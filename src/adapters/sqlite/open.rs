//! Opens connections: flags, pragmas, attached files, functions.

use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::super::error::{AdapterError, Result};
use super::settings::{Layout, SqliteSettings};
use super::{MAIN, errors, files, functions};

/// What a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Read and write; the file is made when it is missing.
    Write,
    /// Only read; the file must exist.
    Read,
    /// Read, and write into files that are attached later; the file must exist.
    Aside,
}

/// Files that SQLite attaches besides `main` (`SQLITE_MAX_ATTACHED`).
pub(super) const MAX_ATTACHED: usize = 10;

/// Opens a connection that is ready for use.
pub(super) fn open(settings: &SqliteSettings, access: Access) -> Result<Connection> {
    let file = settings.main_file();
    let label = file.clone().unwrap_or_else(|| PathBuf::from(":memory:"));
    let connection = match &file {
        Some(file) => open_file(file, access)?,
        None => {
            Connection::open_in_memory().map_err(|error| errors::of_connection(error, &label))?
        }
    };
    configure(&connection, settings).map_err(|error| errors::of_connection(error, &label))?;
    probe(&connection, &label)?;
    attach_all(&connection, settings, access)?;
    if access == Access::Write {
        check_writable(&connection, &label)?;
        if file.is_some() && settings.write_ahead_log {
            use_write_ahead_log(&connection, MAIN, &label)?;
        }
    }
    functions::register(&connection, settings.now)
        .map_err(|error| errors::of_connection(error, &label))?;
    if let Some(now) = settings.now.filter(|_| settings.freezes_engine) {
        functions::freeze(&connection, now)
            .map_err(|error| errors::of_connection(error, &label))?;
    }
    Ok(connection)
}

fn open_file(file: &Path, access: Access) -> Result<Connection> {
    let flags = match access {
        Access::Read | Access::Aside if !file.exists() => {
            return Err(AdapterError::CannotOpen {
                path: file.to_owned(),
                reason: "the file does not exist".to_owned(),
            });
        }
        Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Access::Aside => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Access::Write => {
            create_parent(file)?;
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
        }
    };
    Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|error| errors::of_connection(error, file))
}

fn create_parent(file: &Path) -> Result<()> {
    files::create_parent(file).map_err(|error| AdapterError::CannotOpen {
        path: file.to_owned(),
        reason: format!("its folder cannot be created: {error}"),
    })
}

fn configure(connection: &Connection, settings: &SqliteSettings) -> rusqlite::Result<()> {
    connection.busy_timeout(settings.busy_timeout)?;
    let quoted_strings = settings.double_quoted_strings;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, quoted_strings)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, quoted_strings)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, settings.foreign_keys)?;
    // Renaming a table must neither fail on a view that reads it nor repoint that view.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, true)?;
    settings.pragmas.apply(connection)
}

/// Reads the header, which SQLite otherwise leaves until the first statement.
fn probe(connection: &Connection, file: &Path) -> Result<()> {
    connection
        .query_row("select count(*) from sqlite_master", [], |_| Ok(()))
        .map_err(|error| errors::of_connection(error, file))
}

fn check_writable(connection: &Connection, file: &Path) -> Result<()> {
    match connection.is_readonly(MAIN) {
        Ok(false) => Ok(()),
        Ok(true) => Err(AdapterError::ReadOnly { path: file.to_owned() }),
        Err(error) => Err(errors::of_connection(error, file)),
    }
}

/// Turns the log on. Another connection's lock is no reason to fail: the old journal works, only slower.
fn use_write_ahead_log(connection: &Connection, schema: &str, file: &Path) -> Result<()> {
    match connection.pragma_update(Some(schema), "journal_mode", "wal") {
        Err(error) => match errors::of_connection(error, file) {
            AdapterError::Locked { .. } => Ok(()),
            other => Err(other),
        },
        Ok(()) => Ok(()),
    }
}

fn attach_all(connection: &Connection, settings: &SqliteSettings, access: Access) -> Result<()> {
    let Layout::Attached { schemas_and_paths, schema_directory } = &settings.layout else {
        return Ok(());
    };
    for schema in schemas_and_paths.keys().filter(|schema| *schema != MAIN) {
        if let Some(file) = settings.schema_file(schema) {
            attach(connection, settings, (schema, &file), access)?;
        }
    }
    if settings.is_scratch {
        return Ok(());
    }
    let known: Vec<(&String, PathBuf)> =
        schemas_and_paths.iter().map(|(schema, path)| (schema, settings.resolve(path))).collect();
    for (stem, found) in files::databases_in(&settings.resolve(schema_directory)) {
        if known.iter().any(|(_, path)| files::same_file(path, &found)) {
            continue;
        }
        if let Some((schema, path)) = known.iter().find(|(schema, _)| **schema == stem) {
            return Err(AdapterError::SchemaConflict {
                schema: schema.to_string(),
                found,
                known: path.clone(),
            });
        }
        attach(connection, settings, (&stem, &found), access)?;
    }
    Ok(())
}

/// Attaches one file under a schema name. A reader passes over files that do not exist yet.
pub(super) fn attach(
    connection: &Connection,
    settings: &SqliteSettings,
    (schema, file): (&str, &Path),
    access: Access,
) -> Result<()> {
    if access != Access::Write && !file.exists() {
        return Ok(());
    }
    if access == Access::Write {
        create_parent(file)?;
    }
    let Some(text) = file.to_str() else {
        return Err(AdapterError::CannotOpen {
            path: file.to_owned(),
            reason: "its name is not UTF-8".to_owned(),
        });
    };
    if attached_count(connection, file)? >= MAX_ATTACHED {
        return Err(AdapterError::TooManySchemas {
            schema: schema.to_owned(),
            limit: MAX_ATTACHED,
        });
    }
    connection
        .execute("attach database ?1 as ?2", [text, schema])
        .map_err(|error| errors::of_connection(error, file))?;
    // Inside of a transaction neither the journal nor its care can change; the next connection has both.
    if !connection.is_autocommit() {
        return Ok(());
    }
    let set = settings.pragmas.apply_to(connection, schema);
    set.map_err(|error| errors::of_connection(error, file))?;
    if access == Access::Write && settings.write_ahead_log {
        use_write_ahead_log(connection, schema, file)?;
    }
    Ok(())
}

fn attached_count(connection: &Connection, file: &Path) -> Result<usize> {
    connection
        .query_row(
            "select count(*) from pragma_database_list where name not in ('main', 'temp')",
            [],
            |row| row.get::<_, i64>(0),
        )
        .map(|count| count as usize)
        .map_err(|error| errors::of_connection(error, file))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use indexmap::IndexMap;

    use super::super::super::{Adapter, Session};
    use super::super::SqliteAdapter;
    use super::super::settings::Location;
    use super::*;

    fn single(dir: &Path, path: &str) -> SqliteAdapter {
        let location = Location::File(PathBuf::from(path));
        let mut settings = SqliteSettings::single_file(location, MAIN, dir);
        settings.busy_timeout = Duration::ZERO;
        SqliteAdapter::new(settings).unwrap()
    }

    fn attached(dir: &Path, files: &[(&str, &str)]) -> SqliteAdapter {
        let files: IndexMap<String, PathBuf> =
            files.iter().map(|(schema, file)| ((*schema).into(), (*file).into())).collect();
        SqliteAdapter::new(SqliteSettings::attached(files, "schemas".into(), MAIN, dir)).unwrap()
    }

    fn failure(session: Result<Box<dyn Session>>) -> AdapterError {
        session.err().unwrap()
    }

    #[test]
    fn a_file_is_made_with_its_folder_and_read_only_after_that() {
        let dir = tempfile::tempdir().unwrap();
        let adapter = single(dir.path(), "a/b/c.db");
        let expected = format!(
            "cannot open the database `{}`: the file does not exist",
            dir.path().join("a/b/c.db").display()
        );
        assert_eq!(failure(adapter.reader()).to_string(), expected);
        adapter.writer().unwrap();
        let error = adapter.reader().unwrap().execute("create table t (a)").unwrap_err();
        assert!(matches!(error, AdapterError::ReadOnly { .. }), "{error:?}");
    }

    #[test]
    fn what_cannot_be_opened_says_why() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("text.db"), "not a database, but long enough ".repeat(40))
            .unwrap();
        let error = failure(single(dir.path(), "text.db").writer());
        assert!(matches!(error, AdapterError::NotADatabase { .. }), "{error:?}");
        let error = failure(single(dir.path(), "").writer()).to_string();
        assert!(error.contains("it is a folder"), "{error}");
        let error = failure(single(dir.path(), "text.db/x.db").writer()).to_string();
        assert!(error.contains("its folder cannot be created"), "{error}");
    }

    #[test]
    fn one_writer_many_readers() {
        let dir = tempfile::tempdir().unwrap();
        let adapter = single(dir.path(), "x.db");
        let mut writer = adapter.writer().unwrap();
        writer.execute("create table t (a)").unwrap();
        writer.begin().unwrap();
        writer.execute("insert into t values (1)").unwrap();
        let mut reader = adapter.reader().unwrap();
        let count = |session: &mut Box<dyn Session>| {
            let table = session.query("select count(*) from t", &[]).unwrap();
            table.scalar().and_then(|datum| datum.as_i64())
        };
        assert_eq!(count(&mut reader), Some(0));
        let error = adapter.writer().unwrap().begin().unwrap_err();
        let expected = format!(
            "the database `{}` is locked by another connection",
            dir.path().join("x.db").display()
        );
        assert_eq!(error.to_string(), expected);
        assert!(error.is_transient());
        writer.commit().unwrap();
        assert_eq!(count(&mut reader), Some(1));
    }

    #[test]
    fn a_view_may_call_the_added_functions() {
        let dir = tempfile::tempdir().unwrap();
        let adapter = single(dir.path(), "x.db");
        let view =
            "create view v as select left(lower(hex(md5('a'))), 4) as a where 'x' regexp 'x'";
        adapter.writer().unwrap().execute(view).unwrap();
        let table = adapter.reader().unwrap().query("select a from v", &[]).unwrap();
        assert_eq!(table.scalar(), Some(&"0cc1".into()));
    }

    #[test]
    fn attached_files_are_schemas() {
        let dir = tempfile::tempdir().unwrap();
        let files = [(MAIN, "main.db"), ("other", "deep/other's.db")];
        let mut writer = attached(dir.path(), &files).writer().unwrap();
        writer.create_schema("new").unwrap();
        writer.create_schema("new").unwrap();
        writer.execute("create table new.\"t\" as select 1 as a").unwrap();
        writer.execute("create table other.t as select 1 as a").unwrap();
        let adapter = attached(dir.path(), &files);
        let mut reader = adapter.reader().unwrap();
        assert_eq!(reader.schemas().unwrap(), [MAIN, "other", "new"]);
        let found = reader.get_relation("new", "T").unwrap().unwrap();
        assert_eq!(found.render(), "\"new\".\"t\"");
        assert!(reader.get_relation(MAIN, "t").unwrap().is_none());
        assert!(reader.list_relations("none").unwrap().is_empty());
        drop(reader);
        writer.drop_schema("new").unwrap();
        assert!(!dir.path().join("schemas/new.db").exists());
        assert_eq!(writer.schemas().unwrap(), [MAIN, "other"]);
    }

    #[test]
    fn a_stray_file_must_not_take_a_given_name() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("schemas")).unwrap();
        std::fs::write(dir.path().join("schemas/other.db"), "").unwrap();
        let files = [(MAIN, "main.db"), ("other", "other.db")];
        let error = failure(attached(dir.path(), &files).writer());
        assert!(matches!(error, AdapterError::SchemaConflict { .. }), "{error:?}");
        let files = [(MAIN, "main.db"), ("other", "schemas/other.db")];
        assert!(attached(dir.path(), &files).writer().is_ok());
    }

    #[test]
    fn the_eleventh_schema_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = attached(dir.path(), &[(MAIN, "main.db")]).writer().unwrap();
        for number in 0..MAX_ATTACHED {
            writer.create_schema(&format!("s{number}")).unwrap();
        }
        let error = writer.create_schema("one_more").unwrap_err();
        assert!(
            error.to_string().starts_with("cannot attach the schema `one_more`: at most 10 files")
        );
    }

    #[test]
    fn a_schema_can_be_made_inside_of_a_transaction() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = attached(dir.path(), &[(MAIN, "main.db")]).writer().unwrap();
        writer.begin().unwrap();
        writer.create_schema("s").unwrap();
        writer.execute("create table s.t as select 1 as a").unwrap();
        writer.commit().unwrap();
        assert!(writer.get_relation("s", "t").unwrap().is_some());
    }

    #[test]
    fn a_misspelled_quoted_column_is_an_error() {
        let sql = "select \"typo\" from sqlite_master";
        assert!(SqliteAdapter::in_memory().writer().unwrap().execute(sql).is_err());
        let mut settings = SqliteSettings::in_memory();
        settings.double_quoted_strings = true;
        let lenient = SqliteAdapter::new(settings).unwrap();
        assert!(lenient.writer().unwrap().execute(sql).is_ok());
    }
}
