//! Query results made from query results: fewer columns, fewer rows, another order, groups.

use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

use minijinja::Error;
use minijinja::value::{ObjectRepr, Value};

use super::{Frame, TableObject};
use crate::adapters::{Datum, Table};
use crate::jinja::args::{Args, invalid};
use crate::jinja::objects::class::{self, Class, Method};
use crate::jinja::values;

/// A table whose columns all have a name of their own, as agate makes it: `a`, `a_2`; letters where there is none.
pub(super) fn with_agates_names(table: Arc<Table>) -> Arc<Table> {
    let names = &table.column_names;
    let is_fine = |at: usize| !names[at].is_empty() && !names[..at].contains(&names[at]);
    if (0..names.len()).all(is_fine) {
        return table;
    }
    let mut unique: Vec<String> = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let letter = char::from(b'a' + (at % 26) as u8).to_string().repeat(at / 26 + 1);
        let name = if name.is_empty() { letter } else { name.clone() };
        let numbered = (2..).map(|n| format!("{name}_{n}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|n| !unique.contains(n));
        unique.push(free.unwrap_or(name));
    }
    Arc::new(Table { column_names: unique, ..(*table).clone() })
}

fn words(value: &Value) -> Result<Vec<String>, Error> {
    match value.as_str() {
        Some(word) => Ok(vec![word.to_owned()]),
        None => Ok(value.try_iter()?.map(|word| values::python_str(&word)).collect()),
    }
}

fn column(frame: &Frame, name: &str) -> Result<usize, Error> {
    let found = frame.table.column_names.iter().position(|column| column == name);
    found.ok_or_else(|| invalid(format!("the query result has no column `{name}`")))
}

fn project(frame: &Frame, columns: &[usize]) -> Value {
    let table = &frame.table;
    let pick = |row: &Vec<Datum>| columns.iter().map(|at| row[*at].clone()).collect();
    let kinds = OnceLock::from(columns.iter().map(|at| frame.kinds()[*at]).collect::<Vec<_>>());
    let table = Table {
        column_names: columns.iter().map(|at| table.column_names[*at].clone()).collect(),
        declared_types: columns
            .iter()
            .map(|at| table.declared_types.get(*at).cloned().flatten())
            .collect(),
        rows: table.rows.iter().map(pick).collect(),
    };
    let frame = Frame { table: Arc::new(table), kinds, sink: frame.sink.clone() };
    class::value(TableObject(Arc::new(frame)))
}

/// `select(key)`: only these columns, in this order.
pub(super) fn select(frame: &Arc<Frame>, args: &Args) -> Result<Value, Error> {
    let wanted = words(&args.required(0, "key")?)?;
    let at: Result<Vec<usize>, Error> = wanted.iter().map(|name| column(frame, name)).collect();
    Ok(project(frame, &at?))
}

/// `exclude(key)`: all columns but these.
pub(super) fn exclude(frame: &Arc<Frame>, args: &Args) -> Result<Value, Error> {
    let unwanted = words(&args.required(0, "key")?)?;
    let names = &frame.table.column_names;
    let kept: Vec<usize> = (0..names.len()).filter(|at| !unwanted.contains(&names[*at])).collect();
    Ok(project(frame, &kept))
}

/// `rename(column_names)`: a list of all names, or a mapping of some.
pub(super) fn rename(frame: &Arc<Frame>, args: &Args) -> Result<Value, Error> {
    let mut names = frame.table.column_names.clone();
    if let Some(wanted) = args.optional(0, "column_names").filter(|wanted| !wanted.is_none()) {
        match wanted.kind() {
            minijinja::value::ValueKind::Map => {
                for name in &mut names {
                    let new = wanted.get_item(&Value::from(name.as_str()))?;
                    if let Some(new) = new.as_str() {
                        *name = new.to_owned();
                    }
                }
            }
            _ => names = words(&wanted)?,
        }
    }
    if names.len() != frame.table.column_names.len() {
        return Err(invalid("rename() needs one name for each column"));
    }
    let table = Arc::new(Table { column_names: names, ..(*frame.table).clone() });
    Ok(class::value(TableObject(Arc::new(Frame { table, ..(**frame).clone() }))))
}

/// Python's order, with nothing behind everything.
pub(super) fn nulls_last(a: &Value, b: &Value) -> Ordering {
    match (a.is_none(), b.is_none()) {
        (false, false) => values::order(a, b).unwrap_or(Ordering::Equal),
        (a, b) => a.cmp(&b),
    }
}

/// `order_by(key, reverse=False)`.
pub(super) fn order_by(frame: &Arc<Frame>, args: &Args) -> Result<Value, Error> {
    let keys: Result<Vec<usize>, Error> =
        words(&args.required(0, "key")?)?.iter().map(|name| column(frame, name)).collect();
    let keys = keys?;
    let key_of = |row: usize| keys.iter().map(|at| frame.cell(row, *at)).collect::<Vec<_>>();
    let mut order: Vec<(Vec<Value>, usize)> =
        (0..frame.table.rows.len()).map(|row| (key_of(row), row)).collect();
    let compare = |a: &Vec<Value>, b: &Vec<Value>| {
        a.iter()
            .zip(b)
            .map(|(a, b)| nulls_last(a, b))
            .find(|o| o.is_ne())
            .unwrap_or(Ordering::Equal)
    };
    match args.truth(1, "reverse").unwrap_or(false) {
        true => order.sort_by(|a, b| compare(&b.0, &a.0)),
        false => order.sort_by(|a, b| compare(&a.0, &b.0)),
    }
    Ok(frame.with_rows(order.into_iter().map(|(_, row)| frame.table.rows[row].clone()).collect()))
}

/// `limit(stop)`, `limit(start, stop, step)`.
pub(super) fn limit(frame: &Arc<Frame>, args: &Args) -> Result<Value, Error> {
    let number = |at, name| args.optional(at, name).and_then(|value| value.as_usize());
    let (first, stop) = (number(0, "start_or_stop"), number(1, "stop"));
    let (start, stop) = match stop {
        Some(stop) => (first.unwrap_or(0), stop),
        None => (0, first.unwrap_or(usize::MAX)),
    };
    let step = number(2, "step").unwrap_or(1).max(1);
    let rows = frame.table.rows.iter().take(stop).skip(start).step_by(step);
    Ok(frame.with_rows(rows.cloned().collect()))
}

/// Items without those that came before, in order.
pub(super) fn unique(items: Vec<Value>) -> Vec<Value> {
    let mut seen = std::collections::HashSet::new();
    items.into_iter().filter(|item| seen.insert(values::python_repr(item))).collect()
}

fn row_keys(frame: &Frame, columns: &[usize]) -> Vec<String> {
    let key = |row: usize| {
        let cells = columns.iter().map(|at| values::python_repr(&frame.cell(row, *at)));
        cells.collect::<Vec<_>>().join("\u{0}")
    };
    (0..frame.table.rows.len()).map(key).collect()
}

/// `distinct(key=None)`: the first row of each key.
pub(super) fn distinct(frame: &Arc<Frame>, args: &Args) -> Result<Value, Error> {
    let columns = match args.optional(0, "key").filter(|key| !key.is_none()) {
        Some(key) => {
            words(&key)?.iter().map(|name| column(frame, name)).collect::<Result<_, _>>()?
        }
        None => (0..frame.table.column_names.len()).collect::<Vec<_>>(),
    };
    let mut seen = std::collections::HashSet::new();
    let keys = row_keys(frame, &columns).into_iter().zip(&frame.table.rows);
    Ok(frame.with_rows(
        keys.filter(|(key, _)| seen.insert(key.clone())).map(|(_, r)| r.clone()).collect(),
    ))
}

/// `group_by(key)`: a table for each value of a column, in order of appearance.
pub(super) fn group_by(frame: &Arc<Frame>, args: &Args) -> Result<Value, Error> {
    let at = column(frame, &args.text(0, "key")?)?;
    let mut groups: indexmap::IndexMap<String, (Value, Vec<Vec<Datum>>)> =
        indexmap::IndexMap::new();
    for (row, key) in row_keys(frame, &[at]).into_iter().enumerate() {
        let group = groups.entry(key).or_insert_with(|| (frame.cell(row, at), Vec::new()));
        group.1.push(frame.table.rows[row].clone());
    }
    let (keys, tables) =
        groups.into_values().map(|(key, rows)| (key, frame.with_rows(rows))).unzip();
    Ok(class::value(Groups { keys, tables }))
}

/// agate's `TableSet`.
struct Groups {
    keys: Vec<Value>,
    tables: Vec<Value>,
}

impl Groups {
    fn pairs(&self) -> impl Iterator<Item = (Value, Value)> {
        self.keys.iter().cloned().zip(self.tables.iter().cloned())
    }
}

impl Class for Groups {
    const NAME: &'static str = "groups of a query result";
    const SHAPE: ObjectRepr = ObjectRepr::Seq;

    const METHODS: &'static [(&'static str, Method<Self>)] = &[
        ("keys", |of, _| Ok(values::tuple(of.keys.clone()))),
        ("values", |of, _| Ok(values::tuple(of.tables.clone()))),
        ("items", |of, _| {
            Ok(values::tuple(of.pairs().map(|(k, v)| values::tuple(vec![k, v])).collect()))
        }),
        ("dict", |of, _| Ok(values::dict(of.pairs()))),
    ];

    fn text(&self) -> String {
        format!("<agate.TableSet: {} tables>", self.tables.len())
    }

    fn item(&self, key: &Value) -> Option<Value> {
        self.pairs().find(|(known, _)| values::equal(known, key)).map(|(_, table)| table)
    }

    fn len(&self) -> usize {
        self.tables.len()
    }

    fn at(&self, position: usize) -> Option<Value> {
        self.tables.get(position).cloned()
    }
}

/// The table as CSV.
pub(super) fn csv(table: &Table) -> String {
    let quoted = |text: String| match text.contains([',', '"', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    };
    let line =
        |cells: &mut dyn Iterator<Item = String>| cells.map(quoted).collect::<Vec<_>>().join(",");
    let header = line(&mut table.column_names.iter().cloned());
    let rows = table.rows.iter().map(|row| line(&mut row.iter().map(ToString::to_string)));
    std::iter::once(header).chain(rows).collect::<Vec<_>>().join("\n")
}
