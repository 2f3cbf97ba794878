//! `publish: after_tests`: a model's new rows become visible only after its tests have passed on them.
//!
//! The tests run in the model's own transaction. What fails undoes the model, and is reported all the same.
//! Invariant: a test that runs here does not run again in the same run.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::attempt::Attempt;
use super::{Ended, Run, failure, test};
use crate::adapters::{Relation, Table};
use crate::diagnostics::{Diagnostic, codes};
use crate::jinja::contexts::Connection;
use crate::manifest::{Node, ResourceType};
use crate::names::UniqueId;

/// How a test ended that ran in its model's transaction.
pub(crate) struct Tested {
    pub(crate) id: UniqueId,
    pub(crate) ended: Ended,
    pub(crate) elapsed: Duration,
    /// The failing rows that the test has stored, and where: undoing the model undoes that too.
    stored: Option<(Relation, Table)>,
}

/// How many stored rows of a failed test survive the undoing of its model.
const STORED: usize = 10_000;

/// The tests that decide whether a model is published: of severity `error`, on the model, and on nothing else that this
/// run builds later or beside it. In a run without tests all enabled ones count, otherwise the selected ones.
pub(super) fn tests_of<'r>(run: &Run<'r>, model: &Node) -> Vec<&'r Arc<Node>> {
    if model.config.get_str("publish") != Some("after_tests") {
        return Vec::new();
    }
    let Some(at) = run.dag.index_of(&model.unique_id) else {
        return Vec::new();
    };
    let mut own = run.dag.none();
    own.insert(at);
    let above = run.dag.ancestors(&own, None);
    let is_there = |id: &UniqueId| {
        *id == model.unique_id
            || !run.wanted.contains(id)
            || run.dag.index_of(id).is_some_and(|parent| above.contains(parent))
    };
    let below = run.dag.descendants(&own, None);
    let is_newer = |id: &UniqueId| {
        *id != model.unique_id && run.dag.index_of(id).is_some_and(|at| below.contains(at))
    };
    (run.dag.children(at).iter())
        .filter_map(|child| run.compiler.manifest.nodes.get(run.dag.key(*child)))
        .filter(|node| node.resource_type == ResourceType::Test && decides(node))
        .filter(|node| !run.tests_gate || run.wanted.contains(&node.unique_id))
        .filter(|node| node.depends_on.nodes.iter().all(|id| is_there(id) && !is_newer(id)))
        .collect()
}

/// Whether a failure of the test is an error.
fn decides(test: &Node) -> bool {
    let severity = test.config.effective("severity", ResourceType::Test);
    !test.raw_code.trim().is_empty()
        && severity.as_str().is_some_and(|severity| severity.eq_ignore_ascii_case("error"))
}

/// Runs the tests that decide in the model's transaction.
///
/// # Errors
/// One of them failed: the transaction has to be undone.
pub(super) fn check(attempt: &mut Attempt<'_>) -> Result<(), Box<Diagnostic>> {
    let Attempt { run, node, connection, .. } = *attempt;
    let tests = tests_of(run, node);
    if tests.is_empty() {
        return Ok(());
    }
    attempt.write_statements();
    attempt.tested.clear();
    for test in tests {
        let start = Instant::now();
        let ended = test::in_transaction(run, test, connection);
        let is_stored = ended.status.is_failure() && test.relation_name.is_some();
        let stored = is_stored.then(|| stored(run, test, connection)).flatten();
        attempt.tested.push(Tested {
            id: test.unique_id.clone(),
            ended,
            elapsed: start.elapsed(),
            stored,
        });
    }
    let failed: Vec<&str> = (attempt.tested.iter())
        .filter(|tested| tested.ended.status.is_failure())
        .filter_map(|tested| Some(run.node(&tested.id)?.name.as_str()))
        .collect();
    match failed.first() {
        Some(first) => Err(Box::new(refused(node, first, failed.len()))),
        None => Ok(()),
    }
}

fn refused(node: &Node, first: &str, count: usize) -> Diagnostic {
    let tests = match count {
        1 => format!("test `{first}` failed on its new rows"),
        _ => format!("{count} tests failed on its new rows, `{first}` first"),
    };
    let message = format!(
        "{} `{}` was not published: {tests}; its relation is as it was",
        node.resource_type, node.name
    );
    Diagnostic::error(codes::NOT_PUBLISHED, message).at(node.span_start(), "")
}

fn stored(run: &Run<'_>, test: &Arc<Node>, connection: &Connection) -> Option<(Relation, Table)> {
    let relation = run.compiler.relation(&test.unique_id)?;
    let sql = format!("select * from {} limit {STORED}", relation.render());
    let rows = connection.with(|session| session.query(&sql, &[])).ok().flatten()?;
    Some((relation, rows))
}

/// Stores the failing rows again after the model was undone, in a transaction of their own.
pub(super) fn keep_stored(run: &Run<'_>, connection: &Connection, tested: &mut [Tested]) {
    for one in tested {
        let Some((relation, rows)) = one.stored.take() else {
            continue;
        };
        if let Err(error) = store(run, connection, &relation, rows) {
            let _ = connection.rollback();
            one.ended.diagnostics.push(*failure::of_adapter(&error));
        }
    }
}

fn store(
    run: &Run<'_>,
    connection: &Connection,
    relation: &Relation,
    table: Table,
) -> crate::adapters::Result<()> {
    let adapter = &run.compiler.globals.adapter;
    let columns: Vec<String> = (table.column_names.iter().zip(&table.declared_types))
        .map(|(name, kind)| format!("{} {}", adapter.quote(name), kind.as_deref().unwrap_or("")))
        .collect();
    let create = format!("create table {} ({})", relation.render(), columns.join(", "));
    let stored = connection.with(|session| {
        session.begin()?;
        session.drop_relation(relation)?;
        session.execute(&create)?;
        session.insert_rows(relation, &table.column_names, &mut table.rows.into_iter())?;
        session.commit()
    });
    stored.map(drop)
}
