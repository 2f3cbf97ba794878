//! What is said of columns, taken from those that they take their values from.

use super::{Draft, Drafts, draft_of, told, tree};
use crate::adapters::Column;
use crate::check::lineage::graph::{Graph, Vertex};
use crate::check::lineage::labels::{self, Inherited};
use crate::check::lineage::nodes::of_nodes;
use crate::check::shadow::Checked;
use crate::manifest::{Manifest, Node};
use crate::pipeline::{Prepared, World};
use crate::source::Span;
use crate::source::edit::{self, NewColumn};

/// What columns can inherit; nothing by default.
#[derive(Default)]
pub(super) struct Inheritance<'p>(Option<(Graph, &'p Manifest)>);

impl<'p> Inheritance<'p> {
    /// Along the lineage of what was checked.
    pub(super) fn new(prepared: &'p Prepared, checked: &Checked) -> Self {
        let manifest = &*prepared.manifest;
        let graph = Graph::new(&of_nodes(&prepared.compiler, checked), manifest);
        Inheritance(Some((graph, manifest)))
    }

    /// The columns of a node with what they inherit.
    pub(super) fn labelled(&self, node: &Node, columns: &[Column]) -> Vec<NewColumn> {
        let mut told = told(columns);
        for column in &mut told {
            let Inherited { description, meta } = self.of(node, &column.name);
            // A text with braces would be read as a template.
            column.description = description.filter(|text| !text.contains(['{', '}']));
            column.meta = meta;
        }
        told
    }

    fn of(&self, node: &Node, column: &str) -> Inherited {
        let Some((graph, manifest)) = &self.0 else { return Inherited::default() };
        let vertex = Vertex::Column(node.unique_id.as_str().into(), column.into());
        let place = graph.place(&vertex);
        place.map(|place| labels::inherited(graph, manifest, place)).unwrap_or_default()
    }
}

/// Adds what is inherited to columns that are written down and say nothing of the kind.
pub(super) fn complete_columns(
    world: &World,
    (span, node): (Span, &Node),
    columns: &[NewColumn],
    drafts: &mut Drafts,
) {
    let file = world.sources.file(span.file);
    let Some(root) = tree(world, span.file) else { return };
    let written = node.columns.values().filter_map(|written| {
        let known = columns.iter().find(|one| one.name.eq_ignore_ascii_case(&written.name))?;
        let entry = edit::entry_at(&root, written.span)?;
        edit::add_facts(&file.text, entry, &lacking(written, known))
    });
    let insertions: Vec<_> = written.collect();
    if insertions.is_empty() {
        return;
    }
    let draft: &mut Draft = draft_of(&file, drafts);
    draft.added.push(format!(
        "what is said of {} of `{}`",
        super::counted(insertions.len()),
        node.name
    ));
    draft.facts += insertions.len();
    draft.insertions.splice(0..0, insertions);
}

/// What is known and not written. Types are the engine's to tell, not to be inherited.
fn lacking(written: &crate::manifest::Column, known: &NewColumn) -> NewColumn {
    let is_bare = written.meta.is_empty();
    NewColumn {
        name: known.name.clone(),
        data_type: None,
        description: known.description.clone().filter(|_| written.description.is_empty()),
        meta: if is_bare { known.meta.clone() } else { serde_json::Map::new() },
    }
}
