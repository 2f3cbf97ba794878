//! `adapter.check_contract(…)` and `adapter.check_contract_rows(…)`: an enforced contract against the query, the table
//! that is there, and the rows.
//!
//! Invariant: columns are compared before anything is written; rows before anything is permanent.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use minijinja::Error;
use minijinja::value::Value;
use serde_json::{Value as Json, json};

use super::adapter::{AdapterObject, database_error, relation_argument};
use super::{constraints, relation};
use crate::adapters::{self, Column, Datum, Relation, Session, Table, print_table};
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Event;
use crate::jinja::args::Args;
use crate::jinja::coded::{Coded, coded};
use crate::jinja::contexts::Scope;
use crate::jinja::values;
use crate::manifest::{Constraint, Node};
use crate::names::did_you_mean;

mod compare;

pub(crate) use compare::{Difference, Sides};

/// How many rows are shown of those that break a contract.
pub(crate) const SHOWN: usize = 5;

fn done() -> Value {
    Value::from("")
}

/// The node of the scope, when there is one with an enforced contract.
fn contracted(scope: &Scope) -> Option<Arc<Node>> {
    let node = scope.node.as_ref().filter(|_| scope.executes()).map(|facts| facts.node.clone())?;
    node.config.contract_enforced().then_some(node)
}

/// `check_contract(sql, existing_relation=none)`: an error unless the columns of the query, and those of the table
/// that is there, are those of the contract.
pub(super) fn check(of: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let (Some(node), Some(connection)) = (contracted(of), &of.connection) else {
        return Ok(done());
    };
    refuse_untyped(&node)?;
    let sql = args.text(0, "sql")?;
    let there = args.optional(1, "existing_relation").as_ref().and_then(relation::as_relation);
    let query = connection.with(|session| session.result_columns(&sql)).map_err(database_error)?;
    let table = match &there {
        Some(there) => connection.with(|s| s.columns(there)).map_err(database_error)?,
        None => None,
    };
    let sides = Sides {
        contract: node.columns.values().map(declared).collect(),
        query: query.unwrap_or_default(),
        table,
        grows: node.config.get_str("on_schema_change") == Some("append_new_columns"),
    };
    let differences = sides.differences(of.globals.adapter.types());
    if differences.is_empty() {
        if let (Some(there), Some(columns)) = (&there, &sides.table) {
            warn_of_old_constraints(of, &node, there, columns)?;
        }
        return Ok(done());
    }
    Err(refused(&node, &sides, &differences))
}

/// `render_contract_types()`: the columns of the contract as DDL, without constraints.
pub(super) fn types(of: &AdapterObject, _: &Args) -> Result<Value, Error> {
    let columns =
        contracted(of).map_or_else(Vec::new, |node| node.columns.values().map(raw).collect());
    Ok(values::list(columns.iter().map(|raw| Value::from(constraints::typed(of, raw))).collect()))
}

/// A column as templates see it.
fn raw(column: &crate::manifest::Column) -> Json {
    json!({
        "name": column.name,
        "data_type": column.data_type,
        "quote": column.quote,
        "constraints": column.constraints,
    })
}

/// Warns of a table that was made before its constraints were declared.
fn warn_of_old_constraints(
    of: &AdapterObject,
    node: &Node,
    there: &Relation,
    columns: &[Column],
) -> Result<(), Error> {
    let Some(connection) = &of.connection else { return Ok(()) };
    let definition =
        connection.with(|session| session.definition(there)).map_err(database_error)?;
    let Some(definition) = definition.flatten().map(|text| squeezed(&text)) else { return Ok(()) };
    let is_there = |column: &&crate::manifest::Column| {
        !column.constraints.is_empty()
            && columns.iter().any(|own| own.name.eq_ignore_ascii_case(&column.name))
    };
    let of_columns =
        node.columns.values().filter(is_there).map(|c| constraints::column(of, &raw(c)));
    let of_model = node.model().map_or(&[][..], |model| &model.constraints);
    let of_model = of_model.iter().filter_map(|one| constraints::on_model(of, one));
    let missing: Vec<String> =
        of_columns.chain(of_model).filter(|text| !definition.contains(&squeezed(text))).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message =
        format!("the table of model `{}` was made without constraints of its contract", node.name);
    let warning = Diagnostic::warning(codes::OLD_CONSTRAINTS, message)
        .at(node.patch_span.unwrap_or_else(|| node.span_start()), "")
        .note(format!("not in the table: {}", missing.join(", ")))
        .hint("`--full-refresh` builds it anew, with all of them");
    of.globals.sink.emit(Event::Diagnostic(warning));
    Ok(())
}

/// Whether the statement that made the table of a node has the constraint in it; none when nothing can be told.
pub(crate) fn is_in(
    scope: &Arc<Scope>,
    node: &Node,
    constraint: &Constraint,
    definition: &str,
) -> Option<bool> {
    let definition = squeezed(definition);
    let has = |text: &str| definition.contains(&squeezed(text));
    let of_model = node.model().map_or(&[][..], |model| &model.constraints);
    let own = of_model.iter().find(|one| Constraint::of(one, None).as_ref() == Some(constraint));
    if let Some(text) = own.and_then(|own| constraints::on_model(scope, own)) {
        return Some(has(&text));
    }
    let columns = constraint.bare_columns();
    let mut own = node
        .columns
        .values()
        .filter(|column| columns.iter().any(|name| name.eq_ignore_ascii_case(&column.name)));
    let first = own.next()?;
    let all = std::iter::once(first).chain(own);
    Some(all.map(|column| constraints::column(scope, &raw(column))).all(|text| has(&text)))
}

/// Whether the engine can keep a foreign key.
pub(crate) fn can_point(scope: &Arc<Scope>, constraint: &Constraint) -> bool {
    constraints::target(scope, constraint).is_some()
}

/// SQL with one blank wherever it has any.
fn squeezed(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A column as the contract has it.
pub(crate) fn declared(column: &crate::manifest::Column) -> Column {
    Column::new(column.name.clone(), column.data_type.clone().unwrap_or_default())
}

fn refuse_untyped(node: &Node) -> Result<(), Error> {
    let untyped = node
        .columns
        .values()
        .filter(|c| c.data_type.as_deref().is_none_or(|t| t.trim().is_empty()));
    let untyped: Vec<&str> = untyped.map(|column| column.name.as_str()).collect();
    if untyped.is_empty() {
        return Ok(());
    }
    let message = format!(
        "model `{}` has an enforced contract, and its columns `{}` have no `data_type`",
        node.name,
        untyped.join("`, `")
    );
    Err(coded(
        codes::CONTRACT,
        message,
        Some("add `data_type` to each of them in the property file".to_owned()),
    ))
}

fn refused(node: &Node, sides: &Sides, differences: &[Difference]) -> Error {
    let others = match sides.table {
        Some(_) => "the query, the table and the contract",
        None => "the query and the contract",
    };
    let names = sides.header();
    let rows = differences.iter().map(|one| one.cells(sides.table.is_some()));
    let rows = rows.map(|row| row.into_iter().map(Datum::Text).collect()).collect();
    let text = print_table(&Table::new(names, rows), wide());
    let message = format!(
        "model `{}` has an enforced contract that failed: {others} have different columns\n{}",
        node.name,
        text.trim_end()
    );
    coded(codes::CONTRACT, message, hint(differences))
}

/// The name that was meant, else what to do about an old table.
fn hint(differences: &[Difference]) -> Option<String> {
    let missing = |wanted: fn(&Difference) -> bool| {
        differences.iter().filter(move |one| wanted(one)).map(|one| one.name.as_str())
    };
    let in_contract: Vec<&str> =
        missing(|one| one.query.is_none() && one.contract.is_some()).collect();
    let slip = missing(|one| one.contract.is_none() && one.query.is_some())
        .find_map(|name| Some((name, did_you_mean(name, in_contract.iter().copied())?)));
    if let Some((name, near)) = slip {
        return Some(format!("the query has `{name}`: did you mean `{near}`?"));
    }
    let is_old = |one: &Difference| one.reason.contains("table");
    differences
        .iter()
        .all(is_old)
        .then(|| "`--full-refresh` builds the table anew, as the contract says".to_owned())
}

fn wide() -> adapters::PrintOptions {
    adapters::PrintOptions { max_columns: None, max_column_width: Some(60), ..Default::default() }
}

/// `check_contract_rows(relation)`: an error when a value in the relation is not of the type that the contract
/// declares, or NULL where the contract forbids it.
pub(super) fn check_rows(of: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let (Some(node), Some(connection)) = (contracted(of), &of.connection) else {
        return Ok(done());
    };
    let relation = relation_argument(args, 0, "relation")?;
    let found = connection.with(|session| broken_rows(session, of, &node, &relation));
    of.contract_rows_checked.store(true, Ordering::Relaxed);
    match found.map_err(database_error)?.flatten() {
        Some(broken) => {
            Err(Error::new(minijinja::ErrorKind::InvalidOperation, broken.message.clone())
                .with_source(broken))
        }
        None => Ok(done()),
    }
}

/// What is wrong with the rows of a relation, by the node's contract.
pub(crate) fn broken_rows(
    session: &mut dyn Session,
    scope: &Scope,
    node: &Node,
    relation: &Relation,
) -> adapters::Result<Option<Coded>> {
    let adapter = &*scope.globals.adapter;
    let constraints = node.constraints();
    let mut rules: Vec<(&str, Option<&str>, String)> = Vec::new();
    for column in node.columns.values() {
        let quoted = adapter.quote(&column.name);
        if constraints.iter().any(|one| one.forbids_null(&column.name)) {
            rules.push((&column.name, None, format!("{quoted} is null")));
        }
        let declared = column.data_type.as_deref().unwrap_or_default();
        if let Some(condition) = adapter.types().violation(&quoted, declared) {
            rules.push((&column.name, Some(declared), condition));
        }
    }
    if rules.is_empty() {
        return Ok(None);
    }
    let sums: Vec<String> = rules.iter().map(|(.., rule)| format!("total({rule})")).collect();
    let counted =
        session.query(&format!("select {} from {}", sums.join(", "), relation.render()), &[])?;
    let counts = counted.rows.first().into_iter().flatten();
    let broken = counts.zip(&rules).find(|(count, _)| as_count(count) > 0);
    let Some((count, (column, declared, condition))) = broken else {
        return Ok(None);
    };
    let sample = format!("select * from {} where {condition} limit {SHOWN}", relation.render());
    let rows = session.query(&sample, &[])?;
    Ok(Some(row_error(node, (column, *declared), as_count(count), &rows)))
}

fn as_count(datum: &Datum) -> i64 {
    match datum {
        Datum::Real(value) => *value as i64,
        other => other.as_i64().unwrap_or(0),
    }
}

fn row_error(
    node: &Node,
    (column, declared): (&str, Option<&str>),
    count: i64,
    rows: &Table,
) -> Coded {
    let name = &node.name;
    let are = if count == 1 { "value is" } else { "values are" };
    let (code, what) = match declared {
        None => {
            let what =
                format!("NOT NULL constraint failed: {}.{column}: {count} {are} NULL", node.alias);
            (codes::CONSTRAINT, what)
        }
        Some(declared) => {
            let what = format!(
                "{count} {are} not of the contract's type `{declared}` in column `{column}`"
            );
            (codes::CONTRACT, what)
        }
    };
    Coded { code, message: format!("model `{name}`: {what}\n{}", sample(rows)), hint: None }
}

/// The first rows, as a table.
pub(crate) fn sample(rows: &Table) -> String {
    let text = print_table(rows, adapters::PrintOptions { max_column_width: Some(40), ..wide() });
    text.trim_end().to_owned()
}
