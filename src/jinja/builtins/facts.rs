//! Names that stand for a value: the node, the target, the run.

use std::fmt;
use std::sync::Arc;

use minijinja::State;
use minijinja::value::{Object, Value};
use serde_json::Value as Json;

use super::modules;
use crate::artifacts::DBT_VERSION;
use crate::jinja::args::{Args, invalid};
use crate::jinja::contexts::{ModelValue, NodeFacts, Scope};
use crate::jinja::objects::function::function;
use crate::jinja::objects::{adapter as adapter_object, api as api_object, relation};
use crate::jinja::values;
use crate::manifest::Batch;

fn node(scope: &Arc<Scope>) -> Option<&NodeFacts> {
    scope.node.as_ref()
}

pub(super) fn adapter(scope: &Arc<Scope>) -> Option<Value> {
    Some(adapter_object::adapter(scope))
}

pub(super) fn api(scope: &Arc<Scope>) -> Option<Value> {
    Some(api_object::api(&scope.globals))
}

pub(super) fn column(scope: &Arc<Scope>) -> Option<Value> {
    api(scope)?.get_attr("Column").ok()
}

/// dbt's own `ref`, `source`, `config` …, whatever a project made of the names.
pub(super) fn builtins(scope: &Arc<Scope>) -> Option<Value> {
    Some(Value::from_object(Builtins(scope.clone())))
}

struct Builtins(Arc<Scope>);

impl fmt::Debug for Builtins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<builtins>")
    }
}

impl Object for Builtins {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        super::lookup(&self.0, key.as_str()?)
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, minijinja::Error> {
        if method == "keys" {
            return Ok(values::list(super::names().map(Value::from).collect()));
        }
        match super::lookup(&self.0, method) {
            Some(function) => function.call(state, args),
            None => Err(crate::jinja::args::unknown_method("builtins", method)),
        }
    }
}

/// All names at once: `context['name']`.
pub(super) fn context(scope: &Arc<Scope>) -> Option<Value> {
    Some(Value::from_dyn_object(scope.clone()))
}

/// The node's database; of a macro that is called for itself, the target's.
pub(super) fn database(scope: &Arc<Scope>) -> Option<Value> {
    let Some(this) = node(scope).and_then(|node| node.this.as_ref()) else {
        return Some(Value::from(scope.globals.adapter.database()));
    };
    Some(this.database.as_deref().map_or(Value::from(()), Value::from))
}

/// The node's schema; of a macro that is called for itself, the target's.
pub(super) fn schema(scope: &Arc<Scope>) -> Option<Value> {
    let Some(this) = node(scope).and_then(|node| node.this.as_ref()) else {
        return Some(Value::from(scope.globals.adapter.schema()));
    };
    Some(this.schema.as_deref().map_or(Value::from(()), Value::from))
}

pub(super) fn dbt_metadata_envs(scope: &Arc<Scope>) -> Option<Value> {
    const PREFIX: &str = "DBT_ENV_CUSTOM_ENV_";
    let all = scope.globals.host.env_all();
    Some(values::dict(all.into_iter().filter_map(|(name, value)| {
        Some((name.strip_prefix(PREFIX)?.to_owned(), Value::from(value)))
    })))
}

pub(super) fn dbt_version() -> Value {
    Value::from(DBT_VERSION)
}

pub(super) fn execute(scope: &Arc<Scope>) -> Option<Value> {
    Some(Value::from(scope.executes()))
}

pub(super) fn flags(scope: &Arc<Scope>) -> Option<Value> {
    Some(scope.globals.flags.clone())
}

pub(super) fn graph(scope: &Arc<Scope>) -> Option<Value> {
    match &scope.resolver {
        Some(resolver) => Some(resolver.graph()),
        // dbt: while parsing, `graph` holds empty collections.
        None => Some(values::dict(
            [
                "exposures",
                "functions",
                "groups",
                "metrics",
                "nodes",
                "saved_queries",
                "semantic_models",
                "sources",
                "unit_tests",
            ]
            .map(|name| (name, values::dict(Vec::<(&str, Value)>::new()))),
        )),
    }
}

pub(super) fn invocation_args_dict(scope: &Arc<Scope>) -> Option<Value> {
    Some(values::to_mutable(&scope.globals.invocation_args))
}

pub(super) fn invocation_id(scope: &Arc<Scope>) -> Option<Value> {
    Some(Value::from(scope.globals.invocation_id.as_str()))
}

pub(super) fn model(scope: &Arc<Scope>) -> Option<Value> {
    let make = node(scope)?.model.clone();
    let batch = scope.batch;
    let made = || values::Dict::lazy(move || model_dict(&make, batch.as_ref()));
    Some(scope.model.get_or_init(made).clone())
}

fn model_dict(make: &ModelValue, batch: Option<&Batch>) -> Value {
    let mut json = (make.0)();
    omit_none(&mut json);
    if let Some(code) = json.get("compiled_code").cloned() {
        json["compiled_sql"] = code;
    }
    let model = values::to_mutable(&json);
    if let Some((batch, dict)) = batch.zip(model.downcast_object_ref::<values::Dict>())
        && let Ok(key) = values::Key::new(Value::from("batch"))
    {
        dict.insert(key, batch_facts(batch));
    }
    model
}

/// `model.batch`: dbt's moments are Python's, in UTC.
fn batch_facts(batch: &Batch) -> Value {
    values::dict([
        ("id", Value::from(batch.id())),
        ("event_time_start", modules::datetime_utc(batch.start)),
        ("event_time_end", modules::datetime_utc(batch.end)),
    ])
}

/// Drops what is not set, as dbt does for `model`; what users wrote in free-form keys stays as it is.
fn omit_none(json: &mut Json) {
    const FREE: [&str; 4] = ["meta", "kwargs", "unrendered_config", "arguments"];
    match json {
        Json::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.iter_mut().filter(|(key, _)| !FREE.contains(&key.as_str())).for_each(
                |(_, value)| {
                    omit_none(value);
                },
            );
        }
        Json::Array(items) => items.iter_mut().for_each(omit_none),
        _ => {}
    }
}

pub(super) fn project_name(scope: &Arc<Scope>) -> Option<Value> {
    Some(Value::from(&*scope.globals.root_package))
}

/// `render(text)`: renders a template in the same names.
pub(super) fn render(scope: &Arc<Scope>) -> Option<Value> {
    let scope = scope.clone();
    Some(function("render", move |_, args| {
        let text = Args::new("render", args)?.text(0, "string")?;
        let rendered = scope.render("render()", &text);
        rendered.map(Value::from).map_err(|error| invalid(error.message))
    }))
}

pub(super) fn run_started_at(scope: &Arc<Scope>) -> Option<Value> {
    Some(modules::datetime_utc(scope.globals.started_at))
}

pub(super) fn target(scope: &Arc<Scope>) -> Option<Value> {
    Some(scope.globals.target.clone())
}

pub(super) fn this(scope: &Arc<Scope>) -> Option<Value> {
    node(scope)?.this.clone().map(relation::relation)
}

pub(super) fn thread_id() -> Value {
    let thread = std::thread::current();
    // dbt: Python's names of threads.
    Value::from(thread.name().filter(|name| *name != "main").unwrap_or("MainThread"))
}
