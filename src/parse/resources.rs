//! The other kinds of nodes: seeds, snapshots, hooks of the project.

use std::sync::Arc;

use serde_json::Map;

use super::context::Context;
use super::nodes::{self, Draft, Patches};
use super::properties::{NodePatch, Section};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::jinja::rewrite::{self, BlockKind};
use crate::manifest::{Node, NodeKind, ResourceType, Seed};
use crate::names::UniqueId;
use crate::project::{File, Package};
use crate::source::{Span, Spanned};

/// The seed of a CSV file.
pub(crate) fn seed(
    cx: &Context<'_>,
    package: &Package,
    file: &File,
    patches: &Patches<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Node> {
    let name = nodes::stem(&file.path).to_owned();
    let draft = Draft {
        resource_type: ResourceType::Seed,
        unique_id: UniqueId::from(format!("seed.{}.{name}", package.name)),
        fqn: nodes::fqn(&package.name, &file.path, &name),
        path: file.path.clone(),
        original_file_path: file.original_file_path.clone(),
        raw_code: "".into(),
        span: Span::start_of(file.id),
        checksum: file.checksum.clone(),
        kind: NodeKind::Seed(Seed { root_path: package.root.clone() }),
        patch: patches.get(&(package.name.clone(), Section::Seeds, name.clone())).copied(),
        inline_config: Map::new(),
        tags: Vec::new(),
        name,
    };
    nodes::build(cx, package, draft, diagnostics)
}

/// The snapshots of a SQL file: every `{% snapshot %}` block.
pub(crate) fn snapshots_of_file(
    cx: &Context<'_>,
    package: &Package,
    file: &File,
    patches: &Patches<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Node> {
    let source = cx.project.sources.file(file.id);
    let blocks = match rewrite::blocks(&source.text) {
        Ok(blocks) => blocks,
        Err(error) => {
            let span = Span::new(file.id, error.span.start, error.span.end);
            diagnostics.push(Diagnostic::error(codes::JINJA_SYNTAX, error.message).at(span, ""));
            return Vec::new();
        }
    };
    blocks
        .into_iter()
        .filter(|block| block.kind == BlockKind::Snapshot)
        .filter_map(|block| {
            let span = Span::new(file.id, block.body_span.start, block.body_span.end);
            let text: Arc<str> = source.text[block.body_span.clone()].into();
            let patch = patches
                .get(&(package.name.clone(), Section::Snapshots, block.name.clone()))
                .copied();
            let draft = snapshot(package, file, block.name, text, span, patch);
            nodes::build(cx, package, draft, diagnostics)
        })
        .collect()
}

/// The snapshot that a property file defines with `relation:`.
pub(crate) fn snapshot_of_patch(
    cx: &Context<'_>,
    package: &Package,
    patch: &NodePatch,
    relation: &Spanned<String>,
    diagnostics: &mut Diagnostics,
) -> Option<Node> {
    let text: Arc<str> = format!("select * from {{{{ {} }}}}", relation.value).into();
    let draft =
        snapshot(package, &patch.file, patch.name.value.clone(), text, relation.span, Some(patch));
    nodes::build(cx, package, draft, diagnostics)
}

fn snapshot<'a>(
    package: &Package,
    file: &File,
    name: String,
    raw_code: Arc<str>,
    span: Span,
    patch: Option<&'a NodePatch>,
) -> Draft<'a> {
    Draft {
        resource_type: ResourceType::Snapshot,
        unique_id: UniqueId::from(format!("snapshot.{}.{name}", package.name)),
        fqn: nodes::fqn(&package.name, &file.path, &name),
        path: file.path.clone(),
        original_file_path: file.original_file_path.clone(),
        raw_code,
        span,
        checksum: file.checksum.clone(),
        kind: NodeKind::Snapshot,
        patch,
        inline_config: Map::new(),
        tags: Vec::new(),
        name,
    }
}

/// `on-run-start` and `on-run-end` of a package.
pub(crate) fn operations(
    cx: &Context<'_>,
    package: &Package,
    diagnostics: &mut Diagnostics,
) -> Vec<Node> {
    let lists = [
        ("on-run-start", &package.config.on_run_start),
        ("on-run-end", &package.config.on_run_end),
    ];
    lists
        .into_iter()
        .flat_map(|(when, hooks)| hooks.iter().enumerate().map(move |(at, hook)| (when, at, hook)))
        .filter_map(|(when, at, hook)| {
            let name = format!("{}-{when}-{at}", package.name);
            let path = format!("hooks/{name}.sql");
            let draft = Draft {
                resource_type: ResourceType::Operation,
                unique_id: UniqueId::from(format!("operation.{}.{name}", package.name)),
                fqn: nodes::fqn(&package.name, &path, &name),
                path,
                original_file_path: "./dbt_project.yml".to_owned(),
                raw_code: hook.value.as_str().into(),
                span: hook.span,
                checksum: String::new(),
                kind: NodeKind::Operation(at),
                patch: None,
                inline_config: Map::new(),
                tags: vec![when.to_owned()],
                name,
            };
            nodes::build(cx, package, draft, diagnostics)
        })
        .collect()
}
