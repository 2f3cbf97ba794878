//! 4 COMPILE: templates to SQL: references resolved, ephemeral models inlined, tests wrapped, variants.
//!
//! Needs a database only where a template asks for one.
//! Invariant: compiling writes nothing to the database.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use serde_json::Value as Json;

use crate::adapters::NamingPolicy;
use crate::artifacts::manifest::{CompiledInfo, compiled_node_json, macro_json, node_json};
use crate::diagnostics::{Diagnostic, codes};
use crate::host::secrets::Mask;
use crate::jinja::contexts::{
    Connection, Globals, LazyComment, ModelValue, NodeFacts, Phase, Resolver, Scope,
};
use crate::jinja::diagnose::Root;
use crate::jinja::error::JinjaError;
use crate::jinja::values;
use crate::manifest::{Batch, Language, Manifest, Node, ResourceType};
use crate::names::UniqueId;
use crate::parse::tests::{KWARGS, rendered_kwargs, unknown_test};
use crate::project::Project;
use crate::resolve::Lookup;

mod deferred;
mod aliases;
mod comment;
mod ctes;
mod event_time;
mod hidden;
mod lines;
mod output;
mod references;
mod variants;

pub use ctes::inject as with_ctes;
pub use lines::{Marker, Origin, SourceLines, origin};
pub use variants::Variant;

pub use deferred::Deferred;
use references::References;

/// What compiling needs, shared by all threads.
#[derive(Clone)]
pub struct Compiler {
    /// The project.
    pub project: Arc<Project>,
    /// What all templates share.
    pub globals: Arc<Globals>,
    /// The resolved manifest.
    pub manifest: Arc<Manifest>,
    /// The batch that is built, of a compiler for one.
    batch: Option<Batch>,
    references: Arc<References>,
    /// What nobody may read in the files that it writes.
    mask: Arc<Mask>,
    ephemeral: Arc<Mutex<HashMap<UniqueId, Arc<CompiledNode>>>>,
    comments: Arc<comment::Known>,
    /// Whether it was said that a file could not be written.
    has_complained: Arc<AtomicBool>,
    /// The last word on the names of every template.
    adjust: Option<Arc<Adjust>>,
    /// How relations are written, where not as everywhere.
    naming: Option<Arc<NamingPolicy>>,
}

/// Changes what names mean in the templates of one [`Compiler`].
pub type Adjust = dyn Fn(&mut Scope) + Send + Sync;

/// The SQL of a node.
#[derive(Clone, Debug, Default)]
pub struct CompiledNode {
    /// The SQL with ephemeral models inlined.
    pub code: String,
    /// The SQL as rendered, before ephemeral models were inlined.
    pub rendered: String,
    /// The ephemeral models that were inlined, each after those it reads: id and CTE.
    pub ctes: Vec<(UniqueId, String)>,
    /// A common table expression that would hide a relation, were relations not written with their schema here.
    pub hiding: Option<String>,
}

impl Compiler {
    /// A compiler for a resolved project.
    pub fn new(
        project: Arc<Project>,
        globals: Arc<Globals>,
        manifest: Arc<Manifest>,
        lookup: Lookup,
    ) -> Self {
        let references = Arc::new(References::new(
            project.clone(),
            manifest.clone(),
            lookup,
            globals.adapter.clone(),
        ));
        Compiler {
            project,
            mask: Arc::new(Mask::of(&*globals.host)),
            globals,
            manifest,
            batch: None,
            references,
            ephemeral: Arc::default(),
            comments: Arc::default(),
            has_complained: Arc::default(),
            adjust: None,
            naming: None,
        }
    }

    /// The same project seen in another way: other globals, other names. What it compiles is its own.
    pub fn adjusted(&self, globals: Globals, adjust: Arc<Adjust>) -> Self {
        Compiler {
            globals: Arc::new(globals),
            ephemeral: Arc::default(),
            adjust: Some(adjust),
            ..self.clone()
        }
    }

    /// Lets references lead to an earlier run's relations. Once; what was said first counts.
    pub fn defer(&self, deferred: Deferred) {
        self.references.defer(deferred);
    }

    /// The relation of a node in the state that is deferred to.
    pub fn deferred(&self, id: &UniqueId) -> Option<crate::adapters::Relation> {
        self.references.deferred_relation(self.manifest.nodes.get(id)?)
    }

    /// What names in `ref` and `source` mean.
    pub fn lookup(&self) -> &Lookup {
        &self.references.lookup
    }

    /// What resolves `ref` and `source` in its templates.
    pub fn resolver(&self) -> Arc<dyn Resolver> {
        self.references.clone()
    }

    /// The batch that this is a compiler for.
    pub fn batch(&self) -> Option<Batch> {
        self.batch
    }

    /// The same compiler for one batch: what microbatch models read is cut to its window.
    #[must_use]
    pub fn for_batch(&self, batch: Batch) -> Self {
        Compiler { batch: Some(batch), ..self.clone() }
    }

    /// Compiles one node. `connection` answers what templates ask of the database.
    pub fn compile(
        &self,
        node: &Arc<Node>,
        connection: &Arc<Connection>,
        variant: Variant,
    ) -> Result<CompiledNode, Box<Diagnostic>> {
        if node.language() != Language::Sql {
            // What other languages say is not a template; the engine refuses to run it.
            let code = node.raw_code.to_string();
            return Ok(CompiledNode { rendered: code.clone(), code, ..CompiledNode::default() });
        }
        let compiled = self.compile_once(node, connection, variant)?;
        let naming = self.globals.adapter.naming().qualified();
        let Some(naming) = naming.filter(|_| self.naming.is_none()) else { return Ok(compiled) };
        let Some(hiding) = hidden::hiding(self, node, &compiled) else { return Ok(compiled) };
        let qualified = Compiler {
            globals: lines::silent(&self.globals),
            ephemeral: Arc::default(),
            naming: Some(Arc::new(naming)),
            ..self.clone()
        };
        let compiled = qualified.compile_once(node, connection, variant)?;
        Ok(CompiledNode { hiding: Some(hiding), ..compiled })
    }

    fn compile_once(
        &self,
        node: &Arc<Node>,
        connection: &Arc<Connection>,
        variant: Variant,
    ) -> Result<CompiledNode, Box<Diagnostic>> {
        let mut scope = self.scope(node, connection);
        variants::apply(&mut scope, node, variant);
        if let Some((kwargs, read)) = self.test_arguments(node, connection)? {
            scope.extra.insert(KWARGS.to_owned(), kwargs);
            scope.capture.get_mut().expect("invariant: no panic under lock").ctes = read;
        }
        let scope = Arc::new(scope);
        let rendered = scope
            .render(node.unique_id.as_str(), &node.raw_code)
            .map_err(|error| self.diagnostic(&error, node))?;
        let rendered = match aliases::settle(&rendered) {
            Cow::Owned(settled) => settled,
            Cow::Borrowed(_) => rendered,
        };
        let read = scope.take_capture().ctes;
        let ctes = self.ephemeral_ctes(&read, connection)?;
        let code = match ctes.is_empty() {
            true => rendered.clone(),
            false => ctes::inject(&rendered, &ctes),
        };
        Ok(CompiledNode { code, rendered, ctes, hiding: None })
    }

    /// The names of a node's templates when code is compiled or run.
    pub fn scope(&self, node: &Arc<Node>, connection: &Arc<Connection>) -> Scope {
        let mut scope = Scope::new(&self.globals, Phase::Runtime, &node.package_name);
        scope.naming = self.naming.clone();
        let facts = self.facts(node, None);
        scope.node = Some(NodeFacts { this: facts.this.map(|this| scope.written(this)), ..facts });
        scope.resolver = Some(self.references.clone());
        scope.connection = Some(connection.clone());
        scope.batch = self.batch.filter(|_| node.is_microbatch());
        let (compiler, of) = (self.clone(), node.clone());
        scope.query_comment = LazyComment::new(Box::new(move || compiler.query_comment(Some(&of))));
        if let Some(adjust) = &self.adjust {
            adjust(&mut scope);
        }
        scope
    }

    /// The names of a macro that is called for itself.
    pub fn macro_scope(&self, unique_id: &UniqueId, connection: &Arc<Connection>) -> Scope {
        let root = &self.globals.root_package;
        let mut scope = Scope::new(&self.globals, Phase::Runtime, root);
        scope.resolver = Some(self.references.clone());
        scope.connection = Some(connection.clone());
        let compiler = self.clone();
        scope.query_comment = LazyComment::new(Box::new(move || compiler.query_comment(None)));
        if let Some(called) = self.manifest.macros.get(unique_id) {
            scope.package = called.package_name.clone();
            let model = values::to_mutable(&Json::Object(macro_json(called)));
            scope.extra.insert("model".to_owned(), model);
        }
        scope
    }

    /// What templates know of a node; with its SQL when it was compiled.
    pub fn facts(&self, node: &Arc<Node>, compiled: Option<Arc<CompiledInfo>>) -> NodeFacts {
        let model = node.clone();
        NodeFacts {
            unique_id: node.unique_id.clone(),
            package_name: node.package_name.clone(),
            name: node.name.clone(),
            this: Some(self.references.relation_of(node)),
            defer_relation: self.references.deferred_relation(node),
            node: node.clone(),
            model: ModelValue(Arc::new(move || {
                Json::Object(match &compiled {
                    Some(compiled) => compiled_node_json(&model, compiled),
                    None => node_json(&model),
                })
            })),
        }
    }

    /// The rendered arguments of a generic test, and the ephemeral models that they read.
    fn test_arguments(
        &self,
        node: &Arc<Node>,
        connection: &Arc<Connection>,
    ) -> Result<Option<(minijinja::value::Value, Vec<UniqueId>)>, Box<Diagnostic>> {
        let Some(metadata) = node.test().and_then(|test| test.metadata.as_ref()) else {
            return Ok(None);
        };
        let name = format!("test_{}", metadata.name);
        let known = match &metadata.namespace {
            Some(namespace) => self.globals.macros.get(namespace, &name),
            None => self.globals.macros.resolve(&node.package_name, &name),
        };
        if known.is_none() {
            return Err(Box::new(unknown_test(self.globals.places.names.iter().cloned(), node)));
        }
        let scope = Arc::new(self.scope(node, connection));
        let kwargs = rendered_kwargs(&scope, &metadata.kwargs)
            .map_err(|error| self.diagnostic(&error, node))?;
        Ok(Some((kwargs, scope.take_capture().ctes)))
    }

    fn ephemeral_ctes(
        &self,
        read: &[UniqueId],
        connection: &Arc<Connection>,
    ) -> Result<Vec<(UniqueId, String)>, Box<Diagnostic>> {
        let mut all: Vec<(UniqueId, String)> = Vec::new();
        for id in read {
            let Some(node) = self.manifest.nodes.get(id) else {
                continue;
            };
            let compiled = self.ephemeral(node, connection)?;
            let name = crate::adapters::Relation::ephemeral_name(&node.alias);
            let own = (id.clone(), format!(" {name} as (\n{}\n)", compiled.rendered));
            for cte in compiled.ctes.iter().cloned().chain([own]) {
                match all.iter_mut().find(|(known, _)| *known == cte.0) {
                    Some(known) => *known = cte,
                    None => all.push(cte),
                }
            }
        }
        Ok(all)
    }

    fn ephemeral(
        &self,
        node: &Arc<Node>,
        connection: &Arc<Connection>,
    ) -> Result<Arc<CompiledNode>, Box<Diagnostic>> {
        let cache = || self.ephemeral.lock().expect("invariant: no panic under lock");
        if let Some(known) = cache().get(&node.unique_id) {
            return Ok(known.clone());
        }
        // Two threads may compile the same model; both get the same text.
        let compiled = Arc::new(self.compile(node, connection, Variant::Auto)?);
        cache().insert(node.unique_id.clone(), compiled.clone());
        Ok(compiled)
    }

    /// The relation of a node or a source; none for what has no relation.
    pub fn relation(&self, id: &UniqueId) -> Option<crate::adapters::Relation> {
        self.references.relation(id)
    }

    /// The ephemeral models that were inlined so far.
    pub fn inlined(&self) -> Vec<(UniqueId, Arc<CompiledNode>)> {
        let known = self.ephemeral.lock().expect("invariant: no panic under lock");
        known.iter().map(|(id, compiled)| (id.clone(), compiled.clone())).collect()
    }

    /// The diagnostic of an error in a node's template.
    pub fn diagnostic(&self, error: &JinjaError, node: &Node) -> Box<Diagnostic> {
        let is_generic = node.test().is_some_and(|test| test.metadata.is_some());
        let outermost = error.frames.last().map_or("", |frame| frame.template.as_str());
        let root = Root {
            template: if is_generic { outermost } else { node.unique_id.as_str() },
            span: Some(node.span),
            is_opaque: is_generic || node.resource_type == ResourceType::Operation,
        };
        let mut diagnostic = self.globals.places.diagnostic(error, &root);
        if !diagnostic.message.contains(&node.name) {
            diagnostic = diagnostic.note(format!("in {} `{}`", node.resource_type, node.name));
        }
        Box::new(diagnostic)
    }

    /// The node of the command line's SQL.
    pub fn inline_node(&self, sql: &str) -> Result<Node, Box<Diagnostic>> {
        let root = self.project.root();
        let file = self.project.sources.add("--inline", std::path::Path::new("--inline"), sql);
        let span = crate::source::Span::new(file, 0, sql.len());
        let mut node = blank_inline(root.name.clone(), sql, span, &self.project.target);
        let scope = {
            let mut scope = Scope::new(&self.globals, Phase::Parse, &root.name);
            scope.node = Some(self.facts(&Arc::new(node.clone()), None));
            Arc::new(scope)
        };
        scope
            .render(node.unique_id.as_str(), sql)
            .map_err(|error| self.diagnostic(&error, &node))?;
        let capture = scope.take_capture();
        for call in &capture.refs {
            match self.references.lookup.reference(&root.name, call) {
                crate::resolve::Found::One(id) => node.depends_on.nodes.push(id.clone()),
                _ => {
                    let refable =
                        self.manifest.nodes.values().filter(|n| n.resource_type.is_refable());
                    let near =
                        crate::names::did_you_mean(&call.name, refable.map(|n| n.name.as_str()));
                    return Err(Box::new(
                        Diagnostic::error(
                            codes::UNKNOWN_REF,
                            format!(
                                "the inline query references `{}`, which does not exist",
                                call.name
                            ),
                        )
                        .at(crate::resolve::call_span(&node, "ref", &call.name), "")
                        .suggest(near),
                    ));
                }
            }
        }
        for [source, table] in &capture.sources {
            if let crate::resolve::Found::One(id) =
                self.references.lookup.source(&root.name, source, table)
            {
                node.depends_on.nodes.push(id.clone());
            }
        }
        for call in &capture.functions {
            if let crate::resolve::Found::One(id) =
                self.references.lookup.function(&root.name, call)
            {
                node.depends_on.nodes.push(id.clone());
            }
        }
        node.refs = capture.refs;
        node.sources = capture.sources;
        Ok(node)
    }
}

fn blank_inline(
    package: Arc<str>,
    sql: &str,
    span: crate::source::Span,
    target: &crate::project::Target,
) -> Node {
    Node {
        unique_id: UniqueId::from(format!("sql_operation.{package}.inline_query")),
        resource_type: ResourceType::SqlOperation,
        fqn: vec![package.to_string(), "sql".to_owned(), "inline_query".to_owned()],
        package_name: package,
        name: "inline_query".to_owned(),
        path: "sql/inline_query".to_owned(),
        original_file_path: "from remote system.sql".to_owned(),
        raw_code: sql.into(),
        span,
        checksum: String::new(),
        database: Some(target.database.clone()),
        schema: target.schema.clone(),
        alias: "inline_query".to_owned(),
        relation_name: None,
        description: String::new(),
        doc_blocks: Vec::new(),
        columns: indexmap::IndexMap::new(),
        unrendered: Vec::new(),
        vars: Vec::new(),
        config: crate::manifest::Config::new(),
        tags: Vec::new(),
        meta: serde_json::Map::new(),
        group: None,
        refs: Vec::new(),
        sources: Vec::new(),
        functions: Vec::new(),
        depends_on: crate::manifest::DependsOn::default(),
        patch_path: None,
        patch_span: None,
        created_at: 0.0,
        kind: crate::manifest::NodeKind::Inline,
    }
}
