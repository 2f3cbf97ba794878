//! Rows of unit tests: written in the entry, in a file below `fixtures`, or those of a seed.

use serde_json::{Map, Value as Json};

use super::Draft;
use crate::diagnostics::Diagnostic;
use crate::parse::nodes;
use crate::project::File;

/// What it means that no rows are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// They are those of the seed that is the input.
    OfSeed,
    /// A mistake.
    Required,
}

/// The rows of a fixture: a list of mappings, or SQL.
pub(super) fn rows(
    draft: &Draft<'_>,
    fixture: &Map<String, Json>,
    missing: Rows,
) -> Result<Json, Box<Diagnostic>> {
    let format = fixture["format"].as_str().unwrap_or_default();
    let written = &fixture["rows"];
    let file = fixture["fixture"].as_str();
    let wrong = || draft.problem(format!("`rows` do not fit the format `{format}`"));
    match (format, written, file) {
        ("dict", Json::Null, None) if missing == Rows::OfSeed => {
            let input = fixture["input"].as_str().unwrap_or_default();
            Ok(complete_first(of_seed(draft, input)?))
        }
        ("dict", Json::Array(rows), _) => Ok(complete_first(rows.clone())),
        ("csv", _, Some(name)) => {
            Ok(complete_first(csv(&text_of_file(draft, name, ".csv")?, Empty::Null)))
        }
        ("csv", Json::String(text), None) => Ok(complete_first(csv(text, Empty::Null))),
        ("sql", _, Some(name)) => Ok(Json::String(text_of_file(draft, name, ".sql")?)),
        ("sql", Json::String(text), None) => Ok(Json::String(text.clone())),
        ("dict" | "csv" | "sql", ..) => Err(wrong()),
        _ => Err(draft.problem(format!("`{format}` is not a format of rows"))),
    }
}

/// dbt 1.12: the first row without a null changes places with the first row.
fn complete_first(mut rows: Vec<Json>) -> Json {
    let is_complete =
        |row: &Json| row.as_object().is_some_and(|row| row.values().all(|v| !v.is_null()));
    if let Some(at) = rows.iter().position(is_complete) {
        rows.swap(0, at);
    }
    Json::Array(rows)
}

fn text_of_file(draft: &Draft<'_>, name: &str, ending: &str) -> Result<String, Box<Diagnostic>> {
    let files = &draft.package.files.fixtures;
    let is_it = |file: &&File| nodes::stem(&file.path) == name && file.path.ends_with(ending);
    match files.iter().find(is_it) {
        Some(file) => Ok(draft.cx.project.sources.file(file.id).text.trim().to_owned()),
        None => {
            let message = format!("there is no fixture `{name}{ending}` below `fixtures`");
            Err(draft.problem(message))
        }
    }
}

fn of_seed(draft: &Draft<'_>, input: &str) -> Result<Vec<Json>, Box<Diagnostic>> {
    let call = draft.reference(input)?;
    let packages = &draft.cx.project.packages;
    let wanted = call.package.as_deref().unwrap_or(&draft.package.name);
    let seeds = packages.iter().filter(|p| *p.name == *wanted).flat_map(|p| &p.files.seeds);
    let Some(file) = seeds.into_iter().find(|file| nodes::stem(&file.path) == call.name) else {
        return Err(draft.problem(format!("`{input}` has no rows and is not a seed")));
    };
    let text = draft.cx.globals.host.read(&file.absolute);
    let text = text.map_err(|error| draft.problem(format!("`{input}`: {error}")))?;
    Ok(csv(&text, Empty::Text))
}

/// What an empty cell is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    Null,
    Text,
}

fn csv(text: &str, empty: Empty) -> Vec<Json> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let Ok(names) = reader.headers().cloned() else { return Vec::new() };
    let row = |record: csv::StringRecord| {
        let cell = |at: usize| match record.get(at) {
            None => Json::Null,
            Some("") if empty == Empty::Null => Json::Null,
            Some(text) => Json::String(text.to_owned()),
        };
        Json::Object(names.iter().enumerate().map(|(at, n)| (n.to_owned(), cell(at))).collect())
    };
    reader.records().filter_map(Result::ok).map(row).collect()
}
