//! Nodes from SQL files, seeds and hooks: template, references, configuration, names.
//!
//! dbt 1.12 reads a node twice: from its own file first, and again when a property file configures it. What the
//! first reading found stays (tags add up, references of hooks are noted again), so both are done here.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::configs;
use super::constraints::{self, On};
use super::context::Context;
use super::properties::{NodePatch, RawColumn, has_jinja, tags_of};
use super::{docs, expectations, python, relation_names, render, snapshots};
use crate::artifacts;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::jinja::builtins;
use crate::jinja::contexts::{Capture, ModelValue, NodeFacts, Scope};
use crate::manifest::{
    Column, Config, DependsOn, Function, Language, Model, Node, NodeKind, ResourceType, expectation,
};
use crate::names::UniqueId;
use crate::project::{File, Package};
use crate::source::Span;

/// What the text of a node is, before it is rendered.
pub(crate) struct Draft {
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
    /// Tags that do not come from configuration.
    pub(crate) tags: Vec<String>,
}

/// A node as its own file tells it.
pub(crate) struct Half<'p> {
    pub(crate) package: &'p Package,
    /// A node is large and moves from list to list.
    pub(crate) node: Box<Node>,
    /// `config()` calls of the text, merged.
    called: Config,
}

/// What a property file says about one node, and the package of that file.
#[derive(Clone, Copy)]
pub(crate) struct Patch<'a> {
    pub(crate) package: &'a Package,
    pub(crate) entry: &'a NodePatch,
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

/// The draft of a node that is a whole SQL or Python file.
pub(crate) fn draft_of_file(
    cx: &Context<'_>,
    package: &Package,
    file: &File,
    resource_type: ResourceType,
) -> Draft {
    let name = stem(&file.path).to_owned();
    let (kind, path) = match resource_type {
        ResourceType::Analysis => (NodeKind::Analysis, format!("analysis/{}", file.path)),
        ResourceType::Test => (NodeKind::Test(Default::default()), file.path.clone()),
        ResourceType::Function => {
            let function = Function {
                language: Language::of_path(&file.path),
                // dbt: what a function gives that no property file describes.
                returns: json!({"data_type": "INVALID_TYPE", "description": null}),
                ..Function::default()
            };
            (NodeKind::Function(Box::new(function)), file.path.clone())
        }
        _ => {
            let model = Model { language: Language::of_path(&file.path), ..Model::default() };
            (NodeKind::Model(Box::new(model)), file.path.clone())
        }
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
        tags: Vec::new(),
        name,
    }
}

/// Renders the draft and merges what its own file and the project file configure.
pub(crate) fn read<'p>(
    cx: &Context<'_>,
    package: &'p Package,
    draft: Draft,
    diagnostics: &mut Diagnostics,
) -> Option<Half<'p>> {
    let mut node = blank(cx, package, draft);
    node.config = merged(cx, package, &node, None, &Config::new());
    let (mut node, mut capture) = match capture(cx, package, node) {
        Ok(found) => found,
        Err(problem) => {
            diagnostics.push(*problem);
            return None;
        }
    };
    let called = std::mem::take(&mut capture.config);
    node.config = merged(cx, package, &node, None, &called);
    absorb(&mut node);
    if node.resource_type != ResourceType::Test {
        (node, capture) = render_hooks(cx, package, node, capture, diagnostics);
    }
    take_references(&mut node, capture);
    Some(Half { package, node: Box::new(node), called })
}

/// A node that is not read from a text: nothing is configured yet.
pub(crate) fn unread<'p>(cx: &Context<'_>, package: &'p Package, draft: Draft) -> Half<'p> {
    let mut node = blank(cx, package, draft);
    node.config = merged(cx, package, &node, None, &Config::new());
    Half { package, node: Box::new(node), called: Config::new() }
}

/// What the text of a node asks for.
fn capture(
    cx: &Context<'_>,
    package: &Package,
    node: Node,
) -> Result<(Node, Capture), Box<Diagnostic>> {
    if node.function().is_some() && node.language() != Language::Sql {
        return Ok((node, Capture::default()));
    }
    if node.language() == Language::Python {
        let capture =
            python::read(&node.raw_code).map_err(|problem| Box::new(problem.diagnostic(&node)))?;
        return Ok((node, capture));
    }
    if node.resource_type == ResourceType::Seed || !has_jinja(&node.raw_code) {
        return Ok((node, Capture::default()));
    }
    if let Some(capture) = builtins::captured(&cx.globals, &package.name, &node.raw_code) {
        return Ok((node, capture));
    }
    let node = Arc::new(node);
    let scope = scope_of(cx, package, &node);
    if let Err(error) = scope.render(node.unique_id.as_str(), &node.raw_code) {
        return Err(Box::new(render::diagnostic(cx, &error, node.span)));
    }
    let capture = scope.take_capture();
    // The scope goes first, so that the node is taken back and not copied.
    drop(scope);
    Ok((Arc::unwrap_or_clone(node), capture))
}

/// Applies what a property file says, and names the node's relation.
pub(crate) fn finish(
    cx: &Context<'_>,
    half: Half<'_>,
    patch: Option<Patch<'_>>,
    diagnostics: &mut Diagnostics,
) -> Option<Node> {
    let Half { package, node, called } = half;
    let mut node = *node;
    if let Some(patch) = patch {
        let entry = patch.entry;
        set_version(package, entry, &mut node);
        if !entry.config.is_empty() || entry.version.is_some() {
            node.config = merged(cx, patch.package, &node, Some(entry), &called);
            absorb(&mut node);
            if node.resource_type != ResourceType::Test {
                let (again, capture) =
                    render_hooks(cx, package, node, Capture::default(), diagnostics);
                node = again;
                take_references(&mut node, capture);
            }
        }
        apply(cx, patch, &mut node, diagnostics);
    }
    if let Some(mistake) = reading_seed(&node) {
        diagnostics.push(mistake);
    }
    for diagnostic in configs::wrong_values(&node) {
        diagnostics.push(diagnostic);
    }
    if node.resource_type == ResourceType::Snapshot {
        snapshots::mistakes(cx, &node).into_iter().for_each(|mistake| diagnostics.push(mistake));
    }
    expectations::check(cx.project, &node, diagnostics);
    if let Err(problem) = settle(cx, &mut node) {
        diagnostics.push(problem);
        return None;
    }
    Some(node)
}

/// dbt: a seed is a root of the graph, so its hooks must not read other nodes.
fn reading_seed(node: &Node) -> Option<Diagnostic> {
    let reads = node.refs.first().map(|call| &call.name);
    let reads = reads.or_else(|| node.sources.first().map(|[_, table]| table));
    let read = reads.filter(|_| node.resource_type == ResourceType::Seed)?;
    let message = format!("a hook of seed `{}` reads `{read}`", node.name);
    Some(
        Diagnostic::error(codes::BAD_CONFIG, message)
            .at(node.span_start(), "")
            .note("Seeds cannot depend on other nodes")
            .hint("move the statement into a hook of a model that reads both"),
    )
}

/// Names a node as a version of the model that the entry describes.
fn set_version(package: &Package, entry: &NodePatch, node: &mut Node) {
    let (Some(version), NodeKind::Model(model)) = (&entry.version, &mut node.kind) else {
        return;
    };
    let suffix = version.suffix();
    model.version = Some(version.v.clone());
    model.latest_version = Some(version.latest.clone());
    node.name.clone_from(&entry.name.value);
    node.unique_id = UniqueId::from(format!("model.{}.{}.{suffix}", package.name, node.name));
    if let Some(last) = node.fqn.last_mut() {
        last.clone_from(&node.name);
    }
    node.fqn.push(suffix);
}

/// Renders the hooks and the expectations; what they ask for comes after what the text asked for.
fn render_hooks(
    cx: &Context<'_>,
    package: &Package,
    node: Node,
    capture: Capture,
    diagnostics: &mut Diagnostics,
) -> (Node, Capture) {
    let hooks = ["pre-hook", "post-hook"].into_iter().flat_map(|key| node.config.hooks(key));
    let later: Vec<String> = hooks
        .map(|hook| hook.sql)
        .chain(expectation::of(&node.config).into_iter().map(|one| one.expression))
        .filter(|text| has_jinja(text))
        .collect();
    if later.is_empty() {
        return (node, capture);
    }
    let node = Arc::new(node);
    let scope = scope_of(cx, package, &node);
    *scope.capture.lock().expect("invariant: no panic under lock") = capture;
    for text in later {
        if let Err(error) = scope.render("hook", &text) {
            diagnostics.push(render::diagnostic_at(cx, &error, node.span));
        }
    }
    let capture = scope.take_capture();
    drop(scope);
    (Arc::unwrap_or_clone(node), capture)
}

/// A node with nothing but its text.
pub(crate) fn blank(cx: &Context<'_>, package: &Package, draft: Draft) -> Node {
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
        doc_blocks: Vec::new(),
        columns: IndexMap::new(),
        config: Config::new(),
        unrendered: Vec::new(),
        vars: Vec::new(),
        tags: draft.tags,
        meta: Map::new(),
        group: None,
        refs: Vec::new(),
        sources: Vec::new(),
        functions: Vec::new(),
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
    entry: Option<&NodePatch>,
    called: &Config,
) -> Config {
    let mut config = Config::new();
    config.merge_all(configs::layer(cx.section(package, node.resource_type), &node.fqn));
    if node.language() == Language::Python && node.model().is_some() {
        config.merge("materialized", Json::String("table".to_owned()));
    }
    if let Some(entry) = entry {
        config.merge_all(entry.config.clone());
    }
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
        defer_relation: None,
        model: ModelValue(Arc::new(move || Json::Object(artifacts::manifest::node_json(&model)))),
    }
}

/// Moves what was captured into the node.
pub(crate) fn take_references(node: &mut Node, capture: Capture) {
    node.refs.extend(capture.refs);
    node.sources.extend(capture.sources);
    node.functions.extend(capture.functions);
    for (name, value) in capture.vars {
        if node.vars.iter().all(|(known, _)| *known != name) {
            node.vars.push((name, value));
        }
    }
    for id in capture.macros {
        if !node.depends_on.macros.contains(&id) {
            node.depends_on.macros.push(id);
        }
    }
}

/// Copies what dbt keeps beside the configuration.
pub(crate) fn absorb(node: &mut Node) {
    for tag in node.config.get("tags").map_or_else(Vec::new, tags_of) {
        if !node.tags.contains(&tag) {
            node.tags.push(tag);
        }
    }
    if let Some(Json::Object(meta)) = node.config.get("meta")
        && !meta.is_empty()
    {
        node.meta = meta.clone();
    }
    if let Some(group) = node.config.get_str("group").filter(|group| !group.is_empty()) {
        node.group = Some(group.to_owned());
    }
}

/// Copies what dbt keeps beside the configuration, and names the relation.
pub(crate) fn settle(cx: &Context<'_>, node: &mut Node) -> Result<(), Diagnostic> {
    absorb(node);
    node.unrendered = unrendered(cx, node);
    if node.resource_type == ResourceType::Test {
        super::tests::settle_storing(cx, node);
    }
    let access = node.config.get_str("access").map(str::to_owned);
    if let NodeKind::Model(model) = &mut node.kind {
        model.access = access.unwrap_or_else(|| "protected".to_owned());
        if !["private", "protected", "public"].contains(&model.access.as_str()) {
            let message = format!(
                "`access` of model `{}` is `{}`; it can be `private`, `protected` or `public`",
                node.name, model.access
            );
            let span = node.patch_span.unwrap_or_else(|| node.span_start());
            return Err(Diagnostic::error(codes::BAD_CONFIG, message).at(span, ""));
        }
    }
    relation_names::set(cx, node)?;
    node.shrink();
    Ok(())
}

fn unrendered(cx: &Context<'_>, node: &Node) -> Vec<(String, Json)> {
    let root = cx.project.root();
    let own = cx.project.package(&node.package_name).unwrap_or(root);
    let section = Context::section_key(node.resource_type);
    let of = |package: &Package| {
        let config = &package.config;
        let Some(written) = config.written_sections.get(section) else {
            return Vec::new();
        };
        configs::unrendered(config.sections.get(section), Some(written), node)
    };
    let mut all = of(own);
    if own.name != root.name {
        all.extend(of(root));
    }
    all
}

fn apply(cx: &Context<'_>, patch: Patch<'_>, node: &mut Node, diagnostics: &mut Diagnostics) {
    let entry = patch.entry;
    let package = node.package_name.clone();
    node.description =
        docs::description(cx, &package, &entry.description, entry.name.span, diagnostics);
    node.doc_blocks = docs::quoted_blocks(cx, &package, &entry.description);
    node.columns = columns(cx, &package, &entry.columns, diagnostics);
    let path = &entry.file.original_file_path;
    node.patch_path = Some(format!("{}://{path}", patch.package.name));
    node.patch_span = Some(entry.name.span);
    if let NodeKind::Model(model) = &mut node.kind {
        model.constraints =
            entry.constraints.iter().map(|one| constraints::complete(one, On::Model)).collect();
        model.deprecation_date.clone_from(&entry.deprecation_date);
        model.time_spine.clone_from(&entry.time_spine);
        model.is_versioned = entry.version.is_some();
    }
    if let (NodeKind::Function(function), Some(told)) = (&mut node.kind, &entry.function) {
        **function = Function { language: function.language, ..(**told).clone() };
    }
    constraints::settle(cx, node, diagnostics);
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
                constraints: (column.constraints.iter())
                    .map(|one| constraints::complete(one, On::Column))
                    .collect(),
                doc_blocks: docs::quoted_blocks(cx, package, &column.description),
                quote: column.quote,
                granularity: column.granularity.clone(),
                span: column.span,
            };
            (column.name.clone(), made)
        })
        .collect()
}
