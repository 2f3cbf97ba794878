//! Relations as templates see them: dbt's `Relation` over [`Relation`].

use std::cmp::Ordering;

use minijinja::Error;
use minijinja::value::Value;

use super::class::{self, Attribute, Class, Method};
use super::policy;
use crate::adapters::{PolicyUpdate, Relation, RelationKind, RelationUpdate};
use crate::jinja::args::{Args, invalid};
use crate::jinja::values;

/// A relation in a template.
pub(crate) struct RelationObject(Relation);

/// The value of a relation.
pub fn relation(relation: Relation) -> Value {
    class::value(RelationObject(relation))
}

/// The relation behind a value.
pub fn as_relation(value: &Value) -> Option<Relation> {
    class::get::<RelationObject>(value).map(|object| object.0.clone())
}

pub(super) fn text(part: Option<&String>) -> Value {
    part.map_or(Value::from(()), |part| Value::from(part.as_str()))
}

const fn is(kind: RelationKind) -> Attribute<RelationObject> {
    match kind {
        RelationKind::Table => |of| Value::from(of.0.is_table()),
        RelationKind::View => |of| Value::from(of.0.is_view()),
        RelationKind::Cte => |of| Value::from(of.0.is_cte()),
        RelationKind::MaterializedView => |of| Value::from(of.0.is_materialized_view()),
        RelationKind::PointerTable => {
            |of| Value::from(of.0.kind == Some(RelationKind::PointerTable))
        }
        _ => |of| Value::from(of.0.kind == Some(RelationKind::Function)),
    }
}

impl Class for RelationObject {
    const NAME: &'static str = "a relation";

    const ATTRIBUTES: &'static [(&'static str, Attribute<Self>)] = &[
        ("database", |of| text(of.0.database.as_ref())),
        ("schema", |of| text(of.0.schema.as_ref())),
        ("identifier", |of| text(of.0.identifier.as_ref())),
        ("name", |of| text(of.0.identifier.as_ref())),
        ("table", |of| text(of.0.identifier.as_ref())),
        ("type", |of| of.0.kind.map_or(Value::from(()), |kind| Value::from(kind.as_str()))),
        ("is_table", is(RelationKind::Table)),
        ("is_view", is(RelationKind::View)),
        ("is_cte", is(RelationKind::Cte)),
        ("is_materialized_view", is(RelationKind::MaterializedView)),
        ("is_pointer", is(RelationKind::PointerTable)),
        ("is_function", is(RelationKind::Function)),
        ("can_be_renamed", |_| Value::from(false)),
        ("can_be_replaced", |_| Value::from(false)),
        ("renameable_relations", |_| policy::no_kinds()),
        ("replaceable_relations", |_| policy::no_kinds()),
        ("require_alias", |_| Value::from(true)),
        ("catalog", |_| Value::from(())),
        ("dbt_created", |of| Value::from(of.0.dbt_created)),
        ("quote_character", |of| Value::from(of.0.naming.quote_character.to_string())),
        ("limit", |of| of.0.limit.map_or(Value::from(()), Value::from)),
        ("event_time_filter", |of| event_time_filter(&of.0)),
        ("quote_policy", |of| policy::value(&of.0.naming, "QuotePolicy", of.0.quote_policy)),
        ("include_policy", |of| policy::value(&of.0.naming, "IncludePolicy", of.0.include_policy)),
        ("path", |of| policy::path(&of.0)),
    ];

    const METHODS: &'static [(&'static str, Method<Self>)] = &[
        ("render", |of, _| Ok(Value::from(of.0.render()))),
        ("render_limited", |of, _| Ok(Value::from(of.0.to_string()))),
        ("include", |of, args| Ok(relation(of.0.include(policy_update(args))))),
        ("quote", |of, args| Ok(relation(of.0.quote(policy_update(args))))),
        ("without_identifier", |of, _| Ok(relation(of.0.without_identifier()))),
        ("replace_path", |of, args| {
            Ok(relation(of.0.incorporate(path_update(|name| args.named(name)))))
        }),
        ("incorporate", incorporate),
        ("matches", matches),
        ("get", get),
        ("quoted", |of, args| Ok(Value::from(of.0.naming.quoted(&args.text(0, "identifier")?)))),
        ("information_schema", |of, args| {
            Ok(policy::information_schema(&of.0, args.optional_text(0, "view_name")))
        }),
        ("information_schema_only", |of, _| Ok(policy::information_schema(&of.0, None))),
        ("to_dict", |of, args| Ok(policy::dict(&of.0, args.truth(0, "omit_none")))),
        ("create", |of, args| create(&Relation::new(&of.0.naming, None, None, None), args)),
        ("add_ephemeral_prefix", |_, args| add_ephemeral_prefix(args)),
        ("scd_args", |_, args| scd_args(args)),
    ];

    fn text(&self) -> String {
        self.0.to_string()
    }

    fn quoted(&self) -> String {
        format!("<{}Relation {}>", self.0.naming.label, self.0)
    }

    fn is_true(&self) -> bool {
        true
    }

    fn order(&self, other: &Self) -> Option<Ordering> {
        let key = |of: &Self| (of.0.to_string(), of.0.database.clone(), of.0.schema.clone());
        Some(key(self).cmp(&key(other)))
    }
}

fn event_time_filter(of: &Relation) -> Value {
    let Some(filter) = &of.event_time_filter else {
        return Value::from(());
    };
    values::dict([
        ("field_name", Value::from(filter.field_name.as_str())),
        ("start", text(filter.start.as_ref())),
        ("end", text(filter.end.as_ref())),
    ])
}

fn policy_update(args: &Args) -> PolicyUpdate {
    PolicyUpdate {
        database: args.truth(0, "database"),
        schema: args.truth(1, "schema"),
        identifier: args.truth(2, "identifier"),
    }
}

/// Parts of a policy given as a mapping.
fn policy_of(mapping: Option<Value>) -> PolicyUpdate {
    let part = |name: &str| {
        let found = mapping.as_ref()?.get_attr(name).ok()?;
        (!found.is_undefined() && !found.is_none()).then(|| found.is_true())
    };
    PolicyUpdate {
        database: part("database"),
        schema: part("schema"),
        identifier: part("identifier"),
    }
}

/// Parts of a path given as a mapping or as named arguments.
fn path_update(get: impl Fn(&str) -> Option<Value>) -> RelationUpdate {
    let part =
        |name: &str| get(name).filter(|v| !v.is_undefined()).map(|v| v.as_str().map(str::to_owned));
    RelationUpdate {
        database: part("database"),
        schema: part("schema"),
        identifier: part("identifier"),
        ..RelationUpdate::default()
    }
}

fn kind(text: Option<String>) -> Result<Option<RelationKind>, Error> {
    let Some(text) = text else {
        return Ok(None);
    };
    match RelationKind::parse(&text) {
        Some(kind) => Ok(Some(kind)),
        None => Err(invalid(format!("`{text}` is not a type of relations"))),
    }
}

fn incorporate(of: &RelationObject, args: &Args) -> Result<Value, Error> {
    let mut update = match args.named("path") {
        Some(path) => path_update(|name| path.get_attr(name).ok()),
        None => RelationUpdate::default(),
    };
    if let Some(kind) = kind(args.optional_text(0, "type"))? {
        update.kind = Some(Some(kind));
    }
    update.quote = policy_of(args.named("quote_policy"));
    update.include = policy_of(args.named("include_policy"));
    let mut made = of.0.incorporate(update);
    made.limit = args.named("limit").and_then(|limit| u64::try_from(limit).ok()).or(made.limit);
    Ok(relation(made))
}

fn matches(of: &RelationObject, args: &Args) -> Result<Value, Error> {
    let [database, schema, identifier] = [(0, "database"), (1, "schema"), (2, "identifier")]
        .map(|(at, name)| args.optional_text(at, name));
    let matches = of.0.matches(database.as_deref(), schema.as_deref(), identifier.as_deref());
    matches.map(Value::from).map_err(|error| invalid(error.to_string()))
}

fn get(of: &RelationObject, args: &Args) -> Result<Value, Error> {
    let key = args.text(0, "key")?;
    // dbt: `metadata` is how packages tell a relation from a string; it is no attribute (1.12).
    let found = match key.as_str() {
        "metadata" => Some(values::dict([("type", "BaseRelation")])),
        key => {
            let found = RelationObject::ATTRIBUTES.iter().find(|(name, _)| *name == key);
            found.map(|(_, attribute)| attribute(of))
        }
    };
    Ok(found.or_else(|| args.optional(1, "default")).unwrap_or(Value::from(())))
}

/// `Relation.create(database, schema, identifier, type, …)`; `blank` has the policies that it starts from.
pub(super) fn create(blank: &Relation, args: &Args) -> Result<Value, Error> {
    let part = |at, name| args.optional_text(at, name);
    let mut made = blank.clone();
    made.database = part(0, "database");
    made.schema = part(1, "schema");
    made.identifier = part(2, "identifier");
    made.kind = kind(part(3, "type"))?;
    made.limit = args.named("limit").and_then(|limit| u64::try_from(limit).ok());
    let made = made.quote(policy_of(args.named("quote_policy")));
    Ok(relation(made.include(policy_of(args.named("include_policy")))))
}

pub(super) fn add_ephemeral_prefix(args: &Args) -> Result<Value, Error> {
    Ok(Value::from(Relation::ephemeral_name(&args.text(0, "name")?)))
}

/// `scd_args(primary_key, updated_at)`: the columns that identify a row of a snapshot.
pub(super) fn scd_args(args: &Args) -> Result<Value, Error> {
    let key = args.required(0, "primary_key")?;
    let mut columns = match key.as_str() {
        Some(_) => vec![key],
        None => key.try_iter()?.collect(),
    };
    columns.push(args.required(1, "updated_at")?);
    Ok(values::list(columns))
}
