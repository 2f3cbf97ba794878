//! What a node reads beside what it says that it reads: the graph knows only `ref` and `source`.

use std::sync::Arc;

use indexmap::IndexSet;

use super::places;
use crate::check::failure;
use crate::check::shadow::{CheckedNode, Shadow};
use crate::check::tokens::{Kind, tokens};
use crate::compile::Variant;
use crate::diagnostics::{Diagnostic, codes};
use crate::manifest::{Node, ResourceType};
use crate::names::UniqueId;

/// Compares the tables that the engine reads with the references of the node.
pub(super) fn check(shadow: &mut Shadow<'_>, node: &Arc<Node>, known: &CheckedNode) {
    let mut read: IndexSet<UniqueId> = IndexSet::new();
    let declared = declared(shadow, node);
    for variant in &known.variants {
        for (table, _) in &variant.reads {
            let Some(id) = shadow.tables.get(&table.to_lowercase()).cloned() else { continue };
            let is_news = read.insert(id.clone());
            if is_news && id != node.unique_id && !declared.contains(&id) {
                let at = (variant.variant, variant.compiled.code.as_str());
                let mistake = without_reference(shadow, node, at, (table, &id));
                shadow.tell(mistake);
            }
        }
    }
    if known.variants.iter().any(|variant| joins_by_names(&variant.compiled.code)) {
        return;
    }
    for id in node.depends_on.nodes.iter().filter(|id| !read.contains(*id)) {
        unread(shadow, node, id, &read);
    }
}

/// Whether a join compares columns of the same name: those are read without the engine telling it.
fn joins_by_names(code: &str) -> bool {
    tokens(code)
        .iter()
        .any(|token| token.kind == Kind::Word && (token.is("using") || token.is("natural")))
}

/// What the node reads by name: references, and those of ephemeral models among them. Tables that are known under two
/// names, a source and the node that fills it, count for each other.
fn declared(shadow: &Shadow<'_>, node: &Node) -> IndexSet<UniqueId> {
    let manifest = &shadow.compiler.manifest;
    let mut found: IndexSet<UniqueId> = IndexSet::new();
    let mut open: Vec<UniqueId> = node.depends_on.nodes.clone();
    while let Some(id) = open.pop() {
        if let Some(node) = manifest.nodes.get(&id).filter(|node| node.is_ephemeral()) {
            open.extend(node.depends_on.nodes.iter().cloned());
        }
        if let Some(relation) = shadow.compiler.relation(&id) {
            let table = relation.physical().name.to_lowercase();
            found.extend(shadow.tables.get(&table).cloned());
        }
        found.insert(id);
    }
    found
}

/// A reference whose table no variant reads: the node waits for it in vain.
fn unread(shadow: &mut Shadow<'_>, node: &Arc<Node>, id: &UniqueId, read: &IndexSet<UniqueId>) {
    let manifest = shadow.compiler.manifest.clone();
    let parent = manifest.nodes.get(id);
    let is_inlined = parent.is_some_and(|parent| parent.is_ephemeral());
    let is_twin = shadow.compiler.relation(id).is_some_and(|relation| {
        let table = relation.physical().name.to_lowercase();
        shadow.tables.get(&table).is_some_and(|twin| read.contains(twin))
    });
    if is_inlined || is_twin || node.resource_type != ResourceType::Model {
        return;
    }
    let name = match (parent, manifest.sources.get(id)) {
        (Some(parent), _) => parent.name.clone(),
        (None, Some(source)) => source.name.clone(),
        (None, None) => return,
    };
    // A macro may ask for columns only, and a comment may force an order: neither is a slip.
    let Some(place) = places::of_reference(node, &name) else { return };
    let message = format!("model `{}` refers to `{name}` and does not read it", node.name);
    let warning = Diagnostic::warning(codes::UNREAD_REFERENCE, message).at(place, "");
    shadow.tell(warning.hint(
        "take it out; to make the model wait for it, say so in a comment: `-- depends_on: …`",
    ));
}

/// A table of the project that is read by its name.
pub(in crate::check) fn without_reference(
    shadow: &Shadow<'_>,
    node: &Arc<Node>,
    at: (Variant, &str),
    (table, id): (&str, &UniqueId),
) -> Diagnostic {
    let manifest = &shadow.compiler.manifest;
    let call = match (manifest.nodes.get(id), manifest.sources.get(id)) {
        (Some(read), _) => format!("{{{{ ref('{}') }}}}", read.name),
        (_, Some(source)) => {
            format!("{{{{ source('{}', '{}') }}}}", source.source_name, source.name)
        }
        (None, None) => String::new(),
    };
    let message = format!(
        "{} reads `{table}` by its name, so nothing says that it is built first",
        failure::subject(node)
    );
    located(shadow, node, at, table, Diagnostic::warning(codes::READ_BY_NAME, message))
        .hint(format!("write `{call}`"))
}

/// A table of the database that the project does not know.
pub(in crate::check) fn undeclared(
    shadow: &Shadow<'_>,
    node: &Arc<Node>,
    at: (Variant, &str),
    table: &str,
) -> Diagnostic {
    let message =
        format!("{} reads `{table}`, which the project does not declare", failure::subject(node));
    located(shadow, node, at, table, Diagnostic::warning(codes::READ_BY_NAME, message))
        .hint("declare it as a source, and read it with `source`")
}

fn located(
    shadow: &Shadow<'_>,
    node: &Arc<Node>,
    at: (Variant, &str),
    table: &str,
    diagnostic: Diagnostic,
) -> Diagnostic {
    failure::at_table(&shadow.compiler, node, &shadow.connection, at, table, diagnostic)
}
