//! The statement that counts what a test finds, taken from a test before it that is judged in the same way.
//!
//! What stands around the query of a test is the same for all tests of one configuration, and rendering it takes longer
//! than a small test does. Invariant: it is taken over only where no project and no package changes how tests run, and
//! only from a statement that had the query of its own test in it once, word for word.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::Value as Json;

use super::{Run, overridden};
use crate::adapters::Table;
use crate::jinja::contexts::Connection;
use crate::manifest::{Node, ResourceType};

/// Macros that make a test what it is.
const MAKERS: &[&str] = &[
    "get_test_sql",
    "get_limit_sql",
    "get_limit_subquery_sql",
    "should_store_failures",
    "statement",
    "store_result",
];

/// What the names of all that run tests begin with.
const MATERIALIZATION: &str = "materialization_test";

/// What a test's configuration says about the statement.
const KEYS: &[&str] =
    &["limit", "fail_calc", "warn_if", "error_if", "store_failures", "store_failures_as"];

/// The statements of a run's tests, as far as they are known.
#[derive(Debug, Default)]
pub struct TestStatements {
    are_built_in: OnceLock<bool>,
    /// By what the configuration says: what stands before the query and behind it.
    frames: Mutex<HashMap<Vec<Json>, [String; 2]>>,
}

/// Whether tests run as they do without the macros of a project or a package.
pub(super) fn are_built_in(run: &Run<'_>) -> bool {
    *run.test_statements
        .are_built_in
        .get_or_init(|| !overridden::is_any(run, MAKERS, MATERIALIZATION))
}

/// What the configuration of a test says; none when its statement has to be rendered.
fn key(run: &Run<'_>, test: &Node) -> Option<Vec<Json>> {
    let config = |key: &str| test.config.effective(key, ResourceType::Test);
    let is_plain = test.relation_name.is_none() && config("sql_header").is_null();
    (is_plain && are_built_in(run)).then(|| KEYS.iter().map(|key| config(key)).collect())
}

/// Counts with a statement that is known. None when there is none, or when it fails: rendering says where and why.
pub(super) fn count(
    run: &Run<'_>,
    test: &Arc<Node>,
    connection: &Connection,
    query: &str,
) -> Option<Table> {
    let key = key(run, test)?;
    let frames = &run.test_statements.frames;
    let known = frames.lock().expect("invariant: no panic under lock").get(&key).cloned();
    let [before, after] = known?;
    let sql = format!("{before}{query}{after}");
    let counted = connection.execute(&sql, &run.compiler.query_comment(Some(test)));
    if counted.is_err() {
        connection.forget_statement();
    }
    counted.ok().flatten()?.table
}

/// Keeps what stood around the query of a test in the statement that it ran last.
pub(super) fn learn(run: &Run<'_>, test: &Node, connection: &Connection, query: &str) {
    let Some(key) = key(run, test) else { return };
    let Some(frame) = connection.last_statement().and_then(|sql| frame(&sql, query)) else {
        return;
    };
    let frames = &run.test_statements.frames;
    frames.lock().expect("invariant: no panic under lock").entry(key).or_insert(frame);
}

/// What stands before and behind the query; none unless it is there exactly once.
fn frame(sql: &str, query: &str) -> Option<[String; 2]> {
    let (before, after) = sql.split_once(query)?;
    let is_once = !query.is_empty() && sql.rfind(query) == Some(before.len());
    is_once.then(|| [before.to_owned(), after.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_that_is_there_twice_tells_nothing() {
        let framed = frame("select count(*) from (select 1) t", "select 1").unwrap();
        assert_eq!(framed, ["select count(*) from (", ") t"]);
        assert_eq!(frame("select count(*) from (select 1)", "count(*)").unwrap()[0], "select ");
        for query in ["", "select", "select 2", "e"] {
            assert_eq!(frame("select count(*) from (select 1) t", query), None, "{query}");
        }
        // Overlapping ones are two as well.
        assert_eq!(frame("aaa", "aa"), None);
    }
}
