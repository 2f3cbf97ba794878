//! Rows of unit tests: written in the entry, in a file below `fixtures`, or those of a seed.

use serde_json::{Map, Value as Json};

use super::Draft;
use super::places::{self, Part};
use crate::diagnostics::Diagnostic;
use crate::names::did_you_mean;
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
    part: Part,
    missing: Rows,
) -> Result<Json, Box<Diagnostic>> {
    let format = fixture["format"].as_str().unwrap_or_default();
    let written = &fixture["rows"];
    let name = fixture["fixture"].as_str();
    match (format, written, name) {
        ("dict", Json::Null, None) if missing == Rows::OfSeed => {
            let input = fixture["input"].as_str().unwrap_or_default();
            Ok(complete_first(of_seed(draft, part, input)?))
        }
        ("dict", Json::Array(rows), _) if rows.iter().all(Json::is_object) => {
            Ok(complete_first(rows.clone()))
        }
        ("csv", _, Some(name)) => {
            let file = file(draft, part, name, ".csv")?;
            let text = draft.cx.project.sources.file(file.id).text.clone();
            let rows = csv(&text, Empty::Null).map_err(|BadLine { line, message }| {
                let at = places::line_of(&draft.cx.project.sources, file.id, line);
                draft.problem_at(at, format!("line {line} of `{}`: {message}", file.path))
            })?;
            Ok(complete_first(rows))
        }
        ("csv", Json::String(text), None) => {
            let rows = csv(text, Empty::Null).map_err(|BadLine { line, message }| {
                let at = usize::try_from(line).unwrap_or(1).saturating_sub(1);
                let (sources, name) = (&draft.cx.project.sources, draft.raw.name.span);
                let at =
                    places::of_line(sources, name, part, text.lines().nth(at).unwrap_or_default());
                draft.problem_at(at, format!("line {line} of the rows: {message}"))
            })?;
            Ok(complete_first(rows))
        }
        ("sql", _, Some(name)) => {
            let file = file(draft, part, name, ".sql")?;
            Ok(Json::String(draft.cx.project.sources.file(file.id).text.trim().to_owned()))
        }
        // dbt: the text is a template, and templates lose a last line break.
        ("sql", Json::String(text), None) => {
            Ok(Json::String(text.strip_suffix('\n').unwrap_or(text).to_owned()))
        }
        _ => Err(Box::new(misfit(draft, part, format, written))),
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

fn misfit(draft: &Draft<'_>, part: Part, format: &str, written: &Json) -> Diagnostic {
    let problem = |message: String| draft.problem_in(part, message);
    let wanted = match format {
        "dict" => "a list of mappings, one for each row",
        "csv" => "text: a line of names, then a line for each row",
        "sql" => "text: a query",
        _ => {
            let near = did_you_mean(format, ["dict", "csv", "sql"]);
            return match near {
                Some(near) => {
                    problem(format!("`{format}` is not a format of rows")).suggest(Some(near))
                }
                None => problem(format!("`{format}` is not a format of rows"))
                    .hint("use dict, csv or sql"),
            };
        }
    };
    let problem = match written {
        Json::Null => problem("there are no `rows`".to_owned()),
        _ => problem(format!("`rows` do not fit the format `{format}`")),
    };
    problem.hint(format!("with `format: {format}`, `rows` is {wanted}"))
}

fn file<'d>(
    draft: &Draft<'d>,
    part: Part,
    name: &str,
    ending: &str,
) -> Result<&'d File, Box<Diagnostic>> {
    let files = &draft.package.files.fixtures;
    // People write the ending although dbt does not want it.
    let stem = name.strip_suffix(ending).unwrap_or(name);
    let of_kind = || files.iter().filter(|file| file.path.ends_with(ending));
    let found = of_kind().find(|file| nodes::stem(&file.path) == stem);
    found.ok_or_else(|| {
        let message =
            format!("there is no fixture `{stem}{ending}` below `fixtures` of a test path");
        let names: Vec<&str> = of_kind().map(|file| nodes::stem(&file.path)).collect();
        let near = did_you_mean(stem, names.iter().copied());
        Box::new(draft.problem_in(part, message).suggest(near))
    })
}

fn of_seed(draft: &Draft<'_>, part: Part, input: &str) -> Result<Vec<Json>, Box<Diagnostic>> {
    let no_rows = || {
        let problem = draft.problem_in(part, format!("`{input}` has no rows and is not a seed"));
        Box::new(problem.hint("write `rows: []` for an empty input"))
    };
    if input.trim() == "this" || input.trim_start().starts_with("source") {
        return Err(no_rows());
    }
    let call = draft.reference(input)?;
    let packages = &draft.cx.project.packages;
    let wanted = call.package.as_deref().unwrap_or(&draft.package.name);
    let seeds = packages.iter().filter(|p| *p.name == *wanted).flat_map(|p| &p.files.seeds);
    let mut seeds = seeds.into_iter().filter(|file| nodes::stem(&file.path) == call.name);
    let file = seeds.next().ok_or_else(no_rows)?;
    let problem = |message: String| Box::new(draft.problem_in(part, message));
    let text = draft.cx.globals.host.read(&file.absolute);
    let text = text.map_err(|error| problem(format!("`{input}`: {error}")))?;
    csv(&text, Empty::Text).map_err(|BadLine { line, message }| {
        problem(format!("line {line} of `{}`: {message}", file.path))
    })
}

/// What an empty cell is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    Null,
    Text,
}

/// A line, from 1, that cannot be read.
struct BadLine {
    line: u64,
    message: String,
}

/// Rows of a CSV text; cells that a line leaves out are null.
fn csv(text: &str, empty: Empty) -> Result<Vec<Json>, BadLine> {
    let lead = text.len() - text.trim_start().len();
    let skipped = text[..lead].matches('\n').count() as u64;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(&text.as_bytes()[lead..]);
    let unreadable = |error: csv::Error| BadLine {
        line: skipped + error.position().map_or(1, csv::Position::line),
        message: "it is not CSV".to_owned(),
    };
    let names = reader.headers().map_err(unreadable)?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        if record.len() > names.len() {
            return Err(BadLine {
                line: skipped + record.position().map_or(1, csv::Position::line),
                message: format!("{} values for {} columns", record.len(), names.len()),
            });
        }
        let cell = |at: usize| match record.get(at) {
            None => Json::Null,
            Some("") if empty == Empty::Null => Json::Null,
            Some(text) => Json::String(text.to_owned()),
        };
        let row = names.iter().enumerate().map(|(at, name)| (name.to_owned(), cell(at)));
        rows.push(Json::Object(row.collect()));
    }
    Ok(rows)
}
