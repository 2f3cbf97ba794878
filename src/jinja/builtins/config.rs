//! `config(…)`, `config.get`, `config.require` and its kin.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Kwargs, Object, ObjectRepr, Rest, Value, from_args};
use minijinja::{Error, State};
use serde_json::Value as Json;

use crate::diagnostics::codes;
use crate::jinja::args::{Args, unknown_method};
use crate::jinja::coded::coded;
use crate::jinja::contexts::{Phase, Scope};
use crate::jinja::objects::function::function;
use crate::jinja::values;
use crate::manifest::config::SNAPSHOT_COLUMNS;
use crate::manifest::{Node, ResourceType};

/// The value of `config`.
pub(super) fn config(scope: &Arc<Scope>) -> Option<Value> {
    Some(Value::from_object(ConfigObject(scope.clone())))
}

const METHODS: &[&str] = &[
    "get",
    "meta_get",
    "meta_require",
    "persist_column_docs",
    "persist_relation_docs",
    "require",
    "set",
];

struct ConfigObject(Arc<Scope>);

impl fmt::Debug for ConfigObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<config>")
    }
}

impl ConfigObject {
    fn value(&self, name: &str) -> Option<Json> {
        let node = &self.0.node.as_ref()?.node;
        if name == "snapshot_table_column_names" && node.resource_type == ResourceType::Snapshot {
            return Some(snapshot_columns(node));
        }
        let found = node.config.effective(name, node.resource_type);
        (!found.is_null()).then_some(found)
    }

    fn meta(&self, name: &str) -> Option<Json> {
        self.value("meta")?.get(name).filter(|value| !value.is_null()).cloned()
    }

    fn get(&self, args: &[Value]) -> Result<Value, Error> {
        let args = Args::new("config.get", args)?;
        let name = args.text(0, "name")?;
        let default = args.optional(1, "default").unwrap_or(Value::from(()));
        if self.0.phase == Phase::Parse {
            // dbt: while parsing, `config.get` answers with nothing, so that no branch depends on it.
            return Ok(Value::from(""));
        }
        Ok(self.value(&name).map_or(default, |value| values::to_mutable(&value)))
    }

    fn require(&self, args: &[Value]) -> Result<Value, Error> {
        let args = Args::new("config.require", args)?;
        let name = args.text(0, "name")?;
        if self.0.phase == Phase::Parse {
            return Ok(Value::from(""));
        }
        match self.value(&name) {
            Some(value) => Ok(values::to_mutable(&value)),
            None => Err(coded(
                codes::BAD_CONFIG,
                format!("the configuration `{name}` is required here and is not set"),
                None,
            )),
        }
    }

    fn meta_get(&self, args: &[Value]) -> Result<Value, Error> {
        let args = Args::new("config.meta_get", args)?;
        let found = self.meta(&args.text(0, "name")?);
        Ok(found.map_or_else(
            || args.optional(1, "default").unwrap_or(Value::from(())),
            |value| values::to_mutable(&value),
        ))
    }

    fn meta_require(&self, args: &[Value]) -> Result<Value, Error> {
        let args = Args::new("config.meta_require", args)?;
        let name = args.text(0, "name")?;
        match self.meta(&name) {
            Some(value) => Ok(values::to_mutable(&value)),
            None if self.0.phase == Phase::Parse => Ok(Value::from("")),
            None => Err(coded(
                codes::BAD_CONFIG,
                format!("the configuration `meta.{name}` is required here and is not set"),
                None,
            )),
        }
    }

    fn persist(&self, part: &str) -> Value {
        let on = self.value("persist_docs").and_then(|docs| docs.get(part)?.as_bool());
        Value::from(on.unwrap_or(false))
    }
}

/// dbt: the names of the columns that a snapshot adds, those of `snapshot_meta_column_names` over the usual ones.
fn snapshot_columns(node: &Node) -> Json {
    let own = node.config.get("snapshot_meta_column_names");
    let name = |usual: &&str| {
        let own = own.and_then(|own| own.get(*usual)).and_then(Json::as_str);
        ((*usual).to_owned(), Json::from(own.filter(|own| !own.is_empty()).unwrap_or(usual)))
    };
    Json::Object(SNAPSHOT_COLUMNS.iter().map(name).collect())
}

/// dbt: a hook is given as `pre-hook` or as `pre_hook`, not as both.
fn refuse_both_spellings(has: impl Fn(&str) -> bool) -> Result<(), Error> {
    for (dashed, joined) in [("pre-hook", "pre_hook"), ("post-hook", "post_hook")] {
        if has(dashed) && has(joined) {
            return Err(coded(
                codes::BAD_CONFIG,
                format!("config() is given `{joined}` and `{dashed}`, which mean the same"),
                Some("put the hooks of both into one list".to_owned()),
            ));
        }
    }
    Ok(())
}

impl Object for ConfigObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    /// dbt: configuration is not an attribute, it is asked for with `get`.
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = *METHODS.iter().find(|name| Some(**name) == key.as_str())?;
        let this = Value::from_dyn_object(self.clone());
        Some(function(name, move |state, args| this.call_method(state, name, args)))
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        if self.0.phase != Phase::Parse {
            return Ok(Value::from(""));
        }
        let (Rest(positional), named): (Rest<Value>, Kwargs) = from_args(args)?;
        let mut capture = self.0.capture.lock().expect("invariant: no panic under lock");
        for mapping in positional {
            if let Json::Object(map) = values::to_json(&mapping)? {
                refuse_both_spellings(|name| map.contains_key(name))?;
                capture.config.merge_all(map);
            } else {
                return Err(coded(
                    codes::BAD_CONFIG,
                    format!("config() takes named arguments or one mapping, got {mapping}"),
                    None,
                ));
            }
        }
        refuse_both_spellings(|name| named.has(name))?;
        for name in named.args() {
            let value: Value = named.peek(name)?;
            capture.config.merge(name, setting(&value)?);
        }
        Ok(Value::from(""))
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "get" => self.get(args),
            "require" => self.require(args),
            "set" => {
                let args = Args::new("config.set", args)?;
                let mut capture = self.0.capture.lock().expect("invariant: no panic under lock");
                capture
                    .config
                    .merge(&args.text(0, "name")?, values::to_json(&args.required(1, "value")?)?);
                Ok(Value::from(""))
            }
            "meta_get" => self.meta_get(args),
            "meta_require" => self.meta_require(args),
            "persist_relation_docs" => Ok(self.persist("relation")),
            "persist_column_docs" => Ok(self.persist("columns")),
            _ => Err(unknown_method("config", method)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<config>")
    }
}

/// A value as configuration keeps it. dbt: a date or a moment (`begin`) stays one, and prints as ISO text.
fn setting(value: &Value) -> Result<Json, Error> {
    match values::to_json(value) {
        Err(_) if crate::jinja::python::is_moment(value) => Ok(Json::from(value.to_string())),
        made => made,
    }
}
