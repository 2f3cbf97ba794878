//! `--defer`: references to what an earlier run built elsewhere.
//!
//! Source: dbt 1.12, `RuntimeRefResolver`: a relation of the state stands in for one that is not here; with
//! `--favor-state` also for one that is, as long as the command does not select it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use minijinja::Error;

use crate::adapters::Relation;
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Event;
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
    told: Mutex<HashSet<UniqueId>>,
}

impl Deferred {
    /// The relations of the state; `favor` makes them count before what is here.
    pub fn new(origins: HashMap<UniqueId, Origin>, favor: bool) -> Self {
        Deferred { origins, favor, told: Mutex::default() }
    }

    /// The relation of a node in the state; `like` is a relation of this target.
    pub(super) fn relation(&self, id: &UniqueId, like: &Relation) -> Option<Relation> {
        let origin = self.origins.get(id)?;
        let mut relation = Relation::new(
            &like.naming,
            origin.database.as_deref(),
            Some(&origin.schema),
            Some(&origin.alias),
        );
        relation.quote_policy = like.quote_policy;
        Some(relation)
    }

    /// The relation of the state that is read instead of a node's own one; `None` where its own is.
    pub(super) fn instead(
        &self,
        scope: &Arc<Scope>,
        id: &UniqueId,
        own: &Relation,
    ) -> Result<Option<Relation>, Error> {
        let Some(relation) = self.relation(id, own) else {
            return Ok(None);
        };
        let is_selected =
            || scope.globals.selected.get().is_some_and(|selected| selected.contains(id));
        if (!self.favor || is_selected()) && exists(scope, own)? {
            return Ok(None);
        }
        self.tell_missing(scope, id, &relation)?;
        Ok(Some(relation))
    }

    /// Says that the database lacks what is deferred to: what the engine says of it names no reason.
    fn tell_missing(
        &self,
        scope: &Arc<Scope>,
        id: &UniqueId,
        relation: &Relation,
    ) -> Result<(), Error> {
        let is_new = self.told.lock().expect("invariant: no panic under lock").insert(id.clone());
        if !is_new || exists(scope, relation)? {
            return Ok(());
        }
        let message =
            format!("`{id}` is deferred to {}, which is not in this database", relation.render());
        let warning = Diagnostic::warning(codes::BAD_STATE, message).hint(
            "the other run must have written to the same file, or to one that the profile attaches \
             (`schemas_and_paths`)",
        );
        scope.globals.sink.emit(Event::Diagnostic(warning));
        Ok(())
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
