//! What is parsed so far, and the manifest that it becomes.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::artifacts::stamp;
use crate::jinja::contexts::Globals;
use crate::manifest::{
    ById, Definition, Disabled, Doc, Exposure, Group, Macro, Manifest, Metadata, Node,
    ResourceType, SourceTable,
};
use crate::names::UniqueId;
use crate::project::Project;

#[derive(Default)]
pub(super) struct Parsed {
    pub(super) nodes: Vec<Arc<Node>>,
    pub(super) sources: Vec<SourceTable>,
    pub(super) exposures: Vec<Exposure>,
    pub(super) definitions: Vec<Definition>,
    pub(super) groups: Vec<Group>,
    pub(super) macros: IndexMap<UniqueId, Macro>,
    pub(super) docs: ById<Arc<Doc>>,
}

impl Parsed {
    /// Type and place of everything that the project file can configure.
    pub(super) fn fqns(&self) -> impl Iterator<Item = (ResourceType, &[String])> {
        (self.nodes.iter().map(|node| (node.resource_type, node.fqn.as_slice())))
            .chain(self.sources.iter().map(|source| (ResourceType::Source, source.fqn.as_slice())))
            .chain(self.exposures.iter().map(|e| (ResourceType::Exposure, e.fqn.as_slice())))
            .chain(self.definitions.iter().map(|d| (d.resource_type, d.fqn.as_slice())))
    }

    pub(super) fn into_manifest(self, project: &Project, globals: &Globals) -> Manifest {
        let now = stamp(project.started_at);
        let mut manifest = Manifest {
            metadata: Metadata {
                project_name: project.root().name.to_string(),
                adapter_type: project.target.adapter_type.clone(),
                invocation_id: project.invocation_id.clone(),
                generated_at: stamp(globals.host.now()),
                invocation_started_at: now,
                env: custom_env(globals),
            },
            docs: self.docs,
            macros: self.macros.into_iter().map(|(id, m)| (id, Arc::new(m))).collect(),
            groups: self.groups.into_iter().map(|g| (g.unique_id.clone(), Arc::new(g))).collect(),
            ..Manifest::default()
        };
        let mut off = |id: &UniqueId, disabled: Disabled| {
            manifest.disabled.entry(id.clone()).or_default().push(disabled);
        };
        for source in self.sources {
            let id = source.unique_id.clone();
            if source.config.enabled() {
                manifest.sources.insert(id, Arc::new(source));
            } else {
                off(&id, Disabled::Source(Arc::new(source)));
            }
        }
        for exposure in self.exposures {
            let id = exposure.unique_id.clone();
            if exposure.config.enabled() {
                manifest.exposures.insert(id, Arc::new(exposure));
            } else {
                off(&id, Disabled::Exposure(Arc::new(exposure)));
            }
        }
        for definition in self.definitions {
            let id = definition.unique_id.clone();
            if definition.config.enabled() {
                manifest.definitions.insert(id, Arc::new(definition));
            } else {
                off(&id, Disabled::Definition(Arc::new(definition)));
            }
        }
        manifest
    }
}

pub(super) fn custom_env(globals: &Globals) -> IndexMap<String, String> {
    const PREFIX: &str = "DBT_ENV_CUSTOM_ENV_";
    let all = globals.host.env_all();
    all.into_iter().filter_map(|(k, v)| Some((k.strip_prefix(PREFIX)?.to_owned(), v))).collect()
}
