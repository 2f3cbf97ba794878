//! Seeds: the CSV file as a table that the seed materialization loads.

use std::sync::Arc;

use minijinja::value::Value;
use serde_json::Value as Json;

use super::Run;
use crate::adapters::seed::Seed;
use crate::adapters::{AdapterError, Table};
use crate::diagnostics::{Diagnostic, codes};
use crate::jinja::objects::function::function;
use crate::jinja::objects::results;
use crate::manifest::{Node, NodeKind};

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
    let declared = node
        .config
        .get("column_types")
        .and_then(Json::as_object)
        .cloned()
        .unwrap_or_default();
    let text_columns: Vec<String> = declared.keys().cloned().collect();
    let delimiter = node
        .config
        .get_str("delimiter")
        .and_then(|d| d.bytes().next())
        .unwrap_or(b',');
    let loaded =
        Seed::from_csv(&text, delimiter, &text_columns).map_err(|error| problem(node, &error))?;
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
