//! Two nodes where there can be one: of one name, of one relation.

use std::collections::HashMap;
use std::sync::Arc;

use crate::adapters::naming::{RESERVED_PREFIX, is_reserved};
use crate::diagnostics::{Diagnostic, Diagnostics, Severity, codes};
use crate::manifest::expectation::{self, Action};
use crate::manifest::{Manifest, Node, ResourceType};

/// The diagnostic of two nodes with one name.
pub(super) fn same_name(first: &Node, second: &Node) -> Diagnostic {
    let what = match first.resource_type == second.resource_type {
        true => format!("two {}s have the name `{}`", first.resource_type, first.name),
        false => format!(
            "a {} and a {} have the name `{}`",
            first.resource_type, second.resource_type, first.name
        ),
    };
    Diagnostic::error(
        codes::DUPLICATE_NAME,
        format!("{what}: {} and {}", first.original_file_path, second.original_file_path),
    )
    .at(second.span_start(), "this one")
    .and_at(first.span_start(), "and this one")
    .hint(match first.resource_type {
        ResourceType::Test => "give one of them a `name`",
        _ => "`ref` finds nodes by name: rename one of them",
    })
}

/// dbt 1.12: resources of different types may share a name, if with a warning; a version and a plain model not.
pub(super) fn shared_name(
    first: &Node,
    second: &Node,
    unique_names: bool,
    diagnostics: &mut Diagnostics,
) {
    let is_version = |node: &Node| node.model().is_some_and(|model| model.version.is_some());
    match (is_version(first), is_version(second)) {
        (true, true) => {}
        (false, false) if !unique_names => {
            let diagnostic = same_name(first, second);
            diagnostics.push(Diagnostic { severity: Severity::Warning, ..diagnostic });
        }
        _ => diagnostics.push(same_name(first, second)),
    }
}

/// Finds nodes whose relation has the name of another node's quarantine.
fn check_quarantines(manifest: &Manifest, diagnostics: &mut Diagnostics) {
    let with_relation = || manifest.nodes.values().filter(|node| node.relation_name.is_some());
    let key = |node: &Node, suffix: &str| {
        (node.schema.to_lowercase(), format!("{}{suffix}", node.alias).to_lowercase())
    };
    let sets_aside = |node: &&Arc<Node>| {
        let all = expectation::of(&node.config);
        all.iter().any(|one| one.on_violation == Action::Quarantine)
    };
    let owners: HashMap<_, _> = with_relation()
        .filter(sets_aside)
        .map(|node| (key(node, expectation::SUFFIX), node))
        .collect();
    if owners.is_empty() {
        return;
    }
    for node in with_relation() {
        if let Some(owner) = owners.get(&key(node, "")) {
            let message = format!(
                "`{}` would write the relation in which `{}` keeps its quarantined rows",
                node.unique_id, owner.unique_id
            );
            diagnostics.push(
                Diagnostic::error(codes::DUPLICATE_RELATION, message)
                    .at(node.span_start(), "this one")
                    .and_at(owner.span_start(), "has expectations")
                    .hint("give it another `alias`"),
            );
        }
    }
}

/// Finds nodes that would write the same relation.
pub(super) fn check_relations(manifest: &Manifest, diagnostics: &mut Diagnostics) {
    check_quarantines(manifest, diagnostics);
    let mut seen: HashMap<String, &Arc<Node>> = HashMap::new();
    for node in manifest.nodes.values() {
        let is_test = node.resource_type == ResourceType::Test;
        // A function is no relation: it may have the name of one.
        let Some(relation) = node.relation_name.as_ref().filter(|_| node.function().is_none())
        else {
            continue;
        };
        if is_reserved(&node.alias) {
            let message = format!(
                "`{}` would write the relation {relation}, but names that start with `{RESERVED_PREFIX}` belong to forge",
                node.unique_id
            );
            diagnostics.push(
                Diagnostic::error(codes::DUPLICATE_RELATION, message)
                    .at(node.span_start(), "")
                    .hint("give it another `alias`"),
            );
        }
        let Some(first) = seen.insert(relation.to_lowercase(), node) else {
            continue;
        };
        // dbt: tests that keep their failures may share a table, the last one wins.
        let severity = if is_test { Severity::Warning } else { Severity::Error };
        diagnostics.push(Diagnostic {
            severity,
            ..Diagnostic::error(
                codes::DUPLICATE_RELATION,
                format!(
                    "`{}` and `{}` both write the relation {relation}",
                    first.unique_id, node.unique_id
                ),
            )
            .at(node.span_start(), "this one")
            .and_at(first.span_start(), "and this one")
            .hint("give one of them another `alias` or `schema`")
        });
    }
}
