//! Arguments of a call as Python binds them: by position or by name.

use minijinja::Error;
use minijinja::value::{Kwargs, Value};

use super::type_error;

type Keywords = Vec<(String, Value)>;

/// The arguments of one call.
#[derive(Debug)]
pub struct Args<'a> {
    function: &'a str,
    positional: &'a [Value],
    keywords: Keywords,
}

impl<'a> Args<'a> {
    /// Splits the arguments the engine hands over; `function` is named in errors.
    pub fn new(function: &'a str, args: &'a [Value]) -> Result<Self, Error> {
        let (positional, keywords) = split(args)?;
        Ok(Self { function, positional, keywords })
    }

    /// The positional arguments.
    pub fn positional(&self) -> &'a [Value] {
        self.positional
    }

    /// Takes all keyword arguments that are left.
    pub fn take_keywords(&mut self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.keywords)
    }

    /// The argument at a position, or else by name.
    pub fn get(&mut self, index: usize, name: &str) -> Option<Value> {
        if let Some(value) = self.positional.get(index) {
            return Some(value.clone());
        }
        let at = self.keywords.iter().position(|(key, _)| key == name)?;
        Some(self.keywords.swap_remove(at).1)
    }

    /// An argument that must be there.
    pub fn required(&mut self, index: usize, name: &str) -> Result<Value, Error> {
        let function = self.function;
        self.get(index, name)
            .ok_or_else(|| type_error(format!("{function}() is missing the argument '{name}'")))
    }

    /// An argument that is an integer, if given and not none.
    pub fn int(&mut self, index: usize, name: &str) -> Result<Option<i64>, Error> {
        match self.get(index, name) {
            Some(value) if value.is_none() || super::is_undefined(&value) => Ok(None),
            Some(value) if value.is_number() && !value.is_integer() => {
                Err(type_error("'float' object cannot be interpreted as an integer"))
            }
            Some(value) => i64::try_from(value).map(Some),
            None => Ok(None),
        }
    }

    /// Whether an argument is true; `default` when it is not given.
    pub fn flag(&mut self, index: usize, name: &str, default: bool) -> bool {
        self.get(index, name).map_or(default, |value| value.is_true())
    }

    /// Checks that no more than `max` positional arguments and no unknown keywords were given.
    pub fn finish(self, max: usize) -> Result<(), Error> {
        let function = self.function;
        if self.positional.len() > max {
            let given = self.positional.len();
            return Err(type_error(format!(
                "{function}() takes at most {max} arguments, {given} given"
            )));
        }
        match self.keywords.first() {
            Some((key, _)) => {
                Err(type_error(format!("{function}() got an unexpected keyword argument '{key}'")))
            }
            None => Ok(()),
        }
    }
}

/// Puts together again what the engine took apart for a Rust function: the keywords are the last argument.
pub(crate) fn joined(positional: Vec<Value>, keywords: Kwargs) -> Vec<Value> {
    let mut args = positional;
    if keywords.args().next().is_some() {
        args.push(Value::from(keywords));
    }
    args
}

/// Splits positional from keyword arguments.
fn split(args: &[Value]) -> Result<(&[Value], Keywords), Error> {
    match args.split_last() {
        Some((last, rest)) if last.is_kwargs() => {
            let kwargs = Kwargs::try_from(last.clone())?;
            let pairs =
                kwargs.args().map(|name| Ok((name.to_owned(), kwargs.peek::<Value>(name)?)));
            Ok((rest, pairs.collect::<Result<_, Error>>()?))
        }
        _ => Ok((args, Vec::new())),
    }
}
