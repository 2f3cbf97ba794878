//! `expect_final`: the materialization of the model runs for real in the database of the test.
//!
//! The rows that `given` lists for `this` are the table as it was before. Hooks do not run.

use std::sync::Arc;

use minijinja::value::Value;
use serde_json::json;

use super::case::Case;
use crate::adapters::{Column, Table};
use crate::artifacts::manifest::CompiledInfo;
use crate::compile::CompiledNode;
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Status;
use crate::execute::attempt::Attempt;
use crate::execute::expectations::Sorted;
use crate::execute::ledger::Ledger;
use crate::execute::microbatch::Batches;
use crate::execute::{Ended, Run, Units, expectations, failure, materialization};
use crate::jinja::values;
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
    let (compiler, model) = (&case.compiler, without_hooks(case.model));
    let sorted = sorted(case, &model, compiled)?;
    let (model, compiled) =
        sorted.as_ref().map_or((&model, compiled), |rows| (&rows.node, &rows.kept));
    let id = materialization::of_node(&compiler.globals, model)?;
    let info =
        CompiledInfo { compiled_code: Some(compiled.code.clone()), ..CompiledInfo::default() };
    let mut scope = compiler.scope(model, &case.scratch);
    scope.node = Some(compiler.facts(model, Some(Arc::new(info))));
    let code = Value::from(compiled.code.as_str());
    scope.extra.insert("sql".to_owned(), code.clone());
    scope.extra.insert("compiled_code".to_owned(), code);
    for name in ["pre_hooks", "post_hooks"] {
        scope.extra.insert(name.to_owned(), values::list(Vec::new()));
    }
    let done = Arc::new(scope).call_macro(&id, &[], &[]);
    done.map(drop).map_err(|error| {
        let cause = failure::of_node(compiler, model, &case.scratch, &compiled.code, &error);
        let message = format!("unit test `{}`: {}", case.node.name, cause.message);
        Box::new(Diagnostic { message, ..*cause })
    })
}

/// The rows as the model's expectations sort them.
fn sorted(
    case: &Case<'_>,
    model: &Arc<Node>,
    compiled: &CompiledNode,
) -> Result<Option<Sorted>, Box<Diagnostic>> {
    let run = run(case);
    let mut sorted = Ok(None);
    Attempt::nested(&run, model, &case.scratch, |attempt| {
        sorted = expectations::sort(attempt, model, compiled);
        Ok(Ended::with(Status::Success))
    });
    sorted
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
    }
}

fn without_hooks(model: &Node) -> Arc<Node> {
    let mut model = model.clone();
    for key in ["pre-hook", "post-hook"] {
        model.config.set(key, json!([]));
    }
    Arc::new(model)
}
