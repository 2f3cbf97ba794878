//! agate's `MappedSequence`: rows, a row, columns and a column, by position, and by name where they have names.

use std::sync::Arc;

use minijinja::Error;
use minijinja::value::{ObjectRepr, Value};

use super::{DataType, Frame};
use crate::jinja::args::{Args, invalid};
use crate::jinja::objects::class::{self, Class, Method};
use crate::jinja::values;

/// How many items of a sequence are printed.
const SHOWN: usize = 5;

/// Which part of a query result it is.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Rows,
    Row(usize),
    Columns,
    Column(usize),
}

/// A part of a query result; its items are made when they are asked for: seeds have hundreds of thousands of rows.
pub(super) struct Mapped {
    frame: Arc<Frame>,
    part: Part,
}

impl Mapped {
    pub(super) fn value(frame: &Arc<Frame>, part: Part) -> Value {
        class::value(Mapped { frame: frame.clone(), part })
    }

    fn values(&self) -> Vec<Value> {
        (0..self.len()).filter_map(|at| self.at(at)).collect()
    }

    /// The names of the items; rows have none.
    fn keys(&self) -> Option<&[String]> {
        match self.part {
            Part::Row(_) | Part::Columns => Some(&self.frame.table.column_names),
            Part::Rows | Part::Column(_) => None,
        }
    }

    fn named(&self, name: &str) -> Option<Value> {
        self.at(self.keys()?.iter().position(|key| key == name)?)
    }

    fn pairs(&self) -> Result<Vec<(Value, Value)>, Error> {
        let keys = self.keys().ok_or_else(|| invalid("these items have no names"))?;
        Ok(keys.iter().map(|key| Value::from(key.as_str())).zip(self.values()).collect())
    }

    fn without_nulls(&self) -> Vec<Value> {
        self.values().into_iter().filter(|value| !value.is_none()).collect()
    }
}

fn sorted(mut items: Vec<Value>) -> Vec<Value> {
    items.sort_by(super::reshape::nulls_last);
    items
}

impl Class for Mapped {
    const NAME: &'static str = "a part of a query result";
    const SHAPE: ObjectRepr = ObjectRepr::Seq;

    const METHODS: &'static [(&'static str, Method<Self>)] = &[
        ("keys", |of, _| {
            let keys = of.keys().map(|keys| keys.iter().map(|key| Value::from(key.as_str())));
            Ok(keys.map_or(Value::from(()), |keys| values::tuple(keys.collect())))
        }),
        ("values", |of, _| Ok(values::tuple(of.values()))),
        ("items", |of, _| {
            let pairs = of.pairs()?.into_iter().map(|(key, value)| values::tuple(vec![key, value]));
            Ok(values::tuple(pairs.collect()))
        }),
        ("dict", |of, _| Ok(values::dict(of.pairs()?))),
        ("get", get),
        ("values_distinct", |of, _| Ok(values::tuple(super::reshape::unique(of.values())))),
        ("values_without_nulls", |of, _| Ok(values::tuple(of.without_nulls()))),
        ("values_sorted", |of, _| Ok(values::list(sorted(of.values())))),
        ("values_without_nulls_sorted", |of, _| Ok(values::list(sorted(of.without_nulls())))),
    ];

    fn text(&self) -> String {
        let label = match self.part {
            Part::Rows | Part::Columns => "MappedSequence",
            Part::Row(_) => "Row",
            Part::Column(_) => "Column",
        };
        let shown = (0..self.len().min(SHOWN)).filter_map(|at| self.at(at));
        let mut shown: Vec<String> = shown.map(|item| values::python_repr(&item)).collect();
        if self.len() > SHOWN {
            shown.push("...".to_owned());
        }
        format!("<agate.{label}: ({})>", shown.join(", "))
    }

    fn item(&self, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if let Part::Column(at) = self.part {
            return Some(match name {
                "name" => Value::from(self.frame.table.column_names[at].as_str()),
                "index" => Value::from(at),
                "data_type" => class::value(DataType(self.frame.kinds()[at])),
                _ => return None,
            });
        }
        self.named(name)
    }

    fn len(&self) -> usize {
        match self.part {
            Part::Rows | Part::Column(_) => self.frame.table.rows.len(),
            Part::Row(_) | Part::Columns => self.frame.table.column_names.len(),
        }
    }

    fn at(&self, position: usize) -> Option<Value> {
        (position < self.len()).then(|| match self.part {
            Part::Rows => Mapped::value(&self.frame, Part::Row(position)),
            Part::Columns => Mapped::value(&self.frame, Part::Column(position)),
            Part::Row(row) => self.frame.cell(row, position),
            Part::Column(column) => self.frame.cell(position, column),
        })
    }
}

fn get(of: &Mapped, args: &Args) -> Result<Value, Error> {
    let key = args.required(0, "key")?;
    let found = match key.as_str() {
        Some(name) => of.named(name),
        None => None,
    };
    Ok(found.or_else(|| args.optional(1, "default")).unwrap_or(Value::from(())))
}
