//! Nodes from SQL files, seeds and hooks: template, references, configuration, names.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::configs;
use super::context::Context;
use super::properties::{NodePatch, RawColumn, Section, has_jinja, tags_of};
use super::{docs, relation_names, render};
use crate::artifacts;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::jinja::contexts::{Capture, ModelValue, NodeFacts, Scope};
use crate::manifest::{Column, Config, DependsOn, Hook, Model, Node, NodeKind, ResourceType};
use crate::names::UniqueId;
use crate::project::{File, Package};
use crate::source::Span;

/// Patches by package, section and name.
pub(crate) type Patches<'a> = HashMap<(Arc<str>, Section, String), &'a NodePatch>;

/// What the text of a node is, before it is rendered.
pub(crate) struct Draft<'a> {
    pub(crate) resource_type: ResourceType,
    pub(crate) name: String,
    pub(crate) unique_id: UniqueId,
    pub(crate) fqn: Vec<String>,
    pub(crate) path: String,
    pub(crate) original_file_path: String,
    pub(crate) raw_code: Arc<str>,
    pub(crate) span: Span,
    pub(crate) checksum: String,
    pub(crate) kind: NodeKind,
    pub(crate) patch: Option<&'a NodePatch>,
    /// Configuration that stands with the text and not in a `config()` call.
    pub(crate) inline_config: Map<String, Json>,
    /// Tags that do not come from configuration.
    pub(crate) tags: Vec<String>,
}

/// The folders of a path, without the file.
pub(crate) fn folders(path: &str) -> impl Iterator<Item = &str> {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    parts.into_iter()
}

/// Package, folders, name.
pub(crate) fn fqn(package: &str, path: &str, name: &str) -> Vec<String> {
    let mut fqn = vec![package.to_owned()];
    fqn.extend(folders(path).map(str::to_owned));
    fqn.push(name.to_owned());
    fqn
}

/// The file's name without folders and extension.
pub(crate) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// A file's text without surrounding white space (as dbt loads it), and where that stands.
pub(crate) fn stripped(cx: &Context<'_>, file: &File) -> (Arc<str>, Span) {
    let source = cx.project.sources.file(file.id);
    let start = source.text.len() - source.text.trim_start().len();
    let trimmed = source.text.trim();
    let span = Span::new(file.id, start, start + trimmed.len());
    let text =
        if trimmed.len() == source.text.len() { source.text.clone() } else { trimmed.into() };
    (text, span)
}

/// The draft of a node that is a whole SQL file.
pub(crate) fn draft_of_file<'a>(
    cx: &Context<'_>,
    package: &Package,
    file: &File,
    resource_type: ResourceType,
    patches: &Patches<'a>,
) -> Draft<'a> {
    let name = stem(&file.path).to_owned();
    let (section, kind, path) = match resource_type {
        ResourceType::Analysis => {
            (Section::Analyses, NodeKind::Analysis, format!("analysis/{}", file.path))
        }
        ResourceType::Test => {
            (Section::SingularTests, NodeKind::Test(Default::default()), file.path.clone())
        }
        _ => (Section::Models, NodeKind::Model(Model::default()), file.path.clone()),
    };
    let (raw_code, span) = stripped(cx, file);
    Draft {
        resource_type,
        unique_id: UniqueId::from(format!("{resource_type}.{}.{name}", package.name)),
        fqn: fqn(&package.name, &path, &name),
        path,
        original_file_path: file.original_file_path.clone(),
        raw_code,
        span,
        checksum: file.checksum.clone(),
        kind,
        patch: patches.get(&(package.name.clone(), section, name.clone())).copied(),
        inline_config: Map::new(),
        tags: Vec::new(),
        name,
    }
}

/// Renders the draft, merges its configuration, names its relation.
pub(crate) fn build(
    cx: &Context<'_>,
    package: &Package,
    draft: Draft<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Node> {
    let patch = draft.patch;
    let inline_config = draft.inline_config.clone();
    let mut node = blank(cx, package, draft);
    let early = merged(cx, package, &node, patch, Config::new(), inline_config.clone());
    node.config = early;
    let node = Arc::new(node);
    let scope = scope_of(cx, package, &node);
    if has_jinja(&node.raw_code)
        && node.resource_type != ResourceType::Seed
        && let Err(error) = scope.render(node.unique_id.as_str(), &node.raw_code)
    {
        diagnostics.push(render::diagnostic(cx, &error, node.span));
        return None;
    }
    let mut capture = scope.take_capture();
    // The scope goes first, so that the node is taken back and not copied.
    drop(scope);
    let mut node = Arc::unwrap_or_clone(node);
    let called = std::mem::take(&mut capture.config);
    node.config = merged(cx, package, &node, patch, called, inline_config);
    for diagnostic in configs::wrong_values(&node) {
        diagnostics.push(diagnostic);
    }
    if let Some(patch) = patch {
        apply_patch(cx, package, patch, &mut node, diagnostics);
    }
    if let Err(problem) = settle(cx, &mut node) {
        diagnostics.push(problem);
        return None;
    }
    if node.resource_type != ResourceType::Test {
        (node, capture) = render_hooks(cx, package, node, capture, diagnostics);
    }
    take_references(&mut node, capture);
    Some(node)
}

/// Renders the hooks with the node's final names; what they ask for comes after what the text asked for.
fn render_hooks(
    cx: &Context<'_>,
    package: &Package,
    node: Node,
    capture: Capture,
    diagnostics: &mut Diagnostics,
) -> (Node, Capture) {
    let hooks: Vec<Hook> = ["pre-hook", "post-hook"]
        .into_iter()
        .flat_map(|key| node.config.hooks(key))
        .filter(|hook| has_jinja(&hook.sql))
        .collect();
    if hooks.is_empty() {
        return (node, capture);
    }
    let node = Arc::new(node);
    let scope = scope_of(cx, package, &node);
    *scope.capture.lock().expect("invariant: no panic under lock") = capture;
    for hook in hooks {
        if let Err(error) = scope.render("hook", &hook.sql) {
            diagnostics.push(render::diagnostic_at(cx, &error, node.span));
        }
    }
    let capture = scope.take_capture();
    drop(scope);
    (Arc::unwrap_or_clone(node), capture)
}

/// A node with nothing but its text.
pub(crate) fn blank(cx: &Context<'_>, package: &Package, draft: Draft<'_>) -> Node {
    Node {
        unique_id: draft.unique_id,
        resource_type: draft.resource_type,
        package_name: package.name.clone(),
        alias: draft.name.clone(),
        name: draft.name,
        fqn: draft.fqn,
        path: draft.path,
        original_file_path: draft.original_file_path,
        raw_code: draft.raw_code,
        span: draft.span,
        checksum: draft.checksum,
        database: Some(cx.project.target.database.clone()),
        schema: cx.project.target.schema.clone(),
        relation_name: None,
        description: String::new(),
        columns: IndexMap::new(),
        config: Config::new(),
        tags: draft.tags,
        meta: Map::new(),
        group: None,
        refs: Vec::new(),
        sources: Vec::new(),
        depends_on: DependsOn::default(),
        patch_path: None,
        patch_span: None,
        created_at: cx.project.started_at.as_millisecond() as f64 / 1000.0,
        kind: draft.kind,
    }
}

/// dbt's order: the package's folders, the property file, the text, then the root project's folders for a
/// node of another package.
fn merged(
    cx: &Context<'_>,
    package: &Package,
    node: &Node,
    patch: Option<&NodePatch>,
    called: Config,
    inline: Map<String, Json>,
) -> Config {
    let mut config = Config::new();
    config.merge_all(configs::layer(cx.section(package, node.resource_type), &node.fqn));
    if let Some(patch) = patch {
        config.merge_all(patch.config.clone());
    }
    config.merge_all(inline);
    for (key, value) in called.iter() {
        config.merge(key, value.clone());
    }
    let root = cx.project.root();
    if package.name != root.name {
        config.merge_all(configs::layer(cx.section(root, node.resource_type), &node.fqn));
    }
    config
}

fn scope_of(cx: &Context<'_>, package: &Package, node: &Arc<Node>) -> Arc<Scope> {
    let mut scope = cx.scope(&package.name);
    scope.node = Some(facts(cx, node));
    Arc::new(scope)
}

/// What templates may know of a node while it is parsed.
pub(crate) fn facts(cx: &Context<'_>, node: &Arc<Node>) -> NodeFacts {
    let model = node.clone();
    NodeFacts {
        unique_id: node.unique_id.clone(),
        package_name: node.package_name.clone(),
        name: node.name.clone(),
        this: Some(cx.relation(node.database.as_deref(), &node.schema, &node.alias)),
        node: node.clone(),
        model: ModelValue(Arc::new(move || Json::Object(artifacts::manifest::node_json(&model)))),
    }
}

/// Moves what was captured into the node.
pub(crate) fn take_references(node: &mut Node, capture: Capture) {
    node.refs.extend(capture.refs);
    node.sources.extend(capture.sources);
    for id in capture.macros {
        if !node.depends_on.macros.contains(&id) {
            node.depends_on.macros.push(id);
        }
    }
}

/// Copies what dbt keeps beside the configuration, and names the relation.
pub(crate) fn settle(cx: &Context<'_>, node: &mut Node) -> Result<(), Diagnostic> {
    let mut tags = std::mem::take(&mut node.tags);
    for tag in node.config.get("tags").map_or_else(Vec::new, tags_of) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    node.tags = tags;
    if let Some(Json::Object(meta)) = node.config.get("meta") {
        node.meta = meta.clone();
    }
    if let Some(group) = node.config.get_str("group") {
        node.group = Some(group.to_owned());
    }
    if node.resource_type == ResourceType::Test {
        super::tests::settle_storing(cx, node);
    }
    let access = node.config.get_str("access").map(str::to_owned);
    if let NodeKind::Model(model) = &mut node.kind {
        model.access = access.unwrap_or_else(|| "protected".to_owned());
    }
    relation_names::set(cx, node)
}

fn apply_patch(
    cx: &Context<'_>,
    package: &Package,
    patch: &NodePatch,
    node: &mut Node,
    diagnostics: &mut Diagnostics,
) {
    node.description =
        docs::description(cx, &package.name, &patch.description, patch.name.span, diagnostics);
    node.columns = columns(cx, &package.name, &patch.columns, diagnostics);
    node.patch_path = Some(format!("{}://{}", package.name, patch.file.original_file_path));
    node.patch_span = Some(patch.name.span);
    if let NodeKind::Model(model) = &mut node.kind {
        model.constraints.clone_from(&patch.constraints);
        model.deprecation_date.clone_from(&patch.deprecation_date);
        model.latest_version.clone_from(&patch.latest_version);
        model.is_versioned = !patch.versions.is_empty();
        if model.is_versioned {
            diagnostics.push(
                Diagnostic::warning(
                    codes::UNSUPPORTED,
                    "model versions are not supported yet and have no effect",
                )
                .at(patch.name.span, ""),
            );
        }
    }
}

/// Columns of a property file by name, descriptions rendered.
pub(crate) fn columns(
    cx: &Context<'_>,
    package: &Arc<str>,
    raw: &[RawColumn],
    diagnostics: &mut Diagnostics,
) -> IndexMap<String, Column> {
    raw.iter()
        .map(|column| {
            let description =
                docs::description(cx, package, &column.description, column.span, diagnostics);
            let made = Column {
                name: column.name.clone(),
                description,
                data_type: column.data_type.clone(),
                meta: column.meta.clone(),
                tags: column.tags.clone(),
                constraints: column.constraints.clone(),
                quote: column.quote,
                granularity: column.granularity.clone(),
                span: column.span,
            };
            (column.name.clone(), made)
        })
        .collect()
}
