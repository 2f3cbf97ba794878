//! Seeds: the CSV file as a table that the seed materialization loads.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use minijinja::value::Value;
use serde_json::Value as Json;

use super::Run;
use crate::adapters::seed::{Seed, misfit};
use crate::adapters::{AdapterError, Table};
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Event;
use crate::jinja::objects::function::function;
use crate::jinja::objects::results;
use crate::manifest::{Node, NodeKind};
use crate::names::did_you_mean;
use crate::source::Span;

/// The value of `load_agate_table` for a seed.
pub(super) fn loader(run: &Run<'_>, node: &Arc<Node>) -> Result<Value, Box<Diagnostic>> {
    let table = read(run, node)?;
    let value = results::table(Arc::new(table));
    Ok(function("load_agate_table", move |_, _| Ok(value.clone())))
}

fn read(run: &Run<'_>, node: &Node) -> Result<Table, Box<Diagnostic>> {
    let NodeKind::Seed(seed) = &node.kind else {
        return Err(Box::new(Diagnostic::error(codes::BUG, "only seeds are loaded from files")));
    };
    let path = seed.root_path.join(&node.original_file_path);
    let text = run.compiler.globals.host.read(&path).map_err(|error| {
        Box::new(Diagnostic::error(
            codes::UNREADABLE_FILE,
            format!("seed `{}`: cannot read {}: {error}", node.name, node.original_file_path),
        ))
    })?;
    let file = File { run, node, path: &path, text: &text };
    let declared =
        node.config.get("column_types").and_then(Json::as_object).cloned().unwrap_or_default();
    let text_columns: Vec<String> = declared.keys().cloned().collect();
    let loaded =
        Seed::from_csv(&text, delimiter(node)?, &text_columns).map_err(|error| match &error {
            AdapterError::Seed { line, .. } => file.problem(*line, &error.to_string()),
            _ => file.problem(1, &error.to_string()),
        })?;
    if let Some(reason) = repeated(&loaded.column_names) {
        return Err(file.problem(1, &reason));
    }
    let declared_type = |name: &str| declared.get(name).and_then(Json::as_str);
    if let Some((line, reason)) = misfit(&loaded, declared_type) {
        return Err(file.problem(line, &reason));
    }
    file.warn_about_short_rows(&loaded);
    file.warn_about_unknown_columns(&loaded, &text_columns);
    let types = loaded.declared_types().into_iter().map(|t| Some(t.to_owned())).collect();
    let rows = if run.compiler.project.flags.empty { Vec::new() } else { loaded.rows };
    Ok(Table { column_names: loaded.column_names, declared_types: types, rows })
}

fn delimiter(node: &Node) -> Result<u8, Box<Diagnostic>> {
    match node.config.get_str("delimiter").map(str::as_bytes) {
        None => Ok(b','),
        Some([one]) if one.is_ascii() => Ok(*one),
        Some(_) => Err(Box::new(Diagnostic::error(
            codes::BAD_CONFIG,
            format!("seed `{}`: the config `delimiter` must be one ASCII character", node.name),
        ))),
    }
}

/// Two names of a header that are one column, as databases do not tell their case apart.
fn repeated(names: &[String]) -> Option<String> {
    let mut seen: HashMap<String, &String> = HashMap::new();
    names.iter().find_map(|name| {
        let other = seen.insert(name.to_lowercase(), name)?;
        Some(format!(
            "the header has `{other}` and `{name}`, which are one column name to the database"
        ))
    })
}

/// A seed's file, for what there is to say about it.
struct File<'f> {
    run: &'f Run<'f>,
    node: &'f Node,
    path: &'f Path,
    text: &'f str,
}

impl File<'_> {
    fn problem(&self, line: u64, reason: &str) -> Box<Diagnostic> {
        let message = format!("seed `{}`, line {line}: {reason}", self.node.name);
        Box::new(Diagnostic::error(codes::BAD_SEED, message).at(self.line(line), ""))
    }

    /// dbt: a row that is too short gets nulls, and nobody hears of it (1.12).
    fn warn_about_short_rows(&self, seed: &Seed) {
        let Some((line, values)) = seed.short.first() else {
            return;
        };
        let columns = seed.column_names.len();
        let message = format!(
            "seed `{}`, line {line}: the row has {values} of {columns} values; the others are NULL",
            self.node.name
        );
        let mut warning = Diagnostic::warning(codes::BAD_SEED, message).at(self.line(*line), "");
        if let [_, others @ ..] = seed.short.as_slice()
            && !others.is_empty()
        {
            let shown: Vec<String> =
                others.iter().take(5).map(|(line, _)| line.to_string()).collect();
            let more = if others.len() > shown.len() { ", …" } else { "" };
            warning = warning.note(format!("also on line {}{more}", shown.join(", ")));
        }
        self.run.emit(Event::Diagnostic(warning));
    }

    fn warn_about_unknown_columns(&self, seed: &Seed, declared: &[String]) {
        for name in declared.iter().filter(|name| !seed.column_names.contains(name)) {
            let message = format!(
                "seed `{}`: `column_types` names the column `{name}`, which the file does not have",
                self.node.name
            );
            let known = seed.column_names.iter().map(String::as_str);
            let warning = Diagnostic::warning(codes::UNKNOWN_KEY, message)
                .at(self.line(1), "")
                .suggest(did_you_mean(name, known));
            self.run.emit(Event::Diagnostic(warning));
        }
    }

    /// The line in the file, which is known to the sources from now on.
    fn line(&self, line: u64) -> Span {
        let sources = &self.run.compiler.project.sources;
        let file = sources.add(&self.node.original_file_path, self.path, self.text);
        let before = usize::try_from(line).unwrap_or(1).saturating_sub(1);
        let start: usize = self.text.split_inclusive('\n').take(before).map(str::len).sum();
        let length = self.text[start..].lines().next().unwrap_or_default().len();
        Span::new(file, start, start + length)
    }
}
