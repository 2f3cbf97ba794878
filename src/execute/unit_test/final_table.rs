//! `expect_final`: the materialization of the model runs for real in the database of the test.
//!
//! The rows that `given` lists for `this` are the table as it was before. Hooks do not run.

use std::sync::Arc;

use serde_json::json;

use super::case::Case;
use crate::adapters::{Column, Table};
use crate::artifacts::manifest::CompiledInfo;
use crate::compile::CompiledNode;
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Status;
use crate::execute::attempt::Attempt;
use crate::execute::ledger::Ledger;
use crate::execute::microbatch::Batches;
use crate::execute::{Ended, Run, Units, expectations, failure, model};
use crate::manifest::Node;

/// The columns and rows of the model's table afterwards.
pub(super) fn rows(
    case: &Case<'_>,
    compiled: &CompiledNode,
) -> Result<(Vec<Column>, Table), Box<Diagnostic>> {
    let lost = || Box::new(Diagnostic::error(codes::BUG, "a tested model has no relation"));
    let this = case.this().ok_or_else(lost)?;
    let failed = |error| failure::of_transaction(case.node, &error);
    case.scratch.with(|session| session.begin()).map_err(failed)?;
    materialize(case, compiled)?;
    case.scratch.with(|session| session.commit()).map_err(failed)?;
    let read = case.scratch.with(|session| {
        let columns = session.columns(&this)?;
        let table = session.query(&format!("select * from {}", this.render()), &[])?;
        Ok((columns, table))
    });
    let (columns, table) = read.map_err(failed)?.unwrap_or_default();
    Ok((case.finder().typed(&case.model.unique_id, columns), table))
}

fn materialize(case: &Case<'_>, compiled: &CompiledNode) -> Result<(), Box<Diagnostic>> {
    let (run, model) = (run(case), without_hooks(case.model));
    let mut done = Ok(());
    Attempt::nested(&run, &model, &case.scratch, |attempt| {
        done = build(case, attempt, compiled);
        Ok(Ended::with(Status::Success))
    });
    done
}

/// The rows as the model's expectations sort them, and the table that the materialization makes of them.
fn build(
    case: &Case<'_>,
    attempt: &Attempt<'_>,
    compiled: &CompiledNode,
) -> Result<(), Box<Diagnostic>> {
    let sorted = expectations::sort(attempt, attempt.node, compiled)?;
    let (model, compiled) =
        sorted.as_ref().map_or((attempt.node, compiled), |rows| (&rows.node, &rows.kept));
    let info =
        CompiledInfo { compiled_code: Some(compiled.code.clone()), ..CompiledInfo::default() };
    let done = model::materialize(attempt, model, compiled, &Arc::new(info), |_| ());
    done.map(drop).map_err(|cause| {
        let message = format!("unit test `{}`: {}", case.node.name, cause.message);
        Box::new(Diagnostic { message, ..*cause })
    })
}

/// The run as the model sees it in the database of the test.
fn run<'r>(case: &'r Case<'_>) -> Run<'r> {
    Run {
        compiler: &case.compiler,
        dag: case.run.dag,
        wanted: case.run.wanted,
        tests_gate: false,
        threads: 1,
        start_gates: false,
        batches: Batches::default(),
        ledger: Ledger::default(),
        stop: case.run.stop,
        units: Units::default(),
        shared_scans: super::super::SharedScans::default(),
        test_statements: super::super::TestStatements::default(),
    }
}

fn without_hooks(model: &Node) -> Arc<Node> {
    let mut model = model.clone();
    for key in ["pre-hook", "post-hook"] {
        model.config.set(key, json!([]));
    }
    Arc::new(model)
}
