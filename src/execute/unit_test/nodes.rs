//! Unit tests as nodes of a run: named, placed and written below `target/compiled` as dbt does it.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::adapters::Column;
use crate::check::shapes::Shapes;
use crate::manifest::{Definition, DependsOn, Manifest, Node, NodeKind, ResourceType};
use crate::names::UniqueId;

/// The unit tests of a project, and what is known about the columns of their inputs.
#[derive(Default)]
pub struct Units {
    nodes: IndexMap<UniqueId, Arc<Node>>,
    pub(super) shapes: Shapes,
}

impl Units {
    /// The unit tests of a manifest.
    pub fn of(manifest: &Manifest) -> Self {
        let tests = manifest.definitions.values();
        let tests = tests.filter(|one| one.resource_type == ResourceType::UnitTest);
        let nodes = tests.filter_map(|test| {
            let model = manifest.nodes.get(test.depends_on.nodes.first()?)?;
            Some((test.unique_id.clone(), Arc::new(node(test, model))))
        });
        Units { nodes: nodes.collect(), shapes: Shapes::default() }
    }

    /// The same, with the columns of relations that are known already.
    #[must_use]
    pub fn knowing(self, columns: impl IntoIterator<Item = (UniqueId, Vec<Column>)>) -> Self {
        self.shapes.remember(columns);
        self
    }

    /// The node of a unit test.
    pub(in super::super) fn node(&self, id: &UniqueId) -> Option<&Arc<Node>> {
        self.nodes.get(id)
    }
}

/// dbt 1.12: the test takes the text of its model, and lies below its property file.
fn node(test: &Definition, model: &Node) -> Node {
    let name = test.versioned_name();
    let folder = test.original_file_path.split('/').next().unwrap_or_default();
    Node {
        unique_id: test.unique_id.clone(),
        resource_type: ResourceType::UnitTest,
        package_name: test.package_name.clone(),
        fqn: test.fqn.clone(),
        path: format!("{folder}/{name}.sql"),
        original_file_path: test.original_file_path.clone(),
        span: test.span,
        alias: name.clone(),
        name,
        relation_name: None,
        config: test.config.clone(),
        tags: test.tags.clone(),
        meta: test.meta.clone(),
        depends_on: DependsOn { nodes: test.depends_on.nodes.clone(), ..DependsOn::default() },
        kind: NodeKind::Analysis,
        ..model.clone()
    }
}

/// The node that stands for an input: an ephemeral model whose text is the fixture.
pub(super) fn of_input(test: &Node, name: &str) -> Node {
    Node {
        unique_id: UniqueId::from(format!("model.{}.{name}", test.package_name)),
        resource_type: ResourceType::Model,
        name: name.to_owned(),
        alias: name.to_owned(),
        path: format!("{name}.sql"),
        ..test.clone()
    }
}
