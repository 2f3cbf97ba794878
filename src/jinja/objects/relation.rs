//! Relations as templates see them: dbt's `Relation` over [`Relation`].

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Object, ObjectRepr, Value};
use minijinja::{Error, State};

use crate::adapters::{PolicyUpdate, Relation, RelationKind, RelationUpdate};
use crate::jinja::args::{Args, unknown_method};
use crate::jinja::values;

/// A relation in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationObject(pub Relation);

/// The value of a relation.
pub fn relation(relation: Relation) -> Value {
    Value::from_object(RelationObject(relation))
}

/// The relation behind a value.
pub fn as_relation(value: &Value) -> Option<Relation> {
    value.downcast_object_ref::<RelationObject>().map(|object| object.0.clone())
}

fn text(part: Option<&String>) -> Value {
    part.map_or(Value::from(()), |part| Value::from(part.as_str()))
}

impl RelationObject {
    fn attribute(&self, name: &str) -> Option<Value> {
        let relation = &self.0;
        let is = |kind: RelationKind| Value::from(relation.kind == Some(kind));
        Some(match name {
            "database" => text(relation.database.as_ref()),
            "schema" => text(relation.schema.as_ref()),
            "identifier" | "name" | "table" => text(relation.identifier.as_ref()),
            "type" => relation.kind.map_or(Value::from(()), |kind| Value::from(kind.as_str())),
            "is_table" => is(RelationKind::Table),
            "is_view" => is(RelationKind::View),
            "is_cte" => is(RelationKind::Cte),
            "is_materialized_view" => is(RelationKind::MaterializedView),
            "is_pointer" | "is_dynamic_table" => Value::from(false),
            "can_be_renamed" => Value::from(relation.is_table() || relation.is_view()),
            "can_be_replaced" => Value::from(false),
            "quote_character" => Value::from(relation.naming.quote_character.to_string()),
            "limit" => relation.limit.map_or(Value::from(()), Value::from),
            "quote_policy" => policy(relation.quote_policy),
            "include_policy" => policy(relation.include_policy),
            "path" => values::dict([
                ("database", text(relation.database.as_ref())),
                ("schema", text(relation.schema.as_ref())),
                ("identifier", text(relation.identifier.as_ref())),
            ]),
            _ => return None,
        })
    }
}

impl RelationObject {
    /// What `get` finds: an attribute, or the class of the object in `metadata`.
    // dbt: `metadata` is how packages tell a relation from a string; it is no attribute (1.12).
    fn item(&self, key: &str) -> Option<Value> {
        match key {
            "metadata" => Some(values::dict([("type", "BaseRelation")])),
            _ => self.attribute(key),
        }
    }
}

fn policy(policy: crate::adapters::Policy) -> Value {
    values::dict([
        ("database", Value::from(policy.database)),
        ("schema", Value::from(policy.schema)),
        ("identifier", Value::from(policy.identifier)),
    ])
}

fn policy_update(args: &Args) -> PolicyUpdate {
    PolicyUpdate {
        database: args.truth(0, "database"),
        schema: args.truth(1, "schema"),
        identifier: args.truth(2, "identifier"),
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

impl Object for RelationObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.attribute(key.as_str()?)
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "render" => Ok(Value::from(self.0.render())),
            "include" => Ok(relation(self.0.include(policy_update(&Args::new("include", args)?)))),
            "quote" => Ok(relation(self.0.quote(policy_update(&Args::new("quote", args)?)))),
            "without_identifier" => Ok(relation(self.0.without_identifier())),
            "replace_path" => {
                let args = Args::new("replace_path", args)?;
                Ok(relation(self.0.incorporate(path_update(|name| args.named(name)))))
            }
            "incorporate" => {
                let args = Args::new("incorporate", args)?;
                let mut update = match args.named("path") {
                    Some(path) => path_update(|name| path.get_attr(name).ok()),
                    None => RelationUpdate::default(),
                };
                if let Some(kind) = args.optional_text(0, "type") {
                    update.kind = Some(RelationKind::parse(&kind));
                }
                Ok(relation(self.0.incorporate(update)))
            }
            "matches" => {
                let args = Args::new("matches", args)?;
                let parts = [(0, "database"), (1, "schema"), (2, "identifier")]
                    .map(|(at, name)| args.optional_text(at, name));
                let [database, schema, identifier] = parts;
                let matches = self
                    .0
                    .matches(database.as_deref(), schema.as_deref(), identifier.as_deref())
                    .map_err(|error| crate::jinja::args::invalid(error.to_string()))?;
                Ok(Value::from(matches))
            }
            "get" => {
                let args = Args::new("get", args)?;
                let found = self.item(&args.text(0, "key")?);
                Ok(found.or_else(|| args.optional(1, "default")).unwrap_or(Value::from(())))
            }
            "quoted" => {
                let args = Args::new("quoted", args)?;
                Ok(Value::from(self.0.naming.quoted(&args.text(0, "identifier")?)))
            }
            _ => Err(unknown_method("a relation", method)),
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<RelationObject>()?;
        Some(self.0.render().cmp(&other.0.render()))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.render())
    }
}
