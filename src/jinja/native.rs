//! dbt's native environment: expressions keep their type, and text turns into values only where it is marked.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{Error, State};

use super::macros::Running;
use super::rewrite::literal_value;
use super::values::{python_str, type_error};

/// How far [`capturing`] moves an expression to the right.
pub(super) const CAPTURE_SHIFT: usize = 1;

/// Whether a template is a single `{{ … }}` and nothing else.
pub(super) fn is_single_expression(source: &str) -> bool {
    super::rewrite::is_single_expression(source)
}

/// Rewritten `{{ x }}` as a template that hands over the value of `x` instead of printing it.
pub(super) fn capturing(prologue: &str, text: &str) -> String {
    let inner =
        text.strip_prefix("{{").and_then(|text| text.trim_end().strip_suffix("}}")).unwrap_or(text);
    let end = inner.strip_suffix('-').unwrap_or(inner);
    let (space, expression) = match end.strip_prefix(['-', '+']) {
        Some(expression) => (" ", expression),
        None => ("", end),
    };
    format!("{prologue}{{{{({space}{expression})|_py_loaded }}}}")
}

/// What a marked text must turn into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Native,
    Bool,
    Number,
}

/// Text that `as_native`, `as_bool` or `as_number` marked.
#[derive(Debug)]
struct Marked {
    text: String,
    target: Target,
}

impl Object for Marked {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The filters: in SQL they change nothing.
pub(super) fn mark(state: &mut State<'_, '_>, value: Value, target: Target) -> Value {
    let native = state.get_extension::<Running>().is_some_and(|running| running.session.native);
    if !native {
        return value;
    }
    Value::from_object(Marked { text: python_str(&value), target })
}

/// `as_text`: the text of a value.
pub(super) fn mark_text(state: &mut State<'_, '_>, value: Value) -> Value {
    let native = state.get_extension::<Running>().is_some_and(|running| running.session.native);
    if native { Value::from(python_str(&value)) } else { value }
}

/// Turns marked text into the value it spells.
pub(super) fn unmark(value: Value) -> Result<Value, Error> {
    let Some(marked) = value.downcast_object_ref::<Marked>() else {
        return Ok(value);
    };
    let result = literal_value(&marked.text).unwrap_or_else(|| Value::from(marked.text.as_str()));
    let is_bool = result.kind() == minijinja::value::ValueKind::Bool;
    match marked.target {
        Target::Bool if !is_bool => {
            Err(type_error(format!("could not convert value '{}' into type 'bool'", marked.text)))
        }
        Target::Number if !result.is_number() => {
            Err(type_error(format!("could not convert value '{}' into type 'number'", marked.text)))
        }
        _ => Ok(result),
    }
}
