//! The small values inside of a relation: policies, its path, its dict, its information schema.

use minijinja::Error;
use minijinja::value::Value;

use super::class::{self, Attribute, Class, Method};
use super::relation::text;
use crate::adapters::{NamingPolicy, Policy, Relation};
use crate::jinja::args::Args;
use crate::jinja::values;

/// No type of relations: nothing is renamed or replaced in place.
pub(super) fn no_kinds() -> Value {
    values::tuple(Vec::new())
}

/// A record of three parts that prints as a Python data class.
struct Parts {
    name: String,
    parts: [Value; 3],
}

const NAMES: [&str; 3] = ["database", "schema", "identifier"];

impl Parts {
    fn dict(&self) -> Value {
        values::dict(NAMES.into_iter().zip(self.parts.iter().cloned()))
    }
}

impl Class for Parts {
    const NAME: &'static str = "a policy";

    const ATTRIBUTES: &'static [(&'static str, Attribute<Self>)] = &[
        ("database", |of| of.parts[0].clone()),
        ("schema", |of| of.parts[1].clone()),
        ("identifier", |of| of.parts[2].clone()),
    ];

    const METHODS: &'static [(&'static str, Method<Self>)] = &[
        ("to_dict", |of, _| Ok(of.dict())),
        ("get_part", |of, args| {
            let at =
                NAMES.iter().position(|name| Some(*name) == args.text(0, "key").ok().as_deref());
            Ok(at.map_or(Value::from(()), |at| of.parts[at].clone()))
        }),
    ];

    fn text(&self) -> String {
        let shown = NAMES.iter().zip(&self.parts);
        let shown: Vec<String> =
            shown.map(|(name, part)| format!("{name}={}", values::python_repr(part))).collect();
        format!("{}({})", self.name, shown.join(", "))
    }
}

fn of_policy(policy: Policy) -> [Value; 3] {
    [policy.database, policy.schema, policy.identifier].map(Value::from)
}

fn of_path(of: &Relation) -> [Value; 3] {
    [text(of.database.as_ref()), text(of.schema.as_ref()), text(of.identifier.as_ref())]
}

/// The value of a policy; it prints as the engine's class of that name.
pub(super) fn value(naming: &NamingPolicy, name: &str, policy: Policy) -> Value {
    class::value(Parts { name: format!("{}{name}", naming.label), parts: of_policy(policy) })
}

/// `relation.path`.
pub(super) fn path(of: &Relation) -> Value {
    class::value(Parts { name: "Path".to_owned(), parts: of_path(of) })
}

/// `relation.to_dict()`.
pub(super) fn dict(of: &Relation, omit_none: Option<bool>) -> Value {
    let parts = |parts: [Value; 3]| values::dict(NAMES.into_iter().zip(parts));
    let none = || Value::from(());
    let all = [
        ("path", parts(of_path(of))),
        ("type", of.kind.map_or_else(none, |kind| Value::from(kind.as_str()))),
        ("quote_character", Value::from(of.naming.quote_character.to_string())),
        ("include_policy", parts(of_policy(of.include_policy))),
        ("quote_policy", parts(of_policy(of.quote_policy))),
        ("dbt_created", Value::from(of.dbt_created)),
        ("limit", of.limit.map_or_else(none, Value::from)),
        ("event_time_filter", none()),
        ("require_alias", Value::from(true)),
        ("catalog", none()),
        ("renameable_relations", values::list(Vec::new())),
        ("replaceable_relations", values::list(Vec::new())),
    ];
    let omit = omit_none.unwrap_or(false);
    values::dict(all.into_iter().filter(|(_, value)| !omit || !value.is_none()))
}

/// The information schema beside a relation; it has a name on every engine, and tables on some.
struct InformationSchema {
    database: Value,
    view: Option<String>,
}

impl InformationSchema {
    fn name(&self) -> Result<String, Error> {
        let mut parts = Vec::new();
        if !self.database.is_none() {
            parts.push(self.database.to_string());
        }
        parts.push("INFORMATION_SCHEMA".to_owned());
        parts.extend(self.view.clone());
        Ok(parts.join("."))
    }
}

impl Class for InformationSchema {
    const NAME: &'static str = "an information schema";

    const ATTRIBUTES: &'static [(&'static str, Attribute<Self>)] = &[
        ("database", |of| of.database.clone()),
        ("schema", |_| Value::from("INFORMATION_SCHEMA")),
        ("identifier", |of| text(of.view.as_ref())),
        ("information_schema_view", |of| text(of.view.as_ref())),
    ];

    const METHODS: &'static [(&'static str, Method<Self>)] =
        &[("render", |of, _: &Args| of.name().map(Value::from))];

    fn text(&self) -> String {
        self.name().unwrap_or_default()
    }
}

/// `relation.information_schema(view)`.
pub(super) fn information_schema(of: &Relation, view: Option<String>) -> Value {
    class::value(InformationSchema { database: text(of.database.as_ref()), view })
}
