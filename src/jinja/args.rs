//! Arguments of a call from a template, by position and by name as in Python.

use minijinja::value::{Kwargs, Rest, Value, from_args};
use minijinja::{Error, ErrorKind};

/// The arguments of one call.
pub(crate) struct Args {
    function: &'static str,
    positional: Vec<Value>,
    named: Kwargs,
}

impl Args {
    /// Takes the arguments of a call to `function` apart.
    pub(crate) fn new(function: &'static str, args: &[Value]) -> Result<Self, Error> {
        let (Rest(positional), named): (Rest<Value>, Kwargs) = from_args(args)?;
        Ok(Args { function, positional, named })
    }

    /// The argument at a position or with a name.
    pub(crate) fn optional(&self, at: usize, name: &str) -> Option<Value> {
        match self.positional.get(at) {
            Some(value) => Some(value.clone()),
            None => self.named(name),
        }
    }

    /// The argument with a name.
    pub(crate) fn named(&self, name: &str) -> Option<Value> {
        self.named.peek::<Value>(name).ok().filter(|value| !value.is_undefined())
    }

    /// The argument at a position or with a name, which the function needs.
    pub(crate) fn required(&self, at: usize, name: &str) -> Result<Value, Error> {
        self.optional(at, name).ok_or_else(|| {
            Error::new(
                ErrorKind::MissingArgument,
                format!("{}() is missing its argument `{name}`", self.function),
            )
        })
    }

    /// A required argument as text.
    pub(crate) fn text(&self, at: usize, name: &str) -> Result<String, Error> {
        let value = self.required(at, name)?;
        match value.as_str() {
            Some(text) => Ok(text.to_owned()),
            None if value.is_none() || value.is_undefined() => Err(Error::new(
                ErrorKind::InvalidOperation,
                format!("{}() needs text for `{name}`, got {value}", self.function),
            )),
            None => Ok(value.to_string()),
        }
    }

    /// An optional argument as text; none for none.
    pub(crate) fn optional_text(&self, at: usize, name: &str) -> Option<String> {
        self.optional(at, name).filter(|v| !v.is_none() && !v.is_undefined()).map(|v| {
            match v.as_str() {
                Some(text) => text.to_owned(),
                None => v.to_string(),
            }
        })
    }

    /// An optional truth value.
    pub(crate) fn truth(&self, at: usize, name: &str) -> Option<bool> {
        self.optional(at, name).filter(|v| !v.is_none()).map(|v| v.is_true())
    }

    /// How many arguments came by position.
    pub(crate) fn len(&self) -> usize {
        self.positional.len()
    }

    /// The arguments by position.
    pub(crate) fn positional(&self) -> &[Value] {
        &self.positional
    }

    /// Names and values of the named arguments, in order.
    pub(crate) fn all_named(&self) -> Vec<(String, Value)> {
        let mut pairs = Vec::new();
        for name in self.named.args() {
            if let Ok(value) = self.named.peek::<Value>(name) {
                pairs.push((name.to_owned(), value));
            }
        }
        pairs
    }
}

/// An error that a template's author caused.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// The error of an unknown method, which lets the engine look further.
pub(crate) fn unknown_method(kind: &str, name: &str) -> Error {
    Error::new(ErrorKind::UnknownMethod, format!("{kind} has no method named `{name}`"))
}
