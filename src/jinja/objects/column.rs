//! Columns as templates see them: dbt's `Column` over [`Column`].

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{Error, State};

use crate::adapters::Column;
use crate::jinja::args::{Args, invalid, unknown_method};

/// A column in a template.
#[derive(Debug, Clone)]
pub struct ColumnObject(pub Column);

/// The value of a column.
pub fn column(column: Column) -> Value {
    Value::from_object(ColumnObject(column))
}

/// The column behind a value.
pub fn as_column(value: &Value) -> Option<Column> {
    value.downcast_object_ref::<ColumnObject>().map(|object| object.0.clone())
}

fn number(value: Option<i64>) -> Value {
    value.map_or(Value::from(()), Value::from)
}

impl Object for ColumnObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let column = &self.0;
        Some(match key.as_str()? {
            "name" | "column" => Value::from(column.name.as_str()),
            "quoted" => Value::from(column.quoted()),
            "dtype" => Value::from(column.dtype_or_unknown()),
            "data_type" | "expanded_data_type" => Value::from(column.data_type()),
            "char_size" => number(column.char_size),
            "numeric_precision" => number(column.numeric_precision),
            "numeric_scale" => number(column.numeric_scale),
            _ => return None,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let column = &self.0;
        Ok(match method {
            "is_string" => Value::from(column.is_string()),
            "is_number" => Value::from(column.is_number()),
            "is_float" => Value::from(column.is_float()),
            "is_integer" => Value::from(column.is_integer()),
            "is_numeric" => Value::from(column.is_numeric()),
            "string_size" => {
                Value::from(column.string_size().map_err(|error| invalid(error.to_string()))?)
            }
            "can_expand_to" => {
                let args = Args::new("can_expand_to", args)?;
                let other = as_column(&args.required(0, "other_column")?)
                    .ok_or_else(|| invalid("can_expand_to() needs a column"))?;
                Value::from(column.can_expand_to(&other))
            }
            "literal" => {
                Value::from(column.literal(&Args::new("literal", args)?.text(0, "value")?))
            }
            _ => return class_method(method, args),
        })
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Column {} ({})>", self.0.name, self.0.data_type())
    }
}

/// Methods that need no instance: `api.Column.create`, `string_type` …
pub(crate) fn class_method(method: &str, args: &[Value]) -> Result<Value, Error> {
    Ok(match method {
        "create" => {
            let args = Args::new("create", args)?;
            column(Column::create(&args.text(0, "name")?, &args.text(1, "label_or_dtype")?))
        }
        "string_type" => {
            let size = Args::new("string_type", args)?.required(0, "size")?;
            Value::from(Column::string_type(size.as_i64().unwrap_or_default()))
        }
        "numeric_type" => {
            let args = Args::new("numeric_type", args)?;
            let size = |at, name| args.optional(at, name).and_then(|v| v.as_i64());
            Value::from(Column::numeric_type(
                &args.text(0, "dtype")?,
                size(1, "precision"),
                size(2, "scale"),
            ))
        }
        "translate_type" => Value::from(Column::translate_type(
            &Args::new("translate_type", args)?.text(0, "dtype")?,
        )),
        "from_description" => {
            let args = Args::new("from_description", args)?;
            let made =
                Column::from_description(&args.text(0, "name")?, &args.text(1, "raw_data_type")?);
            column(made.map_err(|error| invalid(error.to_string()))?)
        }
        _ => return Err(unknown_method("a column", method)),
    })
}
