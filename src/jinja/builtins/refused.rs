//! Names that dbt has and that cannot do their work here; calling one says why.

use std::sync::Arc;

use minijinja::Error;
use minijinja::value::Value;

use crate::diagnostics::codes;
use crate::jinja::args::Args;
use crate::jinja::coded::coded;
use crate::jinja::contexts::{Phase, Scope};
use crate::jinja::objects::function::function;

/// `submit_python_job`: Python models do not run here.
pub(super) fn submit_python_job(_: &Arc<Scope>) -> Option<Value> {
    Some(function("submit_python_job", |_, _| {
        Err(coded(
            codes::UNSUPPORTED,
            "python models are not supported; this engine runs SQL",
            None,
        ))
    }))
}

/// `adapter_macro(name)`: dbt gave it up for `adapter.dispatch`.
pub(super) fn adapter_macro(_: &Arc<Scope>) -> Option<Value> {
    Some(function("adapter_macro", |_, args| {
        let name = Args::new("adapter_macro", args)?.text(0, "name")?;
        let hint = match name.split_once('.') {
            Some((package, name)) => format!("write `adapter.dispatch('{name}', '{package}')(…)`"),
            None => format!("write `adapter.dispatch('{name}')(…)`"),
        };
        let message = format!("adapter_macro() is gone, and was called for `{name}`");
        Err(coded(codes::UNSUPPORTED, message, Some(hint)))
    }))
}

/// `metric(name)`: forge reads no metrics.
pub(super) fn metric(scope: &Arc<Scope>) -> Option<Value> {
    Some(absent(scope, "metric"))
}

/// A reference to a kind of resource of which there are none; harmless while parsing.
fn absent(scope: &Arc<Scope>, kind: &'static str) -> Value {
    let phase = scope.phase;
    function(kind, move |_, args| {
        let args = Args::new(kind, args)?;
        match phase {
            Phase::Parse => Ok(Value::from("")),
            Phase::Runtime => Err(unknown(kind, &args)),
        }
    })
}

fn unknown(kind: &str, args: &Args) -> Error {
    let name = args.positional().last().map(ToString::to_string).unwrap_or_default();
    coded(codes::UNKNOWN_REF, format!("there is no {kind} `{name}`; forge has no {kind}s"), None)
}
