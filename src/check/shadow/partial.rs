//! Sources of which only the property file tells columns: it need not list all of them.
//!
//! A column that nobody lists is taken to be there, and said once for each source; one that is nearly a listed column
//! is a slip like any other.

use std::sync::Arc;

use super::{Shadow, create};
use crate::adapters::Column;
use crate::manifest::Node;
use crate::names::{UniqueId, did_you_mean};

impl Shadow<'_> {
    /// Adds a column that a node reads to a source that does not list it; whether there is one that may have it.
    pub(super) fn add_unlisted(&mut self, node: &Arc<Node>, column: &str) -> bool {
        let Some(id) = self.source_for(node, column) else { return false };
        let Some(relation) = self.compiler.relation(&id) else { return false };
        let Some(known) = self.found.nodes.get_mut(&id) else { return false };
        known.columns.push(Column::new(column, ""));
        let columns = known.columns.clone();
        self.found.unlisted.entry(id).or_default().push(column.to_owned());
        self.connection.with(|session| create(session, &relation, &columns)).is_ok()
    }

    /// A source whose list of columns may lack this one: read by the node, and no listed column is nearly the same.
    fn source_for(&self, node: &Node, column: &str) -> Option<UniqueId> {
        let partial: Vec<&UniqueId> = self.partial_above(node);
        let lists = |id: &&UniqueId, is_it: fn(&str, &Column) -> bool| {
            self.found.nodes[*id].columns.iter().any(|known| is_it(column, known))
        };
        let is_near = |wanted: &str, known: &Column| {
            did_you_mean(wanted, std::iter::once(known.name.as_str())).is_some()
        };
        if partial.iter().any(|id| lists(id, is_near)) {
            return None;
        }
        let is_listed = |wanted: &str, known: &Column| known.name.eq_ignore_ascii_case(wanted);
        partial.into_iter().find(|id| !lists(id, is_listed)).cloned()
    }

    /// The partial sources that a node reads, through ephemeral models.
    fn partial_above(&self, node: &Node) -> Vec<&UniqueId> {
        let mut found = Vec::new();
        for id in &node.depends_on.nodes {
            found.extend(self.partial.get(id));
            let parent = self.compiler.manifest.nodes.get(id).filter(|node| node.is_ephemeral());
            found.extend(parent.into_iter().flat_map(|parent| self.partial_above(parent)));
        }
        found
    }
}
