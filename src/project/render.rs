//! Jinja in YAML values: what dbt renders when it reads project, profile, package and property files.
//!
//! A text that is one `{{ expression }}` keeps the type of its value, everything else becomes text.
//! Which keys are rendered is the caller's decision. The engine is that of all templates; the names are those of
//! dbt's base context, with `target` where it is known. What `log` and `print` say here, nobody hears.
//! Invariant: a text without `{{`, `{%` and `{#` comes back without a template being compiled.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::{Enumerator, Kwargs, Object, ObjectRepr, Rest, Value, from_args};
use minijinja::{Error, ErrorKind};
use serde_json::Value as Json;

use crate::diagnostics::{Code, Diagnostic, Diagnostics, codes};
use crate::host::{Host, secrets};
use crate::jinja::builtins::{datetime_utc, everywhere, yaml_value};
use crate::jinja::macros::Session;
use crate::jinja::objects::function::function;
use crate::jinja::{Engine, JinjaError, JinjaErrorKind, python, values};
use crate::source::Span;
use crate::source::yaml::{Mapping, Node, Yaml};

mod literal;

pub use crate::artifacts::DBT_VERSION;

/// The deepest chain of variables that mention variables.
const MAX_VAR_DEPTH: u32 = 10;

thread_local! {
    /// How many variables are being rendered on this thread, each for the one before it.
    static VAR_DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// What the YAML files of one run share.
#[derive(Clone, Debug)]
pub struct YamlFacts {
    engine: Arc<Engine>,
    variables: Arc<BTreeMap<String, String>>,
    invocation_id: String,
    started_at: jiff::Timestamp,
    flags: Arc<Json>,
}

impl YamlFacts {
    /// The facts of a run that began now; `flags` is the value of `flags`.
    pub fn new(host: &dyn Host, flags: Json) -> Self {
        YamlFacts {
            engine: Arc::new(Engine::new(Vec::new())),
            variables: Arc::new(host.env_all()),
            invocation_id: host.uuid(),
            started_at: host.now(),
            flags: Arc::new(flags),
        }
    }

    /// The same of a run whose id is known already.
    #[must_use]
    pub fn of_run(mut self, invocation_id: Option<&str>) -> Self {
        if let Some(id) = invocation_id {
            id.clone_into(&mut self.invocation_id);
        }
        self
    }

    /// The run.
    pub fn invocation_id(&self) -> &str {
        &self.invocation_id
    }
}

/// Whether `env_var` gives out `DBT_ENV_SECRET…` variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// In `profiles.yml` and `packages.yml`.
    Allowed,
    /// Everywhere else.
    Refused,
}

/// What templates in YAML values can name.
#[derive(Clone, Debug)]
pub struct YamlContext {
    facts: YamlFacts,
    vars: Arc<Mapping>,
    target: Option<Arc<Json>>,
    secrets: Secrets,
}

/// Why a YAML value could not be rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// `env_var` without a default, and there is no such variable.
    #[error("the environment variable `{0}` is required here and is not set")]
    MissingEnvVar(String),
    /// A secret outside of profiles and packages.
    #[error("the secret env var `{0}` may be used in profiles.yml and packages.yml only")]
    SecretEnvVar(String),
    /// `var` without a default, and there is no such variable.
    #[error("required var `{0}` not found")]
    MissingVar(String),
    /// The whole value is a name that means nothing here.
    #[error("`{0}` is not defined here")]
    Undefined(String),
    /// Not a template.
    #[error("could not render `{text}`: {reason}")]
    Syntax {
        /// The template.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Anything else.
    #[error("could not render `{text}`: {reason}")]
    Failed {
        /// The template.
        text: String,
        /// What went wrong.
        reason: String,
    },
}

impl RenderError {
    /// Its diagnostic code.
    pub fn code(&self) -> Code {
        match self {
            RenderError::MissingEnvVar(_) => codes::MISSING_ENV_VAR,
            RenderError::MissingVar(_) => codes::MISSING_VAR,
            RenderError::Undefined(_) => codes::UNKNOWN_NAME,
            RenderError::Syntax { .. } => codes::JINJA_SYNTAX,
            RenderError::SecretEnvVar(_) | RenderError::Failed { .. } => codes::RENDER_ERROR,
        }
    }

    /// The diagnostic at the value's place.
    pub fn diagnostic(&self, span: Span) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.code(), self.to_string()).at(span, "");
        match self {
            RenderError::MissingEnvVar(name) => diagnostic.hint(format!(
                "set `{name}`, or give a default: `env_var('{name}', 'default')`"
            )),
            RenderError::MissingVar(name) => diagnostic.hint(format!(
                "give it with `--vars '{{{name}: value}}'`, or a default: `var('{name}', 'default')`"
            )),
            _ => diagnostic,
        }
    }
}

impl YamlContext {
    /// A context with the variables of the process, those of `vars`, and `target` when it is known.
    pub fn new(facts: &YamlFacts, vars: Mapping, target: Option<&Json>, secrets: Secrets) -> Self {
        let target = target.map(|target| Arc::new(target.clone()));
        YamlContext { facts: facts.clone(), vars: Arc::new(vars), target, secrets }
    }

    fn value(self: &Arc<Self>, name: &str) -> Option<Value> {
        let this = self.clone();
        Some(match name {
            "env_var" => function("env_var", move |_, args| this.env_var(args)),
            "var" => function("var", move |_, args| this.var(args)),
            "target" => values::to_mutable(self.target.as_ref()?),
            "flags" => values::to_mutable(&self.facts.flags),
            "invocation_id" => Value::from(self.facts.invocation_id.as_str()),
            "run_started_at" => datetime_utc(self.facts.started_at),
            "modules" => {
                let now = self.facts.started_at;
                python::modules(move || now)
            }
            "log" => function("log", |_, _| Ok(Value::from(""))),
            "print" => function("print", |_, _| Ok(Value::from(""))),
            "context" | "builtins" => Value::from_dyn_object(this),
            other => return everywhere(other),
        })
    }

    fn env_var(&self, args: &[Value]) -> Result<Value, Error> {
        let (name, default) = name_and_default("var", args)?;
        if self.secrets == Secrets::Refused && name.starts_with(secrets::PREFIX) {
            return Err(raise(RenderError::SecretEnvVar(name)));
        }
        match self.facts.variables.get(&name) {
            Some(value) => Ok(Value::from(value.as_str())),
            None => default
                .filter(|value| !value.is_none())
                .ok_or_else(|| raise(RenderError::MissingEnvVar(name))),
        }
    }

    /// dbt: a variable that is text is a template itself.
    fn var(self: &Arc<Self>, args: &[Value]) -> Result<Value, Error> {
        let (name, default) = name_and_default("var_name", args)?;
        let Some(value) = self.vars.get(&name) else {
            return default.ok_or_else(|| raise(RenderError::MissingVar(name)));
        };
        let Some(template) = value.as_str().filter(|text| text.contains('{')) else {
            return Ok(yaml_value(value));
        };
        let depth = VAR_DEPTH.get();
        if depth >= MAX_VAR_DEPTH {
            let reason = format!("the variable `{name}` mentions itself");
            return Err(Error::new(ErrorKind::InvalidOperation, reason));
        }
        VAR_DEPTH.set(depth + 1);
        let names = Value::from_dyn_object(self.clone());
        let rendered = self.facts.engine.render("var", template, names, &Session::compile());
        VAR_DEPTH.set(depth);
        rendered
            .map(Value::from)
            .map_err(|error| Error::new(ErrorKind::InvalidOperation, error.message))
    }
}

impl Object for YamlContext {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.value(key.as_str()?)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }
}

/// Renders a text; the result has the type that dbt 1.12's native environment gives it.
pub fn render_text(text: &str, context: &YamlContext) -> Result<Json, RenderError> {
    // dbt: Jinja drops one newline at the end of every template, and YAML blocks end in one.
    let text = text.strip_suffix('\n').unwrap_or(text);
    if !["{{", "{%", "{#"].iter().any(|mark| text.contains(mark)) {
        return Ok(Json::String(text.to_owned()));
    }
    let names = Value::from_dyn_object(Arc::new(context.clone()));
    let engine = &context.facts.engine;
    let value = engine
        .render_native("yaml", text, names, &Session::compile())
        .map_err(|error| render_error(text, &error))?;
    if values::is_undefined(&value) {
        let inner = text.trim_matches(['{', '}', '-', ' ']);
        return Err(RenderError::Undefined(inner.to_owned()));
    }
    if is_constant(text) {
        return Ok(Json::String(values::python_str(&value)));
    }
    values::to_json(&value).or_else(|_| Ok(Json::String(values::python_str(&value))))
}

/// dbt: an expression of constants alone is folded to text, `{{ 1 }}` is '1'; unless a filter says what it is.
pub fn is_constant(text: &str) -> bool {
    let inner = text.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    let Some(inner) = inner.filter(|inner| !inner.contains("| as_") && !inner.contains("|as_"))
    else {
        return false;
    };
    minijinja::Environment::new()
        .compile_expression(inner.trim_matches(['-', ' ']))
        .is_ok_and(|expression| expression.undeclared_variables(false).is_empty())
}

/// Renders every text of a tree for which `is_rendered` accepts the path of keys; list items have the key `[]`.
pub fn render_yaml(
    yaml: &Yaml,
    context: &YamlContext,
    is_rendered: &dyn Fn(&[&str]) -> bool,
    diagnostics: &mut Diagnostics,
) -> Yaml {
    Renderer { context, is_rendered, diagnostics }.tree(yaml, &mut Vec::new())
}

struct Renderer<'r> {
    context: &'r YamlContext,
    is_rendered: &'r dyn Fn(&[&str]) -> bool,
    diagnostics: &'r mut Diagnostics,
}

impl Renderer<'_> {
    fn tree<'y>(&mut self, yaml: &'y Yaml, path: &mut Vec<&'y str>) -> Yaml {
        let node = match &yaml.node {
            Node::Str(text) if (self.is_rendered)(path) => self.text(text, yaml.span),
            Node::Seq(items) => {
                Node::Seq((items.iter()).map(|item| self.below("[]", item, path)).collect())
            }
            Node::Map(map) => Node::Map(Mapping {
                entries: (map.entries.iter())
                    .map(|(key, value)| (key.clone(), self.below(&key.value, value, path)))
                    .collect(),
            }),
            other => other.clone(),
        };
        Yaml { node, span: yaml.span }
    }

    fn below<'y>(&mut self, key: &'y str, yaml: &'y Yaml, path: &mut Vec<&'y str>) -> Yaml {
        path.push(key);
        let rendered = self.tree(yaml, path);
        path.pop();
        rendered
    }

    fn text(&mut self, text: &str, span: Span) -> Node {
        match render_text(text, self.context) {
            Ok(value) => literal::node(value, span),
            Err(error) => {
                self.diagnostics.push(error.diagnostic(span));
                Node::Null
            }
        }
    }
}

/// The arguments of `env_var` and `var`, by position or by name.
fn name_and_default(first: &str, args: &[Value]) -> Result<(String, Option<Value>), Error> {
    let (Rest(positional), named) = from_args::<(Rest<Value>, Kwargs)>(args)?;
    let default = match positional.get(1) {
        Some(value) => Some(value.clone()),
        None if named.has("default") => Some(named.get::<Value>("default")?),
        None => None,
    };
    let name = match positional.first() {
        Some(value) => value.to_string(),
        None => named.get::<String>(first)?,
    };
    named.assert_all_used()?;
    Ok((name, default))
}

fn raise(error: RenderError) -> Error {
    Error::new(ErrorKind::InvalidOperation, error.to_string()).with_source(error)
}

/// What `raise` put in, or the template engine's own words.
fn render_error(text: &str, error: &JinjaError) -> RenderError {
    if let Some(raised) = error.downcast::<RenderError>() {
        return raised.clone();
    }
    let (text, reason) = (text.to_owned(), error.message.clone());
    match error.kind {
        JinjaErrorKind::Syntax => RenderError::Syntax { text, reason },
        _ => RenderError::Failed { text, reason },
    }
}

#[cfg(test)]
mod tests;
