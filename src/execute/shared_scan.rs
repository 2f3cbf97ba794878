//! Small tests of one relation in one scan: one statement asks whether any of them finds a row. If none does, each of
//! them has passed without a statement of its own; otherwise each runs as if there were no others, so that what a
//! failing test says is always its own.
//!
//! Invariant: a test takes part only if its compiled SQL is, word for word, what the built-in test makes of its
//! arguments, and nothing of what runs it is overridden. Then it has no failures exactly if its condition holds nowhere.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::{Run, test_statement};
use crate::adapters::Datum;
use crate::jinja::contexts::Connection;
use crate::manifest::{Node, ResourceType, TestMetadata};
use crate::names::UniqueId;

/// How many tests share a statement at most: the engine limits how deep an expression is.
const MOST: usize = 100;

/// The tests of a run that can be looked at together; found when the first test runs.
#[derive(Debug, Default)]
pub struct SharedScans(OnceLock<HashMap<UniqueId, Member>>);

#[derive(Debug)]
struct Member {
    /// Its compiled SQL, blanks squeezed.
    code: String,
    group: Arc<Group>,
}

#[derive(Debug)]
struct Group {
    sql: String,
    /// Whether no test of the group finds a row; none as long as nobody has asked.
    is_clean: Mutex<Option<bool>>,
}

/// Whether the test is known to find nothing, from the scan that it shares with others.
pub(super) fn finds_nothing(
    run: &Run<'_>,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
    code: &str,
) -> bool {
    let members = run.shared_scans.0.get_or_init(|| members(run));
    let Some(member) = members.get(&node.unique_id).filter(|m| m.code == squeezed(code)) else {
        return false;
    };
    // Others of the group wait: asking twice at the same time would take twice the work.
    let mut is_clean = member.group.is_clean.lock().expect("invariant: no panic under lock");
    *is_clean.get_or_insert_with(|| ask(run, node, connection, &member.group.sql))
}

/// A statement that fails tells nothing: then every test fails, or not, by itself.
fn ask(run: &Run<'_>, node: &Arc<Node>, connection: &Connection, sql: &str) -> bool {
    let asked = connection.execute(sql, &run.compiler.query_comment(Some(node)));
    let found = asked.ok().flatten().and_then(|outcome| outcome.table);
    found.and_then(|table| table.scalar().and_then(Datum::as_i64)) == Some(0)
}

fn members(run: &Run<'_>) -> HashMap<UniqueId, Member> {
    let mut by_relation: IndexMap<String, Vec<(UniqueId, Condition)>> = IndexMap::new();
    if run.compiler.project.flags.batch_tests && test_statement::are_built_in(run) {
        for node in run.wanted.iter().filter_map(|id| run.node(id)) {
            if let Some((relation, condition)) = relation(run, node).zip(condition(node)) {
                let tests = by_relation.entry(relation).or_default();
                tests.push((node.unique_id.clone(), condition));
            }
        }
    }
    let mut members = HashMap::new();
    for (relation, tests) in &by_relation {
        for tests in tests.chunks(MOST).filter(|tests| tests.len() > 1) {
            let sql = statement(relation, tests.iter().map(|(_, one)| one));
            let group = Arc::new(Group { sql, is_clean: Mutex::new(None) });
            let member =
                |one: &Condition| Member { code: one.code(relation), group: group.clone() };
            members.extend(tests.iter().map(|(id, one)| (id.clone(), member(one))));
        }
    }
    members
}

/// Asks whether one of the conditions holds anywhere: 1 or 0.
fn statement<'c>(relation: &str, conditions: impl Iterator<Item = &'c Condition>) -> String {
    let conditions: Vec<String> = conditions.map(Condition::sql).collect();
    let any = conditions.join("\n    or ");
    format!("select exists (\n  select 1 from {relation}\n  where {any}\n)")
}

/// The one relation that a test reads, when it is judged as tests are by default.
fn relation(run: &Run<'_>, test: &Node) -> Option<String> {
    let [parent] = &test.depends_on.nodes[..] else { return None };
    let is_relation = run.node(parent).is_none_or(|node| !node.is_ephemeral());
    let config = |key: &str| test.config.effective(key, ResourceType::Test);
    let is_plain = test.resource_type == ResourceType::Test
        && test.relation_name.is_none()
        && config("where").is_null()
        && config("sql_header").is_null()
        && config("fail_calc") == "count(*)"
        && config("warn_if") == "!= 0"
        && config("error_if") == "!= 0";
    if !is_relation || !is_plain {
        return None;
    }
    Some(run.compiler.relation(parent)?.render())
}

/// When a row fails a test.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    /// The column is null.
    Null(String),
    /// The column is none of the values, as SQL.
    NotIn(String, String),
}

impl Condition {
    fn sql(&self) -> String {
        match self {
            Condition::Null(column) => format!("{column} is null"),
            Condition::NotIn(column, values) => format!("{column} not in ({values})"),
        }
    }

    /// What the built-in test compiles to, blanks squeezed.
    fn code(&self, relation: &str) -> String {
        squeezed(&match self {
            Condition::Null(column) => {
                format!("select {column} from {relation} where {column} is null")
            }
            Condition::NotIn(column, values) => format!(
                "with all_values as ( select {column} as value_field, count(*) as n_records from {relation} \
                 group by {column} ) select * from all_values where value_field not in ( {values} )"
            ),
        })
    }
}

fn condition(test: &Node) -> Option<Condition> {
    let TestMetadata { name, namespace, kwargs } = test.test()?.metadata.as_ref()?;
    let column = kwargs.get("column_name")?.as_str().filter(|column| is_name(column))?.to_owned();
    match (namespace, name.as_str()) {
        (None, "not_null") => Some(Condition::Null(column)),
        (None, "accepted_values") => {
            let is_quoted = kwargs.get("quote").is_none_or(|quote| quote == true);
            Some(Condition::NotIn(column, values(kwargs.get("values")?, is_quoted)?))
        }
        _ => None,
    }
}

/// Whether it is the name of a column, with or without quotes; of an expression nobody knows what it does.
fn is_name(column: &str) -> bool {
    let is_word = |c: char| c == '_' || c.is_ascii_alphanumeric();
    match column.strip_prefix('"').and_then(|column| column.strip_suffix('"')) {
        Some(quoted) => !quoted.is_empty() && quoted.chars().all(|c| is_word(c) || c == ' '),
        None => {
            column.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
                && column.chars().all(is_word)
        }
    }
}

/// The values as the built-in test writes them; none when one of them is not written as it reads.
fn values(values: &Json, is_quoted: bool) -> Option<String> {
    let one = |value: &Json| match value {
        Json::String(text) if is_quoted && is_harmless(text) => Some(format!("'{text}'")),
        Json::Number(number) if number.is_i64() && is_quoted => Some(format!("'{number}'")),
        Json::Number(number) if number.is_i64() => Some(number.to_string()),
        _ => None,
    };
    let values: Vec<String> = values.as_array()?.iter().map(one).collect::<Option<_>>()?;
    (!values.is_empty()).then(|| values.join(","))
}

fn is_harmless(text: &str) -> bool {
    !text.contains(['\'', '{', '}', '\\']) && !text.chars().any(char::is_control)
}

/// The text with single blanks between words.
fn squeezed(code: &str) -> String {
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::adapters::sqlite::SqliteAdapter;
    use crate::adapters::{Adapter, Session};

    const TYPES: &[&str] = &["text", "integer", "numeric", "real", "", "text collate nocase"];
    const CELLS: &[&str] =
        &["null", "1", "'1'", "1.0", "'a'", "'A'", "'b '", "''", "x'61'", "-0.0"];
    const LISTS: &[&str] = &["'a'", "'a','b '", "1", "'1','a'", "0,1,2", "'1','a','A','b ','','0'"];

    fn count(session: &mut dyn Session, sql: &str) -> i64 {
        session.query(sql, &[]).unwrap().scalar().and_then(Datum::as_i64).unwrap()
    }

    proptest! {
        /// The scan finds something exactly if one of the tests does, whatever types and values there are.
        #[test]
        fn the_scan_agrees_with_the_tests(
            types in prop::collection::vec(0..TYPES.len(), 2),
            rows in prop::collection::vec((0..CELLS.len(), 0..CELLS.len()), 0..6),
            lists in prop::collection::vec(0..LISTS.len(), 2),
            nulls in any::<[bool; 2]>(),
        ) {
            let mut session = SqliteAdapter::in_memory().writer().unwrap();
            let columns = ["a", "\"b c\""];
            let declared: Vec<String> =
                columns.iter().zip(&types).map(|(name, at)| format!("{name} {}", TYPES[*at])).collect();
            session.execute(&format!("create table t ({})", declared.join(", "))).unwrap();
            for (a, b) in &rows {
                session.execute(&format!("insert into t values ({}, {})", CELLS[*a], CELLS[*b])).unwrap();
            }
            let mut tests: Vec<Condition> = columns
                .iter()
                .zip(&lists)
                .map(|(name, at)| Condition::NotIn((*name).to_owned(), LISTS[*at].to_owned()))
                .collect();
            let is_tested = |(name, wanted): (&&str, bool)| wanted.then(|| Condition::Null((*name).to_owned()));
            tests.extend(columns.iter().zip(nulls).filter_map(is_tested));
            let single: i64 = tests
                .iter()
                .map(|test| count(&mut *session, &format!("select count(*) from ({})", test.code("t"))))
                .sum();
            let together = count(&mut *session, &statement("t", tests.iter()));
            prop_assert_eq!(together != 0, single != 0, "{:?}", tests);
        }
    }

    #[test]
    fn only_names_and_plain_values_take_part() {
        for name in ["id", "_x1", "\"Order Id\""] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "1a", "lower(id)", "a.b", "\"a\"\"b\"", "\"\"", "a b", "a;drop"] {
            assert!(!is_name(name), "{name}");
        }
        assert_eq!(values(&json!(["a", "b c"]), true).unwrap(), "'a','b c'");
        assert_eq!(values(&json!([1, -2]), false).unwrap(), "1,-2");
        assert_eq!(values(&json!([1]), true).unwrap(), "'1'");
        for (odd, is_quoted) in [
            (json!([]), true),
            (json!(["it's"]), true),
            (json!(["{{ x }}"]), true),
            (json!(["a"]), false),
            (json!([null]), true),
            (json!([true]), false),
            (json!([1.5]), false),
            (json!("a"), true),
        ] {
            assert_eq!(values(&odd, is_quoted), None, "{odd}");
        }
    }
}
