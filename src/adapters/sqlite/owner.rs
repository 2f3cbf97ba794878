//! Which schema of a file has the plain names: the first that was built there.
//!
//! All schemas of a file share one namespace. A second target with another schema would write into the first one's
//! tables if each took the plain names for its own, so the file remembers whose they are.
//! Invariant: who owns the names is written before anything is built, and changes only when the table is dropped.

use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::super::error::{AdapterError, Result};
use super::errors;
use super::settings::{Layout, SqliteSettings};

/// Reads the owner of the plain names from the file; none when there is no file yet, or it cannot tell.
pub(super) fn read(settings: &SqliteSettings) -> Option<String> {
    let Layout::SingleFile { .. } = settings.layout else {
        return None;
    };
    let file = settings.main_file().filter(|file| file.exists())?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).ok()?;
    connection.busy_timeout(Duration::ZERO).ok()?;
    owner(&connection).ok()?
}

fn owner(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let table = "select 1 from sqlite_master where name = '_forge_plain_names'";
    if connection.query_row(table, [], |_| Ok(())).optional()?.is_none() {
        return Ok(None);
    }
    let sql = "select schema from _forge_plain_names";
    connection.query_row(sql, [], |row| row.get(0)).optional()
}

/// Writes down that `bare` owns the plain names, when nobody does.
///
/// # Errors
/// Another schema has become the owner since this process looked.
pub(super) fn claim(connection: &Connection, settings: &SqliteSettings, bare: &str) -> Result<()> {
    let Some(file) = settings.main_file() else {
        return Ok(());
    };
    let told = owner(connection).and_then(|owner| match owner {
        Some(owner) => Ok(Some(owner)),
        None => {
            connection.execute_batch(
                "create table if not exists _forge_plain_names (schema text not null)",
            )?;
            connection.execute("insert into _forge_plain_names (schema) values (?1)", [bare])?;
            Ok(None)
        }
    });
    match told.map_err(|error| errors::of_connection(error, &file)) {
        Ok(Some(owner)) if !owner.eq_ignore_ascii_case(bare) => Err(AdapterError::Other {
            message: format!(
                "the plain names in `{}` have become those of schema `{owner}` meanwhile; run again",
                file.display()
            ),
        }),
        // Whoever holds the database for that long stops what is to be written, too.
        Err(AdapterError::Locked { .. }) | Ok(_) => Ok(()),
        Err(error) => Err(error),
    }
}
