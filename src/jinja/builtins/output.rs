//! `log`, `print` and `write`.

use std::sync::Arc;

use minijinja::value::Value;

use crate::events::{Event, Level};
use crate::jinja::args::Args;
use crate::jinja::contexts::Scope;
use crate::jinja::objects::function::function;

/// `log(msg, info=False)`: a line in the log, with `info` on the terminal too.
pub(super) fn log(scope: &Arc<Scope>) -> Option<Value> {
    let scope = scope.clone();
    Some(function("log", move |_, args| {
        let args = Args::new("log", args)?;
        let info = args.truth(1, "info").unwrap_or(false);
        let level = if info { Level::Info } else { Level::Debug };
        scope.message(level, args.required(0, "msg")?.to_string());
        Ok(Value::from(""))
    }))
}

/// `print(msg)`: a line on standard output, also with `--quiet`.
pub(super) fn print(scope: &Arc<Scope>) -> Option<Value> {
    let scope = scope.clone();
    Some(function("print", move |_, args| {
        let text = Args::new("print", args)?.required(0, "msg")?.to_string();
        if scope.globals.print {
            scope.globals.sink.emit(Event::Print(text));
        }
        Ok(Value::from(""))
    }))
}

/// `write(payload)`: dbt writes it below `target/run`; forge writes the executed statements there itself.
pub(super) fn write(_: &Arc<Scope>) -> Option<Value> {
    Some(function("write", |_, _| Ok(Value::from(""))))
}
