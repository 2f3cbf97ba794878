//! Jinja in YAML values: what dbt renders when it reads project, profile, package and property files.
//!
//! A text that is one `{{ expression }}` keeps the type of its value, everything else becomes text.
//! Which keys are rendered is the caller's decision. The context is small: `env_var`, `var`, `target`.
//! Invariant: a text without `{{`, `{%` and `{#` comes back without a template being compiled.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::{Kwargs, Rest, Serde, Value, ValueOrKwargs, from_args};
use minijinja::{Environment, Error, ErrorKind, State};
use serde_json::{Map, Value as Json};

use crate::diagnostics::{Code, Diagnostic, Diagnostics, codes};
use crate::host::{Host, secrets};
use crate::source::Span;
use crate::source::yaml::{Mapping, Node, Yaml};

mod literal;
mod methods;

use literal::Marked;

pub use crate::artifacts::DBT_VERSION;

/// The deepest chain of variables that mention variables.
const MAX_VAR_DEPTH: u32 = 10;

/// Whether `env_var` gives out `DBT_ENV_SECRET…` variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// In `profiles.yml` and `packages.yml`.
    Allowed,
    /// Everywhere else.
    Refused,
}

/// What templates in YAML values can name.
#[derive(Debug)]
pub struct YamlContext {
    environment: Environment<'static>,
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
    pub fn new(
        host: &dyn Host,
        vars: Map<String, Json>,
        target: Option<&Json>,
        secrets: Secrets,
    ) -> Self {
        let mut environment = Environment::new();
        let variables = Arc::new(host.env_all());
        environment.add_function("env_var", move |args: Rest<ValueOrKwargs>| {
            env_var(&variables, secrets, &args.into_values())
        });
        environment.add_function("var", move |state: &State, args: Rest<ValueOrKwargs>| {
            var(state, &vars, &args.into_values())
        });
        environment.add_global("dbt_version", DBT_VERSION);
        if let Some(target) = target {
            environment.add_global("target", Value::from(Serde(target)));
        }
        literal::add_filters(&mut environment);
        environment.set_unknown_method_callback(methods::call);
        YamlContext { environment }
    }
}

/// Renders a text; the result has the type that dbt 1.12's native environment gives it.
pub fn render_text(text: &str, context: &YamlContext) -> Result<Json, RenderError> {
    // dbt: Jinja drops one newline at the end of every template, and YAML blocks end in one.
    let text = text.strip_suffix('\n').unwrap_or(text);
    if !["{{", "{%", "{#"].iter().any(|mark| text.contains(mark)) {
        return Ok(Json::String(text.to_owned()));
    }
    match single_expression(text, context) {
        Some(result) => result,
        None => (context.environment.render_str(text, ()))
            .map(Json::String)
            .map_err(|error| render_error(text, &error)),
    }
}

/// The value of a text that is nothing but one `{{ expression }}`; `None` for all others.
fn single_expression(text: &str, context: &YamlContext) -> Option<Result<Json, RenderError>> {
    let inner = text.strip_prefix("{{")?.strip_suffix("}}")?;
    let inner = inner.strip_prefix('-').unwrap_or(inner);
    let inner = inner.strip_suffix('-').unwrap_or(inner).trim();
    let expression = context.environment.compile_expression(inner).ok()?;
    // dbt: an expression of constants alone is folded to text, `{{ 1 }}` is '1'.
    let constant = expression.undeclared_variables(false).is_empty();
    let value = match expression.eval(()) {
        Ok(value) => value,
        Err(error) => return Some(Err(render_error(text, &error))),
    };
    if value.is_undefined() {
        return Some(Err(RenderError::Undefined(inner.to_owned())));
    }
    Some(match value.downcast_object_ref::<Marked>() {
        Some(marked) => {
            marked.value().map_err(|reason| RenderError::Failed { text: text.to_owned(), reason })
        }
        None if constant => Ok(Json::String(value.to_string())),
        None => Ok(serde_json::to_value(&value).unwrap_or(Json::Null)),
    })
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

fn env_var(
    variables: &BTreeMap<String, String>,
    secrets: Secrets,
    args: &[Value],
) -> Result<Value, Error> {
    let (name, default) = name_and_default("var", args)?;
    if secrets == Secrets::Refused && name.starts_with(secrets::PREFIX) {
        return Err(raise(RenderError::SecretEnvVar(name)));
    }
    match variables.get(&name) {
        Some(value) => Ok(Value::from(value.as_str())),
        None => default
            .filter(|value| !value.is_none())
            .ok_or_else(|| raise(RenderError::MissingEnvVar(name))),
    }
}

/// dbt: a variable that is text is a template itself.
fn var(state: &State, vars: &Map<String, Json>, args: &[Value]) -> Result<Value, Error> {
    const DEPTH: &str = "__var_depth";
    let (name, default) = name_and_default("var_name", args)?;
    match vars.get(&name) {
        Some(Json::String(text)) if text.contains('{') => {
            let depth = state.lookup(DEPTH).and_then(|v| v.as_i64()).unwrap_or(0) + 1;
            if depth > i64::from(MAX_VAR_DEPTH) {
                let reason = format!("the variable `{name}` mentions itself");
                return Err(Error::new(ErrorKind::InvalidOperation, reason));
            }
            let context = Value::from_pairs([(DEPTH, depth)]);
            state.env().render_str(text, context).map(Value::from)
        }
        Some(value) => Ok(Value::from(Serde(value))),
        None => default.ok_or_else(|| raise(RenderError::MissingVar(name))),
    }
}

/// The arguments of `env_var` and `var`, by position or by name.
fn name_and_default(first: &str, args: &[Value]) -> Result<(String, Option<Value>), Error> {
    let (positional, named) = from_args::<(&[Value], Kwargs)>(args)?;
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
fn render_error(text: &str, error: &Error) -> RenderError {
    let mut source = Some(error as &(dyn std::error::Error + 'static));
    while let Some(cause) = source {
        if let Some(raised) = cause.downcast_ref::<RenderError>() {
            return raised.clone();
        }
        source = cause.source();
    }
    let text = text.to_owned();
    let reason = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    match error.kind() {
        ErrorKind::SyntaxError => RenderError::Syntax { text, reason },
        _ => RenderError::Failed { text, reason },
    }
}

#[cfg(test)]
mod tests;
