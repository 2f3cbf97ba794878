//! Projects for tests, from the slim JSON of `testdata/`: a manifest, its graph, and steps with what
//! dbt 1.12 lists for them.

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::{Criteria, Indirect};
use crate::graph::Dag;
use crate::manifest::{
    Config, DependsOn, Exposure, Manifest, Model, Node, NodeKind, Quoting, ResourceType, Seed,
    SourceTable, Test, TestMetadata,
};
use crate::names::UniqueId;
use crate::source::{SourceMap, Span};

/// A recorded project.
pub(crate) struct Fixture {
    pub(crate) manifest: Manifest,
    pub(crate) dag: Dag<UniqueId>,
    pub(crate) steps: Vec<Step>,
}

/// One `ls`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    #[serde(default)]
    pub(crate) select: Vec<String>,
    #[serde(default)]
    pub(crate) exclude: Vec<String>,
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    exclude_types: Vec<String>,
    indirect: Option<String>,
    pub(crate) output: Option<String>,
    /// Whether dbt refuses it.
    #[serde(default)]
    pub(crate) error: bool,
    /// The ids that dbt lists, sorted.
    pub(crate) ids: Option<Vec<String>>,
    /// The lines that dbt prints, sorted.
    pub(crate) lines: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Recorded {
    project: String,
    resources: Vec<Slim>,
    steps: Vec<Step>,
}

/// One resource, without what selection does not look at.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Slim {
    pub(crate) unique_id: String,
    pub(crate) resource_type: String,
    pub(crate) package_name: String,
    pub(crate) name: String,
    pub(crate) fqn: Vec<String>,
    pub(crate) path: String,
    pub(crate) original_file_path: String,
    pub(crate) alias: String,
    pub(crate) source_name: String,
    pub(crate) group: Option<String>,
    pub(crate) patch_path: Option<String>,
    pub(crate) access: String,
    pub(crate) version: Option<Json>,
    pub(crate) latest_version: Option<Json>,
    pub(crate) attached_node: Option<String>,
    pub(crate) column_name: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) config: Map<String, Json>,
    pub(crate) depends_on: Vec<String>,
    pub(crate) test: Option<String>,
}

impl Fixture {
    /// Reads a file of `testdata/`.
    pub(crate) fn load(text: &str) -> Fixture {
        let recorded: Recorded = serde_json::from_str(text).unwrap();
        Fixture::new(&recorded.project, recorded.resources, recorded.steps)
    }

    /// Builds a project.
    pub(crate) fn new(project: &str, resources: Vec<Slim>, steps: Vec<Step>) -> Fixture {
        let mut manifest = Manifest::default();
        manifest.metadata.project_name = project.to_owned();
        let file = SourceMap::new().add("x.sql", Path::new("/x.sql"), "");
        for slim in resources {
            slim.put(&mut manifest, Span::start_of(file));
        }
        let vertices = manifest.resources().map(|(id, r)| (id.clone(), r.depends_on()));
        let dag = Dag::build(vertices).unwrap();
        Fixture { manifest, dag, steps }
    }
}

impl Step {
    /// Its criteria; without types, those that `ls` has by itself.
    pub(crate) fn criteria(&self) -> Criteria {
        let types = |words: &[String]| -> Vec<ResourceType> {
            words.iter().map(|w| ResourceType::parse(w).unwrap()).collect()
        };
        let mut exclude_resource_types = types(&self.exclude_types);
        if self.types.is_empty() {
            exclude_resource_types.push(ResourceType::Analysis);
        }
        Criteria {
            select: self.select.clone(),
            exclude: self.exclude.clone(),
            selector: None,
            resource_types: types(&self.types),
            exclude_resource_types,
            indirect: Indirect::parse(self.indirect.as_deref().unwrap_or("eager")).unwrap(),
        }
    }
}

impl Slim {
    fn put(self, manifest: &mut Manifest, span: Span) {
        let id = UniqueId::from(self.unique_id.as_str());
        match ResourceType::parse(&self.resource_type).unwrap() {
            ResourceType::Source => {
                manifest.sources.insert(id, Arc::new(self.source(span)));
            }
            ResourceType::Exposure => {
                manifest.exposures.insert(id, Arc::new(self.exposure(span)));
            }
            kind => {
                manifest.nodes.insert(id, Arc::new(self.node(kind, span)));
            }
        }
    }

    fn config(&self) -> Config {
        let mut config = Config::new();
        config.merge_all(self.config.clone());
        config
    }

    fn depends_on(&self) -> DependsOn {
        DependsOn {
            nodes: self.depends_on.iter().map(|id| id.as_str().into()).collect(),
            macros: Vec::new(),
        }
    }

    fn kind(&self, kind: ResourceType) -> NodeKind {
        match kind {
            ResourceType::Model => NodeKind::Model(Box::new(Model {
                access: self.access.clone(),
                version: self.version.clone(),
                latest_version: self.latest_version.clone(),
                ..Model::default()
            })),
            ResourceType::Seed => NodeKind::Seed(Seed::default()),
            ResourceType::Test => NodeKind::Test(Test {
                metadata: self.test.clone().map(|name| TestMetadata {
                    name,
                    namespace: None,
                    kwargs: Map::new(),
                }),
                column_name: self.column_name.clone(),
                file_key_name: None,
                attached_node: self.attached_node.as_deref().map(UniqueId::from),
            }),
            ResourceType::Snapshot => NodeKind::Snapshot,
            _ => NodeKind::Analysis,
        }
    }

    fn node(self, resource_type: ResourceType, span: Span) -> Node {
        Node {
            unique_id: self.unique_id.as_str().into(),
            resource_type,
            package_name: self.package_name.as_str().into(),
            config: self.config(),
            depends_on: self.depends_on(),
            kind: self.kind(resource_type),
            name: self.name,
            fqn: self.fqn,
            path: self.path,
            original_file_path: self.original_file_path,
            raw_code: "select 1".into(),
            span,
            checksum: String::new(),
            database: None,
            schema: "main".to_owned(),
            alias: self.alias,
            relation_name: None,
            description: String::new(),
            doc_blocks: Vec::new(),
            columns: Default::default(),
            unrendered: Vec::new(),
            vars: Vec::new(),
            tags: self.tags,
            meta: Map::new(),
            group: self.group,
            refs: Vec::new(),
            sources: Vec::new(),
            functions: Vec::new(),
            patch_path: self.patch_path,
            patch_span: None,
            created_at: 0.0,
        }
    }

    fn source(self, span: Span) -> SourceTable {
        SourceTable {
            unique_id: self.unique_id.as_str().into(),
            package_name: self.package_name.as_str().into(),
            config: self.config(),
            source_name: self.source_name,
            identifier: self.name.clone(),
            name: self.name,
            fqn: self.fqn,
            original_file_path: self.original_file_path,
            path: self.path,
            database: None,
            schema: "main".to_owned(),
            unrendered_database: None,
            unrendered_schema: None,
            relation_name: String::new(),
            quoting: Quoting::default(),
            description: String::new(),
            source_description: String::new(),
            external: Json::Null,
            doc_blocks: Vec::new(),
            loader: String::new(),
            loaded_at_field: None,
            loaded_at_query: None,
            freshness: Json::Null,
            columns: Default::default(),
            tags: self.tags,
            meta: Map::new(),
            source_meta: Map::new(),
            span,
            created_at: 0.0,
        }
    }

    fn exposure(self, span: Span) -> Exposure {
        Exposure {
            unique_id: self.unique_id.as_str().into(),
            package_name: self.package_name.as_str().into(),
            config: self.config(),
            depends_on: self.depends_on(),
            name: self.name,
            fqn: self.fqn,
            original_file_path: self.original_file_path,
            path: self.path,
            exposure_type: "dashboard".to_owned(),
            maturity: None,
            url: None,
            label: None,
            description: String::new(),
            owner: Map::new(),
            metrics: Vec::new(),
            refs: Vec::new(),
            sources: Vec::new(),
            tags: self.tags,
            meta: Map::new(),
            span,
            created_at: 0.0,
        }
    }
}
