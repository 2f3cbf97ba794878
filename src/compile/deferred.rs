//! `--defer`: references to what an earlier run built elsewhere.
//!
//! Source: dbt 1.12, `RuntimeRefResolver`: a relation of the state stands in for one that is not here; with
//! `--favor-state` also for one that is, as long as the command does not select it.

use std::collections::HashMap;
use std::sync::Arc;

use minijinja::Error;

use crate::adapters::Relation;
use crate::jinja::contexts::Scope;
use crate::jinja::objects::adapter::database_error;
use crate::names::UniqueId;
use crate::state::Origin;

/// Where an earlier run has its relations.
#[derive(Debug)]
pub struct Deferred {
    /// The relations by node.
    pub origins: HashMap<UniqueId, Origin>,
    /// They count before what is here.
    pub favor: bool,
}

impl Deferred {
    /// The relation of the state that is read instead of a node's own one; `None` where its own is.
    pub(super) fn instead(
        &self,
        scope: &Arc<Scope>,
        id: &UniqueId,
        own: &Relation,
    ) -> Result<Option<Relation>, Error> {
        let Some(origin) = self.origins.get(id) else {
            return Ok(None);
        };
        let is_selected =
            || scope.globals.selected.get().is_some_and(|selected| selected.contains(id));
        if (!self.favor || is_selected()) && exists(scope, own)? {
            return Ok(None);
        }
        let mut relation = Relation::new(
            scope.globals.adapter.naming(),
            origin.database.as_deref(),
            Some(&origin.schema),
            Some(&origin.alias),
        );
        relation.quote_policy = own.quote_policy;
        Ok(Some(relation))
    }
}

fn exists(scope: &Arc<Scope>, relation: &Relation) -> Result<bool, Error> {
    let (Some(connection), Some(schema), Some(identifier)) =
        (&scope.connection, &relation.schema, &relation.identifier)
    else {
        return Ok(false);
    };
    let found = connection.with(|session| session.get_relation(schema, identifier));
    Ok(found.map_err(database_error)?.flatten().is_some())
}
