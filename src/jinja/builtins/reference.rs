//! `ref` and `source`: noted while parsing, relations when code is compiled.

use std::sync::Arc;

use minijinja::Error;
use minijinja::value::Value;

use crate::adapters::Relation;
use crate::diagnostics::codes;
use crate::jinja::args::Args;
use crate::jinja::coded::coded;
use crate::jinja::contexts::Scope;
use crate::jinja::objects::function::function;
use crate::jinja::objects::relation::relation;
use crate::jinja::values;
use crate::manifest::RefCall;

/// `ref(name)`, `ref(package, name)`, with `v=` or `version=`.
pub(super) fn reference(scope: &Arc<Scope>) -> Option<Value> {
    let scope = scope.clone();
    Some(function("ref", move |_, args| {
        let call = ref_call(args)?;
        match &scope.resolver {
            Some(resolver) => resolver.reference(&scope, &call),
            None => {
                let relation = parse_time_relation(&scope, &call.name);
                scope
                    .capture
                    .lock()
                    .expect("invariant: no panic under lock")
                    .refs
                    .push(call);
                Ok(relation)
            }
        }
    }))
}

/// `source(source_name, table_name)`.
pub(super) fn source(scope: &Arc<Scope>) -> Option<Value> {
    let scope = scope.clone();
    Some(function("source", move |_, args| {
        let args = Args::new("source", args)?;
        if args.len() + args.all_named().len() != 2 {
            return Err(coded(
                codes::REF_ARGUMENTS,
                format!(
                    "source() takes a source and a table, got {} arguments",
                    args.len()
                ),
                None,
            ));
        }
        let (source, table) = (args.text(0, "source_name")?, args.text(1, "table_name")?);
        match &scope.resolver {
            Some(resolver) => resolver.source(&scope, &source, &table),
            None => {
                let relation = parse_time_relation(&scope, &table);
                scope
                    .capture
                    .lock()
                    .expect("invariant: no panic under lock")
                    .sources
                    .push([source, table]);
                Ok(relation)
            }
        }
    }))
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
    let version = args
        .named("version")
        .or_else(|| args.named("v"))
        .filter(|v| !v.is_none());
    let version = version.map(|v| values::to_json(&v)).transpose()?;
    let text = |value: &Value| match value.as_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err(coded(
            codes::REF_ARGUMENTS,
            format!("ref() takes names as text, got {value}"),
            None,
        )),
    };
    match args.positional() {
        [name] => Ok(RefCall {
            package: None,
            name: text(name)?,
            version,
        }),
        [package, name] => Ok(RefCall {
            package: Some(text(package)?),
            name: text(name)?,
            version,
        }),
        other => Err(coded(
            codes::REF_ARGUMENTS,
            format!(
                "ref() takes a name, or a package and a name; got {} arguments",
                other.len()
            ),
            None,
        )),
    }
}
