//! Pragmas that decide about speed and safety: what a profile may say about them, and what a connection has.
//!
//! The defaults lose no data that was committed when a process dies. With `synchronous` at `normal` and write-ahead
//! logging a power cut may undo the last commits, and never damages the file.

use rusqlite::Connection;
use serde_json::{Map, Value as Json};

use super::super::error::{AdapterError, Result};
use super::catalog::{engine_schemas, quoted};
use super::{MAIN, TEMP};

/// Values of `synchronous`, as the engine numbers them.
const SYNCHRONOUS: &[&str] = &["off", "normal", "full", "extra"];
/// Values of `temp_store` that make sense, as the engine numbers them from 1.
const TEMP_STORE: &[&str] = &["file", "memory"];
/// The most that `cache_mib` and `mmap_mib` may say: a mebibyte of them.
const MOST: u64 = 1024 * 1024;

/// What a profile says, or what is good for most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pragmas {
    /// How carefully commits are written to the disk.
    pub synchronous: &'static str,
    /// Where temporary tables are, and rows that are sorted.
    pub temp_store: &'static str,
    /// Pages of each file that a connection keeps, in MiB.
    pub cache_mib: u64,
    /// How much of each file is read through the memory map, in MiB. None by default: a disk that fails would end the
    /// process instead of the statement.
    pub mmap_mib: u64,
    /// How long the write-ahead log becomes before it is copied into the file, in MiB. Copying waits for the disk, and
    /// what changed often is copied once.
    pub wal_mib: u64,
}

impl Default for Pragmas {
    fn default() -> Self {
        Pragmas {
            synchronous: "normal",
            temp_store: "memory",
            cache_mib: 64,
            mmap_mib: 0,
            wal_mib: 64,
        }
    }
}

impl Pragmas {
    /// What a profile's output says.
    pub fn read(output: &Map<String, Json>) -> Result<Self> {
        let usual = Pragmas::default();
        Ok(Pragmas {
            synchronous: word(output, "synchronous", SYNCHRONOUS)?.unwrap_or(usual.synchronous),
            temp_store: word(output, "temp_store", TEMP_STORE)?.unwrap_or(usual.temp_store),
            cache_mib: mebibytes(output, "cache_mib", 1)?.unwrap_or(usual.cache_mib),
            mmap_mib: mebibytes(output, "mmap_mib", 0)?.unwrap_or(usual.mmap_mib),
            wal_mib: mebibytes(output, "wal_mib", 1)?.unwrap_or(usual.wal_mib),
        })
    }

    /// Sets those of a connection, and of its main file.
    pub(super) fn apply(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.pragma_update(None, "temp_store", self.temp_store)?;
        let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let pages = i64::try_from(self.wal_mib << 20).unwrap_or(i64::MAX) / page.max(1);
        let pages = pages.min(i64::from(i32::MAX));
        connection.pragma_update(None, "wal_autocheckpoint", pages)?;
        self.apply_to(connection, MAIN)
    }

    /// Sets those of one file. The engine does not take them over from one file to the next.
    pub(super) fn apply_to(&self, connection: &Connection, schema: &str) -> rusqlite::Result<()> {
        connection.pragma_update(Some(schema), "synchronous", self.synchronous)?;
        // KiB, written as the engine wants it.
        let cache = i64::try_from(self.cache_mib * 1024).unwrap_or(i64::MAX);
        connection.pragma_update(Some(schema), "cache_size", -cache)?;
        if self.mmap_mib > 0 {
            let bytes = i64::try_from(self.mmap_mib << 20).unwrap_or(i64::MAX);
            connection.pragma_update(Some(schema), "mmap_size", bytes)?;
        }
        Ok(())
    }
}

fn word(
    output: &Map<String, Json>,
    key: &str,
    words: &[&'static str],
) -> Result<Option<&'static str>> {
    let Some(value) = output.get(key) else { return Ok(None) };
    // YAML reads a bare `off` as false.
    let told = match value {
        Json::Bool(false) => "off",
        value => value.as_str().unwrap_or_default(),
    };
    let known = words.iter().copied().find(|word| word.eq_ignore_ascii_case(told));
    known.map(Some).ok_or_else(|| AdapterError::Settings {
        message: format!("`{key}` is {value}; use one of {}", words.join(", ")),
    })
}

fn mebibytes(output: &Map<String, Json>, key: &str, least: u64) -> Result<Option<u64>> {
    let Some(value) = output.get(key) else { return Ok(None) };
    let number = value.as_u64().filter(|number| (least..=MOST).contains(number));
    number.map(Some).ok_or_else(|| AdapterError::Settings {
        message: format!("`{key}` is {value}; give a whole number of MiB from {least} to {MOST}"),
    })
}

/// What a connection has, as the engine says it; of what is set for each file, that of the first one, and of others
/// what is different there.
pub(super) fn shown(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    let schemas = engine_schemas(connection)?;
    let files = || schemas.iter().filter(|schema| !schema.eq_ignore_ascii_case(TEMP));
    for (name, say) in OF_FILES {
        let mut told: Vec<(&String, String)> = Vec::new();
        for schema in files() {
            // A database without file has no memory map, and says nothing of it.
            if let Some(value) = value(connection, schema, name)? {
                told.push((schema, say(&value)));
            }
        }
        let Some((_, first)) = told.first().cloned() else { continue };
        let others = told.iter().filter(|(_, value)| *value != first);
        let others: Vec<String> =
            others.map(|(schema, value)| format!("{value} in {schema}")).collect();
        all.push(((*name).to_owned(), [vec![first], others].concat().join(", ")));
    }
    for (name, say) in OF_CONNECTIONS {
        let value = value(connection, MAIN, name)?.unwrap_or_default();
        all.push(((*name).to_owned(), say(&value)));
    }
    Ok(all)
}

/// How a value is told.
type Say = fn(&str) -> String;

const OF_FILES: &[(&str, Say)] = &[
    ("journal_mode", str::to_owned),
    ("synchronous", |value| numbered(SYNCHRONOUS, value, 0)),
    ("cache_size", |value| match value.parse::<i64>() {
        Ok(kib) if kib < 0 => format!("{} MiB", -kib / 1024),
        _ => format!("{value} pages"),
    }),
    ("mmap_size", |value| match value.parse::<i64>() {
        Ok(bytes) if bytes > 0 => format!("{} MiB", bytes >> 20),
        _ => "off".to_owned(),
    }),
];

const OF_CONNECTIONS: &[(&str, Say)] = &[
    ("temp_store", |value| numbered(TEMP_STORE, value, 1)),
    ("wal_autocheckpoint", |value| format!("{value} pages")),
    ("busy_timeout", |value| format!("{value} ms")),
    ("foreign_keys", |value| if value == "1" { "on" } else { "off" }.to_owned()),
];

fn numbered(words: &[&str], value: &str, first: usize) -> String {
    let at = value.parse::<usize>().ok().and_then(|number| number.checked_sub(first));
    at.and_then(|at| words.get(at)).map_or_else(|| value.to_owned(), |word| (*word).to_owned())
}

fn value(connection: &Connection, schema: &str, name: &str) -> rusqlite::Result<Option<String>> {
    let sql = format!("pragma {}.{name}", quoted(schema));
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(match row.get_ref(0)? {
        rusqlite::types::ValueRef::Integer(number) => number.to_string(),
        other => other.as_str().unwrap_or_default().to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(output: Json) -> Result<Pragmas> {
        Pragmas::read(output.as_object().unwrap())
    }

    fn told(pragmas: &Pragmas) -> Vec<String> {
        let connection = Connection::open_in_memory().unwrap();
        pragmas.apply(&connection).unwrap();
        shown(&connection).unwrap().into_iter().map(|(k, v)| format!("{k} {v}")).collect()
    }

    #[test]
    fn what_is_set_is_what_the_engine_has() {
        assert_eq!(
            told(&Pragmas::default()),
            [
                "journal_mode memory",
                "synchronous normal",
                "cache_size 64 MiB",
                "temp_store memory",
                "wal_autocheckpoint 16384 pages",
                "busy_timeout 5000 ms",
                "foreign_keys on"
            ]
        );
        let set = json!({"synchronous": "EXTRA", "temp_store": "file", "cache_mib": 8, "mmap_mib": 2, "wal_mib": 4});
        let told = told(&read(set).unwrap());
        assert_eq!(told[1..4], ["synchronous extra", "cache_size 8 MiB", "temp_store file"]);
        assert_eq!(told[4], "wal_autocheckpoint 1024 pages");
        assert_eq!(read(json!({"synchronous": false})).unwrap().synchronous, "off");
    }

    #[test]
    fn nonsense_is_refused_with_what_would_be_right() {
        for (output, right) in [
            (
                json!({"synchronous": "fast"}),
                "`synchronous` is \"fast\"; use one of off, normal, full, extra",
            ),
            (json!({"temp_store": 2}), "`temp_store` is 2; use one of file, memory"),
            (
                json!({"cache_mib": 0}),
                "`cache_mib` is 0; give a whole number of MiB from 1 to 1048576",
            ),
            (
                json!({"mmap_mib": 1e9}),
                "`mmap_mib` is 1000000000.0; give a whole number of MiB from 0 to 1048576",
            ),
            (json!({"mmap_mib": -1}), "`mmap_mib` is -1; give"),
        ] {
            let error = read(output).unwrap_err().to_string();
            assert!(error.contains(right), "{error}");
        }
    }

    #[test]
    fn every_attached_file_has_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let connection = Connection::open(dir.path().join("a.db")).unwrap();
        let pragmas = Pragmas { mmap_mib: 1, ..Pragmas::default() };
        pragmas.apply(&connection).unwrap();
        let attach = format!("attach '{}' as other", dir.path().join("b.db").display());
        connection.execute_batch(&attach).unwrap();
        let all = |told: Vec<(String, String)>| {
            told.into_iter().map(|(_, value)| value).collect::<Vec<_>>()
        };
        assert_eq!(all(shown(&connection).unwrap())[1], "normal, full in other");
        pragmas.apply_to(&connection, "other").unwrap();
        assert_eq!(all(shown(&connection).unwrap())[..4], ["delete", "normal", "64 MiB", "1 MiB"]);
    }
}
