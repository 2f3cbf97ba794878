//! Expectations of a model: its rows are judged between the query and the table.
//!
//! The query runs once, into a temporary table. Every condition is evaluated once for each of its rows; then rows are
//! kept, dropped, put into quarantine, or the node fails. The materialization gets a query of the rows that were kept.
//! All of it happens in the node's transaction.
//! Invariant: rows of the query = rows kept + rows quarantined + rows dropped, or nothing is written.

use std::sync::Arc;

use serde_json::Value as Json;

use super::attempt::Attempt;
use super::{Ended, failure, model};
use crate::adapters::Relation;
use crate::compile::CompiledNode;
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Event;
use crate::manifest::Node;
use crate::manifest::expectation::{self, Action, Expectation};

mod judge;
mod messages;
mod quarantine;
mod requeue;
mod stage;
mod sql;

pub use requeue::{Requeue, requeue};

use judge::Counts;
use sql::Db;
use stage::Stage;

/// Where a node's rows stand when its materialization begins.
pub(super) struct Sorted {
    /// The node as the materialization sees it: what was done already is not done again.
    pub(super) node: Arc<Node>,
    /// The query of the rows that were kept.
    pub(super) kept: CompiledNode,
    counts: Counts,
    /// Whether the materialization replaces the whole table.
    is_whole: bool,
}

/// Judges the rows of a node that has expectations; the node's transaction is open.
///
/// # Errors
/// An expectation cannot be evaluated, or a row violates one that makes the node fail.
pub(super) fn sort(
    attempt: &Attempt<'_>,
    node: &Arc<Node>,
    compiled: &CompiledNode,
) -> Result<Option<Sorted>, Box<Diagnostic>> {
    if !expectation::has_any(&node.config) {
        return Ok(None);
    }
    let run = attempt.run;
    let db = Db::new(run, node, attempt.connection);
    let expectations = rendered(&db)?;
    // Hooks run before the query, and the query runs here.
    model::run_hooks(attempt, &db.scope, "pre-hook", |hook| hook.transaction)?;
    judge::check_names(&db, &expectations, &compiled.code)?;
    let stage = Stage::of_query(&db, compiled)?;
    let counts = judge::judge(&db, &stage, &expectations)?;
    if counts.failed > 0 {
        return Err(Box::new(messages::failed(&db, &stage, &expectations, &counts)));
    }
    if let Some(warning) = messages::warned(&db, &stage, &expectations, &counts) {
        run.emit(Event::Diagnostic(warning));
    }
    let is_whole = !db.is_incremental()?;
    let scope = match is_whole {
        true => quarantine::Judged::All,
        false => quarantine::Judged::of_run(&db, &stage, attempt.compiler.batch()),
    };
    quarantine::settle(&db, &stage, &expectations, &scope)?;
    check_sum(&db, &stage, &counts)?;
    let code = stage.kept();
    let kept = CompiledNode { rendered: code.clone(), code, ..CompiledNode::default() };
    Ok(Some(Sorted { node: without_what_is_done(node), kept, counts, is_whole }))
}

/// Checks that the table holds what was kept, clears what was only needed on the way, and says where the rows are.
///
/// # Errors
/// Rows are missing, or there are too many.
pub(super) fn account(
    attempt: &Attempt<'_>,
    sorted: Option<&Sorted>,
    ended: Ended,
) -> Result<Ended, Box<Diagnostic>> {
    let Some(Sorted { counts, is_whole, .. }) = sorted else { return Ok(ended) };
    let node = attempt.node;
    let db = Db::new(attempt.run, node, attempt.connection);
    // Hooks may change the table on purpose.
    let has_hooks = node.config.hooks("post-hook").iter().any(|hook| hook.transaction);
    if *is_whole && !has_hooks {
        let written = db.count(&format!("select count(*) from {}", db.this.render()))?;
        if written != counts.kept {
            let kept = counts.kept;
            let sum = format!("{kept} of its rows are kept, and the table has {written} rows");
            return Err(lost(node, &sum));
        }
    }
    stage::clear(&db)?;
    Ok(Ended {
        rows: if *is_whole { Some(counts.kept) } else { ended.rows },
        rows_in: Some(counts.rows),
        quarantined: Some(counts.quarantined),
        dropped: Some(counts.dropped),
        ..ended
    })
}

fn check_sum(db: &Db<'_>, stage: &Stage, counts: &Counts) -> Result<(), Box<Diagnostic>> {
    let kept = db.count(&format!("select count(*) from ({}) as kept", stage.kept()))?;
    let Counts { rows, quarantined, dropped, .. } = *counts;
    match kept == counts.kept && rows == kept + quarantined + dropped {
        true => Ok(()),
        false => {
            let sum = format!(
                "{rows} rows of the query are not {kept} kept + {quarantined} quarantined + {dropped} dropped"
            );
            Err(lost(db.node, &sum))
        }
    }
}

fn lost(node: &Node, what: &str) -> Box<Diagnostic> {
    let message = format!("model `{}`: {what}", node.name);
    Box::new(
        Diagnostic::error(codes::ROWS_LOST, message)
            .at(node.span_start(), "")
            .hint("look at macros of the project that replace built-in ones"),
    )
}

/// The expectations with their templates rendered.
fn rendered(db: &Db<'_>) -> Result<Vec<Expectation>, Box<Diagnostic>> {
    let mut all = expectation::of(&db.node.config);
    for one in &mut all {
        let place = || db.place(one.entry);
        one.expression = (db.scope.render(&one.name, &one.expression)).map_err(|error| {
            let found = db.run.compiler.diagnostic(&error, db.node);
            Box::new(Diagnostic { notes: found.notes.clone(), ..found.at(place(), "") })
        })?;
        let refused = |reason: &str, hint: &str| {
            let message = format!("model `{}`: expectation `{}` {reason}", db.node.name, one.name);
            let problem = Diagnostic::error(codes::BAD_EXPECTATION, message).at(place(), "");
            Box::new(problem.hint(hint))
        };
        if let Err(reason) = expectation::check_fragment(&one.expression) {
            return Err(refused(reason, expectation::ONE_CONDITION));
        }
        if !db.scope.take_capture().ctes.is_empty() {
            let reason = "reads an ephemeral model, which is no relation";
            return Err(refused(reason, "materialize what it reads as `view` or `table`"));
        }
    }
    Ok(all)
}

fn without_what_is_done(node: &Arc<Node>) -> Arc<Node> {
    let mut node = Node::clone(node);
    let outside: Vec<Json> =
        node.config.get("pre-hook").and_then(Json::as_array).map_or_else(Vec::new, |hooks| {
            hooks.iter().filter(|hook| hook["transaction"] == false).cloned().collect()
        });
    node.config.set("pre-hook", Json::Array(outside));
    node.config.set("sql_header", Json::Null);
    Arc::new(node)
}

/// The rows that an expectation of this strength or more concerns are not kept.
const LEAST_REMOVED: Action = Action::Drop;

/// The table of the rows of `this` in quarantine.
pub(super) fn quarantine_of(this: &Relation) -> Relation {
    let mut relation = this.clone();
    relation.identifier =
        Some(format!("{}{}", this.identifier.as_deref().unwrap_or_default(), expectation::SUFFIX));
    relation.kind = None;
    relation
}
