//! `api.Relation` and `api.Column`: the classes behind relation and column values.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, Value};
use minijinja::{Error, State};

use super::{column, relation};
use crate::adapters::{Adapter, PolicyUpdate, Relation, RelationKind};
use crate::jinja::args::{Args, unknown_method};
use crate::jinja::values;

/// The value of `api`.
pub fn api(adapter: &Arc<dyn Adapter>) -> Value {
    values::dict([
        ("Relation", Value::from_object(RelationClass(adapter.clone()))),
        ("Column", Value::from_object(ColumnClass)),
    ])
}

struct RelationClass(Arc<dyn Adapter>);

impl fmt::Debug for RelationClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<class Relation>")
    }
}

impl Object for RelationClass {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(Value::from(match key.as_str()? {
            "Table" => "table",
            "View" => "view",
            "CTE" => "cte",
            "External" => "external",
            _ => return None,
        }))
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "create" => {
                let args = Args::new("create", args)?;
                let part = |at, name| args.optional_text(at, name);
                let mut made = Relation::new(
                    self.0.naming(),
                    part(0, "database").as_deref(),
                    part(1, "schema").as_deref(),
                    part(2, "identifier").as_deref(),
                );
                if let Some(kind) = part(3, "type").and_then(|kind| RelationKind::parse(&kind)) {
                    made = made.with_kind(kind);
                }
                if let Some(quoting) = args.named("quote_policy") {
                    let part = |name: &str| {
                        quoting
                            .get_attr(name)
                            .ok()
                            .filter(|v| !v.is_undefined() && !v.is_none())
                            .map(|v| v.is_true())
                    };
                    made = made.quote(PolicyUpdate {
                        database: part("database"),
                        schema: part("schema"),
                        identifier: part("identifier"),
                    });
                }
                Ok(relation::relation(made))
            }
            _ => Err(unknown_method("api.Relation", method)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<class Relation>")
    }
}

#[derive(Debug)]
struct ColumnClass;

impl Object for ColumnClass {
    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let args = Args::new("Column", args)?;
        let mut made =
            crate::adapters::Column::new(args.text(0, "column")?, args.text(1, "dtype")?);
        let number = |at, name| args.optional(at, name).and_then(|v| v.as_i64());
        made.char_size = number(2, "char_size");
        made.numeric_precision = number(3, "numeric_precision");
        made.numeric_scale = number(4, "numeric_scale");
        Ok(column::column(made))
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        column::class_method(method, args)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<class Column>")
    }
}
