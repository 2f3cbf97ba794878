//! The relations that queries can read, by the names that SQL gives them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::adapters::Relation;

/// Which relations there are, and their columns.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    relations: Vec<Known>,
    /// Places in `relations`, by identifier in lower case.
    by_name: HashMap<String, Vec<usize>>,
}

/// A relation.
#[derive(Clone, Debug)]
pub(super) struct Known {
    schema: Option<String>,
    /// What lineage calls it.
    pub(super) id: Arc<str>,
    /// Its columns, in order.
    pub(super) columns: Arc<[Arc<str>]>,
}

impl Catalog {
    /// Adds a relation under the name that the engine stores; a name that is there twice means the first.
    pub fn add<C: AsRef<str>>(&mut self, relation: &Relation, id: &str, columns: &[C]) {
        let physical = relation.physical();
        self.add_name(physical.schema.as_deref(), &physical.name, id, columns);
    }

    /// Adds a relation by its name.
    pub fn add_name<C: AsRef<str>>(
        &mut self,
        schema: Option<&str>,
        name: &str,
        id: &str,
        columns: &[C],
    ) {
        let columns = columns.iter().map(|column| Arc::from(column.as_ref())).collect();
        let schema = schema.map(str::to_ascii_lowercase);
        self.by_name.entry(name.to_ascii_lowercase()).or_default().push(self.relations.len());
        self.relations.push(Known { schema, id: Arc::from(id), columns });
    }

    /// What lineage calls the relations of a name, of whichever schema.
    pub fn ids(&self, name: &str) -> impl Iterator<Item = &str> {
        let places = self.by_name.get(&name.to_ascii_lowercase()).into_iter().flatten();
        places.map(|place| &*self.relations[*place].id)
    }

    /// The relation of a name: of its schema when both have one, else the first of that name.
    pub(super) fn find(&self, schema: Option<&str>, name: &str) -> Option<&Known> {
        let places = self.by_name.get(&name.to_ascii_lowercase())?;
        let of_schema = |known: &&Known| match (schema, known.schema.as_deref()) {
            (Some(wanted), Some(known)) => wanted.eq_ignore_ascii_case(known),
            _ => true,
        };
        places.iter().map(|place| &self.relations[*place]).find(of_schema)
    }
}
