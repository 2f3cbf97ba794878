//! The undefined of the parse phase: every use of it is harmless and gives itself again.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};
use minijinja::{Error, State};

/// dbt's parse-time undefined: false, empty, printed as nothing; its attributes, items and calls are itself.
#[derive(Debug, Clone, Copy)]
pub struct Lax;

impl Lax {
    /// The value.
    pub fn value() -> Value {
        Value::from_object(Lax)
    }
}

impl Object for Lax {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn get_value(self: &Arc<Self>, _key: &Value) -> Option<Value> {
        Some(Value::from_dyn_object(self.clone()))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Empty
    }

    fn is_true(self: &Arc<Self>) -> bool {
        false
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, _: &[Value]) -> Result<Value, Error> {
        Ok(Value::from_dyn_object(self.clone()))
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        _: &str,
        _: &[Value],
    ) -> Result<Value, Error> {
        Ok(Value::from_dyn_object(self.clone()))
    }

    fn render(self: &Arc<Self>, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

/// Whether a value is undefined, in the strict or in the lax way.
pub fn is_undefined(value: &Value) -> bool {
    value.is_undefined() || value.downcast_object_ref::<Lax>().is_some()
}
