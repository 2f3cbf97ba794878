//! Arguments of a call, bound as Python binds them: by position, then by name.
//!
//! A function takes its parameters in the order it declares them and ends with [`Args::finish`], which refuses
//! whatever is left. Every error names the function.

use minijinja::value::{Kwargs, Value};
use minijinja::{Error, ErrorKind, State};

use super::object::{Type, type_name};

/// Calls a value of the template, such as a macro given as an argument.
type Caller<'a> = dyn FnMut(&Value, &[Value]) -> Result<Value, Error> + 'a;

/// Arguments given by name.
type Keywords = Vec<(String, Value)>;

/// The arguments of one call.
pub(super) struct Args<'a> {
    owner: &'static str,
    name: &'static str,
    positional: &'a [Value],
    keywords: Keywords,
    caller: &'a mut Caller<'a>,
}

impl<'a> Args<'a> {
    /// Binds what the engine hands over and runs the function with it.
    pub(super) fn bind(
        (owner, name): (&'static str, &'static str),
        state: &mut State<'_, '_>,
        values: &[Value],
        function: impl FnOnce(&mut Args<'_>) -> Result<Value, Error>,
    ) -> Result<Value, Error> {
        let (positional, keywords) = split(values)?;
        let mut caller =
            |callee: &Value, values: &[Value]| callee.call(state, values).map_err(opaque);
        function(&mut Args { owner, name, positional, keywords, caller: &mut caller })
    }

    /// An error that names the function.
    pub(super) fn error(&self, message: impl std::fmt::Display) -> Error {
        let dot = if self.name.is_empty() { "" } else { "." };
        let message = format!("{}{dot}{}: {message}", self.owner, self.name);
        Error::new(ErrorKind::InvalidOperation, message)
    }

    /// The next parameter, if given.
    pub(super) fn next(&mut self, name: &str) -> Option<Value> {
        match self.positional.split_first() {
            Some((first, rest)) => {
                self.positional = rest;
                Some(first.clone())
            }
            None => self.keyword(name),
        }
    }

    /// The next parameter, unless it is missing or none.
    pub(super) fn optional(&mut self, name: &str) -> Option<Value> {
        self.next(name).filter(|value| !value.is_none())
    }

    /// The parameter behind `index` others, which is the last one, ahead of its turn.
    pub(super) fn last(&mut self, index: usize, name: &str) -> Option<Value> {
        match self.positional.split_last() {
            Some((last, rest)) if rest.len() == index => {
                self.positional = rest;
                Some(last.clone())
            }
            _ => self.keyword(name),
        }
    }

    /// A parameter that can be given by name only.
    pub(super) fn keyword(&mut self, name: &str) -> Option<Value> {
        let at = self.keywords.iter().position(|(key, _)| key == name)?;
        Some(self.keywords.swap_remove(at).1)
    }

    /// All positional arguments that are left.
    pub(super) fn rest(&mut self) -> &'a [Value] {
        std::mem::take(&mut self.positional)
    }

    /// The next parameter, which must be given.
    pub(super) fn required(&mut self, name: &str) -> Result<Value, Error> {
        self.next(name).ok_or_else(|| self.error(format_args!("missing argument '{name}'")))
    }

    /// The next parameter as an integer, if given.
    pub(super) fn int(&mut self, name: &str) -> Result<Option<i64>, Error> {
        match self.next(name) {
            Some(value) => self.as_int(name, &value).map(Some),
            None => Ok(None),
        }
    }

    /// An argument as an integer; booleans count, floats do not.
    pub(super) fn as_int(&self, name: &str, value: &Value) -> Result<i64, Error> {
        let bool = value.kind() == minijinja::value::ValueKind::Bool;
        if bool {
            return Ok(i64::from(value.is_true()));
        }
        let int = value.is_integer().then(|| value.as_i64()).flatten();
        int.ok_or_else(|| self.mismatch(name, "an integer", value))
    }

    /// The next parameter as text, which must be given.
    pub(super) fn text(&mut self, name: &str) -> Result<String, Error> {
        let value = self.required(name)?;
        self.as_text(name, &value)
    }

    /// An argument as text.
    pub(super) fn as_text(&self, name: &str, value: &Value) -> Result<String, Error> {
        value.as_str().map(str::to_owned).ok_or_else(|| self.mismatch(name, "a string", value))
    }

    /// The next parameter as an instance of a class, which must be given.
    pub(super) fn instance<T: Type + Clone>(&mut self, name: &str) -> Result<T, Error> {
        let value = self.required(name)?;
        super::object::get::<T>(&value).cloned().ok_or_else(|| self.mismatch(name, T::NAME, &value))
    }

    /// The items of an argument: characters of a string, keys of a mapping.
    pub(super) fn items(&self, value: &Value) -> Result<minijinja::value::ValueIter, Error> {
        let items = match value.as_str() {
            Some(text) => Value::from_iter(text.chars().map(Value::from)).try_iter(),
            None if value.is_undefined() => return Err(self.error("an argument is undefined")),
            None => value.try_iter(),
        };
        items.map_err(|_| self.error(format_args!("'{}' object is not iterable", type_name(value))))
    }

    /// The error of an argument of the wrong type.
    pub(super) fn mismatch(&self, name: &str, expected: &str, given: &Value) -> Error {
        self.error(format_args!("'{name}' must be {expected}, not {}", type_name(given)))
    }

    /// Calls a function given as an argument.
    pub(super) fn call(&mut self, function: &Value, values: &[Value]) -> Result<Value, Error> {
        (self.caller)(function, values)
    }

    /// Refuses arguments the function did not take.
    pub(super) fn finish(&self) -> Result<(), Error> {
        if let Some((name, _)) = self.keywords.first() {
            return Err(self.error(format_args!("unexpected keyword argument '{name}'")));
        }
        if !self.positional.is_empty() {
            return Err(self.error(format_args!("{} arguments too many", self.positional.len())));
        }
        Ok(())
    }
}

/// Keeps an unknown method inside a callback from looking like an unknown method of the object called.
fn opaque(error: Error) -> Error {
    match error.kind() {
        ErrorKind::UnknownMethod => {
            let detail = error.detail().unwrap_or("unknown method").to_owned();
            Error::new(ErrorKind::InvalidOperation, detail).with_source(error)
        }
        _ => error,
    }
}

fn split(values: &[Value]) -> Result<(&[Value], Keywords), Error> {
    match values.split_last() {
        Some((last, positional)) if last.is_kwargs() => {
            let kwargs = Kwargs::try_from(last.clone())?;
            let pairs =
                kwargs.args().map(|name| Ok((name.to_owned(), kwargs.peek::<Value>(name)?)));
            Ok((positional, pairs.collect::<Result<_, Error>>()?))
        }
        _ => Ok((values, Vec::new())),
    }
}
