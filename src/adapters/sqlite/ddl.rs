//! Changes of the schema that need more than one statement: drop, rename, schemas.

use rusqlite::{Connection, OptionalExtension};

use super::super::naming::PhysicalName;
use super::super::relation::RelationKind;
use super::MAIN;
use super::catalog::{find, qualified, quoted};

/// Drops a stored relation, whichever kind it is.
pub(super) fn drop(connection: &Connection, name: &PhysicalName) -> rusqlite::Result<()> {
    // The catalog has no index by name: asking first would read all of it.
    let is_other = |error: &rusqlite::Error| error.to_string().contains("use DROP VIEW");
    match connection.execute_batch(&format!("drop table if exists {}", qualified(name))) {
        Err(error) if is_other(&error) => {
            connection.execute_batch(&format!("drop view if exists {}", qualified(name)))
        }
        done => done,
    }
}

/// Gives a stored relation another name. Returns whether it was there.
pub(super) fn rename(
    connection: &Connection,
    from: &PhysicalName,
    to: &PhysicalName,
) -> rusqlite::Result<bool> {
    match find(connection, from)? {
        None => Ok(false),
        Some((_, RelationKind::View)) => rename_view(connection, from, to),
        Some(_) => {
            let sql = format!("alter table {} rename to {}", qualified(from), quoted(&to.name));
            connection.execute_batch(&sql)?;
            Ok(true)
        }
    }
}

/// SQLite cannot rename a view, so it is created again from its own text.
fn rename_view(
    connection: &Connection,
    from: &PhysicalName,
    to: &PhysicalName,
) -> rusqlite::Result<bool> {
    let schema = from.schema.as_deref().unwrap_or(MAIN);
    let sql = format!(
        "select sql from {}.sqlite_master where type = 'view' and name = ?1 collate nocase",
        quoted(schema)
    );
    let text: Option<String> =
        connection.query_row(&sql, [&from.name], |row| row.get(0)).optional()?;
    let Some(body) = text.as_deref().and_then(view_body) else {
        return Ok(false);
    };
    let create = format!("create view {} {body}", qualified(to));
    drop(connection, from)?;
    connection.execute_batch(&create)?;
    Ok(true)
}

/// What follows the name in `CREATE VIEW name …`, which is how SQLite keeps the text of a view.
fn view_body(sql: &str) -> Option<&str> {
    let head = "create view ";
    let (start, rest) = sql.split_at_checked(head.len())?;
    if !start.eq_ignore_ascii_case(head) {
        return None;
    }
    let rest = rest.trim_start();
    let close = match rest.chars().next()? {
        '[' => ']',
        quote @ ('"' | '`' | '\'') => quote,
        _ => {
            let end = rest.find(|c: char| c.is_whitespace() || c == '(' || c == '/' || c == '-')?;
            return Some(&rest[end..]);
        }
    };
    let mut position = 1;
    loop {
        position += rest[position..].find(close)? + 1;
        if close == ']' || !rest[position..].starts_with(close) {
            return Some(&rest[position..]);
        }
        position += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> PhysicalName {
        PhysicalName { schema: None, name: name.to_owned() }
    }

    #[test]
    fn a_renamed_view_keeps_its_query() {
        let connection = Connection::open_in_memory().unwrap();
        for view in [
            "create view v as select 1 as v",
            "create view if not exists main.\"v\"\"w\"(a) as select 1",
        ] {
            connection.execute_batch(view).unwrap();
        }
        assert!(rename(&connection, &name("v"), &name("w x")).unwrap());
        assert!(rename(&connection, &name("v\"w"), &name("y")).unwrap());
        assert!(!rename(&connection, &name("v"), &name("z")).unwrap());
        let read = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(read("select v from \"w x\""), 1);
        assert_eq!(read("select a from y"), 1);
    }

    #[test]
    fn a_body_starts_behind_the_name() {
        assert_eq!(view_body("CREATE VIEW [a b] as select 1"), Some(" as select 1"));
        assert_eq!(view_body("CREATE VIEW `a```(x) as select 1"), Some("(x) as select 1"));
        assert_eq!(view_body("CREATE VIEW v\nas select 1"), Some("\nas select 1"));
        assert_eq!(view_body("CREATE TABLE v (a)"), None);
    }
}
