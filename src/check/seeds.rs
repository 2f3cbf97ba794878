//! Seeds: what is wrong with their files, at the field that has it.
//!
//! Invariant: `check` and the run read a file by the same rules.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value as Json;

use crate::adapters::AdapterError;
use crate::adapters::seed::{Seed, misfit};
use crate::compile::Compiler;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::{Node, NodeKind};
use crate::project::unreadable;
use crate::source::Span;

/// The rows of a seed's file, and what is doubtful about them.
///
/// # Errors
/// The file cannot be read, or its rows do not fit its header or the types that were declared.
pub fn read(compiler: &Compiler, node: &Node) -> Result<(Seed, Diagnostics), Box<Diagnostic>> {
    let NodeKind::Seed(seed) = &node.kind else {
        return Err(Box::new(Diagnostic::error(codes::BUG, "only seeds are loaded from files")));
    };
    let path = seed.root_path.join(&node.original_file_path);
    let text = compiler.globals.host.read(&path).map_err(|error| {
        let problem = unreadable(&node.original_file_path, &error);
        let message = format!("seed `{}`: {}", node.name, problem.message);
        Box::new(Diagnostic { message, ..problem })
    })?;
    let file = File { compiler, node, path: &path, text: &text, delimiter: delimiter(node)? };
    let declared = types(node);
    let text_columns: Vec<String> = declared.iter().map(|(name, _)| name.clone()).collect();
    let loaded = Seed::from_csv(&text, file.delimiter, &text_columns)
        .map_err(|error| file.rejected(&error))?;
    if let Some((at, reason)) = repeated(&loaded.column_names) {
        return Err(file.problem((1, Some(at)), &reason));
    }
    let declared_type =
        |name: &str| declared.iter().find(|(known, _)| known == name).map(|(_, kind)| &**kind);
    if let Some((line, reason)) = misfit(&loaded, declared_type) {
        let column = loaded.column_names.iter().position(|name| {
            declared_type(name).is_some() && reason.contains(&format!("`{name}`"))
        });
        return Err(file.problem((line, column), &reason));
    }
    let mut warnings = Diagnostics::new();
    file.short_rows(&loaded).into_iter().for_each(|warning| warnings.push(warning));
    file.renamed_columns(&loaded).for_each(|warning| warnings.push(warning));
    Ok((loaded, warnings))
}

/// The types that the project declares for columns.
fn types(node: &Node) -> Vec<(String, String)> {
    let types = node.config.get("column_types").and_then(Json::as_object);
    let text = |(name, kind): (&String, &Json)| {
        (name.clone(), kind.as_str().unwrap_or_default().to_owned())
    };
    types.into_iter().flatten().map(text).collect()
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
fn repeated(names: &[String]) -> Option<(usize, String)> {
    let mut seen: HashMap<String, &String> = HashMap::new();
    names.iter().enumerate().find_map(|(at, name)| {
        let other = seen.insert(name.to_lowercase(), name)?;
        let reason = format!(
            "the header has `{other}` and `{name}`, which are one column name to the database"
        );
        Some((at, reason))
    })
}

/// A seed's file, for what there is to say about it.
struct File<'f> {
    compiler: &'f Compiler,
    node: &'f Node,
    path: &'f Path,
    text: &'f str,
    delimiter: u8,
}

impl File<'_> {
    fn rejected(&self, error: &AdapterError) -> Box<Diagnostic> {
        match error {
            AdapterError::Seed { line, message } => {
                let is_long = message.contains("but the header has");
                let width = is_long.then(|| self.width());
                self.problem((*line, width), &error.to_string())
            }
            _ => self.problem((1, None), &error.to_string()),
        }
    }

    fn problem(&self, place: (u64, Option<usize>), reason: &str) -> Box<Diagnostic> {
        let message = format!("seed `{}`, line {}: {reason}", self.node.name, place.0);
        Box::new(Diagnostic::error(codes::BAD_SEED, message).at(self.place(place), ""))
    }

    /// dbt: a row that is too short gets nulls, and nobody hears of it (1.12).
    fn short_rows(&self, seed: &Seed) -> Option<Diagnostic> {
        let (line, values) = seed.short.first()?;
        let columns = seed.column_names.len();
        let message = format!(
            "seed `{}`, line {line}: the row has {values} of {columns} values; the others are NULL",
            self.node.name
        );
        let warning =
            Diagnostic::warning(codes::BAD_SEED, message).at(self.place((*line, None)), "");
        let others = &seed.short[1..];
        let shown: Vec<String> = others.iter().take(5).map(|(line, _)| line.to_string()).collect();
        let more = if others.len() > shown.len() { ", …" } else { "" };
        Some(match shown.is_empty() {
            true => warning,
            false => warning.note(format!("also on line {}{more}", shown.join(", "))),
        })
    }

    /// dbt: a header that is empty or there already gets another name, and nobody hears of it (1.12).
    fn renamed_columns<'s>(&'s self, seed: &'s Seed) -> impl Iterator<Item = Diagnostic> + 's {
        seed.renamed.iter().map(|one| {
            let (number, name) = (one.index + 1, &one.name);
            let message = match one.header.as_str() {
                "" => format!("column {number} has no name, so it is called `{name}`"),
                header => {
                    format!("`{header}` is there already, so column {number} is called `{name}`")
                }
            };
            let message = format!("seed `{}`: {message}", self.node.name);
            Diagnostic::warning(codes::BAD_SEED, message).at(self.place((1, Some(one.index))), "")
        })
    }

    /// How many columns the header has.
    fn width(&self) -> usize {
        fields(self.line(1).1, self.delimiter).count()
    }

    /// Start and text of a line.
    fn line(&self, line: u64) -> (usize, &str) {
        let before = usize::try_from(line).unwrap_or(1).saturating_sub(1);
        let start: usize = self.text.split_inclusive('\n').take(before).map(str::len).sum();
        (start, self.text[start..].lines().next().unwrap_or_default())
    }

    /// A line, or a field of it, in the file, which is known to the sources from now on.
    fn place(&self, (line, field): (u64, Option<usize>)) -> Span {
        let sources = &self.compiler.project.sources;
        let file = sources.add(&self.node.original_file_path, self.path, self.text);
        let (start, text) = self.line(line);
        let field = field.and_then(|at| fields(text, self.delimiter).nth(at));
        let (from, to) = field.unwrap_or((0, text.len()));
        Span::new(file, start + from, start + to)
    }
}

/// Where the fields of a line are; a separator in quotes separates nothing.
fn fields(line: &str, delimiter: u8) -> impl Iterator<Item = (usize, usize)> {
    let mut is_quoted = false;
    let mut ends: Vec<usize> = Vec::new();
    for (at, byte) in line.bytes().enumerate() {
        is_quoted ^= byte == b'"';
        if byte == delimiter && !is_quoted {
            ends.push(at);
        }
    }
    ends.push(line.len());
    let mut start = 0;
    ends.into_iter().map(move |end| (std::mem::replace(&mut start, end + 1), end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_separator_in_quotes_separates_nothing() {
        let line = "1,\"a,b\",,x";
        let texts: Vec<&str> = fields(line, b',').map(|(from, to)| &line[from..to]).collect();
        assert_eq!(texts, ["1", "\"a,b\"", "", "x"]);
    }
}
