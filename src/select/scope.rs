//! What there is to select from: the graph's vertices with their resources.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

use crate::diagnostics::Diagnostics;
use crate::graph::{Dag, Indices};
use crate::manifest::{Manifest, Resource, ResourceType};
use crate::names::UniqueId;

use super::Inputs;

/// The manifest and its graph, vertex by vertex.
pub(super) struct Scope<'m> {
    /// The project.
    pub(super) manifest: &'m Manifest,
    /// Its graph.
    pub(super) dag: &'m Dag<UniqueId>,
    /// What else can be asked.
    pub(super) inputs: &'m Inputs<'m>,
    /// Selectors of `selectors.yml` that are being evaluated, each for the one before it.
    pub(super) active: RefCell<Vec<String>>,
    /// What those select that were evaluated, so that each is evaluated once.
    pub(super) done: RefCell<HashMap<String, Indices>>,
    /// Atoms of theirs that match nothing.
    pub(super) unmatched: RefCell<Diagnostics>,
    resources: Vec<(usize, Resource<'m>)>,
    tests: OnceCell<Indices>,
    sources: OnceCell<Indices>,
}

impl<'m> Scope<'m> {
    /// Pairs each vertex with its resource.
    pub(super) fn new(
        manifest: &'m Manifest,
        dag: &'m Dag<UniqueId>,
        inputs: &'m Inputs<'m>,
    ) -> Self {
        let resources = dag.keys().enumerate();
        let resources =
            resources.filter_map(|(at, id)| Some((at, manifest.resource(id.as_str())?)));
        Scope {
            manifest,
            dag,
            inputs,
            active: RefCell::default(),
            done: RefCell::default(),
            unmatched: RefCell::default(),
            resources: resources.collect(),
            tests: OnceCell::new(),
            sources: OnceCell::new(),
        }
    }

    /// All resources, in the graph's order of insertion.
    pub(super) fn resources(&self) -> impl Iterator<Item = &Resource<'m>> {
        self.resources.iter().map(|(_, resource)| resource)
    }

    /// The vertices whose resource passes a test.
    pub(super) fn matching(&self, test: impl Fn(&Resource<'m>) -> bool) -> Indices {
        let mut found = self.dag.none();
        for (at, resource) in &self.resources {
            if test(resource) {
                found.insert(*at);
            }
        }
        found
    }

    /// The data tests and unit tests.
    pub(super) fn tests(&self) -> &Indices {
        let is_test = |kind| matches!(kind, ResourceType::Test | ResourceType::UnitTest);
        self.tests.get_or_init(|| self.matching(|resource| is_test(resource.resource_type())))
    }

    /// The source tables.
    pub(super) fn sources(&self) -> &Indices {
        self.sources.get_or_init(|| self.of_type(ResourceType::Source))
    }

    fn of_type(&self, kind: ResourceType) -> Indices {
        self.matching(|resource| resource.resource_type() == kind)
    }
}
