//! What a unit test puts in place of macros, variables, environment variables and the clock.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use minijinja::value::{Object, Value};
use minijinja::{Error, State};
use serde_json::{Map, Value as Json};

use crate::jinja::builtins;
use crate::jinja::contexts::{Globals, Scope};
use crate::jinja::values;

/// The overrides of one test.
#[derive(Clone, Debug, Default)]
pub(super) struct Overrides {
    macros: Map<String, Json>,
    vars: Map<String, Json>,
    env_vars: Map<String, Json>,
    /// The moment at which the clock stands.
    pub(super) clock: Option<Timestamp>,
}

impl Overrides {
    /// Reads `overrides` of a test; a clock that cannot be read comes back as the text that it is.
    pub(super) fn of(written: &Json) -> Result<Self, String> {
        let part =
            |key: &str| written.get(key).and_then(Json::as_object).cloned().unwrap_or_default();
        let clock = match written.get("clock").filter(|clock| !clock.is_null()) {
            Some(clock) => {
                let text = clock.as_str().map_or_else(|| clock.to_string(), str::to_owned);
                Some(moment(&text).ok_or(text)?)
            }
            None => None,
        };
        let (macros, vars, env_vars) = (part("macros"), part("vars"), part("env_vars"));
        Ok(Overrides { macros, vars, env_vars, clock })
    }

    /// The globals with the variables of the test.
    pub(super) fn globals(&self, globals: &Globals) -> Globals {
        let vars: HashMap<String, Value> = self
            .vars
            .iter()
            .map(|(name, value)| (name.clone(), values::to_mutable(value)))
            .collect();
        let other = globals.vars.clone();
        let find = move |package: &str, name: &str| {
            vars.get(name).cloned().or_else(|| other(package, name))
        };
        Globals { vars: Arc::new(find), ..globals.clone() }
    }

    /// The macros that no template knows.
    pub(super) fn unknown_macros<'o>(&'o self, globals: &Globals, package: &str) -> Vec<&'o str> {
        let is_known = |name: &str| match name.split_once('.') {
            Some((package, name)) => globals.macros.get(package, name).is_some(),
            None => {
                globals.macros.resolve(package, name).is_some()
                    || builtins::names().any(|known| known == name)
            }
        };
        self.macros.keys().map(String::as_str).filter(|name| !is_known(name)).collect()
    }

    /// Puts the overrides into a scope, where they win over everything else. dbt 1.12: what is a macro stays callable,
    /// a plain name gets the value itself; a macro of `dbt` is replaced with and without its package's name.
    pub(super) fn apply(&self, scope: &mut Scope) {
        let mut packages: HashMap<String, HashMap<String, Value>> = HashMap::new();
        for (name, value) in &self.macros {
            let value = values::to_mutable(value);
            let (package, bare) = match name.split_once('.') {
                Some((package, bare)) => (Some(package), bare),
                None => (None, name.as_str()),
            };
            let is_macro =
                package.is_some() || scope.globals.macros.resolve(&scope.package, bare).is_some();
            let made = if is_macro { Value::from_object(Constant(value)) } else { value };
            let is_builtin = scope.globals.macros.get("dbt", bare).is_some();
            if package.is_none() || (package == Some("dbt") && !self.macros.contains_key(bare)) {
                scope.extra.insert(bare.to_owned(), made.clone());
            }
            if let Some(package) = package.or(is_builtin.then_some("dbt")) {
                packages.entry(package.to_owned()).or_default().insert(bare.to_owned(), made);
            }
        }
        for (package, macros) in packages {
            if let Some(whole) = scope.globals.macros.namespace(&package) {
                let shadowed = Value::from_object(Shadowed { whole, macros });
                scope.extra.insert(package, shadowed);
            }
        }
        self.apply_environment(scope);
        if let Some(now) = self.clock {
            scope.extra.insert("run_started_at".to_owned(), builtins::datetime_utc(now));
            scope.extra.insert("modules".to_owned(), builtins::modules::modules_at(now));
        }
    }

    fn apply_environment(&self, scope: &mut Scope) {
        if self.env_vars.is_empty() {
            return;
        }
        let known = self.env_vars.iter();
        let known = known.map(|(name, value)| (name.clone(), values::to_mutable(value))).collect();
        let globals = scope.globals.clone();
        let phase = scope.phase;
        let plain = Arc::new(Scope::new(&globals, phase, &scope.package));
        let made = Value::from_object(Environment { known, plain });
        scope.extra.insert("env_var".to_owned(), made);
    }
}

/// A moment: RFC 3339, or a date with or without a time, in UTC.
fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let local = || {
        let at: DateTime = text.parse().ok()?;
        at.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    };
    text.parse().ok().or_else(local)
}

/// A macro that gives the same value whatever it is asked.
#[derive(Debug)]
pub(super) struct Constant(pub(super) Value);

impl Object for Constant {
    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, _: &[Value]) -> Result<Value, Error> {
        Ok(self.0.clone())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<macro of a unit test>")
    }
}

/// A package with some of its macros replaced.
#[derive(Debug)]
struct Shadowed {
    whole: Value,
    macros: HashMap<String, Value>,
}

impl Object for Shadowed {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let own = key.as_str().and_then(|name| self.macros.get(name).cloned());
        own.or_else(|| self.whole.get_item(key).ok().filter(|found| !found.is_undefined()))
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match self.macros.get(method) {
            Some(own) => own.call(state, args),
            None => self.whole.call_method(state, method, args),
        }
    }
}

/// `env_var` with some variables replaced.
#[derive(Debug)]
struct Environment {
    known: HashMap<String, Value>,
    plain: Arc<Scope>,
}

impl Object for Environment {
    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let asked = args.first().and_then(Value::as_str);
        match asked.and_then(|name| self.known.get(name)) {
            Some(value) => Ok(value.clone()),
            None => builtins::lookup(&self.plain, "env_var").unwrap_or_default().call(state, args),
        }
    }
}
