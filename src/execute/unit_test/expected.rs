//! The rows that a test expects, as values of the columns that came out, and what differs from them.

use serde_json::Value as Json;

use super::case::Case;
use super::compare::{Compared, compare};
use super::load::{cell, mentioned};
use super::values::{Expected, Kind};
use crate::adapters::{Column, Datum, Table};
use crate::diagnostics::Diagnostic;
use crate::events::RowDiff;
use crate::manifest::Node;
use crate::parse::places::Part;

/// Rows as they are written.
enum Written<'w> {
    /// Mappings of names to values.
    Rows(&'w [Json]),
    /// What a query gave.
    Table(Table),
}

/// Compares the rows of a part of the test with those that came out. Only columns that are mentioned count.
pub(super) fn differs(
    case: &Case<'_>,
    part: Part,
    columns: &[Column],
    rows: &[Vec<Datum>],
) -> Result<Option<RowDiff>, Box<Diagnostic>> {
    let key = if part == Part::ExpectFinal { "expect_final" } else { "expect" };
    let fixture = case.test.body.get(key).unwrap_or(&Json::Null);
    let written = match fixture.get("rows") {
        Some(Json::String(sql)) => Written::Table(queried(case, part, sql)?),
        Some(Json::Array(list)) => Written::Rows(list),
        _ => Written::Rows(&[]),
    };
    let names: Vec<String> = match &written {
        Written::Table(table) => table.column_names.clone(),
        // Without a row nothing is mentioned, and every column counts.
        Written::Rows([]) => columns.iter().map(|column| column.name.clone()).collect(),
        Written::Rows(list) => mentioned(list).into_iter().map(str::to_owned).collect(),
    };
    let compared = compared(case, part, &names, (columns, rows))?;
    let is_bare = fixture.get("format").and_then(Json::as_str) == Some("csv");
    let expected = match written {
        Written::Rows(list) => list.iter().map(|row| of_row(row, &names, &compared)).collect(),
        Written::Table(table) => table.rows,
    };
    let expected: Vec<Vec<Expected>> =
        expected.into_iter().map(|row| normal(row, &compared, is_bare)).collect();
    let places: Vec<usize> = compared.iter().map(|of| of.at).collect();
    let actual: Vec<Vec<Datum>> =
        rows.iter().map(|row| places.iter().map(|at| row[*at].clone()).collect()).collect();
    Ok(compare(&compared, &expected, &actual))
}

fn compared(
    case: &Case<'_>,
    part: Part,
    names: &[String],
    (columns, rows): (&[Column], &[Vec<Datum>]),
) -> Result<Vec<Compared>, Box<Diagnostic>> {
    let keys = unique_key(case.model);
    let one = |name: &String| {
        let at = columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
        let at =
            at.ok_or_else(|| case.unknown_column((part, name), (&case.model.name, columns)))?;
        Ok(Compared {
            name: columns[at].name.clone(),
            kind: match Kind::of(&columns[at].dtype) {
                Kind::Unknown => Kind::of_values(rows.iter().map(|row| &row[at])),
                kind => kind,
            },
            is_key: keys.iter().any(|key| key.eq_ignore_ascii_case(name)),
            at,
        })
    };
    names.iter().map(one).collect()
}

fn of_row(row: &Json, names: &[String], compared: &[Compared]) -> Vec<Datum> {
    names.iter().zip(compared).map(|(name, of)| of.kind.read(cell(row, name))).collect()
}

fn normal(row: Vec<Datum>, compared: &[Compared], is_bare: bool) -> Vec<Expected> {
    let cells = row.into_iter().zip(compared);
    cells.map(|(datum, of)| Expected { datum: of.kind.normal(datum), is_bare }).collect()
}

fn queried(case: &Case<'_>, part: Part, sql: &str) -> Result<Table, Box<Diagnostic>> {
    let sql = case.rendered(sql, part)?;
    let table = case.scratch.with(|session| session.query(&sql, &[]));
    let table = table.map_err(|error| case.problem(case.place(part), error))?;
    Ok(table.unwrap_or_default())
}

fn unique_key(model: &Node) -> Vec<String> {
    match model.config.get("unique_key") {
        Some(Json::String(key)) => vec![key.clone()],
        Some(Json::Array(keys)) => {
            keys.iter().filter_map(Json::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}
