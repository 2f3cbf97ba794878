//! Finds a relation in the engine's catalog, which has no index by name and grows with the project.
//!
//! Invariant: what is remembered is read again before it is believed, so that nobody has to say what changed.

use std::collections::HashMap;

use rusqlite::{Connection, Error, OptionalExtension};

use super::super::naming::PhysicalName;
use super::super::relation::RelationKind;
use super::MAIN;
use super::catalog::{self, quoted};

/// Where the catalog was seen to hold relations: schema and name, in lower case, to the row.
#[derive(Default)]
pub(super) struct Finder(HashMap<(String, String), i64>);

impl Finder {
    /// The stored name in the engine's spelling, and what it is.
    pub(super) fn find(
        &mut self,
        connection: &Connection,
        name: &PhysicalName,
    ) -> rusqlite::Result<Option<(String, RelationKind)>> {
        let (schema, name) = (name.schema.as_deref().unwrap_or(MAIN), &*name.name);
        if !catalog::has_schema(connection, schema)? {
            return Ok(None);
        }
        let key = (schema.to_ascii_lowercase(), name.to_ascii_lowercase());
        if let Some(&row) = self.0.get(&key)
            && let Some(found) = in_row(connection, schema, name, row)?
        {
            return Ok(Some(found));
        }
        if is_missing(connection, schema, name)? {
            return Ok(None);
        }
        self.read(connection, schema)?;
        self.0.get(&key).map_or(Ok(None), |&row| in_row(connection, schema, name, row))
    }

    /// Reads where everything is.
    fn read(&mut self, connection: &Connection, schema: &str) -> rusqlite::Result<()> {
        let place = schema.to_ascii_lowercase();
        self.0.retain(|(of, _), _| *of != place);
        let sql = format!(
            "select name, rowid from {}.sqlite_master where type in ('table', 'view') \
             and name not like 'sqlite\\_%' escape '\\'",
            quoted(schema)
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let name = row.get_ref(0)?.as_str()?.to_ascii_lowercase();
            self.0.insert((place.clone(), name), row.get(1)?);
        }
        Ok(())
    }
}

/// The relation of this name, if this is its row.
fn in_row(
    connection: &Connection,
    schema: &str,
    name: &str,
    row: i64,
) -> rusqlite::Result<Option<(String, RelationKind)>> {
    let sql = format!(
        "select name, type = 'view' from {}.sqlite_master \
         where rowid = ?1 and name = ?2 collate nocase and type in ('table', 'view')",
        quoted(schema)
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_row((row, name), |row| {
        let kind = if row.get(1)? { RelationKind::View } else { RelationKind::Table };
        Ok((row.get(0)?, kind))
    });
    found.optional()
}

/// Whether the engine says at once that there is no such relation: opening a value of it looks the name up in memory,
/// and is refused for other reasons where there is one.
fn is_missing(connection: &Connection, schema: &str, name: &str) -> rusqlite::Result<bool> {
    // What is in memory may be old; a statement that runs finds that out.
    let sql = format!("select 1 from {}.sqlite_master limit 1", quoted(schema));
    connection.prepare_cached(&sql)?.query_row([], |_| Ok(())).optional()?;
    let opened = connection.blob_open(schema, name, "", 0, true);
    Ok(
        matches!(opened, Err(Error::SqliteFailure(_, Some(why))) if why.starts_with("no such table")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(finder: &mut Finder, connection: &Connection, name: &str) -> Option<String> {
        let name = PhysicalName { schema: None, name: name.to_owned() };
        let (stored, kind) = finder.find(connection, &name).unwrap()?;
        assert_eq!(
            Finder::default().find(connection, &name).unwrap(),
            Some((stored.clone(), kind))
        );
        Some(format!("{kind:?} {stored}"))
    }

    #[test]
    fn what_is_remembered_follows_every_change() {
        let connection = Connection::open_in_memory().unwrap();
        let run = |sql: &str| connection.execute_batch(sql).unwrap();
        let mut finder = Finder::default();
        let mut seen = |name: &str| look(&mut finder, &connection, name);
        assert_eq!(seen("a"), None);
        run(
            "create table A (x text); create view b as select * from missing; create table c (x int) strict",
        );
        assert_eq!(seen("a").unwrap(), "Table A");
        assert_eq!(seen("B").unwrap(), "View b");
        assert_eq!(seen("c").unwrap(), "Table c");
        // Rows are used again.
        run("drop table c; create view c as select 1; drop table a; create view a as select 1");
        assert_eq!(seen("a").unwrap(), "View a");
        assert_eq!(seen("c").unwrap(), "View c");
        run("drop view a");
        assert_eq!(seen("a"), None);
        run("begin; create table a (x primary key) without rowid");
        assert_eq!(seen("a").unwrap(), "Table a");
        run("rollback");
        assert_eq!(seen("a"), None);
        // What the engine itself keeps is no relation.
        for name in ["sqlite_master", "sqlite_schema", "json_each", "pragma_table_info", ""] {
            assert_eq!(seen(name), None, "{name}");
        }
    }

    #[test]
    fn other_connections_are_seen() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let [mine, other] = [0, 1].map(|_| Connection::open(&file).unwrap());
        let mut finder = Finder::default();
        assert_eq!(look(&mut finder, &mine, "t"), None);
        other.execute_batch("create table t (x)").unwrap();
        assert_eq!(look(&mut finder, &mine, "t").unwrap(), "Table t");
        other.execute_batch("drop table t").unwrap();
        assert_eq!(look(&mut finder, &mine, "t"), None);
        other.execute_batch("create view \"T\" as select 1").unwrap();
        mine.execute_batch("begin immediate").unwrap();
        assert_eq!(look(&mut finder, &mine, "t").unwrap(), "View T");
    }
}
