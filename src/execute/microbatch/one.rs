//! One batch: the model's SQL for its window, the materialization, the entry in the ledger, one commit.

use std::cell::Cell;
use std::sync::Arc;

use minijinja::value::Value;
use serde_json::json;

use super::super::attempt::Attempt;
use super::super::{Ended, Run, contract, expectations, model, publish, warnings};
use super::plan::Plan;
use super::record;
use crate::compile::Variant;
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Status;
use crate::jinja::contexts::{Connection, Scope};
use crate::jinja::objects::function::function;
use crate::manifest::batch::engine_text;
use crate::manifest::{Batch, Node};

/// The statement of the strategy that counts rows outside of the window.
const OUTSIDE: &str = "batch_outside";

/// One batch of a plan.
pub(super) struct Part<'p> {
    pub(super) plan: &'p Plan,
    pub(super) at: usize,
    /// Rows that the batch wrote outside of its window.
    pub(super) outside: Cell<i64>,
}

impl Part<'_> {
    pub(super) fn batch(&self) -> Batch {
        self.plan.batches[self.at]
    }

    /// The batch makes the table.
    pub(super) fn creates(&self) -> bool {
        self.at == 0 && !self.plan.is_incremental
    }

    /// dbt: `pre-hook` runs before the first batch, `post-hook` behind the last one.
    fn node(&self, node: &Arc<Node>) -> Arc<Node> {
        let mut node = Node::clone(node);
        if self.at > 0 {
            node.config.set("pre-hook", json!([]));
        }
        if self.at + 1 < self.plan.batches.len() {
            node.config.set("post-hook", json!([]));
        }
        Arc::new(node)
    }

    /// The node as one that adds to its table, unless the batch makes it.
    fn adding(&self, node: &Arc<Node>) -> Arc<Node> {
        if self.creates() {
            return node.clone();
        }
        let mut node = Node::clone(node);
        node.config.set("full_refresh", json!(false));
        Arc::new(node)
    }

    /// dbt: behind the first batch the materialization adds to the table, whatever the flags say.
    fn dress(&self, scope: &mut Scope) {
        let answers = [("is_incremental", true), ("should_full_refresh", false)];
        for (name, answer) in answers.into_iter().filter(|_| !self.creates()) {
            let told = function(name, move |_, _| Ok(Value::from(answer)));
            scope.extra.insert(name.to_owned(), told);
        }
    }
}

/// Builds the batch; rolls back when anything fails.
pub(super) fn run(
    run: &Run<'_>,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
    part: &Part<'_>,
) -> Ended {
    let node = part.node(node);
    let started_at = run.compiler.globals.host.now();
    let ended = Attempt::make(run, &node, connection, |attempt| build(attempt, part));
    if ended.status != Status::Success {
        record::failed(run, connection, record::row(&node, part, &ended, started_at));
    }
    ended
}

fn build(attempt: &mut Attempt<'_>, part: &Part<'_>) -> Result<Ended, Box<Diagnostic>> {
    let Attempt { run, node, .. } = *attempt;
    attempt.compiler = run.compiler.for_batch(part.batch());
    let started_at = run.compiler.globals.host.now();
    model::refuse_language(node)?;
    model::outside(attempt, "pre-hook")?;
    let ended = attempt.transaction_until(
        |attempt| inside(attempt, part),
        |attempt, ended| record::commit(attempt, part, ended, started_at),
    )?;
    attempt.write_statements();
    model::outside(attempt, "post-hook")?;
    Ok(ended)
}

/// What the batch does inside of its transaction.
fn inside(attempt: &mut Attempt<'_>, part: &Part<'_>) -> Result<Ended, Box<Diagnostic>> {
    let Attempt { run, node, connection, .. } = *attempt;
    let compiled = attempt.compiler.compile(node, connection, Variant::Auto)?;
    let info = attempt.keep(&compiled);
    let adding = part.adding(node);
    let sorted = expectations::sort(attempt, &adding, &compiled)?;
    let (built, code) = sorted.as_ref().map_or((node, &compiled), |rows| (&rows.node, &rows.kept));
    let scope = model::materialize(attempt, built, code, &info, |scope| part.dress(scope))?;
    contract::check(node, &scope, connection)?;
    if part.at == 0 {
        warnings::of_query(run, node, &compiled.code);
    }
    let rows = model::rows_of(node, &scope, connection);
    let outside = outside_rows(attempt, part, &scope);
    if outside > 0 && run.compiler.project.flags.promotes(&names()) {
        return Err(self::outside(node, outside));
    }
    part.outside.set(outside);
    let ended = Ended { rows, ..attempt.ended(Status::Success) };
    let ended = expectations::account(attempt, sorted.as_ref(), ended)?;
    publish::check(attempt)?;
    Ok(ended)
}

fn names() -> [&'static str; 2] {
    [codes::OUTSIDE_BATCH.id(), codes::OUTSIDE_BATCH.name()]
}

/// Rows that the batch wrote and that its next run will not replace.
fn outside_rows(attempt: &Attempt<'_>, part: &Part<'_>, scope: &Arc<Scope>) -> i64 {
    if part.plan.is_hollow {
        return 0;
    }
    if !part.creates() {
        let results = scope.results.lock().expect("invariant: no panic under lock");
        let counted = results.get(OUTSIDE).and_then(|counted| counted.get_attr("data").ok());
        let first = |value: Value| value.get_item(&Value::from(0)).ok();
        return counted.and_then(first).and_then(first).and_then(|n| n.as_i64()).unwrap_or(0);
    }
    let compiler = &attempt.compiler;
    let batch = part.batch();
    let [start, end] = [batch.start, batch.end].map(engine_text);
    let field = &part.plan.config.event_time;
    let window = compiler.globals.adapter.event_time_window(field, [&start, &end]);
    let relation = compiler.relation(&attempt.node.unique_id);
    let Some((window, relation)) = window.zip(relation) else {
        return 0;
    };
    let query = format!("select count(*) from {} where ({window}) is not true", relation.render());
    let counted = attempt.connection.with(|session| session.query(&query, &[]));
    counted.ok().flatten().and_then(|table| table.scalar()?.as_i64()).unwrap_or(0)
}

/// What there is to say about rows outside of their batch.
pub(super) fn outside(node: &Node, rows: i64) -> Box<Diagnostic> {
    let rows = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
    let field = node.config.get_str("event_time").unwrap_or_default();
    let message = format!(
        "model `{}`: {rows} have a `{field}` outside of their batch, so the next run of the batch adds them again",
        node.name
    );
    Box::new(
        Diagnostic::error(codes::OUTSIDE_BATCH, message)
            .at(node.span_start(), "")
            .hint("`event_time` must be the time by which the inputs are cut"),
    )
}
