//! What of the project is in the database: relations and their columns.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::failure;
use crate::adapters::{Relation, Session};
use crate::artifacts::catalog::{CatalogTable, ColumnMetadata, TableMetadata, no_stats};
use crate::compile::Compiler;
use crate::diagnostics::Diagnostic;
use crate::jinja::contexts::Connection;
use crate::names::UniqueId;

/// The relations of nodes or sources that are in the database, in the given order.
///
/// # Errors
/// The database cannot be read.
pub fn catalog(
    compiler: &Compiler,
    connection: &Arc<Connection>,
    ids: &[&UniqueId],
) -> Result<IndexMap<String, CatalogTable>, Box<Diagnostic>> {
    let relations = ids.iter().filter_map(|id| Some((*id, compiler.relation(id)?)));
    let relations: Vec<_> = relations.collect();
    let found = connection.with(|session| {
        let mut stored = Stored::default();
        let mut tables = IndexMap::new();
        for (id, relation) in &relations {
            if let Some(found) = stored.find(session, relation)? {
                let columns = session.columns(&found)?;
                if !columns.is_empty() {
                    tables.insert(id.to_string(), table(id, &found, &columns));
                }
            }
        }
        Ok(tables)
    });
    Ok(found.map_err(|error| failure::of_adapter(&error))?.unwrap_or_default())
}

/// The relations of the schemas that were asked for, each schema listed once.
#[derive(Default)]
struct Stored(HashMap<String, HashMap<String, Relation>>);

impl Stored {
    fn find(
        &mut self,
        session: &mut dyn Session,
        wanted: &Relation,
    ) -> crate::adapters::Result<Option<Relation>> {
        let schema = wanted.schema.clone().unwrap_or_default();
        if !self.0.contains_key(&schema) {
            let listed = session.list_relations(&schema)?.into_iter();
            let named =
                listed.filter_map(|one| Some((one.identifier.as_ref()?.to_lowercase(), one)));
            self.0.insert(schema.clone(), named.collect());
        }
        let name = wanted.identifier.as_deref().unwrap_or_default().to_lowercase();
        Ok(self.0[&schema].get(&name).cloned())
    }
}

fn table(id: &UniqueId, relation: &Relation, columns: &[crate::adapters::Column]) -> CatalogTable {
    let columns = columns.iter().enumerate().map(|(at, column)| {
        let metadata = ColumnMetadata {
            kind: column.dtype_or_unknown().to_owned(),
            index: at + 1,
            name: column.name.clone(),
            comment: None,
        };
        (column.name.clone(), metadata)
    });
    CatalogTable {
        metadata: TableMetadata {
            kind: relation.kind.map_or("table", |kind| kind.as_str()).to_owned(),
            schema: relation.schema.clone().unwrap_or_default(),
            name: relation.identifier.clone().unwrap_or_default(),
            database: relation.database.clone(),
            comment: None,
            owner: None,
        },
        columns: columns.collect(),
        stats: no_stats(),
        unique_id: id.to_string(),
    }
}
