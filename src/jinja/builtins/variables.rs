//! `var` and `env_var`.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, Value};
use minijinja::{Error, State};

use crate::diagnostics::codes;
use crate::jinja::args::{Args, unknown_method};
use crate::jinja::coded::coded;
use crate::jinja::contexts::{Phase, Scope};
use crate::jinja::objects::function::function;

/// The deepest chain of variables that mention variables.
const MAX_DEPTH: usize = 10;

thread_local! {
    /// How many variables are being rendered on this thread, each for the one before it.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// One more variable that is being rendered, until it is dropped.
struct Depth;

impl Depth {
    fn enter() -> Option<Depth> {
        let depth = DEPTH.get();
        (depth < MAX_DEPTH).then(|| {
            DEPTH.set(depth + 1);
            Depth
        })
    }
}

impl Drop for Depth {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

/// The value of `var`.
pub(super) fn var(scope: &Arc<Scope>) -> Option<Value> {
    Some(Value::from_object(Var(scope.clone())))
}

struct Var(Arc<Scope>);

impl fmt::Debug for Var {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<var>")
    }
}

impl Var {
    fn find(&self, name: &str) -> Option<Value> {
        let found = (self.0.globals.vars)(&self.0.package, name);
        if self.0.phase == Phase::Parse {
            let value = found.as_ref().and_then(|value| serde_json::to_value(value).ok());
            let mut capture = self.0.capture.lock().expect("invariant: no panic under lock");
            capture.vars.push((name.to_owned(), value.unwrap_or_default()));
        }
        found
    }

    /// dbt: a variable that is text is a template itself, rendered with the names of the one that reads it.
    fn rendered(&self, name: &str, value: Value) -> Result<Value, Error> {
        let template = value.as_str().filter(|text| text.contains('{'));
        let Some(template) = template else {
            return Ok(value);
        };
        let Some(_deeper) = Depth::enter() else {
            let message = format!("the variable `{name}` mentions itself");
            return Err(coded(codes::RENDER_ERROR, message, None));
        };
        let rendered = self.0.render(&format!("var('{name}')"), template);
        rendered.map(Value::from).map_err(|error| {
            let message = format!("the variable `{name}` is a template: {}", error.message);
            coded(codes::RENDER_ERROR, message, None)
        })
    }
}

impl Object for Var {
    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let args = Args::new("var", args)?;
        let name = args.text(0, "var_name")?;
        if let Some(value) = self.find(&name) {
            return self.rendered(&name, value);
        }
        match args.optional(1, "default") {
            Some(default) if !default.is_none() => Ok(default),
            // dbt: a missing variable is none while parsing and an error later.
            Some(_) | None
                if self.0.phase == Phase::Parse || args.optional(1, "default").is_some() =>
            {
                Ok(Value::from(()))
            }
            _ => Err(coded(
                codes::MISSING_VAR,
                format!("the variable `{name}` is required here and is not set"),
                Some(format!(
                    "give it a default, `var('{name}', …)`, or set it below `vars:` in dbt_project.yml or with `--vars`"
                )),
            )),
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "has_var" => {
                let name = Args::new("var.has_var", args)?.text(0, "var_name")?;
                Ok(Value::from(self.find(&name).is_some()))
            }
            _ => Err(unknown_method("var", method)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<var>")
    }
}

/// The prefix of variables that only profiles and packages may read.
const SECRET_PREFIX: &str = crate::host::secrets::PREFIX;

/// The value of `env_var`.
pub(super) fn env_var(scope: &Arc<Scope>) -> Option<Value> {
    let scope = scope.clone();
    Some(function("env_var", move |_, args| {
        let args = Args::new("env_var", args)?;
        let name = args.text(0, "var")?;
        if name.starts_with(SECRET_PREFIX) {
            return Err(coded(
                codes::MISSING_ENV_VAR,
                format!("the secret `{name}` can be read in profiles.yml and packages.yml only"),
                None,
            ));
        }
        match scope.globals.host.env(&name) {
            Some(value) => Ok(Value::from(value)),
            None => match args.optional(1, "default").filter(|v| !v.is_none()) {
                Some(default) => Ok(match default.as_str() {
                    Some(_) => default,
                    None => Value::from(default.to_string()),
                }),
                None => Err(coded(
                    codes::MISSING_ENV_VAR,
                    format!("the environment variable `{name}` is required here and is not set"),
                    Some(format!("set it, or give a default: `env_var('{name}', '…')`")),
                )),
            },
        }
    }))
}
