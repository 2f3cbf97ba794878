//! `api.Relation` and `api.Column`: the classes behind relation and column values.

use std::sync::Arc;

use minijinja::value::Value;

use super::class::{self, Attribute, Class, Method};
use super::column::ColumnClass;
use super::{policy, relation};
use crate::adapters::{Policy, Relation, RelationKind};
use crate::jinja::contexts::Globals;
use crate::jinja::values;

/// The value of `api`.
pub(crate) fn api(globals: &Arc<Globals>) -> Value {
    values::dict([("Relation", relation_class(globals)), ("Column", class::value(ColumnClass))])
}

/// The class of relations; those that it makes are quoted as the project says.
pub(crate) fn relation_class(globals: &Arc<Globals>) -> Value {
    let mut blank = Relation::new(globals.adapter.naming(), None, None, None);
    blank.quote_policy = globals.quoting;
    class::value(RelationClass(blank))
}

struct RelationClass(Relation);

impl RelationClass {
    fn policy(&self, name: &'static str, policy: Policy) -> Value {
        policy::value(&self.0.naming, name, policy)
    }
}

impl Class for RelationClass {
    const NAME: &'static str = "api.Relation";

    const ATTRIBUTES: &'static [(&'static str, Attribute<Self>)] = &[
        ("Table", |_| Value::from(RelationKind::Table.as_str())),
        ("View", |_| Value::from(RelationKind::View.as_str())),
        ("CTE", |_| Value::from(RelationKind::Cte.as_str())),
        ("MaterializedView", |_| Value::from(RelationKind::MaterializedView.as_str())),
        ("External", |_| Value::from(RelationKind::External.as_str())),
        ("Ephemeral", |_| Value::from(RelationKind::Ephemeral.as_str())),
        ("PointerTable", |_| Value::from(RelationKind::PointerTable.as_str())),
        ("Function", |_| Value::from(RelationKind::Function.as_str())),
    ];

    const METHODS: &'static [(&'static str, Method<Self>)] = &[
        ("create", |of, args| relation::create(&of.0, args)),
        ("get_default_quote_policy", |of, _| Ok(of.policy("QuotePolicy", of.0.naming.quote))),
        ("get_default_include_policy", |of, _| Ok(of.policy("IncludePolicy", of.0.naming.include))),
        ("add_ephemeral_prefix", |_, args| relation::add_ephemeral_prefix(args)),
        ("scd_args", |_, args| relation::scd_args(args)),
    ];

    fn text(&self) -> String {
        "<class Relation>".to_owned()
    }
}
