//! `run-operation`: one macro, or SQL of the command line, in a transaction of its own.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use minijinja::value::Value;
use serde_json::json;

use super::write::{results_of, write_artifacts};
use super::{Operation, Prepared, RunSummary, World};
use crate::artifacts::run_results::RunResult;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::events::Event;
use crate::execute;
use crate::jinja::builtins::yaml_value;
use crate::names::{UniqueId, did_you_mean};
use crate::source::yaml;

/// Runs the operation and writes the artifacts, also when it fails.
///
/// # Errors
/// There is no such macro, or its arguments cannot be read; a failure of the macro is in the summary.
pub fn run_operation(
    world: &World,
    prepared: &Prepared,
    operation: &Operation<'_>,
) -> Result<RunSummary, Diagnostics> {
    let start = std::time::Instant::now();
    let compiler = &prepared.compiler;
    let (unique_id, done) = match operation {
        Operation::Macro { name, args } => {
            let unique_id = find(prepared, name)?;
            let args = arguments(world, args.unwrap_or_default())?;
            let done = execute::call_macro(compiler, &unique_id, &args).map(drop);
            (unique_id, done)
        }
        Operation::Sql(sql) => {
            let node = compiler.inline_node(sql).map_err(|d| Diagnostics::from(*d))?;
            let node = Arc::new(node);
            (node.unique_id.clone(), execute::run_sql(compiler, &node))
        }
    };
    let message = done.as_ref().err().map(|diagnostic| diagnostic.message.clone());
    if let Err(diagnostic) = done {
        world.sink.emit(Event::Diagnostic(*diagnostic));
    }
    let result = RunResult {
        status: if message.is_some() { "error" } else { "success" }.to_owned(),
        thread_id: "MainThread".to_owned(),
        execution_time: start.elapsed().as_secs_f64(),
        failures: Some(i64::from(message.is_some())),
        message,
        unique_id: unique_id.to_string(),
        compiled: Some(false),
        ..RunResult::default()
    };
    let mut results = results_of(world, prepared, vec![result]);
    if let Operation::Macro { name, .. } = operation {
        results.args.insert("macro".to_owned(), json!(name));
    }
    write_artifacts(world, prepared, Some(&results), &HashMap::new());
    Ok(RunSummary { results, has_promoted: prepared.judging.has_promoted() })
}

/// The macro of that name. dbt: without a package, any package's will do; the root project's goes first, dbt's own last.
fn find(prepared: &Prepared, name: &str) -> Result<UniqueId, Diagnostics> {
    let globals = &prepared.compiler.globals;
    let (package, bare) = match name.split_once('.') {
        Some((package, bare)) => (Some(package), bare),
        None => (None, name),
    };
    let others = || globals.packages.iter().rev().find_map(|p| globals.macros.get(p, bare));
    let found = match package {
        Some(package) => globals.macros.get(package, bare),
        None => globals
            .macros
            .get(&globals.root_package, bare)
            .or_else(others)
            .or_else(|| globals.macros.get("dbt", bare)),
    };
    if let Some(found) = found {
        return Ok(UniqueId::from(found.unique_id()));
    }
    let message = match package {
        Some(package) => format!("there is no macro `{bare}` in a package `{package}`"),
        None => format!("there is no macro `{name}` in any package"),
    };
    let near = did_you_mean(bare, globals.places.names.iter().map(String::as_str));
    Err(Diagnostic::error(codes::UNKNOWN_NAME, message).suggest(near).into())
}

fn arguments(world: &World, text: &str) -> Result<Vec<(String, Value)>, Diagnostics> {
    let wrong = |reason: &str| {
        Diagnostic::error(codes::BAD_VARS, format!("cannot read `--args`: {reason}"))
            .hint("write a YAML mapping: `--args '{name: value}'`")
    };
    let file = world.sources.add("--args", Path::new("--args"), text);
    let document = yaml::parse(file, text).map_err(|error| wrong(&error.message))?;
    match document.root.as_map() {
        Some(map) => {
            Ok(map.iter().map(|(key, value)| (key.to_owned(), yaml_value(value))).collect())
        }
        None if document.root.is_null() => Ok(Vec::new()),
        None => Err(wrong(&format!("this is {}, not a mapping", document.root.kind())).into()),
    }
}
