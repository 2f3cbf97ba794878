//! Names to ids. dbt 1.12: a bare name is looked for in the package of the caller, in the root package, then
//! in all packages.

use std::collections::HashMap;

use crate::manifest::{Disabled, Manifest, RefCall};
use crate::names::UniqueId;

/// What a name led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'m> {
    /// One resource.
    One(&'m UniqueId),
    /// One that is disabled.
    Disabled,
    /// None.
    Nothing,
}

/// Refable nodes and sources by name.
#[derive(Debug)]
pub struct Lookup<'m> {
    root: String,
    refs: HashMap<&'m str, Vec<(&'m str, &'m UniqueId)>>,
    sources: HashMap<(&'m str, &'m str), Vec<(&'m str, &'m UniqueId)>>,
    off_refs: HashMap<&'m str, ()>,
    off_sources: HashMap<(&'m str, &'m str), ()>,
}

impl<'m> Lookup<'m> {
    /// Indexes a manifest.
    pub fn new(manifest: &'m Manifest, root: &str) -> Self {
        let mut lookup = Lookup {
            root: root.to_owned(),
            refs: HashMap::new(),
            sources: HashMap::new(),
            off_refs: HashMap::new(),
            off_sources: HashMap::new(),
        };
        for node in manifest.nodes.values().filter(|n| n.resource_type.is_refable()) {
            lookup.refs.entry(&node.name).or_default().push((&node.package_name, &node.unique_id));
        }
        for source in manifest.sources.values() {
            let key = (source.source_name.as_str(), source.name.as_str());
            lookup.sources.entry(key).or_default().push((&source.package_name, &source.unique_id));
        }
        for disabled in manifest.disabled.values().flatten() {
            match disabled {
                Disabled::Node(node) => {
                    lookup.off_refs.insert(&node.name, ());
                }
                Disabled::Source(source) => {
                    lookup.off_sources.insert((&source.source_name, &source.name), ());
                }
                Disabled::Exposure(_) => {}
            }
        }
        lookup
    }

    /// What a `ref` of a node in `package` means.
    pub fn reference(&self, package: &str, call: &RefCall) -> Found<'m> {
        match pick(self.refs.get(call.name.as_str()), call.package.as_deref(), package, &self.root) {
            Some(id) => Found::One(id),
            None if self.off_refs.contains_key(call.name.as_str()) => Found::Disabled,
            None => Found::Nothing,
        }
    }

    /// What a `source` of a node in `package` means.
    pub fn source(&self, package: &str, source: &str, table: &str) -> Found<'m> {
        match pick(self.sources.get(&(source, table)), None, package, &self.root) {
            Some(id) => Found::One(id),
            None if self.off_sources.contains_key(&(source, table)) => Found::Disabled,
            None => Found::Nothing,
        }
    }
}

fn pick<'m>(
    candidates: Option<&Vec<(&'m str, &'m UniqueId)>>,
    wanted: Option<&str>,
    own: &str,
    root: &str,
) -> Option<&'m UniqueId> {
    let candidates = candidates?;
    let of = |package: &str| candidates.iter().find(|(p, _)| *p == package).map(|(_, id)| *id);
    match wanted {
        Some(package) => of(package),
        None => of(own).or_else(|| of(root)).or_else(|| candidates.first().map(|(_, id)| *id)),
    }
}
