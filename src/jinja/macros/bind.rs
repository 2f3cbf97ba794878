//! Binds the arguments of a macro call as Jinja2 does.

use minijinja::value::{Kwargs, Value};
use minijinja::{Error, ErrorKind};

use crate::jinja::rewrite::Signature;
use crate::jinja::values::{Args, dict, tuple};

/// The arguments to call the macro's own template with: one per declared name, then what Jinja2 fills in.
pub(super) fn bind(name: &str, signature: &Signature, args: &[Value]) -> Result<Vec<Value>, Error> {
    let mut given = Args::new(name, args)?;
    let mut keywords = given.take_keywords();
    let declared = signature.arguments.len();
    let (fixed, extra) = given.positional().split_at(declared.min(given.positional().len()));
    if !extra.is_empty() && !signature.varargs {
        let message = format!("macro '{name}' takes not more than {declared} argument(s)");
        return Err(Error::new(ErrorKind::TooManyArguments, message));
    }
    let mut take = |name: &str| {
        let at = keywords.iter().position(|(key, _)| key == name)?;
        Some(keywords.remove(at).1)
    };
    let mut bound = fixed.to_vec();
    for argument in &signature.arguments[fixed.len()..] {
        bound.push(take(argument).unwrap_or_default());
    }
    let caller = if signature.caller { take("caller") } else { None };
    if signature.varargs {
        bound.push(tuple(extra.to_vec()));
    }
    if signature.kwargs {
        bound.push(dict(keywords.iter().map(|(key, value)| (key.as_str(), value.clone()))));
    } else if let Some((key, _)) = keywords.first() {
        let message = format!("macro '{name}' takes no keyword argument '{key}'");
        return Err(Error::new(ErrorKind::TooManyArguments, message));
    }
    if let Some(caller) = caller {
        bound.push(Value::from(Kwargs::from_iter([("caller", caller)])));
    }
    Ok(bound)
}
