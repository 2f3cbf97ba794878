//! `exceptions.*` and what raises on behalf of templates.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{Error, State};

use crate::adapters::{Datum, PrintOptions, Table, print_table};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::events::Event;
use crate::jinja::args::Args;
use crate::jinja::coded::coded;
use crate::jinja::contexts::{Phase, Scope};
use crate::jinja::objects::function::function;
use crate::jinja::values;

/// The value of `exceptions`.
pub(super) fn exceptions(scope: &Arc<Scope>) -> Option<Value> {
    Some(Value::from_object(Exceptions(scope.clone())))
}

struct Exceptions(Arc<Scope>);

impl fmt::Debug for Exceptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<exceptions>")
    }
}

/// Functions that stop the node, with the code of their diagnostic.
const RAISING: &[(&str, Code)] = &[
    ("column_type_missing", codes::BAD_CONFIG),
    ("missing_config", codes::BAD_CONFIG),
    ("missing_materialization", codes::UNKNOWN_MATERIALIZATION),
    ("missing_relation", codes::MISSING_RELATION),
    ("raise_ambiguous_alias", codes::RAISED),
    ("raise_ambiguous_catalog_match", codes::RAISED),
    ("raise_cache_inconsistent", codes::RAISED),
    ("raise_compiler_error", codes::RAISED),
    ("raise_contract_error", codes::RAISED),
    ("raise_database_error", codes::SQL_ERROR),
    ("raise_dataclass_not_dict", codes::RAISED),
    ("raise_dep_not_found", codes::RAISED),
    ("raise_dependency_error", codes::RAISED),
    ("raise_duplicate_patch_name", codes::RAISED),
    ("raise_duplicate_resource_name", codes::RAISED),
    ("raise_fail_fast_error", codes::RAISED),
    ("raise_invalid_property_yml_version", codes::RAISED),
    ("raise_not_implemented", codes::UNSUPPORTED),
    ("relation_wrong_type", codes::RAISED),
];

/// Functions that only warn.
const WARNING: [&str; 2] = ["warn", "warn_snapshot_timestamp_data_types"];

impl Object for Exceptions {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if WARNING.contains(&name) {
            let scope = self.0.clone();
            let is_of_snapshot = name != "warn";
            return Some(function("warn", move |_, args| match is_of_snapshot {
                true => warn(&scope, snapshot_types(args)?),
                false => warn(&scope, Args::new("warn", args)?.required(0, "msg")?.to_string()),
            }));
        }
        let (name, code) =
            RAISING[RAISING.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?];
        Some(function(name, move |_, args| Err(raise(name, code, args))))
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        if method == "keys" {
            let names = RAISING.iter().map(|(name, _)| *name).chain(WARNING).map(Value::from);
            return Ok(values::list(names.collect()));
        }
        if self.0.phase == Phase::Parse && is_of_engine(&self.0, state) {
            // What the engine cannot do matters when code runs, not when a project is read.
            return Ok(Value::from(""));
        }
        match self.get_value(&Value::from(method)) {
            Some(raiser) => raiser.call(state, args),
            None => Err(crate::jinja::args::unknown_method("exceptions", method)),
        }
    }
}

/// Whether the running template is a macro of the engine's own package.
fn is_of_engine(scope: &Scope, state: &State<'_, '_>) -> bool {
    let engine = scope.globals.adapter.type_name();
    state
        .name()
        .strip_prefix("macro.dbt_")
        .and_then(|rest| rest.strip_prefix(engine))
        .is_some_and(|rest| rest.starts_with('.'))
}

fn raise(name: &'static str, code: Code, args: &[Value]) -> Error {
    match Args::new(name, args) {
        Err(error) => error,
        Ok(args) => {
            let words: Vec<String> = match args.named("msg") {
                Some(message) => vec![message.to_string()],
                None if name.starts_with("raise_") => {
                    args.positional().first().map(|v| v.to_string()).into_iter().collect()
                }
                None => args.positional().iter().map(ToString::to_string).collect(),
            };
            let text = match name {
                "raise_contract_error" => contract_error(&args),
                _ => words.join(", "),
            };
            let message = match name {
                "missing_config" => format!("a required configuration is missing: {text}"),
                "missing_materialization" => format!("there is no such materialization: {text}"),
                "missing_relation" => format!("the relation {text} does not exist"),
                "relation_wrong_type" => format!("a relation has the wrong type: {text}"),
                _ => text,
            };
            coded(code, message, None)
        }
    }
}

/// `raise_contract_error(yaml_columns, sql_columns)`: what the contract and the query disagree on, as in dbt 1.12.
fn contract_error(args: &Args) -> String {
    let columns = |at, name| -> Vec<(String, String)> {
        let list = args.optional(at, name).and_then(|list| list.try_iter().ok());
        let text =
            |column: &Value, key| column.get_attr(key).map(|v| v.to_string()).unwrap_or_default();
        list.into_iter().flatten().map(|c| (text(&c, "name"), text(&c, "data_type"))).collect()
    };
    let (in_yaml, in_sql) = (columns(0, "yaml_columns"), columns(1, "sql_columns"));
    if in_yaml.is_empty() {
        return "this model has an enforced contract, and its `columns` are not declared"
            .to_owned();
    }
    let find =
        |columns: &[(String, String)], name: &str| columns.iter().find(|c| c.0 == name).cloned();
    let mut rows: Vec<[String; 4]> = Vec::new();
    for (name, kind) in &in_sql {
        match find(&in_yaml, name) {
            None => rows.push([
                name.clone(),
                kind.clone(),
                String::new(),
                "missing in contract".to_owned(),
            ]),
            Some((_, declared)) if declared != *kind => {
                rows.push([name.clone(), kind.clone(), declared, "data type mismatch".to_owned()]);
            }
            Some(_) => {}
        }
    }
    for (name, kind) in in_yaml.iter().filter(|(name, _)| find(&in_sql, name).is_none()) {
        rows.push([name.clone(), String::new(), kind.clone(), "missing in definition".to_owned()]);
    }
    rows.sort();
    let names = ["column_name", "definition_type", "contract_type", "mismatch_reason"];
    let cells = |row: [String; 4]| row.into_iter().map(Datum::Text).collect();
    let table =
        Table::new(names.map(str::to_owned).to_vec(), rows.into_iter().map(cells).collect());
    format!(
        "this model has an enforced contract that failed: its columns are not those of the query\n{}",
        print_table(
            &table,
            PrintOptions { max_columns: None, max_column_width: None, ..PrintOptions::default() }
        )
    )
}

/// `warn_snapshot_timestamp_data_types(snapshot_time_data_type, updated_at_data_type)`: the type of the clock, and the
/// other one of `updated_at`.
fn snapshot_types(args: &[Value]) -> Result<String, Error> {
    let args = Args::new("warn_snapshot_timestamp_data_types", args)?;
    let (clock, updated_at) =
        (args.required(0, "snapshot_time_data_type")?, args.required(1, "updated_at_data_type")?);
    Ok(format!(
        "the times of the snapshot have the type `{clock}`, and its `updated_at` has `{updated_at}`: cast it"
    ))
}

fn warn(scope: &Arc<Scope>, text: String) -> Result<Value, Error> {
    const EVENT: &str = "JinjaLogWarning";
    let code = codes::RAISED;
    if (scope.globals.promotes)(&[EVENT, code.id(), code.name()]) {
        return Err(coded(code, text, None));
    }
    scope.globals.sink.emit(Event::Diagnostic(Diagnostic::warning(code, text)));
    Ok(Value::from(""))
}

/// `try_or_compiler_error(message, function, *args)`.
pub(super) fn try_or_compiler_error(_: &Arc<Scope>) -> Option<Value> {
    Some(function("try_or_compiler_error", |state, args| {
        let parts = Args::new("try_or_compiler_error", args)?;
        let (message, call) = (parts.text(0, "message_if_exception")?, parts.required(1, "func")?);
        let rest = args.get(2..).unwrap_or_default();
        call.call(state, rest).map_err(|_| coded(codes::RAISED, message, None))
    }))
}

/// `validation.any[…]`: accepted, checks nothing.
pub(super) fn validation(_: &Arc<Scope>) -> Option<Value> {
    let any = function("any", |_, _| Ok(Value::from(())));
    Some(values::dict([("any", any)]))
}
