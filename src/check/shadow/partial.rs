//! Sources of which only the property file tells columns: it need not list all of them.
//!
//! A column that nobody lists is taken to be there, and said once for each source; one that is hardly another than a
//! listed column is a slip like any other. What selects the star of such a relation has unlisted columns itself: the
//! table of each has one column more, and where that comes out, so would the others.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::Shadow;
use crate::adapters::{Column, Description};
use crate::check::rules::columns::has;
use crate::manifest::Node;
use crate::names::{UniqueId, is_slip};

/// Columns to be added, by the relation that has to have them.
pub(super) type Unlisted = IndexMap<UniqueId, Vec<String>>;

/// The column that stands for those that nobody lists.
const MORE: &str = "forge: more columns";

/// Takes the column that stands for others out of what a query reads and gives; whether it comes out.
pub(super) fn without_more(described: &mut Description) -> bool {
    let before = described.columns.len();
    // A second one is `forge: more columns:1`.
    described.columns.retain(|column| !column.name.starts_with(MORE));
    described.reads.retain(|(_, column)| !column.starts_with(MORE));
    described.columns.len() < before
}

impl Shadow<'_> {
    /// The relation that may have a column which a node reads: one that does not list it, unless one lists what was
    /// meant.
    pub(super) fn source_with(
        &self,
        node: &Node,
        column: &str,
        added: &Unlisted,
    ) -> Option<UniqueId> {
        let partial = self.partial_above(node);
        let lists = |id: &UniqueId, is_it: &dyn Fn(&str) -> bool| {
            self.found.nodes[id].columns.iter().any(|known| is_it(&known.name))
        };
        let is_meant = |id: &&UniqueId| {
            let listed = self.unlisted.get(*id).map_or(&[][..], Vec::as_slice);
            let is_near = |known: &str| {
                is_slip(column, known) && !listed.iter().any(|own| own.as_str() == known)
            };
            lists(id, &is_near)
        };
        if partial.iter().any(is_meant) {
            return None;
        }
        let is_same = |known: &str| known.eq_ignore_ascii_case(column);
        let may_have = |id: &&UniqueId| {
            let is_added = added.get(*id).is_some_and(|own| own.iter().any(|one| is_same(one)));
            !is_added && !lists(id, &is_same)
        };
        partial.into_iter().find(may_have).cloned()
    }

    /// Gives relations the columns that they were found to have, and the sources from which they come.
    pub(super) fn add_unlisted(&mut self, added: Unlisted) {
        let mut open: Vec<(UniqueId, Vec<String>)> = added.into_iter().rev().collect();
        while let Some((id, mut names)) = open.pop() {
            let Some(known) = self.found.nodes.get_mut(&id) else { continue };
            names.retain(|name| !has(&known.columns, name));
            if names.is_empty() {
                continue;
            }
            known.columns.extend(names.iter().map(|name| Column::new(name, "")));
            let columns = known.columns.clone();
            self.create(&id, &columns);
            self.unlisted.entry(id.clone()).or_default().extend(names.iter().cloned());
            match self.compiler.manifest.nodes.get(&id) {
                Some(node) => {
                    let above = self.partial_above(node).first().map(|id| (*id).clone());
                    open.extend(above.map(|above| (above, names)));
                }
                None => self.found.unlisted.entry(id).or_default().extend(names),
            }
        }
    }

    /// The columns of a node of which not all are known, with those that its property file lists.
    pub(super) fn with_listed(&mut self, node: &Node, columns: Vec<Column>) -> Vec<Column> {
        let mut columns = columns;
        let mut added = Unlisted::new();
        for listed in node.columns.values() {
            let name = listed.name.trim_matches(['"', '`', '[', ']']);
            if has(&columns, name) {
                continue;
            }
            if let Some(above) = self.source_with(node, name, &Unlisted::new()) {
                columns.push(Column::new(name, ""));
                added.entry(above).or_default().push(name.to_owned());
            }
        }
        self.add_unlisted(added);
        columns
    }

    /// The columns of a relation's table.
    pub(super) fn in_table(&self, id: &UniqueId, columns: &[Column]) -> Vec<Column> {
        let more = self.partial.contains(id).then(|| Column::new(MORE, ""));
        columns.iter().cloned().chain(more).collect()
    }

    /// Whether a node reads a relation of which not all columns are known.
    pub(super) fn is_partial_above(&self, node: &Node) -> bool {
        !self.partial_above(node).is_empty()
    }

    /// The partial relations that a node reads, through ephemeral models.
    fn partial_above<'a>(&'a self, node: &'a Node) -> Vec<&'a UniqueId> {
        let nodes = &self.compiler.manifest.nodes;
        let mut found = Vec::new();
        let mut seen: HashSet<&UniqueId> = HashSet::new();
        let mut open: Vec<&UniqueId> = node.depends_on.nodes.iter().rev().collect();
        while let Some(known) = open.pop() {
            found.extend(self.partial.get(known));
            let parent = nodes.get(known).filter(|node| node.is_ephemeral());
            if let Some(parent) = parent.filter(|parent| seen.insert(&parent.unique_id)) {
                open.extend(parent.depends_on.nodes.iter().rev());
            }
        }
        found
    }
}
