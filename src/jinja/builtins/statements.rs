//! Results of statements, and `return`.

use std::sync::Arc;

use minijinja::value::Value;

use crate::adapters::{Datum, Table};
use crate::jinja::args::Args;
use crate::jinja::contexts::Scope;
use crate::jinja::macros;
use crate::jinja::objects::function::function;
use crate::jinja::objects::results;
use crate::jinja::values;

/// `return(value)`: ends the running macro with a typed value.
pub(super) fn return_value(_: &Arc<Scope>) -> Option<Value> {
    Some(function("return", |state, args| {
        macros::return_value(state, args)
    }))
}

/// `load_result(name)`: `.response`, `.data`, `.table` of a statement; none when there is none.
pub(super) fn load_result(scope: &Arc<Scope>) -> Option<Value> {
    let scope = scope.clone();
    Some(function("load_result", move |_, args| {
        let name = Args::new("load_result", args)?.text(0, "name")?;
        let results = scope
            .results
            .lock()
            .expect("invariant: no panic under lock");
        Ok(results.get(&name).cloned().unwrap_or(Value::from(())))
    }))
}

/// `store_result(name, response, agate_table=None)`.
pub(super) fn store_result(scope: &Arc<Scope>) -> Option<Value> {
    let scope = scope.clone();
    Some(function("store_result", move |_, args| {
        let args = Args::new("store_result", args)?;
        let table = args.optional(2, "agate_table").filter(|v| !v.is_none());
        let response = args.optional(1, "response").unwrap_or(Value::from(""));
        store(&scope, args.text(0, "name")?, response, table);
        Ok(Value::from(""))
    }))
}

/// `store_raw_result(name, message, code, rows_affected, agate_table=None)`.
pub(super) fn store_raw_result(scope: &Arc<Scope>) -> Option<Value> {
    let scope = scope.clone();
    Some(function("store_raw_result", move |_, args| {
        let args = Args::new("store_raw_result", args)?;
        let rows = args.optional(3, "rows_affected").unwrap_or(Value::from(()));
        let response = values::dict([
            (
                "_message",
                args.optional(1, "message").unwrap_or(Value::from(())),
            ),
            ("code", args.optional(2, "code").unwrap_or(Value::from(()))),
            ("rows_affected", rows),
        ]);
        let table = args.optional(4, "agate_table").filter(|v| !v.is_none());
        store(&scope, args.text(0, "name")?, response, table);
        Ok(Value::from(""))
    }))
}

fn store(scope: &Scope, name: String, response: Value, table: Option<Value>) {
    let table = table.unwrap_or_else(|| results::table(Arc::new(Table::default())));
    let data =
        results::as_table(&table).map_or_else(|| values::list(Vec::new()), |table| rows(&table));
    let result = values::dict([("response", response), ("data", data), ("table", table)]);
    scope
        .results
        .lock()
        .expect("invariant: no panic under lock")
        .insert(name, result);
}

fn rows(table: &Table) -> Value {
    let row = |row: &Vec<Datum>| values::tuple(row.iter().map(results::datum).collect());
    values::list(table.rows.iter().map(row).collect())
}
