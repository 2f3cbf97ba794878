//! The other kinds of nodes: seeds, snapshots, hooks of the project.

use std::sync::Arc;

use super::context::Context;
use super::nodes::{self, Draft, Half};
use super::properties::{NodePatch, has_jinja};
use super::render;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::jinja::rewrite::{self, BlockKind};
use crate::manifest::{NodeKind, ResourceType, Seed};
use crate::names::UniqueId;
use crate::project::{File, Package};
use crate::source::{Span, Spanned};

/// The seed of a CSV file.
pub(crate) fn seed<'p>(
    cx: &Context<'_>,
    package: &'p Package,
    file: &File,
    diagnostics: &mut Diagnostics,
) -> Option<Half<'p>> {
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
        tags: Vec::new(),
        name,
    };
    nodes::read(cx, package, draft, diagnostics)
}

/// The snapshots of a SQL file: every `{% snapshot %}` block.
pub(crate) fn snapshots_of_file<'p>(
    cx: &Context<'_>,
    package: &'p Package,
    file: &File,
    diagnostics: &mut Diagnostics,
) -> Vec<Half<'p>> {
    let source = cx.project.sources.file(file.id);
    let blocks = match rewrite::blocks(&source.text) {
        Ok(blocks) => blocks,
        Err(error) => {
            let span = Span::new(file.id, error.span.start, error.span.end);
            diagnostics.push(Diagnostic::error(codes::JINJA_SYNTAX, error.message).at(span, ""));
            return Vec::new();
        }
    };
    // dbt: the file's name is a folder of the configuration.
    let folder = file.path.rsplit_once('.').map_or(file.path.as_str(), |(stem, _)| stem);
    let blocks = blocks.into_iter().filter(|block| block.kind == BlockKind::Snapshot);
    blocks
        .filter_map(|block| {
            let draft = Draft {
                fqn: nodes::fqn(&package.name, &format!("{folder}/"), &block.name),
                path: file.path.clone(),
                raw_code: source.text[block.body_span.clone()].into(),
                span: Span::new(file.id, block.body_span.start, block.body_span.end),
                ..snapshot(package, file, block.name)
            };
            nodes::read(cx, package, draft, diagnostics)
        })
        .collect()
}

/// The snapshot that a property file defines with `relation:`.
pub(crate) fn snapshot_of_patch<'p>(
    cx: &Context<'_>,
    package: &'p Package,
    patch: &NodePatch,
    relation: &Spanned<String>,
    diagnostics: &mut Diagnostics,
) -> Option<Half<'p>> {
    let name = &patch.name.value;
    let draft = Draft {
        fqn: nodes::fqn(&package.name, &patch.file.path, name),
        path: format!("{name}.sql"),
        raw_code: format!("select * from {{{{ {} }}}}", relation.value).into(),
        span: relation.span,
        ..snapshot(package, &patch.file, name.clone())
    };
    let mut half = nodes::unread(cx, package, draft);
    let scope = Arc::new(cx.scope(&package.name));
    let asked = match has_jinja(&relation.value) {
        // dbt: `relation` is an expression, braces around it are a mistake.
        true => Err(bad_relation(name, relation)),
        false => scope
            .render("relation", &half.node.raw_code)
            .map_err(|error| render::diagnostic_at(cx, &error, relation.span)),
    };
    if let Err(problem) = asked {
        diagnostics.push(problem);
        return None;
    }
    let mut capture = scope.take_capture();
    capture.macros.clear();
    if capture.refs.len() + capture.sources.len() != 1 {
        diagnostics.push(bad_relation(name, relation));
        return None;
    }
    nodes::take_references(&mut half.node, capture);
    Some(half)
}

fn bad_relation(name: &str, relation: &Spanned<String>) -> Diagnostic {
    let message = format!("`relation` of snapshot `{name}` must be one `ref` or `source`");
    Diagnostic::error(codes::BAD_CONFIG, message)
        .at(relation.span, "")
        .hint("write `relation: ref('orders')`")
}

fn snapshot(package: &Package, file: &File, name: String) -> Draft {
    Draft {
        resource_type: ResourceType::Snapshot,
        unique_id: UniqueId::from(format!("snapshot.{}.{name}", package.name)),
        fqn: Vec::new(),
        path: String::new(),
        original_file_path: file.original_file_path.clone(),
        raw_code: "".into(),
        span: Span::start_of(file.id),
        checksum: file.checksum.clone(),
        kind: NodeKind::Snapshot,
        tags: Vec::new(),
        name,
    }
}

/// `on-run-start` and `on-run-end` of a package.
pub(crate) fn operations<'p>(
    cx: &Context<'_>,
    package: &'p Package,
    diagnostics: &mut Diagnostics,
) -> Vec<Half<'p>> {
    let lists = [
        ("on-run-start", &package.config.on_run_start),
        ("on-run-end", &package.config.on_run_end),
    ];
    let checksum = package.config.span.map_or_else(String::new, |span| {
        crate::project::text_checksum(&cx.project.sources.file(span.file).text)
    });
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
                checksum: checksum.clone(),
                kind: NodeKind::Operation(at),
                tags: vec![when.to_owned()],
                name,
            };
            nodes::read(cx, package, draft, diagnostics)
        })
        .collect()
}
