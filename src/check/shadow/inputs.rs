//! What the shadow has without SQL: seeds by their header, sources by what tells their columns.

use std::sync::Arc;

use super::{CheckedNode, Shadow, Unchecked, create};
use crate::adapters::Column;
use crate::check::shapes::{self, Finder};
use crate::check::{rules, seeds};
use crate::compile::Compiler;
use crate::manifest::{Batch, Microbatch, Node, SourceTable, expectation};

impl Shadow<'_> {
    /// A seed: the header of its file.
    pub(super) fn seed(&mut self, node: &Arc<Node>) -> Result<CheckedNode, Unchecked> {
        match seeds::read(&self.compiler, node) {
            Ok((_, warnings)) => warnings.into_iter().for_each(|warning| self.tell(warning)),
            Err(mistake) => self.tell(*mistake),
        }
        let columns = self.finder().of_file(node);
        if columns.is_empty() {
            return Err(Unchecked::Wrong);
        }
        self.create(&node.unique_id, &columns);
        rules::keys::of_seed(self, node, &columns);
        Ok(CheckedNode { columns, variants: Vec::new() })
    }

    /// A source: the columns of its table in the database, else those of its property file. One that a node of the
    /// project fills is that node's.
    pub(super) fn source(&mut self, source: &Arc<SourceTable>) {
        let id = &source.unique_id;
        let stored = self.compiler.relation(id).and_then(|relation| {
            self.real.with(|session| session.columns(&relation)).ok().flatten()
        });
        let stored = stored.unwrap_or_default();
        let is_stored = !stored.is_empty();
        let columns = if is_stored { stored } else { self.declared(source) };
        if columns.is_empty() {
            self.found.unchecked.insert(id.clone(), Unchecked::NoColumns);
            return;
        }
        if !is_stored && !self.filled.contains(&source.relation_name) {
            self.partial.insert(id.clone());
        }
        self.create(id, &columns);
        if is_stored {
            rules::columns::of_source(self, source, &columns);
            rules::keys::of_source(self, source, &columns);
        }
        self.found.nodes.insert(id.clone(), CheckedNode { columns, variants: Vec::new() });
    }

    /// The table of the rows that the model's expectations set aside.
    pub(super) fn quarantine(&self, node: &Node, columns: &[Column]) {
        if !expectation::has_quarantine(&node.config) {
            return;
        }
        let Some(mut relation) = self.compiler.relation(&node.unique_id) else { return };
        relation.identifier = relation.identifier.map(|name| name + expectation::SUFFIX);
        let own = expectation::QUARANTINE_COLUMNS.map(|name| Column::new(name, "text"));
        let columns: Vec<Column> = columns.iter().cloned().chain(own).collect();
        let _ = self.connection.with(|session| create(session, &relation, &columns));
    }

    /// The compiler for the first batch of a microbatch model.
    pub(super) fn for_first_batch(&self, node: &Node) -> Option<Compiler> {
        let config = Microbatch::of(node)?;
        let start = config.size.floor(config.begin);
        let end = config.size.offset(start, 1)?;
        Some(self.compiler.for_batch(Batch { size: config.size, start, end }))
    }

    fn declared(&self, source: &SourceTable) -> Vec<Column> {
        self.finder().inferred(&source.unique_id).columns.clone()
    }

    fn finder(&self) -> Finder<'_> {
        Finder { shapes: &self.shapes, compiler: &self.compiler, connection: self.real }
    }

    /// The columns of a snapshot: those of its query, and those that tell its versions.
    pub(super) fn of_snapshot(&self, node: &Node, query: &[Column]) -> Vec<Column> {
        query.iter().cloned().chain(shapes::added_by_snapshot(node)).collect()
    }
}
