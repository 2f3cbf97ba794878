//! The engine: one environment for all templates of a project, shared by all threads.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Kwargs, Object, Value};
use minijinja::{AutoEscape, Environment, ErrorKind, Output, State, UndefinedBehavior};

use super::error::{self, JinjaError, Root};
use super::macros::{self, MacroDef, MacroTable, Phase, Registry, Session};
use super::native;
use super::rewrite::{Rewritten, rewrite};
use super::values::{Lax, python_str};
use super::{filters, functions, methods, operators, tests};

/// Put before every template: a macro that loads other templates into this render, kept for later.
const PROLOGUE: &str = "{% macro _py_load(_py_name) %}{% import _py_name as _py_module %}\
    {{ _py_module|_py_loaded }}{% endmacro %}{{ _py_load|_py_begin }}";

/// Instructions after which a render is given up: seconds, where real templates need milliseconds.
const FUEL: u64 = if cfg!(debug_assertions) { 20_000_000 } else { 500_000_000 };

/// The name of the template that consists of the prologue only.
const DRIVER: &str = "_py_driver";

/// Renders templates and calls macros.
pub struct Engine {
    parse: Environment<'static>,
    compile: Environment<'static>,
    registry: Arc<Registry>,
}

impl Engine {
    /// An engine with these macros. They are compiled when first called.
    pub fn new(defs: Vec<MacroDef>) -> Self {
        let registry = Arc::new(Registry::new(defs));
        Self {
            parse: environment(&registry, UndefinedBehavior::Chainable),
            compile: environment(&registry, UndefinedBehavior::Lenient),
            registry,
        }
    }

    /// Names of macros, as seen from packages; see [`MacroTable::new`].
    pub fn table(&self, root_package: &str, internal: &[&str]) -> MacroTable {
        MacroTable::new(&self.registry, root_package, internal)
    }

    /// The macros.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Reads a macro as if it were called; mistakes in its syntax come back.
    pub fn check(&self, unique_id: &str) -> Result<(), JinjaError> {
        let Some(entry) = self.registry.get(unique_id) else {
            return Ok(());
        };
        if let Err(error) = entry.rewritten() {
            return Err(error::syntax(unique_id, error.clone()));
        }
        match self.compile.get_template(unique_id) {
            Ok(_) => Ok(()),
            Err(error) => Err(error::convert(error, None, &self.registry)),
        }
    }

    /// Whether a name means something in every template, such as `range`.
    pub fn is_global(&self, name: &str) -> bool {
        self.compile.globals().any(|(known, _)| known == name)
    }

    /// Renders a template. `ctx` resolves the names; macros ask it for every name they mention when they are
    /// loaded, so looking up must be cheap.
    pub fn render(
        &self,
        name: &str,
        source: &str,
        ctx: Value,
        session: &Session,
    ) -> Result<String, JinjaError> {
        if !has_tags(source) {
            return Ok(plain(source));
        }
        let rewritten = rewrite(source).map_err(|error| error::syntax(name, error))?;
        self.render_rewritten(name, source, &rewritten, ctx, session)
    }

    /// Renders a template that was rewritten before.
    pub fn render_rewritten(
        &self,
        name: &str,
        source: &str,
        rewritten: &Rewritten,
        ctx: Value,
        session: &Session,
    ) -> Result<String, JinjaError> {
        self.run(name, source, rewritten, ctx, session, false).map(|(text, _)| text)
    }

    /// Evaluates an expression, written without braces.
    pub fn eval_expr(
        &self,
        source: &str,
        ctx: Value,
        session: &Session,
    ) -> Result<Value, JinjaError> {
        let template = format!("{{{{ {source} }}}}");
        let rewritten = rewrite(&template).map_err(|mut error| {
            error.span = error.span.start.saturating_sub(3)..error.span.end.saturating_sub(3);
            error::syntax("expression", error)
        })?;
        self.run("expression", &template, &rewritten, ctx, session, true)
            .map(|(_, value)| value.unwrap_or_default())
            .map_err(|mut error| {
                for frame in error.frames.iter_mut().filter(|frame| frame.template == "expression")
                {
                    let back = |at: usize| at.saturating_sub(3);
                    frame.range =
                        frame.range.take().map(|range| back(range.start)..back(range.end));
                }
                error
            })
    }

    /// Renders a template in dbt's native environment: a template that is one expression gives its value, anything
    /// else gives text. `as_bool`, `as_number` and `as_native` convert here.
    pub fn render_native(
        &self,
        name: &str,
        source: &str,
        ctx: Value,
        session: &Session,
    ) -> Result<Value, JinjaError> {
        if !has_tags(source) {
            return Ok(Value::from(plain(source)));
        }
        let session = Session { native: true, ..session.clone() };
        let rewritten = rewrite(source).map_err(|error| error::syntax(name, error))?;
        if !native::is_single_expression(source) {
            return self
                .run(name, source, &rewritten, ctx, &session, false)
                .map(|(text, _)| Value::from(text));
        }
        let (_, value) = self.run(name, source, &rewritten, ctx, &session, true)?;
        native::unmark(value.unwrap_or_default())
            .map_err(|error| error::convert(error, None, &self.registry))
    }

    /// Calls a macro and gives its value: text, or what it returned.
    pub fn call_macro(
        &self,
        unique_id: &str,
        args: &[Value],
        kwargs: &[(String, Value)],
        ctx: Value,
        session: &Session,
    ) -> Result<Value, JinjaError> {
        self.try_call(unique_id, args, kwargs, ctx, session)
            .map_err(|error| error::convert(error, None, &self.registry))
    }

    fn try_call(
        &self,
        unique_id: &str,
        args: &[Value],
        kwargs: &[(String, Value)],
        ctx: Value,
        session: &Session,
    ) -> Result<Value, minijinja::Error> {
        let unknown =
            || minijinja::Error::new(ErrorKind::UnknownFunction, format!("{unique_id} is unknown"));
        let object = macros::object(&self.registry, unique_id).ok_or_else(unknown)?;
        let mut args = args.to_vec();
        if !kwargs.is_empty() {
            let pairs = kwargs.iter().map(|(key, value)| (key.as_str(), value.clone()));
            args.push(Value::from(Kwargs::from_iter(pairs)));
        }
        let driver = self.environment(session).get_template(DRIVER)?;
        let mut captured = driver.render_captured(self.root(ctx, session))?;
        captured.with_state_mut(|state| object.call(state, &args))
    }

    fn run(
        &self,
        name: &str,
        source: &str,
        rewritten: &Rewritten,
        ctx: Value,
        session: &Session,
        keep: bool,
    ) -> Result<(String, Option<Value>), JinjaError> {
        let text = match keep {
            true => native::capturing(PROLOGUE, &rewritten.text),
            false => format!("{PROLOGUE}{}", rewritten.text),
        };
        let prologue = PROLOGUE.len() + if keep { native::CAPTURE_SHIFT } else { 0 };
        let place = Root { name, source, rewritten, prologue };
        let fail = |error| error::convert(error, Some(&place), &self.registry);
        let template =
            self.environment(session).template_from_named_str(name, &text).map_err(fail)?;
        let mut captured = template.render_captured(self.root(ctx, session)).map_err(fail)?;
        let value = captured.with_state_mut(|state| {
            state.get_extension_mut::<macros::Running>().and_then(|r| r.stored.take())
        });
        Ok((captured.into_output(), value))
    }

    fn environment(&self, session: &Session) -> &Environment<'static> {
        match session.phase {
            Phase::Parse => &self.parse,
            Phase::Compile => &self.compile,
        }
    }

    fn root(&self, ctx: Value, session: &Session) -> Value {
        let globals = functions::names();
        Value::from_object(Context { ctx, session: Arc::new(session.clone()), globals })
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("registry", &self.registry).finish_non_exhaustive()
    }
}

/// Whether there is anything to render.
fn has_tags(source: &str) -> bool {
    source.contains("{{") || source.contains("{%") || source.contains("{#")
}

/// A template without tags: newlines are normalised and the last one is dropped.
fn plain(source: &str) -> String {
    let text = match source.contains('\r') {
        true => Cow::Owned(source.replace("\r\n", "\n").replace('\r', "\n")),
        false => Cow::Borrowed(source),
    };
    text.strip_suffix('\n').unwrap_or(&text).to_owned()
}

/// The caller's context, and what the render itself adds.
#[derive(Debug)]
struct Context {
    ctx: Value,
    session: Arc<Session>,
    globals: &'static [&'static str],
}

impl Object for Context {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        if key == macros::SESSION {
            return Some(Value::from_dyn_object(self.session.clone()));
        }
        match self.ctx.get_attr(key) {
            Ok(value) if !value.is_undefined() => Some(value),
            _ if self.session.phase == Phase::Parse && !self.globals.contains(&key) => {
                Some(Lax::value())
            }
            _ => None,
        }
    }
}

fn environment(registry: &Arc<Registry>, undefined: UndefinedBehavior) -> Environment<'static> {
    let mut env = Environment::new();
    env.set_debug(true);
    env.set_undefined_behavior(undefined);
    env.set_auto_escape_callback(|_| AutoEscape::None);
    env.set_formatter(print);
    env.set_recursion_limit(usize::MAX);
    env.set_fuel(Some(FUEL));
    env.set_unknown_method_callback(methods::call);
    let registry = registry.clone();
    env.set_loader(move |name| {
        if name == DRIVER {
            return Ok(Some(PROLOGUE.to_owned()));
        }
        let rewritten = registry.get(name).and_then(|entry| entry.rewritten().ok());
        Ok(rewritten.map(|rewritten| rewritten.text.clone()))
    });
    operators::register(&mut env);
    filters::register(&mut env);
    tests::register(&mut env);
    functions::register(&mut env);
    env
}

fn print(
    out: &mut Output,
    _state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    match value.as_str() {
        Some(text) => out.write_str(text).map_err(minijinja::Error::from),
        None => out.write_str(&python_str(value)).map_err(minijinja::Error::from),
    }
}
