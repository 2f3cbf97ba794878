//! Results of statements, and `return`.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, Value};
use minijinja::{Error, State};

use crate::adapters::{Datum, Table};
use crate::jinja::args::{Args, invalid};
use crate::jinja::contexts::Scope;
use crate::jinja::macros;
use crate::jinja::objects::function::function;
use crate::jinja::objects::results;
use crate::jinja::values;

/// `return(value)`: ends the running macro with a typed value.
pub(super) fn return_value() -> Value {
    function("return", macros::return_value)
}

/// The statement whose result tells how the node went; it can be loaded again and again.
const MAIN: &str = "main";

/// `load_result(name)`: `.response`, `.data`, `.table` of a statement; none when there is none.
pub(super) fn load_result(scope: &Arc<Scope>) -> Option<Value> {
    let scope = scope.clone();
    Some(function("load_result", move |_, args| {
        let name = Args::new("load_result", args)?.text(0, "name")?;
        let mut results = scope.results.lock().expect("invariant: no panic under lock");
        let Some(kept) = results.get_mut(&name) else {
            return Ok(Value::from(()));
        };
        if name == MAIN {
            return Ok(kept.clone());
        }
        // dbt: a result is handed out once, so that it can be forgotten.
        match std::mem::replace(kept, Value::UNDEFINED) {
            taken if taken.is_undefined() => {
                Err(invalid(format!("the result of the statement `{name}` was loaded before")))
            }
            result => Ok(result),
        }
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
        let part = |at, name| args.optional(at, name).unwrap_or(Value::from(()));
        let (message, code) = (part(1, "message"), part(2, "code"));
        let response = results::Response { message, code, rows_affected: rows }.value();
        let table = args.optional(4, "agate_table").filter(|v| !v.is_none());
        store(&scope, args.text(0, "name")?, response, table);
        Ok(Value::from(""))
    }))
}

fn store(scope: &Scope, name: String, response: Value, table: Option<Value>) {
    let table = table.unwrap_or_else(|| results::table(Arc::new(Table::default())));
    let result = Value::from_object(Stored { response, table });
    let mut results = scope.results.lock().expect("invariant: no panic under lock");
    results.insert(name, result);
}

/// A result as `load_result` gives it: a dict whose `data` is made when it is asked for.
#[derive(Debug)]
struct Stored {
    response: Value,
    table: Value,
}

impl Stored {
    fn data(&self) -> Value {
        results::as_table(&self.table)
            .map_or_else(|| values::list(Vec::new()), |table| rows(&table))
    }

    fn dict(&self) -> Value {
        let parts = [&self.response, &self.data(), &self.table].map(Value::clone);
        values::dict(["response", "data", "table"].into_iter().zip(parts))
    }
}

impl Object for Stored {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "response" => Some(self.response.clone()),
            "data" => Some(self.data()),
            "table" => Some(self.table.clone()),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&["response", "data", "table"])
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        self.dict().call_method(state, method, args)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.dict())
    }
}

fn rows(table: &Table) -> Value {
    let row = |row: &Vec<Datum>| values::tuple(row.iter().map(results::datum).collect());
    values::list(table.rows.iter().map(row).collect())
}
