//! What the database holds: schemas, relations, columns.

use std::sync::Arc;

use rusqlite::Connection;

use super::super::column::Column;
use super::super::naming::{NamingPolicy, PhysicalName, Placement, Policy, is_reserved};
use super::super::relation::{Relation, RelationKind};
use super::{MAIN, TEMP};

/// The engine's schemas, `main` first.
pub(super) fn engine_schemas(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "select name from pragma_database_list where name <> 'temp' order by seq";
    let mut statement = connection.prepare(sql)?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// Whether the engine has a schema of this name.
pub(super) fn has_schema(connection: &Connection, schema: &str) -> rusqlite::Result<bool> {
    let is = |name: &str| name.eq_ignore_ascii_case(schema);
    Ok(is(MAIN) || is(TEMP) || engine_schemas(connection)?.iter().any(|name| is(name)))
}

/// Stored names and kinds in one of the engine's schemas, by name; none when there is no such schema.
fn stored(
    connection: &Connection,
    schema: &str,
    wanted: Option<&str>,
) -> rusqlite::Result<Vec<(String, RelationKind)>> {
    if !has_schema(connection, schema)? {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select name, type = 'view' from {}.sqlite_master \
         where (?1 is null or name = ?1 collate nocase) \
         and type in ('table', 'view') and name not like 'sqlite\\_%' escape '\\' order by name",
        quoted(schema)
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([wanted], |row| {
        let kind = match row.get(1)? {
            true => RelationKind::View,
            false => RelationKind::Table,
        };
        Ok((row.get(0)?, kind))
    })?;
    rows.collect()
}

/// The relations of one of the project's schemas. `created` are the schemas known without asking the engine,
/// whose relations do not count as those of the schema without prefix.
pub(super) fn list(
    connection: &Connection,
    naming: &Arc<NamingPolicy>,
    (database, schema): (&str, &str),
    created: &[String],
) -> rusqlite::Result<Vec<Relation>> {
    let engine_schema = engine_schema(naming, schema);
    let prefix = naming.prefix(Some(schema));
    let others: Vec<String> = match prefix {
        Some(_) => Vec::new(),
        None => created.iter().filter_map(|other| naming.prefix(Some(other))).collect(),
    };
    let relations = stored(connection, &engine_schema, None)?.into_iter();
    let relations = relations.filter(|(name, _)| !is_reserved(name)).filter_map(|(name, kind)| {
        let identifier = match &prefix {
            Some(prefix) => without_prefix(&name, prefix)?,
            None if others.iter().any(|other| without_prefix(&name, other).is_some()) => {
                return None;
            }
            None => &name,
        };
        let mut relation = Relation::new(naming, Some(database), Some(schema), Some(identifier));
        relation.quote_policy = Policy::ALL;
        Some(relation.with_kind(kind))
    });
    Ok(relations.collect())
}

/// The stored name in the engine's spelling, and what it is.
pub(super) fn find(
    connection: &Connection,
    name: &PhysicalName,
) -> rusqlite::Result<Option<(String, RelationKind)>> {
    let schema = name.schema.as_deref().unwrap_or(MAIN);
    let stored = stored(connection, schema, Some(&name.name))?;
    Ok(stored.into_iter().next())
}

/// The columns of a stored relation; none when it is missing or when it is a view that does not compile.
pub(super) fn columns(
    connection: &Connection,
    name: &PhysicalName,
) -> rusqlite::Result<Vec<Column>> {
    let schema = name.schema.as_deref().unwrap_or(MAIN);
    let sql = "select name, type from pragma_table_xinfo(?1, ?2) where hidden <> 1 order by cid";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([&name.name, schema], |row| {
        Ok(Column::new(row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    rows.collect()
}

/// The affinity that the engine finds for every output column of a query, empty where there is none: those of
/// columns and casts, through subqueries.
pub(super) fn affinities(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    const PROBE: &str = "_forge_result_columns";
    let query = sql.trim_end().trim_end_matches(';');
    connection.execute_batch(&format!("create temp view {PROBE} as\n{query}\n"))?;
    let probe = PhysicalName { schema: Some(TEMP.to_owned()), name: PROBE.to_owned() };
    let found = columns(connection, &probe);
    connection.execute_batch(&format!("drop view temp.{PROBE}"))?;
    Ok(found?.into_iter().map(|column| column.dtype).collect())
}

/// The stored statement that made a relation.
pub(super) fn definition(
    connection: &Connection,
    name: &PhysicalName,
) -> rusqlite::Result<Option<String>> {
    let schema = name.schema.as_deref().unwrap_or(MAIN);
    let sql =
        format!("select sql from {}.sqlite_master where name = ?1 collate nocase", quoted(schema));
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([&name.name])?;
    Ok(match rows.next()? {
        Some(row) => row.get(0)?,
        None => None,
    })
}

/// Bytes in use of a file: its pages without the free ones. Known from its header.
pub(super) fn used_bytes(connection: &Connection, schema: &str) -> rusqlite::Result<u64> {
    let ask = |what: &str| {
        let sql = format!("pragma {}.{what}", quoted(schema));
        let number = connection.prepare_cached(&sql)?.query_row([], |row| row.get::<_, i64>(0))?;
        Ok::<u64, rusqlite::Error>(number.unsigned_abs())
    };
    Ok((ask("page_count")?.saturating_sub(ask("freelist_count")?)) * ask("page_size")?)
}

/// Bytes of a table and its indexes; none when it is no table. Reads all of their pages.
pub(super) fn stored_bytes(
    connection: &Connection,
    name: &PhysicalName,
) -> rusqlite::Result<Option<u64>> {
    let schema = name.schema.as_deref().unwrap_or(MAIN);
    let sql = format!(
        "select sum(pgsize) from dbstat where schema = ?1 and aggregate = true and name in (\
         select name from {}.sqlite_master where tbl_name = ?2 collate nocase and rootpage > 0)",
        quoted(schema)
    );
    let bytes: Option<i64> = connection.query_row(&sql, [schema, &name.name], |row| row.get(0))?;
    Ok(bytes.map(i64::unsigned_abs))
}

/// The schema of the engine that holds the relations of `schema`.
pub(super) fn engine_schema(naming: &NamingPolicy, schema: &str) -> String {
    match &naming.placement {
        Placement::Prefixed { .. } if !naming.is_written(schema) => MAIN.to_owned(),
        _ => schema.to_owned(),
    }
}

/// An identifier in SQLite's quotes.
pub(super) fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

/// A stored name with its engine schema, for DDL.
pub(super) fn qualified(name: &PhysicalName) -> String {
    let schema = name.schema.as_deref().unwrap_or(MAIN);
    format!("{}.{}", quoted(schema), quoted(&name.name))
}

fn without_prefix<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = name.split_at_checked(prefix.len())?;
    (start.eq_ignore_ascii_case(prefix) && !rest.is_empty()).then_some(rest)
}
