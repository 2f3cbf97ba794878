//! The project in memory: one file per resource kind, config keys as one table.
//!
//! `parse/` fills it with names still unresolved, `resolve/` puts ids in `depends_on`. Published JSON shapes
//! are `artifacts/`' business.
//! Invariants: every map is ordered by what users expect to see (the order of files, then of lines);
//! every id in `depends_on` of a resolved manifest is a key of one of its maps.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::names::UniqueId;

pub mod batch;
pub mod config;
pub mod constraint;
mod definition;
pub mod expectation;
mod exposure;
mod macros;
mod microbatch;
mod node;
pub mod primary_key;
mod source;

pub use batch::{Batch, BatchSize, Window};
pub use config::Config;
pub use constraint::{Constraint, ConstraintKind};
pub use definition::Definition;
pub use exposure::{Exposure, Group, Owner};
pub use macros::{Doc, Macro, MacroArgument};
pub use microbatch::Microbatch;
pub use node::{
    Column, DependsOn, Fqn, Function, Hook, LEGACY_TIME_SPINE, Language, Model, Node, NodeKind,
    Overload, RefCall, ResourceType, Seed, Test, TestMetadata,
};
pub use source::{Quoting, SourceTable};

/// Something by the id of a resource, in order. Ids are long and there are many: a fast hash, seeded.
pub type ById<T> = IndexMap<UniqueId, T, foldhash::fast::RandomState>;

/// Everything in the project and its packages.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    /// Facts about the run that made it.
    pub metadata: Metadata,
    /// Models, seeds, snapshots, tests, analyses, operations, functions.
    pub nodes: ById<Arc<Node>>,
    /// Source tables.
    pub sources: ById<Arc<SourceTable>>,
    /// Exposures.
    pub exposures: ById<Arc<Exposure>>,
    /// Unit tests, semantic models, metrics, saved queries.
    pub definitions: ById<Arc<Definition>>,
    /// Groups.
    pub groups: ById<Arc<Group>>,
    /// Macros, the built-in ones included.
    pub macros: ById<Arc<Macro>>,
    /// Docs blocks.
    pub docs: ById<Arc<Doc>>,
    /// Resources with `enabled: false`.
    pub disabled: ById<Vec<Disabled>>,
    /// Selectors of `selectors.yml` as written.
    pub selectors: IndexMap<String, serde_json::Value>,
}

/// Facts about the run that made a manifest.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// The root package.
    pub project_name: String,
    /// The adapter's type.
    pub adapter_type: String,
    /// The run.
    pub invocation_id: String,
    /// When it was made, RFC 3339 in UTC.
    pub generated_at: String,
    /// When the run began, RFC 3339 in UTC.
    pub invocation_started_at: String,
    /// `DBT_ENV_CUSTOM_ENV_*` variables, without the prefix.
    pub env: IndexMap<String, String>,
}

/// A disabled resource.
#[derive(Clone, Debug)]
pub enum Disabled {
    /// A node.
    Node(Arc<Node>),
    /// A source table.
    Source(Arc<SourceTable>),
    /// An exposure.
    Exposure(Arc<Exposure>),
    /// A unit test, semantic model, metric or saved query.
    Definition(Arc<Definition>),
}

/// Anything that can be a vertex of the graph and can be selected.
#[derive(Clone, Debug)]
pub enum Resource<'m> {
    /// A node.
    Node(&'m Arc<Node>),
    /// A source table.
    Source(&'m Arc<SourceTable>),
    /// An exposure.
    Exposure(&'m Arc<Exposure>),
    /// A unit test, semantic model, metric or saved query.
    Definition(&'m Arc<Definition>),
}

impl Manifest {
    /// The graph resource of an id.
    pub fn resource(&self, id: &str) -> Option<Resource<'_>> {
        (self.nodes.get(id).map(Resource::Node))
            .or_else(|| self.sources.get(id).map(Resource::Source))
            .or_else(|| self.exposures.get(id).map(Resource::Exposure))
            .or_else(|| self.definitions.get(id).map(Resource::Definition))
    }

    /// All graph resources: nodes, sources, exposures, then definitions.
    pub fn resources(&self) -> impl Iterator<Item = (&UniqueId, Resource<'_>)> {
        (self.nodes.iter().map(|(id, n)| (id, Resource::Node(n))))
            .chain(self.sources.iter().map(|(id, s)| (id, Resource::Source(s))))
            .chain(self.exposures.iter().map(|(id, e)| (id, Resource::Exposure(e))))
            .chain(self.definitions.iter().map(|(id, d)| (id, Resource::Definition(d))))
    }
}

impl<'m> Resource<'m> {
    /// Its id.
    pub fn unique_id(&self) -> &'m UniqueId {
        match self {
            Resource::Node(node) => &node.unique_id,
            Resource::Source(source) => &source.unique_id,
            Resource::Exposure(exposure) => &exposure.unique_id,
            Resource::Definition(definition) => &definition.unique_id,
        }
    }

    /// Its kind.
    pub fn resource_type(&self) -> ResourceType {
        match self {
            Resource::Node(node) => node.resource_type,
            Resource::Source(_) => ResourceType::Source,
            Resource::Exposure(_) => ResourceType::Exposure,
            Resource::Definition(definition) => definition.resource_type,
        }
    }

    /// Its name; of a source, the table's name.
    pub fn name(&self) -> &'m str {
        match self {
            Resource::Node(node) => &node.name,
            Resource::Source(source) => &source.name,
            Resource::Exposure(exposure) => &exposure.name,
            Resource::Definition(definition) => &definition.name,
        }
    }

    /// The package it is in.
    pub fn package_name(&self) -> &'m str {
        match self {
            Resource::Node(node) => &node.package_name,
            Resource::Source(source) => &source.package_name,
            Resource::Exposure(exposure) => &exposure.package_name,
            Resource::Definition(definition) => &definition.package_name,
        }
    }

    /// Package, folders, name.
    pub fn fqn(&self) -> &'m [String] {
        match self {
            Resource::Node(node) => &node.fqn,
            Resource::Source(source) => &source.fqn,
            Resource::Exposure(exposure) => &exposure.fqn,
            Resource::Definition(definition) => &definition.fqn,
        }
    }

    /// Its file, relative to the project, with `/`.
    pub fn original_file_path(&self) -> &'m str {
        match self {
            Resource::Node(node) => &node.original_file_path,
            Resource::Source(source) => &source.original_file_path,
            Resource::Exposure(exposure) => &exposure.original_file_path,
            Resource::Definition(definition) => &definition.original_file_path,
        }
    }

    /// Its tags.
    pub fn tags(&self) -> &'m [String] {
        match self {
            Resource::Node(node) => &node.tags,
            Resource::Source(source) => &source.tags,
            Resource::Exposure(exposure) => &exposure.tags,
            Resource::Definition(definition) => &definition.tags,
        }
    }

    /// Its configuration.
    pub fn config(&self) -> &'m Config {
        match self {
            Resource::Node(node) => &node.config,
            Resource::Source(source) => &source.config,
            Resource::Exposure(exposure) => &exposure.config,
            Resource::Definition(definition) => &definition.config,
        }
    }

    /// What it reads, resolved.
    pub fn depends_on(&self) -> &'m [UniqueId] {
        match self {
            Resource::Node(node) => &node.depends_on.nodes,
            Resource::Source(_) => &[],
            Resource::Exposure(exposure) => &exposure.depends_on.nodes,
            Resource::Definition(definition) => &definition.depends_on.nodes,
        }
    }
}
