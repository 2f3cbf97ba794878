//! Groups and access: who may read which model.

use super::{Reader, call_span};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::{Manifest, Node, RefCall, Resource};
use crate::names::{UniqueId, did_you_mean};

/// What forbids the resource to read the node of an id.
pub(super) fn check(reader: &Reader<'_>, call: &RefCall, id: &UniqueId) -> Option<Diagnostic> {
    let target = reader.manifest.nodes.get(id)?;
    let model = target.model()?;
    let resource = &reader.resource;
    let group = group_of(resource);
    let is_foreign = resource.package_name() != &*target.package_name
        && (reader.root.restricts)(&target.package_name);
    let reason = match model.access.as_str() {
        "private" if group.is_none() || group != target.group.as_deref() || is_foreign => {
            let owner = target.group.as_deref();
            owner.map_or_else(
                || "is private".to_owned(),
                |group| format!("is private to the group `{group}`"),
            )
        }
        "protected" if is_foreign => format!("is for package `{}` only", target.package_name),
        _ => return None,
    };
    let message = format!("{} references `{}`, which {reason}", reader.subject(), target.name);
    let diagnostic = Diagnostic::error(codes::PRIVATE_REF, message);
    Some(match resource {
        Resource::Node(node) => diagnostic.at(call_span(node, "ref", &call.name), "not allowed"),
        _ => reader.place(diagnostic, "ref", &call.name, "not allowed"),
    })
}

fn group_of<'m>(resource: &Resource<'m>) -> Option<&'m str> {
    match resource {
        Resource::Node(node) => node.group.as_deref(),
        _ => None,
    }
}

/// Nodes of groups that nobody defined, and public models that are not built.
pub(super) fn check_groups(manifest: &Manifest, diagnostics: &mut Diagnostics) {
    let known = || manifest.groups.values().map(|group| group.name.as_str());
    for node in manifest.nodes.values() {
        if let Some(group) = &node.group
            && !known().any(|name| name == group)
        {
            let message = format!(
                "{} `{}` is in the group `{group}`, which does not exist",
                node.resource_type, node.name
            );
            diagnostics.push(
                Diagnostic::error(codes::BAD_CONFIG, message)
                    .at(place(node), "")
                    .suggest(did_you_mean(group, known())),
            );
        }
        if node.is_ephemeral() && node.model().is_some_and(|model| model.access == "public") {
            let message = format!("model `{}` is public, and ephemeral", node.name);
            diagnostics.push(
                Diagnostic::error(codes::BAD_CONFIG, message)
                    .at(place(node), "")
                    .hint("what others may read must be built: make it a view or a table"),
            );
        }
    }
}

fn place(node: &Node) -> crate::source::Span {
    node.patch_span.unwrap_or_else(|| node.span_start())
}
