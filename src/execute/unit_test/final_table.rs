//! `expect_final`: the materialization of the model runs for real in the database of the test.
//!
//! The rows that `given` lists for `this` are the table as it was before. Hooks do not run.

use std::sync::Arc;

use minijinja::value::Value;

use super::case::Case;
use crate::adapters::{Column, Table};
use crate::artifacts::manifest::CompiledInfo;
use crate::compile::CompiledNode;
use crate::diagnostics::{Diagnostic, codes};
use crate::execute::{failure, materialization};
use crate::jinja::values;

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
    let (compiler, model) = (&case.compiler, case.model);
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
