//! Seeds: the CSV file as a table that the seed materialization loads.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use minijinja::value::Value;
use serde_json::Value as Json;

use super::Run;
use crate::adapters::seed::{Seed, check_declared};
use crate::adapters::{AdapterError, Table};
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Event;
use crate::jinja::objects::function::function;
use crate::jinja::objects::results;
use crate::manifest::{Node, NodeKind};
use crate::names::did_you_mean;

/// The value of `load_agate_table` for a seed.
pub(super) fn loader(run: &Run<'_>, node: &Arc<Node>) -> Result<Value, Box<Diagnostic>> {
    let table = read(run, node)?;
    let value = results::table(Arc::new(table));
    Ok(function("load_agate_table", move |_, _| Ok(value.clone())))
}

fn read(run: &Run<'_>, node: &Node) -> Result<Table, Box<Diagnostic>> {
    let NodeKind::Seed(seed) = &node.kind else {
        return Err(Box::new(Diagnostic::error(
            codes::BUG,
            "only seeds are loaded from files",
        )));
    };
    let path = seed.root_path.join(&node.original_file_path);
    let text = run.compiler.globals.host.read(&path).map_err(|error| {
        Box::new(Diagnostic::error(
            codes::UNREADABLE_FILE,
            format!(
                "seed `{}`: cannot read {}: {error}",
                node.name, node.original_file_path
            ),
        ))
    })?;
    let declared = declared_types(node);
    let text_columns: Vec<String> = declared.keys().cloned().collect();
    let loaded = Seed::from_csv(&text, delimiter(node)?, &text_columns)
        .map_err(|error| problem(node, &error))?;
    check_header(node, &loaded.column_names)?;
    check_declared(&loaded, |name| declared.get(name).map(String::as_str))
        .map_err(|error| problem(node, &error))?;
    warn(run, node, &loaded, &text_columns);
    let types = loaded
        .declared_types()
        .into_iter()
        .map(|t| Some(t.to_owned()))
        .collect();
    Ok(Table {
        column_names: loaded.column_names,
        declared_types: types,
        rows: loaded.rows,
    })
}

/// Config `column_types`.
fn declared_types(node: &Node) -> IndexMap<String, String> {
    let map = node.config.get("column_types").and_then(Json::as_object);
    let pairs = map.into_iter().flatten();
    pairs
        .map(|(name, kind)| (name.clone(), kind.as_str().unwrap_or_default().to_owned()))
        .collect()
}

fn delimiter(node: &Node) -> Result<u8, Box<Diagnostic>> {
    match node.config.get_str("delimiter").map(str::as_bytes) {
        None => Ok(b','),
        Some([one]) if one.is_ascii() => Ok(*one),
        Some(_) => Err(Box::new(Diagnostic::error(
            codes::BAD_CONFIG,
            format!(
                "seed `{}`: the config `delimiter` must be one ASCII character",
                node.name
            ),
        ))),
    }
}

/// Databases do not tell the case of column names apart.
fn check_header(node: &Node, names: &[String]) -> Result<(), Box<Diagnostic>> {
    let mut seen: HashMap<String, &String> = HashMap::new();
    for name in names {
        if let Some(other) = seen.insert(name.to_lowercase(), name) {
            let message = format!(
                "the header has `{other}` and `{name}`, which are one column name to the database"
            );
            return Err(problem(node, &AdapterError::Seed { message, line: 1 }));
        }
    }
    Ok(())
}

/// Says what was accepted but is seldom meant.
fn warn(run: &Run<'_>, node: &Node, loaded: &Seed, declared: &[String]) {
    let place = &node.original_file_path;
    if let Some(first) = loaded.short.first() {
        let what = match first.values {
            0 => "is blank and became a row of nulls".to_owned(),
            values => format!(
                "has {values} of {} values, the others became null",
                loaded.column_names.len()
            ),
        };
        let more = match loaded.short.len() - 1 {
            0 => String::new(),
            1 => "; so is 1 more row".to_owned(),
            more => format!("; so are {more} more rows"),
        };
        let message = format!(
            "seed `{}` ({place}:{}): row {} on line {} {what}{more}",
            node.name, first.line, first.row, first.line
        );
        run.emit(Event::Diagnostic(Diagnostic::warning(
            codes::BAD_SEED,
            message,
        )));
    }
    for name in declared
        .iter()
        .filter(|name| !loaded.column_names.contains(name))
    {
        let message = format!(
            "seed `{}`: `column_types` names the column `{name}`, which {place} does not have",
            node.name
        );
        let known = loaded.column_names.iter().map(String::as_str);
        let warning =
            Diagnostic::warning(codes::UNKNOWN_KEY, message).suggest(did_you_mean(name, known));
        run.emit(Event::Diagnostic(warning));
    }
}

fn problem(node: &Node, error: &AdapterError) -> Box<Diagnostic> {
    let place = match error {
        AdapterError::Seed { line, .. } => format!("{}:{line}", node.original_file_path),
        _ => node.original_file_path.clone(),
    };
    Box::new(Diagnostic::error(
        codes::BAD_SEED,
        format!("seed `{}` ({place}): {error}", node.name),
    ))
}
