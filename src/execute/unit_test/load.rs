//! Rows of fixtures as tables in the database of a test.

use serde_json::Value as Json;

use super::case::{Case, Mode};
use super::inputs::Input;
use super::values::Kind;
use crate::adapters::seed::{Field, InferredType, infer};
use crate::adapters::{AdapterError, Column, Datum, Relation, tables};
use crate::diagnostics::Diagnostic;
use crate::names::did_you_mean;
use crate::parse::places::Part;

impl Case<'_> {
    /// Makes the table of an input.
    pub(super) fn load(&self, input: &Input, mode: Mode) -> Result<(), Box<Diagnostic>> {
        let relation = match (input.is_this, mode) {
            (true, Mode::Table) => self.this().unwrap_or_else(|| input.relation.clone()),
            _ => input.relation.clone(),
        };
        let part = Part::Given(input.at);
        let loaded = match &input.rows {
            Json::String(sql) => self.load_query(input, &relation, &self.rendered(sql, part)?)?,
            rows => {
                let rows = rows.as_array().map_or(&[][..], Vec::as_slice);
                self.load_rows(input, &relation, rows)?
            }
        };
        loaded.map_err(|error| {
            let message = format!("the rows of `{}`: {error}", input.written);
            self.problem(self.place(part), message)
        })
    }

    fn load_query(
        &self,
        input: &Input,
        relation: &Relation,
        sql: &str,
    ) -> Result<Result<(), AdapterError>, Box<Diagnostic>> {
        let described = match self.scratch.with(|session| session.describe(sql)) {
            Ok(described) => described.unwrap_or_default().columns,
            Err(error) => return Ok(Err(error)),
        };
        let names: Vec<&str> = described.iter().map(|column| column.name.as_str()).collect();
        let columns = self.columns(input, &names)?;
        let is_written = |c: &&Column| names.iter().any(|name| name.eq_ignore_ascii_case(&c.name));
        let written: Vec<&Column> = columns.iter().filter(is_written).collect();
        let filled = self.scratch.with(|session| {
            tables::create(session, relation, &columns)?;
            tables::fill(session, relation, &written, sql)
        });
        Ok(filled.map(drop))
    }

    fn load_rows(
        &self,
        input: &Input,
        relation: &Relation,
        rows: &[Json],
    ) -> Result<Result<(), AdapterError>, Box<Diagnostic>> {
        let columns = self.columns(input, &mentioned(rows))?;
        let kinds = kinds(&columns, rows, input.is_csv);
        let mut filled = rows.iter().map(|row| datums(row, &columns, &kinds));
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let made = self.scratch.with(|session| {
            tables::create(session, relation, &columns)?;
            session.insert_rows(relation, &names, &mut filled)
        });
        Ok(made.map(drop))
    }

    /// The columns of an input; an error when it has none of a name. Where not all of them are known, only names that
    /// are nearly those of known ones are taken for mistakes.
    fn columns(&self, input: &Input, names: &[&str]) -> Result<Vec<Column>, Box<Diagnostic>> {
        let finder = self.finder();
        let shape = finder.columns(&input.id);
        let (mut columns, mut is_complete) = (shape.columns.clone(), shape.is_complete);
        if names.iter().any(|name| lacks(&columns, name)) {
            // What is in the database may be older than the project.
            let newer = finder.inferred(&input.id);
            let added = newer.columns.iter().filter(|column| lacks(&shape.columns, &column.name));
            columns.extend(added.cloned());
            is_complete |= newer.is_complete;
        }
        for name in names {
            if !lacks(&columns, name) {
                continue;
            }
            let known = columns.iter().map(|column| column.name.as_str());
            if is_complete || did_you_mean(name, known).is_some() {
                let part = Part::Given(input.at);
                return Err(self.unknown_column((part, name), (&input.name, &columns)));
            }
            columns.push(Column::new(*name, ""));
        }
        if columns.is_empty() {
            let message = format!("nothing tells which columns `{}` has", input.written);
            let at = self.place(Part::Given(input.at));
            let hint = "list its columns in a property file, or write a row with all of them";
            return Err(Box::new(self.problem(at, message).hint(hint)));
        }
        Ok(columns)
    }
}

fn lacks(columns: &[Column], name: &str) -> bool {
    !columns.iter().any(|column| column.name.eq_ignore_ascii_case(name))
}

/// The columns that the rows mention, each once.
pub(super) fn mentioned(rows: &[Json]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for name in rows.iter().filter_map(Json::as_object).flat_map(|row| row.keys()) {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name);
        }
    }
    names
}

/// What the columns hold. A column without a type takes that of all the values of a text without types.
fn kinds(columns: &[Column], rows: &[Json], is_csv: bool) -> Vec<Kind> {
    let kind = |column: &Column| match Kind::of(&column.dtype) {
        Kind::Unknown if is_csv => inferred(rows, &column.name),
        kind => kind,
    };
    columns.iter().map(kind).collect()
}

fn inferred(rows: &[Json], name: &str) -> Kind {
    let field = |row: &Json| -> Vec<Field> { vec![cell(row, name).as_str().map(str::to_owned)] };
    let fields: Vec<Vec<Field>> = rows.iter().map(field).collect();
    match infer(&fields, 1).first() {
        Some(InferredType::Number { .. }) => Kind::Number,
        Some(InferredType::Boolean) => Kind::Boolean,
        _ => Kind::Text,
    }
}

/// A value of a row, whatever the case of its name.
pub(super) fn cell<'r>(row: &'r Json, name: &str) -> &'r Json {
    let find = |row: &'r serde_json::Map<String, Json>| {
        row.get(name).or_else(|| {
            row.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        })
    };
    row.as_object().and_then(find).unwrap_or(&Json::Null)
}

fn datums(row: &Json, columns: &[Column], kinds: &[Kind]) -> Vec<Datum> {
    columns.iter().zip(kinds).map(|(column, kind)| kind.read(cell(row, &column.name))).collect()
}
