//! Names to ids. dbt 1.12: a bare name is looked for in the package of the caller, in the root package, then
//! in all packages.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::manifest::{Disabled, Manifest, RefCall};
use crate::names::UniqueId;

/// What a name led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'l> {
    /// One resource.
    One(&'l UniqueId),
    /// One that is disabled.
    Disabled,
    /// None.
    Nothing,
}

/// Refable nodes and sources by name.
#[derive(Debug)]
pub struct Lookup {
    root: String,
    refs: HashMap<String, Candidates>,
    sources: HashMap<String, HashMap<String, Candidates>>,
    versioned: HashSet<UniqueId>,
    off_refs: HashSet<String>,
    off_sources: HashSet<(String, String)>,
}

/// Resources of one name: their package and their id.
type Candidates = Vec<(Arc<str>, UniqueId)>;

impl Lookup {
    /// Indexes a manifest.
    pub fn new(manifest: &Manifest, root: &str) -> Self {
        let mut lookup = Lookup {
            root: root.to_owned(),
            refs: HashMap::new(),
            sources: HashMap::new(),
            versioned: HashSet::new(),
            off_refs: HashSet::new(),
            off_sources: HashSet::new(),
        };
        for node in manifest.nodes.values().filter(|n| n.resource_type.is_refable()) {
            let candidate = (node.package_name.clone(), node.unique_id.clone());
            if node.model().is_some_and(|model| model.is_versioned || model.version.is_some()) {
                lookup.versioned.insert(node.unique_id.clone());
            }
            lookup.refs.entry(node.name.clone()).or_default().push(candidate);
        }
        for source in manifest.sources.values() {
            let candidate = (source.package_name.clone(), source.unique_id.clone());
            let tables = lookup.sources.entry(source.source_name.clone()).or_default();
            tables.entry(source.name.clone()).or_default().push(candidate);
        }
        for disabled in manifest.disabled.values().flatten() {
            match disabled {
                Disabled::Node(node) => {
                    lookup.off_refs.insert(node.name.clone());
                }
                Disabled::Source(source) => {
                    lookup.off_sources.insert((source.source_name.clone(), source.name.clone()));
                }
                Disabled::Exposure(_) => {}
            }
        }
        lookup
    }

    /// What a `ref` of a node in `package` means.
    pub fn reference(&self, package: &str, call: &RefCall) -> Found<'_> {
        match pick(self.refs.get(call.name.as_str()), call.package.as_deref(), package, &self.root)
        {
            Some(id) if call.version.is_some() && !self.versioned.contains(id) => Found::Nothing,
            Some(id) => Found::One(id),
            None if self.off_refs.contains(call.name.as_str()) => Found::Disabled,
            None => Found::Nothing,
        }
    }

    /// What a `source` of a node in `package` means.
    pub fn source(&self, package: &str, source: &str, table: &str) -> Found<'_> {
        let candidates = self.sources.get(source).and_then(|tables| tables.get(table));
        match pick(candidates, None, package, &self.root) {
            Some(id) => Found::One(id),
            None if self.off_sources.contains(&(source.to_owned(), table.to_owned())) => {
                Found::Disabled
            }
            None => Found::Nothing,
        }
    }
}

fn pick<'c>(
    candidates: Option<&'c Candidates>,
    wanted: Option<&str>,
    own: &str,
    root: &str,
) -> Option<&'c UniqueId> {
    let candidates = candidates?;
    let of = |package: &str| candidates.iter().find(|(p, _)| **p == *package).map(|(_, id)| id);
    match wanted {
        Some(package) => of(package),
        None => of(own).or_else(|| of(root)).or_else(|| candidates.first().map(|(_, id)| id)),
    }
}
