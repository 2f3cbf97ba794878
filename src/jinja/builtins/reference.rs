//! `ref`, `source` and `function`: noted while parsing, relations when code is compiled.

use std::sync::Arc;

use minijinja::Error;
use minijinja::value::Value;

use crate::adapters::Relation;
use crate::diagnostics::codes;
use crate::jinja::args::Args;
use crate::jinja::coded::coded;
use crate::jinja::contexts::Scope;
use crate::jinja::macros::CallRecorder;
use crate::jinja::objects::function::function;
use crate::jinja::objects::relation::relation;
use crate::jinja::values::{self, Lax};
use crate::manifest::RefCall;

/// `ref(name)`, `ref(package, name)`, with `v=` or `version=`.
pub(super) fn reference(scope: &Arc<Scope>) -> Option<Value> {
    let scope = scope.clone();
    Some(function("ref", move |_, args| find_reference(&scope, ref_call(args)?)))
}

fn find_reference(scope: &Arc<Scope>, call: RefCall) -> Result<Value, Error> {
    if let Some(resolver) = &scope.resolver {
        return resolver.reference(scope, &call);
    }
    let relation = parse_time_relation(scope, &call.name);
    scope.capture.lock().expect("invariant: no panic under lock").refs.push(call);
    Ok(relation)
}

/// `source(source_name, table_name)`.
pub(super) fn source(scope: &Arc<Scope>) -> Option<Value> {
    let scope = scope.clone();
    Some(function("source", move |_, args| {
        let args = Args::new("source", args)?;
        if args.len() + args.all_named().len() != 2 {
            return Err(coded(
                codes::REF_ARGUMENTS,
                format!("source() takes a source and a table, got {} arguments", args.len()),
                None,
            ));
        }
        find_source(&scope, args.text(0, "source_name")?, args.text(1, "table_name")?)
    }))
}

fn find_source(scope: &Arc<Scope>, source: String, table: String) -> Result<Value, Error> {
    if let Some(resolver) = &scope.resolver {
        return resolver.source(scope, &source, &table);
    }
    let relation = parse_time_relation(scope, &table);
    scope.capture.lock().expect("invariant: no panic under lock").sources.push([source, table]);
    Ok(relation)
}

/// `function(name)`, `function(package, name)`: the name of a function of the project.
pub(super) fn user_function(scope: &Arc<Scope>) -> Option<Value> {
    let scope = scope.clone();
    Some(function("function", move |_, args| {
        let args = Args::new("function", args)?;
        let (package, name) = match args.len() {
            1 => (None, args.text(0, "name")?),
            2 => (Some(args.text(0, "package")?), args.text(1, "name")?),
            other => {
                let message = format!(
                    "function() takes a name, or a package and a name; got {other} arguments"
                );
                return Err(coded(codes::REF_ARGUMENTS, message, None));
            }
        };
        let call = RefCall { package, name, version: None };
        if let Some(resolver) = &scope.resolver {
            return resolver.function(&scope, &call);
        }
        let relation = parse_time_relation(&scope, &call.name);
        scope.capture.lock().expect("invariant: no panic under lock").functions.push(call);
        Ok(relation)
    }))
}

/// The value of the argument `model` of a generic test, `{{ get_where_subquery(ref('…')) }}`, without a template:
/// most templates of a project are this one. `None` where the template must tell: a `where` is set, a macro that
/// takes part is not dbt's own, the name is not plain, or there is no such relation.
pub(crate) fn tested_relation(scope: &Arc<Scope>, template: &str) -> Option<Value> {
    const MACRO: &str = "get_where_subquery";
    let call = template.strip_prefix("{{ get_where_subquery(")?.strip_suffix(") }}")?;
    let node = &scope.node.as_ref()?.node;
    let has_where = scope.executes()
        && !matches!(node.config.get("where"), None | Some(serde_json::Value::Null));
    if has_where || !is_builtin(scope, MACRO) {
        return None;
    }
    let found = plain_call(scope, call)?;
    scope.record(&format!("macro.{BUILTIN}.{MACRO}"));
    found.ok()
}

/// The value of `ref('…')` or `source('…', '…')` with plain names, without a template; `None` for any other text.
fn plain_call(scope: &Arc<Scope>, call: &str) -> Option<Result<Value, Error>> {
    let plain = |text: &str| !text.contains(['\'', '\\', '{', '}']);
    if let Some(name) = call.strip_prefix("ref('").and_then(|c| c.strip_suffix("')")) {
        let call = RefCall { package: None, name: name.to_owned(), version: None };
        return plain(name).then(|| find_reference(scope, call));
    }
    let names = call.strip_prefix("source('")?.strip_suffix("')")?;
    let (source, table) = names.split_once("', '")?;
    (plain(source) && plain(table)).then(|| find_source(scope, source.to_owned(), table.to_owned()))
}

/// The value of an argument of a generic test that is a plain `ref('…')` or `source('…', '…')`, without a template;
/// `None` where the template must tell.
pub(crate) fn plain_argument(scope: &Arc<Scope>, text: &str) -> Option<Value> {
    let redefined = |name: &&str| scope.globals.macros.resolve_user(&scope.package, name).is_some();
    if ["ref", "source"].iter().any(redefined) {
        return None;
    }
    plain_call(scope, text)?.ok()
}

/// The package of the built-in macros.
const BUILTIN: &str = "dbt";

/// Whether a dispatched macro, and the names that it uses, are the built-in ones in this scope.
pub(crate) fn is_builtin(scope: &Scope, name: &str) -> bool {
    let globals = &scope.globals;
    let used = ["ref", "source", "config", "adapter", "return"];
    let is = |name: &str| {
        let found = globals.macros.resolve(&scope.package, name);
        found.is_some_and(|found| found.def().package == BUILTIN)
    };
    let engine = format!("{}__{name}", globals.adapter.type_name());
    globals.dispatch.is_empty()
        && is(name)
        && is(&format!("default__{name}"))
        && globals.macros.resolve(&scope.package, &engine).is_none()
        && used.iter().all(|used| globals.macros.resolve_user(&scope.package, used).is_none())
}

/// While parsing, dbt answers with the relation of the node itself; the name helps readers of logs.
fn parse_time_relation(scope: &Scope, name: &str) -> Value {
    match scope.node.as_ref().and_then(|node| node.this.clone()) {
        Some(this) => relation(this),
        None => relation(Relation::new(
            scope.globals.adapter.naming(),
            Some(scope.globals.adapter.database()),
            Some(scope.globals.adapter.schema()),
            Some(name),
        )),
    }
}

/// Reads the arguments of a `ref`.
pub(crate) fn ref_call(args: &[Value]) -> Result<RefCall, Error> {
    let args = Args::new("ref", args)?;
    let version = args.named("version").or_else(|| args.named("v")).filter(|v| !v.is_none());
    let version = version.map(|v| values::to_json(&v)).transpose()?;
    let text = |value: &Value| match value.as_str() {
        Some(text) => Ok(text.to_owned()),
        None if value.is_undefined() || value.downcast_object_ref::<Lax>().is_some() => Err(coded(
            codes::REF_ARGUMENTS,
            "ref() takes names as text, and this is a variable without a value".to_owned(),
            Some("put the name in quotes".to_owned()),
        )),
        None => Err(coded(
            codes::REF_ARGUMENTS,
            format!("ref() takes names as text, got {value}"),
            None,
        )),
    };
    match args.positional() {
        [name] => Ok(RefCall { package: None, name: text(name)?, version }),
        [package, name] => {
            Ok(RefCall { package: Some(text(package)?), name: text(name)?, version })
        }
        other => Err(coded(
            codes::REF_ARGUMENTS,
            format!("ref() takes a name, or a package and a name; got {} arguments", other.len()),
            None,
        )),
    }
}
