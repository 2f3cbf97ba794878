//! Asks the database for the newest row of a source, through the macros that projects may override.

use std::sync::Arc;

use minijinja::value::Value;
use serde_json::{Map, json};

use super::super::{Run, failure};
use super::{Age, moment};
use crate::adapters::{AdapterError, Datum};
use crate::artifacts::manifest::source_json;
use crate::diagnostics::{Diagnostic, codes};
use crate::host::CLOCK;
use crate::jinja::contexts::Connection;
use crate::jinja::diagnose::{Root, adapter_code};
use crate::jinja::error::JinjaError;
use crate::jinja::objects::{relation, results};
use crate::jinja::values;
use crate::manifest::SourceTable;

/// The age of a source.
pub(super) fn age(
    run: &Run<'_>,
    source: &SourceTable,
    connection: &Arc<Connection>,
) -> Result<Age, Box<Diagnostic>> {
    let this = run.compiler.relation(&source.unique_id).map(relation::relation).unwrap_or_default();
    let (name, second) = match (&source.loaded_at_query, &source.loaded_at_field) {
        (Some(query), _) => {
            let sql = rendered(run, source, query, connection)?;
            ("collect_freshness_custom_sql", ("loaded_at_query", Value::from(sql)))
        }
        (None, Some(field)) => {
            ("collect_freshness", ("loaded_at_field", Value::from(field.as_str())))
        }
        (None, None) => return Err(no_field(source)),
    };
    let mut args = vec![("source".to_owned(), this), (second.0.to_owned(), second.1)];
    if source.loaded_at_query.is_none() {
        let filter = source.freshness.get("filter").and_then(|filter| filter.as_str());
        args.push(("filter".to_owned(), filter.map_or(Value::from(()), Value::from)));
    }
    let globals = &run.compiler.globals;
    let called = globals.macros.resolve(&globals.root_package, name).ok_or_else(|| {
        Box::new(Diagnostic::error(codes::BUG, format!("the macro `{name}` is missing")))
    })?;
    let id = crate::names::UniqueId::from(called.unique_id());
    let scope = Arc::new(run.compiler.macro_scope(&id, connection));
    let answer = scope
        .call_macro(called.unique_id(), &[], &args)
        .map_err(|error| failed(run, source, &error))?;
    let mut age = read(source, &answer)?;
    let host = &globals.host;
    if host.env(CLOCK).is_some_and(|told| !told.is_empty()) {
        // The clock of the engine cannot be frozen where portable SQL asks it.
        age.looked_at = host.now();
    }
    Ok(age)
}

/// The query with `this` and `source_node`.
fn rendered(
    run: &Run<'_>,
    source: &SourceTable,
    query: &str,
    connection: &Arc<Connection>,
) -> Result<String, Box<Diagnostic>> {
    let mut scope = run.compiler.macro_scope(&source.unique_id, connection);
    scope.package = source.package_name.clone();
    let this = run.compiler.relation(&source.unique_id).map(relation::relation);
    scope.extra.insert("this".to_owned(), this.unwrap_or_default());
    let node = values::to_mutable(&serde_json::Value::Object(source_json(source)));
    for name in ["model", "source_node"] {
        scope.extra.insert(name.to_owned(), node.clone());
    }
    let sql = Arc::new(scope)
        .render(source.unique_id.as_str(), query)
        .map_err(|error| failed(run, source, &error))?;
    Ok(sql.trim().trim_end_matches(';').to_owned())
}

fn no_field(source: &SourceTable) -> Box<Diagnostic> {
    let message =
        format!("source `{}` has `freshness` but nothing that says when a row came", title(source));
    Box::new(
        Diagnostic::error(codes::BAD_FRESHNESS, message).at(source.span, "").hint(
            "add `loaded_at_field` or `loaded_at_query`, or `freshness: null` to leave it out",
        ),
    )
}

fn title(source: &SourceTable) -> String {
    format!("{}.{}", source.source_name, source.name)
}

fn failed(run: &Run<'_>, source: &SourceTable, error: &JinjaError) -> Box<Diagnostic> {
    let title = title(source);
    match error.downcast::<AdapterError>() {
        Some(cause) => {
            let message = format!("source `{title}`: {}", failure::reason(cause));
            Box::new(Diagnostic::error(adapter_code(cause), message).at(source.span, ""))
        }
        None => {
            let root = Root {
                template: source.unique_id.as_str(),
                span: Some(source.span),
                is_opaque: true,
            };
            let found = run.compiler.globals.places.diagnostic(error, &root);
            Box::new(found.note(format!("in the freshness of source `{title}`")))
        }
    }
}

/// One row of two columns: the newest time, and the time of asking.
fn read(source: &SourceTable, answer: &Value) -> Result<Age, Box<Diagnostic>> {
    // dbt: an older form of the macro gives the table itself.
    let table = match results::as_table(answer) {
        Some(_) => answer.clone(),
        None => answer.get_attr("table").unwrap_or_default(),
    };
    let [newest, looked_at] = cells(&table).ok_or_else(|| wrong_shape(source))?;
    let moment = |cell: &Datum| moment::of_cell(cell).ok_or_else(|| no_time(source, cell));
    let looked_at = moment(&looked_at)?;
    let newest = match newest {
        Datum::Null => None,
        cell => Some(moment(&cell)?),
    };
    Ok(Age { newest, looked_at, response: response(answer) })
}

/// The cells of a query result, or of a list of lists that a macro of the project made.
fn cells(table: &Value) -> Option<[Datum; 2]> {
    if let Some(table) = results::as_table(table) {
        return match table.rows.as_slice() {
            [row] => <[Datum; 2]>::try_from(row.clone()).ok(),
            _ => None,
        };
    }
    let rows: Vec<Value> = table.try_iter().ok()?.collect();
    let [row] = rows.as_slice() else { return None };
    let cells: Vec<Datum> = row.try_iter().ok()?.map(|cell| results::to_datum(&cell)).collect();
    <[Datum; 2]>::try_from(cells).ok()
}

fn response(answer: &Value) -> Map<String, serde_json::Value> {
    let rows = answer.get_attr("response").and_then(|response| response.get_attr("rows_affected"));
    let rows = rows.ok().and_then(|rows| rows.as_i64()).unwrap_or(-1);
    let pairs = [("_message", json!("OK")), ("rows_affected", json!(rows))];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn wrong_shape(source: &SourceTable) -> Box<Diagnostic> {
    let message = format!(
        "source `{}`: the query for its freshness must give one row with two columns, the newest time and the time now",
        title(source)
    );
    Box::new(Diagnostic::error(codes::BAD_FRESHNESS, message).at(source.span, ""))
}

fn no_time(source: &SourceTable, cell: &Datum) -> Box<Diagnostic> {
    let by = match (&source.loaded_at_query, &source.loaded_at_field) {
        (Some(_), _) => "`loaded_at_query`".to_owned(),
        (None, field) => format!("`{}`", field.as_deref().unwrap_or_default()),
    };
    let message = format!("source `{}`: {by} gives `{cell}`, which is not a time", title(source));
    Box::new(
        Diagnostic::error(codes::BAD_FRESHNESS, message)
            .at(source.span, "")
            .hint("make it ISO text such as `2026-01-31 10:00:00`, or seconds since 1970"),
    )
}
