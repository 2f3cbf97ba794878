//! A Rust closure as a callable value that sees the running state.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, Value};
use minijinja::{Error, State};

type Call = dyn Fn(&mut State<'_, '_>, &[Value]) -> Result<Value, Error> + Send + Sync;

/// A named callable.
pub(crate) struct Function {
    name: &'static str,
    call: Box<Call>,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<function {}>", self.name)
    }
}

impl Object for Function {
    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        (self.call)(state, args)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<function {}>", self.name)
    }
}

/// A callable value.
pub(crate) fn function(
    name: &'static str,
    call: impl Fn(&mut State<'_, '_>, &[Value]) -> Result<Value, Error> + Send + Sync + 'static,
) -> Value {
    Value::from_object(Function { name, call: Box::new(call) })
}
