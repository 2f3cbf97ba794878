//! Seeds: the CSV file as a table that the seed materialization loads.

use std::sync::Arc;

use minijinja::value::Value;
use serde_json::Value as Json;

use super::Run;
use crate::adapters::Table;
use crate::adapters::seed::Seed;
use crate::check::seeds;
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Event;
use crate::jinja::objects::function::function;
use crate::jinja::objects::results;
use crate::manifest::Node;
use crate::names::did_you_mean;

/// The value of `load_agate_table` for a seed.
pub(super) fn loader(run: &Run<'_>, node: &Arc<Node>) -> Result<Value, Box<Diagnostic>> {
    let table = read(run, node)?;
    let value = results::table(Arc::new(table));
    Ok(function("load_agate_table", move |_, _| Ok(value.clone())))
}

fn read(run: &Run<'_>, node: &Node) -> Result<Table, Box<Diagnostic>> {
    let (loaded, warnings) = seeds::read(run.compiler, node)?;
    for warning in warnings {
        run.emit(Event::Diagnostic(warning));
    }
    for warning in unknown_columns(node, &loaded) {
        run.emit(Event::Diagnostic(warning));
    }
    let types = loaded.declared_types().into_iter().map(|t| Some(t.to_owned())).collect();
    let rows = if run.compiler.project.flags.empty { Vec::new() } else { loaded.rows };
    Ok(Table { column_names: loaded.column_names, declared_types: types, rows })
}

/// Types that are declared for columns that the file does not have.
fn unknown_columns(node: &Node, seed: &Seed) -> Vec<Diagnostic> {
    let declared = node.config.get("column_types").and_then(Json::as_object);
    let names = declared.into_iter().flat_map(|types| types.keys());
    let unknown = names.filter(|name| !seed.column_names.contains(name));
    let warning = |name: &String| {
        let message = format!(
            "seed `{}`: `column_types` names the column `{name}`, which the file does not have",
            node.name
        );
        let known = seed.column_names.iter().map(String::as_str);
        Diagnostic::warning(codes::UNKNOWN_KEY, message)
            .at(node.patch_span.unwrap_or_else(|| node.span_start()), "")
            .suggest(did_you_mean(name, known))
    };
    unknown.map(warning).collect()
}
