//! Query results as templates see them: a table with columns, rows and dbt's (agate's) ways to reach them.
//!
//! dbt types a column by its values: whole numbers, decimals when one has a fraction, else text.

use std::fmt;
use std::sync::{Arc, OnceLock};

use minijinja::Error;
use minijinja::value::{ObjectRepr, Value, ValueKind};

use super::class::{self, Attribute, Class, Method};
use crate::adapters::{ColumnKind, Datum, PrintOptions, Table, print_table};
use crate::events::{Event, EventSink};
use crate::jinja::args::Args;
use crate::jinja::values::{self, Decimal};

mod reshape;
mod response;
mod sequence;

pub(crate) use response::{Response, response};

use sequence::{Mapped, Part};

/// A query result, with the types of its columns once they were asked for.
#[derive(Clone)]
pub(crate) struct Frame {
    table: Arc<Table>,
    kinds: OnceLock<Vec<ColumnKind>>,
    /// Where `print_table()` prints.
    sink: Option<Arc<dyn EventSink>>,
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Frame")
    }
}

impl Frame {
    fn kinds(&self) -> &[ColumnKind] {
        let columns = 0..self.table.column_names.len();
        self.kinds.get_or_init(|| columns.map(|at| self.table.column_kind(at)).collect())
    }

    fn cell(&self, row: usize, column: usize) -> Value {
        let datum = self.table.rows.get(row).and_then(|row| row.get(column));
        datum.map_or(Value::from(()), |datum| typed(self.kinds()[column], datum))
    }

    /// The same kinds of columns over other rows.
    fn with_rows(&self, rows: Vec<Vec<Datum>>) -> Value {
        self.kinds();
        let table = Table { rows, ..self.table.clone_header() };
        class::value(TableObject(Arc::new(Frame { table: Arc::new(table), ..self.clone() })))
    }
}

/// A query result in a template.
pub(crate) struct TableObject(Arc<Frame>);

/// The value of a query result.
pub fn table(table: Arc<Table>) -> Value {
    printing_table(table, None)
}

/// The value of a query result that prints itself to `sink`.
pub(crate) fn printing_table(table: Arc<Table>, sink: Option<Arc<dyn EventSink>>) -> Value {
    let table = reshape::with_agates_names(table);
    class::value(TableObject(Arc::new(Frame { table, kinds: OnceLock::new(), sink })))
}

/// The query result behind a value.
pub fn as_table(value: &Value) -> Option<Arc<Table>> {
    class::get::<TableObject>(value).map(|object| object.0.table.clone())
}

/// One cell as a template value.
pub(crate) fn datum(datum: &Datum) -> Value {
    match datum {
        Datum::Null => Value::from(()),
        Datum::Boolean(value) => Value::from(*value),
        Datum::Integer(value) => Value::from(*value),
        Datum::Real(value) => Value::from(*value),
        Datum::Text(text) => Value::from(text.as_str()),
        Datum::Blob(bytes) => Value::from_bytes(bytes.clone()),
    }
}

/// One cell in a column of a kind.
fn typed(kind: ColumnKind, cell: &Datum) -> Value {
    match (kind, cell) {
        (_, Datum::Null) => Value::from(()),
        (ColumnKind::Text, cell) => Value::from(cell.to_string()),
        (ColumnKind::Number, Datum::Integer(value)) => {
            Value::from_object(Decimal::from_int(i128::from(*value)))
        }
        (ColumnKind::Number, Datum::Real(value)) => {
            Decimal::from_f64(*value).map_or(Value::from(*value), Value::from_object)
        }
        (_, cell) => datum(cell),
    }
}

/// A template value as one cell.
pub(crate) fn to_datum(value: &Value) -> Datum {
    if value.is_none() || value.is_undefined() {
        return Datum::Null;
    }
    if let Some(decimal) = values::decimal(value) {
        return Datum::Real(decimal.to_f64());
    }
    match value.kind() {
        ValueKind::Bool => Datum::Boolean(value.is_true()),
        ValueKind::Number => match value.as_i64() {
            Some(n) if value.is_integer() => Datum::Integer(n),
            _ => f64::try_from(value.clone())
                .map_or_else(|_| Datum::Text(value.to_string()), Datum::Real),
        },
        ValueKind::Bytes => Datum::Blob(value.as_bytes().unwrap_or_default().to_vec()),
        _ => Datum::Text(value.to_string()),
    }
}

impl Class for TableObject {
    const NAME: &'static str = "a query result";
    const SHAPE: ObjectRepr = ObjectRepr::Iterable;

    const ATTRIBUTES: &'static [(&'static str, Attribute<Self>)] = &[
        ("rows", |of| Mapped::value(&of.0, Part::Rows)),
        ("columns", |of| Mapped::value(&of.0, Part::Columns)),
        ("column_names", |of| names(&of.0.table)),
        ("column_types", |of| {
            values::tuple(of.0.kinds().iter().map(|kind| class::value(DataType(*kind))).collect())
        }),
        ("row_names", |_| Value::from(())),
    ];

    const METHODS: &'static [(&'static str, Method<Self>)] = &[
        ("print_table", |of, args| of.print(print_table(&of.0.table, options(args)))),
        ("print_json", |of, _| of.print(of.0.table.to_json().to_string())),
        ("print_csv", |of, _| of.print(reshape::csv(&of.0.table))),
        ("print_structure", |of, _| of.print(of.text())),
        ("select", |of, args| reshape::select(&of.0, args)),
        ("exclude", |of, args| reshape::exclude(&of.0, args)),
        ("rename", |of, args| reshape::rename(&of.0, args)),
        ("order_by", |of, args| reshape::order_by(&of.0, args)),
        ("limit", |of, args| reshape::limit(&of.0, args)),
        ("distinct", |of, args| reshape::distinct(&of.0, args)),
        ("group_by", |of, args| reshape::group_by(&of.0, args)),
    ];

    /// Its structure, as agate shows it.
    fn text(&self) -> String {
        let kinds = self.0.kinds().iter().map(|kind| Datum::from(type_name(*kind)));
        let names = self.0.table.column_names.iter().map(|name| Datum::from(name.as_str()));
        let rows = names.zip(kinds).map(|(name, kind)| vec![name, kind]).collect();
        let structure = Table::new(vec!["column".to_owned(), "data_type".to_owned()], rows);
        let all = PrintOptions { max_column_width: None, ..PrintOptions::default() };
        print_table(&structure, all)
    }

    fn quoted(&self) -> String {
        "<agate.table.Table>".to_owned()
    }

    fn len(&self) -> usize {
        self.0.table.rows.len()
    }

    fn at(&self, position: usize) -> Option<Value> {
        (position < self.len()).then(|| Mapped::value(&self.0, Part::Row(position)))
    }
}

impl TableObject {
    /// dbt: prints on standard output and gives nothing.
    fn print(&self, text: String) -> Result<Value, Error> {
        if let Some(sink) = &self.0.sink {
            sink.emit(Event::Print(text.trim_end_matches('\n').to_owned()));
        }
        Ok(Value::from(()))
    }
}

fn options(args: &Args) -> PrintOptions {
    let limit = |at, name| args.optional(at, name).and_then(|value| value.as_usize());
    let agate = PrintOptions { max_rows: Some(20), ..PrintOptions::default() };
    PrintOptions {
        max_rows: limit(0, "max_rows").or(agate.max_rows),
        max_columns: limit(1, "max_columns").or(agate.max_columns),
        max_column_width: limit(4, "max_column_width").or(agate.max_column_width),
        max_precision: limit(5, "max_precision").unwrap_or(agate.max_precision),
    }
}

fn names(table: &Table) -> Value {
    values::tuple(table.column_names.iter().map(|name| Value::from(name.as_str())).collect())
}

fn type_name(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Integer => "Integer",
        ColumnKind::Number => "Number",
        ColumnKind::Text => "Text",
    }
}

/// The type of a column.
struct DataType(ColumnKind);

impl Class for DataType {
    const NAME: &'static str = "a data type";

    fn text(&self) -> String {
        format!("<{}>", type_name(self.0))
    }
}
