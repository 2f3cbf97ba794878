//! Columns as templates see them: dbt's `Column` over [`Column`].

use std::cmp::Ordering;

use minijinja::Error;
use minijinja::value::Value;

use super::class::{self, Attribute, Class, Method};
use crate::adapters::Column;
use crate::jinja::args::{Args, invalid};
use crate::jinja::values;

/// A column in a template.
pub(crate) struct ColumnObject(Column);

/// The value of a column.
pub fn column(column: Column) -> Value {
    class::value(ColumnObject(column))
}

/// The column behind a value.
pub fn as_column(value: &Value) -> Option<Column> {
    class::get::<ColumnObject>(value).map(|object| object.0.clone())
}

fn number(value: Option<i64>) -> Value {
    value.map_or(Value::from(()), Value::from)
}

impl Class for ColumnObject {
    const NAME: &'static str = "a column";

    const ATTRIBUTES: &'static [(&'static str, Attribute<Self>)] = &[
        ("name", |of| Value::from(of.0.name.as_str())),
        ("column", |of| Value::from(of.0.name.as_str())),
        ("quoted", |of| Value::from(of.0.quoted())),
        ("dtype", |of| Value::from(of.0.dtype_or_unknown())),
        ("data_type", |of| Value::from(of.0.data_type())),
        ("expanded_data_type", |of| Value::from(of.0.data_type())),
        ("char_size", |of| number(of.0.char_size)),
        ("numeric_precision", |of| number(of.0.numeric_precision)),
        ("numeric_scale", |of| number(of.0.numeric_scale)),
        ("TYPE_LABELS", |_| type_labels()),
    ];

    const METHODS: &'static [(&'static str, Method<Self>)] = &[
        ("is_string", |of, _| Ok(Value::from(of.0.is_string()))),
        ("is_number", |of, _| Ok(Value::from(of.0.is_number()))),
        ("is_float", |of, _| Ok(Value::from(of.0.is_float()))),
        ("is_integer", |of, _| Ok(Value::from(of.0.is_integer()))),
        ("is_numeric", |of, _| Ok(Value::from(of.0.is_numeric()))),
        ("string_size", |of, _| {
            Ok(Value::from(of.0.string_size().map_err(|error| invalid(error.to_string()))?))
        }),
        ("can_expand_to", |of, args| {
            let other = as_column(&args.required(0, "other_column")?)
                .ok_or_else(|| invalid("can_expand_to() needs a column"))?;
            Ok(Value::from(of.0.can_expand_to(&other)))
        }),
        ("literal", |of, args| Ok(Value::from(of.0.literal(&args.text(0, "value")?)))),
        ("create", |_, args| create(args)),
        ("string_type", |_, args| string_type(args)),
        ("numeric_type", |_, args| numeric_type(args)),
        ("translate_type", |_, args| translate_type(args)),
        ("from_description", |_, args| from_description(args)),
    ];

    /// As Python prints the data class.
    fn text(&self) -> String {
        let shown = |value: Option<i64>| value.map_or("None".to_owned(), |value| value.to_string());
        let column = &self.0;
        let quoted = |text: &str| values::python_repr(&Value::from(text));
        format!(
            "Column(column={}, dtype={}, char_size={}, numeric_precision={}, numeric_scale={})",
            quoted(&column.name),
            quoted(column.dtype_or_unknown()),
            shown(column.char_size),
            shown(column.numeric_precision),
            shown(column.numeric_scale),
        )
    }

    fn order(&self, other: &Self) -> Option<Ordering> {
        Some(self.text().cmp(&other.text()))
    }
}

/// `api.Column`: the class itself.
pub(crate) struct ColumnClass;

impl Class for ColumnClass {
    const NAME: &'static str = "api.Column";

    const ATTRIBUTES: &'static [(&'static str, Attribute<Self>)] =
        &[("TYPE_LABELS", |_| type_labels())];

    const METHODS: &'static [(&'static str, Method<Self>)] = &[
        ("create", |_, args| create(args)),
        ("string_type", |_, args| string_type(args)),
        ("numeric_type", |_, args| numeric_type(args)),
        ("translate_type", |_, args| translate_type(args)),
        ("from_description", |_, args| from_description(args)),
    ];

    fn text(&self) -> String {
        "<class 'dbt.adapters.base.column.Column'>".to_owned()
    }

    fn call(&self, args: &Args) -> Option<Result<Value, Error>> {
        Some(made(args))
    }
}

fn type_labels() -> Value {
    values::dict([("STRING", Value::from("TEXT"))])
}

/// `Column(column, dtype, char_size, numeric_precision, numeric_scale)`.
fn made(args: &Args) -> Result<Value, Error> {
    let number = |at, name| args.optional(at, name).and_then(|value| value.as_i64());
    Ok(column(Column {
        char_size: number(2, "char_size"),
        numeric_precision: number(3, "numeric_precision"),
        numeric_scale: number(4, "numeric_scale"),
        ..Column::new(args.text(0, "column")?, args.text(1, "dtype")?)
    }))
}

fn create(args: &Args) -> Result<Value, Error> {
    Ok(column(Column::create(&args.text(0, "name")?, &args.text(1, "label_or_dtype")?)))
}

fn string_type(args: &Args) -> Result<Value, Error> {
    let size = args.required(0, "size")?;
    Ok(Value::from(Column::string_type(size.as_i64().unwrap_or_default())))
}

fn numeric_type(args: &Args) -> Result<Value, Error> {
    let size = |at, name| args.optional(at, name).and_then(|value| value.as_i64());
    let made =
        Column::numeric_type(&args.text(0, "dtype")?, size(1, "precision"), size(2, "scale"));
    Ok(Value::from(made))
}

fn translate_type(args: &Args) -> Result<Value, Error> {
    Ok(Value::from(Column::translate_type(&args.text(0, "dtype")?)))
}

fn from_description(args: &Args) -> Result<Value, Error> {
    let made = Column::from_description(&args.text(0, "name")?, &args.text(1, "raw_data_type")?);
    Ok(column(made.map_err(|error| invalid(error.to_string()))?))
}
