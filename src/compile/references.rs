//! `ref`, `source` and `graph` when code is compiled.

use std::sync::{Arc, OnceLock};

use minijinja::Error;
use minijinja::value::Value;
use serde_json::{Map, Value as Json};

use super::deferred::Deferred;
use super::event_time::{EventTimes, Target};
use crate::adapters::{Adapter, Relation};
use crate::artifacts::manifest::{
    definition_json, exposure_json, group_json, node_json, source_json,
};
use crate::diagnostics::codes;
use crate::jinja::coded::coded;
use crate::jinja::contexts::{Resolver, Scope};
use crate::jinja::objects::relation::relation;
use crate::jinja::values;
use crate::manifest::{Manifest, Node, RefCall, ResourceType, SourceTable};
use crate::names::UniqueId;
use crate::project::Project;
use crate::resolve::{Found, Lookup};

/// Resolves names of the manifest to relations.
pub(super) struct References {
    project: Arc<Project>,
    manifest: Arc<Manifest>,
    pub(super) lookup: Lookup,
    graph: OnceLock<Value>,
    adapter: Arc<dyn Adapter>,
    event_times: EventTimes,
    deferred: OnceLock<Deferred>,
}

impl References {
    pub(super) fn new(
        project: Arc<Project>,
        manifest: Arc<Manifest>,
        lookup: Lookup,
        adapter: Arc<dyn Adapter>,
    ) -> Self {
        References {
            project,
            manifest,
            lookup,
            graph: OnceLock::new(),
            adapter,
            event_times: EventTimes::default(),
            deferred: OnceLock::new(),
        }
    }

    /// The relation of a node in the state that is deferred to.
    pub(super) fn deferred_relation(&self, node: &Node) -> Option<Relation> {
        self.deferred.get()?.relation(&node.unique_id, &self.relation_of(node))
    }

    pub(super) fn defer(&self, deferred: Deferred) {
        let _ = self.deferred.set(deferred);
    }

    /// The relation of a node. dbt: its kind is not told, only the database knows it.
    pub(super) fn relation_of(&self, node: &Node) -> Relation {
        let adapter = &self.adapter;
        let mut made = Relation::new(
            adapter.naming(),
            node.database.as_deref(),
            Some(&node.schema),
            Some(&node.alias),
        );
        made.quote_policy = crate::parse::context::quoting(
            adapter.naming().quote,
            self.project.root().config.quoting,
        );
        made
    }

    /// The relation of a node or a source.
    pub(super) fn relation(&self, id: &UniqueId) -> Option<Relation> {
        let node = self.manifest.nodes.get(id).filter(|node| node.relation_name.is_some());
        node.map(|node| self.relation_of(node))
            .or_else(|| self.manifest.sources.get(id).map(|source| self.source_relation(source)))
    }

    fn source_relation(&self, source: &SourceTable) -> Relation {
        let adapter = &self.adapter;
        let mut made = Relation::new(
            adapter.naming(),
            source.database.as_deref(),
            Some(&source.schema),
            Some(&source.identifier),
        );
        let project = crate::parse::context::quoting(
            adapter.naming().quote,
            self.project.root().config.quoting,
        );
        made.quote_policy = crate::parse::context::quoting(project, source.quoting);
        made
    }

    /// dbt: what is read must have been seen while parsing, or the graph has no edge for it.
    fn check_declared(&self, scope: &Scope, target: &UniqueId, call: &str) -> Result<(), Error> {
        let Some(facts) = &scope.node else {
            return Ok(());
        };
        let Some(node) = self.manifest.nodes.get(&facts.unique_id) else {
            return Ok(());
        };
        let exempt = node.resource_type == ResourceType::Operation;
        if exempt || node.depends_on.nodes.contains(target) {
            return Ok(());
        }
        Err(coded(
            codes::UNDECLARED_REF,
            format!(
                "{call} is reached only when the code runs, so the graph does not know that `{}` reads it",
                node.name
            ),
            Some(format!("say so where it is always seen: `-- depends_on: {{{{ {call} }}}}`")),
        ))
    }
}

impl Resolver for References {
    fn reference(&self, scope: &Arc<Scope>, call: &RefCall) -> Result<Value, Error> {
        let Found::One(id) = self.lookup.reference(&scope.package, call) else {
            return Err(coded(
                codes::UNKNOWN_REF,
                format!("there is no model, seed or snapshot `{}`", call.name),
                None,
            ));
        };
        self.check_declared(scope, id, &shown(call))?;
        let node =
            self.manifest.nodes.get(id).expect("invariant: the lookup knows nodes of the manifest");
        let target = Target { id, config: &node.config, columns: &node.columns };
        let narrow = |relation| self.event_times.narrow(&self.project, scope, &target, relation);
        if node.is_ephemeral() {
            let mut capture = scope.capture.lock().expect("invariant: no panic under lock");
            if !capture.ctes.contains(id) {
                capture.ctes.push(id.clone());
            }
            drop(capture);
            let adapter = &scope.globals.adapter;
            return Ok(relation(narrow(Relation::ephemeral(adapter.naming(), &node.alias))?));
        }
        let own = scope.written(self.relation_of(node));
        let deferred = match self.deferred.get() {
            Some(deferred) => deferred.instead(scope, id, &own)?,
            None => None,
        };
        Ok(relation(narrow(deferred.unwrap_or(own))?))
    }

    fn source(&self, scope: &Arc<Scope>, source: &str, table: &str) -> Result<Value, Error> {
        let Found::One(id) = self.lookup.source(&scope.package, source, table) else {
            return Err(coded(
                codes::UNKNOWN_SOURCE,
                format!("there is no source `{source}.{table}`"),
                None,
            ));
        };
        let found = self
            .manifest
            .sources
            .get(id)
            .expect("invariant: the lookup knows sources of the manifest");
        let target = Target { id, config: &found.config, columns: &found.columns };
        let made = scope.written(self.source_relation(found));
        Ok(relation(self.event_times.narrow(&self.project, scope, &target, made)?))
    }

    fn function(&self, scope: &Arc<Scope>, call: &RefCall) -> Result<Value, Error> {
        let (Found::One(id) | Found::Ambiguous(id, _)) = self.lookup.function(&scope.package, call)
        else {
            let message = format!("there is no function `{}`", call.name);
            return Err(coded(codes::UNKNOWN_REF, message, None));
        };
        self.check_declared(scope, id, &format!("function('{}')", call.name))?;
        let node = self.manifest.nodes.get(id).expect("invariant: the lookup knows nodes");
        Ok(relation(self.relation_of(node)))
    }

    fn graph(&self) -> Value {
        // dbt: one graph for all templates of a run, so it is made once and shared.
        self.graph.get_or_init(|| values::to_mutable(&graph_json(&self.manifest))).clone()
    }
}

fn shown(call: &RefCall) -> String {
    match &call.package {
        Some(package) => format!("ref('{package}', '{}')", call.name),
        None => format!("ref('{}')", call.name),
    }
}

fn graph_json(manifest: &Manifest) -> Json {
    let section = |items: Vec<(String, Map<String, Json>)>| {
        Json::Object(items.into_iter().map(|(id, item)| (id, Json::Object(item))).collect())
    };
    let mut graph = Map::new();
    graph.insert(
        "exposures".to_owned(),
        section(
            manifest.exposures.iter().map(|(id, e)| (id.to_string(), exposure_json(e))).collect(),
        ),
    );
    let nodes = |are_functions: bool| {
        let of_kind =
            manifest.nodes.iter().filter(|(_, node)| node.function().is_some() == are_functions);
        section(of_kind.map(|(id, node)| (id.to_string(), node_json(node))).collect())
    };
    graph.insert("functions".to_owned(), nodes(true));
    graph.insert(
        "groups".to_owned(),
        section(manifest.groups.iter().map(|(id, g)| (id.to_string(), group_json(g))).collect()),
    );
    let defined = |kind: ResourceType| {
        let of_kind = manifest.definitions.iter().filter(|(_, one)| one.resource_type == kind);
        section(of_kind.map(|(id, one)| (id.to_string(), definition_json(one))).collect())
    };
    graph.insert("metrics".to_owned(), defined(ResourceType::Metric));
    graph.insert("nodes".to_owned(), nodes(false));
    graph.insert("saved_queries".to_owned(), defined(ResourceType::SavedQuery));
    graph.insert("semantic_models".to_owned(), defined(ResourceType::SemanticModel));
    graph.insert(
        "sources".to_owned(),
        section(manifest.sources.iter().map(|(id, s)| (id.to_string(), source_json(s))).collect()),
    );
    graph.insert("unit_tests".to_owned(), defined(ResourceType::UnitTest));
    Json::Object(graph)
}
