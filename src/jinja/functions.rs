//! Functions that exist in every template: Jinja2's globals and dbt's `return`.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use minijinja::value::{DynObject, Kwargs, Object, Rest, Value};
use minijinja::{Environment, Error, ErrorKind, State};

use super::macros;
use super::values::{Args, Dict, Key, Range, joined, type_error};

/// Registers them.
pub(super) fn register(env: &mut Environment<'static>) {
    env.remove_global("debug");
    env.add_function("range", range);
    env.add_function("dict", dict);
    env.add_function("cycler", cycler);
    env.add_function("joiner", joiner);
    env.add_function("lipsum", |_: Rest<Value>, _: Kwargs| LIPSUM.to_owned());
    env.add_function("return", |state: &mut State, args: Rest<Value>, kwargs: Kwargs| {
        macros::return_value(state, &joined(args.0, kwargs))
    });
}

/// Their names.
pub(super) fn names() -> &'static [&'static str] {
    &["range", "dict", "cycler", "joiner", "lipsum", "namespace", "return"]
}

const LIPSUM: &str = "Lorem ipsum dolor sit amet, consectetur adipiscing elit.";

fn range(args: Rest<Value>, kwargs: Kwargs) -> Result<Value, Error> {
    let args = joined(args.0, kwargs);
    let mut args = Args::new("range", &args)?;
    let given = args.positional().len();
    let int = |value: Value| {
        let float = value.is_number() && !value.is_integer();
        i64::try_from(value.clone()).ok().filter(|_| !float).ok_or_else(|| {
            let name = super::values::type_name(&value);
            type_error(format!("'{name}' object cannot be interpreted as an integer"))
        })
    };
    let first = int(args.required(0, "stop")?)?;
    let range = match given {
        1 => Range::new(0, first, 1),
        _ => {
            let step = args.get(2, "step").map_or(Ok(1), int)?;
            Range::new(first, int(args.required(1, "stop")?)?, step)
        }
    };
    args.finish(3)?;
    range.map(Value::from_object)
}

fn dict(args: Rest<Value>, kwargs: Kwargs) -> Result<Value, Error> {
    let args = joined(args.0, kwargs);
    let mut args = Args::new("dict", &args)?;
    let dict = Dict::default();
    if let Some(other) = args.positional().first() {
        dict.update(other)?;
    }
    for (key, value) in args.take_keywords() {
        dict.insert(Key::new(Value::from(key))?, value);
    }
    args.finish(1)?;
    Ok(Value::from_object(dict))
}

fn cycler(items: Rest<Value>) -> Result<Value, Error> {
    if items.is_empty() {
        return Err(type_error("at least one item has to be provided"));
    }
    Ok(Value::from_object(Cycler { items: items.0, at: AtomicUsize::new(0) }))
}

/// `cycler(…)`: `next()`, `current`, `reset()`.
#[derive(Debug)]
struct Cycler {
    items: Vec<Value>,
    at: AtomicUsize,
}

impl Object for Cycler {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let at = self.at.load(Ordering::Relaxed) % self.items.len();
        (key.as_str() == Some("current")).then(|| self.items[at].clone())
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        _: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "next" => {
                let at = self.at.fetch_add(1, Ordering::Relaxed) % self.items.len();
                Ok(self.items[at].clone())
            }
            "reset" => {
                self.at.store(0, Ordering::Relaxed);
                Ok(Value::from(()))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }
}

fn joiner(separator: Option<String>) -> Value {
    let separator = separator.unwrap_or_else(|| ", ".to_owned());
    Value::from_dyn_object(DynObject::from(Arc::new(Joiner {
        separator,
        used: AtomicBool::new(false),
    })))
}

/// `joiner(sep)`: nothing the first time it is called, then the separator.
#[derive(Debug)]
struct Joiner {
    separator: String,
    used: AtomicBool,
}

impl Object for Joiner {
    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, _: &[Value]) -> Result<Value, Error> {
        let used = self.used.swap(true, Ordering::Relaxed);
        Ok(Value::from(if used { self.separator.as_str() } else { "" }))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<joiner>")
    }
}
