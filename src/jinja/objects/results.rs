//! Query results as templates see them: a table with columns, rows and dbt's (agate's) ways to reach them.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Value, ValueKind};
use minijinja::{Error, State};

use crate::adapters::{Datum, PrintOptions, Table, print_table};
use crate::jinja::args::{Args, invalid, unknown_method};
use crate::jinja::values;

/// A query result in a template.
#[derive(Debug)]
pub struct TableObject(pub Arc<Table>);

/// The value of a query result.
pub fn table(table: Arc<Table>) -> Value {
    Value::from_object(TableObject(table))
}

/// The query result behind a value.
pub fn as_table(value: &Value) -> Option<Arc<Table>> {
    value.downcast_object_ref::<TableObject>().map(|object| object.0.clone())
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

/// A template value as one cell.
pub(crate) fn to_datum(value: &Value) -> Datum {
    if value.is_none() || value.is_undefined() {
        return Datum::Null;
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

impl TableObject {
    fn rows(&self) -> Value {
        Value::from_object(Rows(self.0.clone()))
    }

    fn columns(&self) -> Value {
        let columns = (0..self.0.column_names.len()).map(|at| self.column(at)).collect();
        Value::from_object(Keyed { named_after: Some(self.0.clone()), values: columns })
    }

    fn column(&self, at: usize) -> Value {
        Value::from_object(ColumnValues { table: self.0.clone(), at })
    }

    fn names(&self) -> Value {
        values::tuple(self.0.column_names.iter().map(|name| Value::from(name.as_str())).collect())
    }
}

fn row(table: &Arc<Table>, at: usize) -> Value {
    let values = table.rows[at].iter().map(datum).collect();
    Value::from_object(Keyed { named_after: Some(table.clone()), values })
}

/// The rows of a query result, each made when it is asked for: seeds have hundreds of thousands.
#[derive(Debug)]
struct Rows(Arc<Table>);

impl Rows {
    fn all(&self) -> Keyed {
        let values = (0..self.0.rows.len()).map(|at| row(&self.0, at)).collect();
        Keyed { named_after: None, values }
    }
}

impl Object for Rows {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let at = place(key.as_i64()?, self.0.rows.len())?;
        Some(row(&self.0, at))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.rows.len())
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        Arc::new(self.all()).call_method(state, method, args)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Arc::new(self.all()).render(f)
    }
}

/// A position in Python's counting, where -1 is the last.
fn place(at: i64, len: usize) -> Option<usize> {
    let len = i64::try_from(len).ok()?;
    let at = if at < 0 { at + len } else { at };
    usize::try_from(at).ok().filter(|_| at < len)
}

impl Object for TableObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "rows" => self.rows(),
            "columns" => self.columns(),
            "column_names" => self.names(),
            "column_types" => values::tuple(
                self.0
                    .declared_types
                    .iter()
                    .map(|t| t.as_deref().map_or(Value::from(()), Value::from))
                    .collect(),
            ),
            _ => return None,
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let table = self.0.clone();
        Enumerator::Iter(Box::new((0..table.rows.len()).map(move |at| row(&table, at))))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.0.rows.len())
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "print_table" => {
                let args = Args::new("print_table", args)?;
                let limit = |at, name| args.optional(at, name).and_then(|v| v.as_usize());
                let mut options = PrintOptions::default();
                if let Some(rows) = limit(0, "max_rows") {
                    options.max_rows = Some(rows);
                }
                if let Some(columns) = limit(1, "max_columns") {
                    options.max_columns = Some(columns);
                }
                Ok(Value::from(print_table(&self.0, options)))
            }
            "select" | "exclude" => {
                let wanted = Args::new("select", args)?.required(0, "key")?;
                let names: Vec<String> = match wanted.as_str() {
                    Some(name) => vec![name.to_owned()],
                    None => wanted.try_iter()?.map(|v| v.to_string()).collect(),
                };
                Ok(table(Arc::new(project(&self.0, &names, method == "select"))))
            }
            "rename" => Err(invalid("rename() of a query result is not supported")),
            _ => Err(unknown_method("a query result", method)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(print_table(&self.0, PrintOptions::default()).trim_end())
    }
}

fn project(table: &Table, names: &[String], keep: bool) -> Table {
    let at: Vec<usize> = (0..table.column_names.len())
        .filter(|at| names.contains(&table.column_names[*at]) == keep)
        .collect();
    let pick = |row: &Vec<Datum>| at.iter().map(|at| row[*at].clone()).collect();
    Table::new(
        at.iter().map(|at| table.column_names[*at].clone()).collect(),
        table.rows.iter().map(pick).collect(),
    )
}

/// agate's `MappedSequence`: values by position, and by key when it has keys.
#[derive(Debug)]
struct Keyed {
    /// The keys are the column names of this table.
    named_after: Option<Arc<Table>>,
    values: Vec<Value>,
}

impl Keyed {
    fn keys(&self) -> Option<&[String]> {
        Some(&self.named_after.as_ref()?.column_names)
    }

    fn by_name(&self, name: &str) -> Option<Value> {
        let keys = self.keys()?;
        let at = keys
            .iter()
            .position(|key| key == name)
            .or_else(|| keys.iter().position(|key| key.eq_ignore_ascii_case(name)))?;
        self.values.get(at).cloned()
    }

    fn by_position(&self, at: i64) -> Option<Value> {
        self.values.get(place(at, self.values.len())?).cloned()
    }
}

impl Object for Keyed {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some(name) => self.by_name(name),
            None => self.by_position(key.as_i64()?),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.values.len())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let keys = || self.keys().into_iter().flatten().map(|key| Value::from(key.as_str()));
        Ok(match method {
            "values" => values::tuple(self.values.clone()),
            "keys" => values::tuple(keys().collect()),
            "items" => values::list(
                keys().zip(&self.values).map(|(k, v)| values::tuple(vec![k, v.clone()])).collect(),
            ),
            "dict" => values::dict(
                self.keys().into_iter().flatten().cloned().zip(self.values.iter().cloned()),
            ),
            "get" => {
                let args = Args::new("get", args)?;
                let found = self.by_name(&args.text(0, "key")?);
                found.or_else(|| args.optional(1, "default")).unwrap_or(Value::from(()))
            }
            _ => return Err(unknown_method("a row", method)),
        })
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = values::python_repr(&values::tuple(self.values.clone()));
        match self.named_after {
            Some(_) => write!(f, "<agate.Row: {shown}>"),
            None => write!(f, "<agate.MappedSequence: {shown}>"),
        }
    }
}

/// One column of a query result.
#[derive(Debug)]
struct ColumnValues {
    table: Arc<Table>,
    at: usize,
}

impl ColumnValues {
    fn all(&self) -> Vec<Value> {
        self.table.column(self.at).map(datum).collect()
    }
}

impl Object for ColumnValues {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some("name") => Some(Value::from(self.table.column_names[self.at].as_str())),
            Some("index") => Some(Value::from(self.at)),
            Some(_) => None,
            None => {
                let len = i64::try_from(self.table.rows.len()).ok()?;
                let at = key.as_i64()?;
                let at = usize::try_from(if at < 0 { at + len } else { at }).ok()?;
                self.table.rows.get(at).map(|row| datum(&row[self.at]))
            }
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.table.rows.len())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        _args: &[Value],
    ) -> Result<Value, Error> {
        let without_nulls = || self.all().into_iter().filter(|v| !v.is_none()).collect::<Vec<_>>();
        Ok(match method {
            "values" => values::tuple(self.all()),
            "values_distinct" => {
                let mut seen: Vec<Value> = Vec::new();
                for value in self.all() {
                    if !seen.contains(&value) {
                        seen.push(value);
                    }
                }
                values::list(seen)
            }
            "values_without_nulls" => values::tuple(without_nulls()),
            "values_sorted" => {
                let mut all = without_nulls();
                all.sort();
                values::tuple(all)
            }
            _ => return Err(unknown_method("a column of a query result", method)),
        })
    }
}
