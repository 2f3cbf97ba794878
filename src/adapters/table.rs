//! The rows that a query returned.

use serde_json::{Map, Value};

use super::datum::Datum;

/// Columns and rows; every row is as long as `column_names`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Names as the query gives them; they can repeat.
    pub column_names: Vec<String>,
    /// Declared types of columns that come straight from a table.
    pub declared_types: Vec<Option<String>>,
    /// The values.
    pub rows: Vec<Vec<Datum>>,
}

/// What a column of results holds, judged by its values, as dbt 1.12 judges them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Whole numbers, truth values, or nothing at all.
    Integer,
    /// Numbers of which at least one is a float.
    Number,
    /// At least one text or blob.
    Text,
}

impl Table {
    /// A table without declared types.
    pub fn new(column_names: Vec<String>, rows: Vec<Vec<Datum>>) -> Self {
        let declared_types = vec![None; column_names.len()];
        Self { column_names, declared_types, rows }
    }

    /// The same columns without rows.
    pub fn clone_header(&self) -> Self {
        let (column_names, declared_types) =
            (self.column_names.clone(), self.declared_types.clone());
        Self { column_names, declared_types, rows: Vec::new() }
    }

    /// Position of a column; the exact name first, then the same name in another case.
    pub fn column_index(&self, name: &str) -> Option<usize> {
        let names = &self.column_names;
        names
            .iter()
            .position(|column| column == name)
            .or_else(|| names.iter().position(|column| column.eq_ignore_ascii_case(name)))
    }

    /// The value at a row and a column.
    pub fn cell(&self, row: usize, column: &str) -> Option<&Datum> {
        self.rows.get(row)?.get(self.column_index(column)?)
    }

    /// The first value of the first row.
    pub fn scalar(&self) -> Option<&Datum> {
        self.rows.first()?.first()
    }

    /// The values of one column.
    pub fn column(&self, index: usize) -> impl Iterator<Item = &Datum> {
        self.rows.iter().filter_map(move |row| row.get(index))
    }

    /// What the column holds.
    pub fn column_kind(&self, index: usize) -> ColumnKind {
        let mut kind = ColumnKind::Integer;
        for datum in self.column(index) {
            match datum {
                Datum::Text(_) | Datum::Blob(_) => return ColumnKind::Text,
                Datum::Real(_) => kind = ColumnKind::Number,
                Datum::Null | Datum::Boolean(_) | Datum::Integer(_) => {}
            }
        }
        kind
    }

    /// A list with one object for each row, as `dbt show --output json` prints: one type for each column.
    pub fn to_json(&self) -> Value {
        let kinds: Vec<ColumnKind> =
            (0..self.column_names.len()).map(|index| self.column_kind(index)).collect();
        let rows = self.rows.iter().map(|row| {
            let cells = self.column_names.iter().zip(&kinds).zip(row);
            let object: Map<String, Value> =
                cells.map(|((name, kind), datum)| (name.clone(), json_as(*kind, datum))).collect();
            Value::Object(object)
        });
        Value::Array(rows.collect())
    }
}

fn json_as(kind: ColumnKind, datum: &Datum) -> Value {
    match (kind, datum) {
        (_, Datum::Null) => Value::Null,
        (ColumnKind::Number, Datum::Integer(value)) => Value::from(*value as f64),
        (ColumnKind::Text, other) => Value::from(other.to_string()),
        (_, other) => other.to_json(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_gives_each_column_one_type() {
        let table = Table::new(
            vec!["n".into(), "t".into(), "i".into()],
            vec![vec![1.into(), 1.5.into(), Datum::Null], vec![2.5.into(), "a".into(), 3.into()]],
        );
        let expected = r#"[{"n":1.0,"t":"1.5","i":null},{"n":2.5,"t":"a","i":3}]"#;
        assert_eq!(table.to_json().to_string(), expected);
    }

    #[test]
    fn columns_are_found_in_any_case() {
        let table = Table::new(vec!["A".into()], vec![vec![1.into()]]);
        assert_eq!(table.cell(0, "a"), Some(&Datum::Integer(1)));
        assert_eq!(table.cell(1, "a"), None);
    }
}
