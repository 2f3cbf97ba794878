//! Reads what a run left in the databases: every relation with its columns and rows.
//!
//! Invariant: nothing is written, and forge's own tables do not count.

use std::fs;
use std::path::Path;

use globset::Glob;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value as Json, json};

/// Every relation of `main.db` and of the files beside it: type, columns, declared types, sorted rows.
pub(super) fn tables(databases: &Path, volatile: &[String]) -> Json {
    let db = Connection::open(databases.join("main.db")).unwrap();
    let mut schemas = vec!["main".to_owned()];
    let mut files =
        fs::read_dir(databases).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    files.sort();
    for file in
        files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "db"))
    {
        let schema = file.file_stem().unwrap().to_string_lossy().into_owned();
        if schema != "main" {
            db.execute(&format!("attach ? as \"{schema}\""), [file.to_string_lossy()]).unwrap();
            schemas.push(schema);
        }
    }
    let mut all = Map::new();
    for schema in schemas {
        let sql = format!(
            "select name, type from \"{schema}\".sqlite_master where type in ('table', 'view') \
             and name not like 'sqlite_%' and name not glob '_forge*' order by name"
        );
        let mut statement = db.prepare(&sql).unwrap();
        let relations = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        for (name, kind) in relations.collect::<Result<Vec<(String, String)>, _>>().unwrap() {
            let key = format!("{schema}.{name}");
            let fact = relation(&db, &schema, &name, &kind, volatile)
                .unwrap_or_else(|_| json!({"type": kind, "error": true}));
            all.insert(key, fact);
        }
    }
    Json::Object(all)
}

fn relation(
    db: &Connection,
    schema: &str,
    name: &str,
    kind: &str,
    volatile: &[String],
) -> rusqlite::Result<Json> {
    let mut statement = db.prepare(&format!("select * from \"{schema}\".\"{name}\""))?;
    let columns = statement.column_names().map(str::to_owned).collect::<Vec<_>>();
    let is_volatile = |column: &String| {
        let path = format!("{schema}.{name}.{column}");
        volatile.iter().any(|glob| {
            let glob = Glob::new(glob).unwrap().compile_matcher();
            glob.is_match(column) || glob.is_match(&path)
        })
    };
    let hidden = columns.iter().map(is_volatile).collect::<Vec<_>>();
    let rows = statement.query_map([], |row| {
        let cells = hidden.iter().enumerate().map(|(at, hidden)| match row.get_ref(at)? {
            ValueRef::Null => Ok(Json::Null),
            _ if *hidden => Ok(json!("<volatile>")),
            value => Ok(cell(value)),
        });
        cells.collect::<rusqlite::Result<Vec<_>>>()
    })?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut types = Vec::new();
    if kind == "table" {
        let mut statement = db.prepare(&format!("pragma \"{schema}\".table_info(\"{name}\")"))?;
        types =
            statement.query_map([], |row| row.get::<_, String>(2))?.collect::<Result<_, _>>()?;
    }
    Ok(json!({"type": kind, "columns": columns, "column_types": types, "rows": rows}))
}

fn cell(value: ValueRef<'_>) -> Json {
    match value {
        ValueRef::Null => Json::Null,
        ValueRef::Integer(n) => json!(n),
        ValueRef::Real(n) => json!(n),
        ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => {
            let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            json!(format!("hex:{hex}"))
        }
    }
}
