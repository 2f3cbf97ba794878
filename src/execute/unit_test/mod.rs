//! Unit tests: the model's SQL over the rows of the test, in a database in memory, beside the rows it should give.
//!
//! `case` makes the database, `compare` tells what differs, `final_table` runs
//! the materialization as well. Nothing has to be built before, and nothing is written to the real database.

use std::sync::Arc;

use serde_json::Value as Json;

use super::attempt::Attempt;
use super::{Ended, Run};
use crate::adapters::{Column, Table};
use crate::check::shapes;
use crate::compile::{CompiledNode, with_ctes};
use crate::diagnostics::{Diagnostic, codes};
use crate::events::{RowDiff, Status};
use crate::jinja::contexts::Connection;
use crate::manifest::Node;
use crate::names::UniqueId;
use crate::parse::places::Part;

mod case;
mod compare;
mod expected;
mod final_table;
mod inputs;
mod load;
mod nodes;
mod overrides;
mod values;

use case::{Case, Mode};
use expected::differs;
pub use nodes::Units;

/// Runs a unit test. `connection` is the real database, which tells columns.
pub(super) fn run(run: &Run<'_>, node: &Arc<Node>, connection: &Arc<Connection>) -> Ended {
    Attempt::make(run, node, connection, judged)
}

fn judged(attempt: &mut Attempt<'_>) -> Result<Ended, Box<Diagnostic>> {
    let Attempt { run, node, connection, .. } = *attempt;
    let test = run.compiler.manifest.definitions.get(&node.unique_id);
    let has = |key: &str| test.and_then(|test| test.body.get(key)).is_some_and(is_written);
    let final_only = has("expect_final") && !has("expect");
    if !final_only {
        let case = Case::new(run, node, connection, Mode::Query)?;
        let (compiled, used) = case.compile()?;
        attempt.keep(&published(&case, &compiled, used)?);
        if let Some(diff) = of_query(&case, &compiled)? {
            return Ok(failed(attempt, Part::Expect, diff));
        }
    }
    if has("expect_final") {
        let case = Case::new(run, node, connection, Mode::Table)?;
        let (compiled, used) = case.compile()?;
        if final_only {
            attempt.keep(&published(&case, &compiled, used)?);
        }
        let (columns, table) = final_table::rows(&case, &compiled)?;
        if let Some(diff) = differs(&case, Part::ExpectFinal, &columns, &table.rows)? {
            return Ok(failed(attempt, Part::ExpectFinal, diff));
        }
    }
    Ok(Ended { failures: Some(0), ..attempt.ended(Status::Pass) })
}

/// What is wrong with a unit test, whatever its rows say: columns that are not there, SQL that the engine rejects.
pub fn mistake(run: &Run<'_>, id: &UniqueId, connection: &Arc<Connection>) -> Option<Diagnostic> {
    validated(run, run.node(id)?, connection).err().map(|mistake| *mistake)
}

fn validated(
    run: &Run<'_>,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
) -> Result<(), Box<Diagnostic>> {
    let test = run.compiler.manifest.definitions.get(&node.unique_id);
    let has = |key: &str| test.and_then(|test| test.body.get(key)).is_some_and(is_written);
    if has("expect") || !has("expect_final") {
        let case = Case::new(run, node, connection, Mode::Query)?;
        let (compiled, _) = case.compile()?;
        of_query(&case, &compiled)?;
    }
    if has("expect_final") {
        let case = Case::new(run, node, connection, Mode::Table)?;
        let (compiled, _) = case.compile()?;
        let (columns, table) = final_table::rows(&case, &compiled)?;
        differs(&case, Part::ExpectFinal, &columns, &table.rows)?;
    }
    Ok(())
}

fn is_written(fixture: &Json) -> bool {
    fixture.get("rows").is_some_and(|rows| !rows.is_null())
}

/// What is published: dbt 1.12's form, where the rows are CTEs in front of the model's SQL.
fn published(
    case: &Case<'_>,
    compiled: &CompiledNode,
    used: Vec<usize>,
) -> Result<CompiledNode, Box<Diagnostic>> {
    let list = &case.inputs.list;
    // dbt: the table of the model comes first, read or not.
    let this = list.iter().position(|input| input.is_this);
    let order = this.into_iter().chain(used.into_iter().filter(|at| Some(*at) != this));
    let mut ctes: Vec<(UniqueId, String)> = Vec::new();
    for input in order.map(|at| &list[at]) {
        let has_table = !input.is_this || case.has_table(input);
        if has_table {
            let fixture = case.fixture_sql(input)?;
            let text = format!(" {} as (\n{}\n)", input.relation.render(), fixture.code);
            ctes.push((case.input_id(input), text));
        }
    }
    let code = match ctes.is_empty() {
        true => compiled.code.clone(),
        false => with_ctes(&compiled.code, &ctes),
    };
    Ok(CompiledNode { code, rendered: compiled.rendered.clone(), ctes, ..CompiledNode::default() })
}

fn of_query(case: &Case<'_>, compiled: &CompiledNode) -> Result<Option<RowDiff>, Box<Diagnostic>> {
    let code = &compiled.code;
    let table = case.scratch.with(|session| session.query(code, &[]));
    let table = table.map_err(|error| case.of_sql(code, &error))?.unwrap_or_default();
    let adapter = &case.compiler.globals.adapter;
    let columns = case.scratch.with(|session| Ok(shapes::of_sql(session, &**adapter, code)));
    let columns = columns.ok().flatten().flatten().filter(|c| c.len() == table.column_names.len());
    let columns = columns.unwrap_or_else(|| untyped(&table));
    let columns = case.finder().typed(&case.model.unique_id, columns);
    differs(case, Part::Expect, &columns, &table.rows)
}

fn untyped(table: &Table) -> Vec<Column> {
    table.column_names.iter().map(|name| Column::new(name, "")).collect()
}

/// dbt 1.12: one failure, however many rows differ; the message is the difference.
fn failed(attempt: &Attempt<'_>, part: Part, diff: RowDiff) -> Ended {
    let what = match part {
        Part::ExpectFinal => "the final table",
        _ => "the result",
    };
    let (node, summary) = (attempt.node, diff.summary());
    let message = format!("unit test `{}`: {what} is not as expected: {summary}", node.name);
    Ended {
        message: Some(format!("actual differs from expected: {summary}\n\n{diff}")),
        failures: Some(1),
        diagnostics: vec![Diagnostic::error(codes::TEST_FAILED, message).at(node.span, "")],
        diff: Some(diff),
        ..attempt.ended(Status::Fail)
    }
}
