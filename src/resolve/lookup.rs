//! Names to ids. dbt 1.12: a bare name is looked for in the root package, in the package of the caller, then in
//! all packages; with the flag `require_ref_searches_node_package_before_root` the caller's comes first.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value as Json;

use crate::manifest::{Disabled, Manifest, RefCall};
use crate::names::UniqueId;

/// What a name led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'l> {
    /// One resource.
    One(&'l UniqueId),
    /// One that is disabled.
    Disabled,
    /// Several in other packages, and nothing says which.
    Ambiguous(&'l UniqueId, &'l UniqueId),
    /// None.
    Nothing,
}

/// Which package is searched first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SearchFirst {
    /// The root package.
    #[default]
    Root,
    /// The package of the node that asks.
    Own,
}

/// Every reference of a project is looked up: a fast hash, seeded.
type Names<T> = HashMap<String, T, foldhash::fast::RandomState>;

/// Refable nodes and sources by name.
#[derive(Debug)]
pub struct Lookup {
    root: String,
    first: SearchFirst,
    refs: Names<Candidates>,
    sources: Names<Names<Candidates>>,
    functions: Names<Candidates>,
    off_refs: Names<HashSet<Arc<str>>>,
    off_functions: Names<HashSet<Arc<str>>>,
    off_sources: HashSet<(String, String)>,
}

/// Resources of one name: their package and their id, one for each package.
type Candidates = Vec<(Arc<str>, UniqueId)>;

impl Lookup {
    /// Indexes a manifest.
    pub fn new(manifest: &Manifest, root: &str, first: SearchFirst) -> Self {
        let mut lookup = Lookup {
            root: root.to_owned(),
            first,
            refs: Names::default(),
            sources: Names::default(),
            functions: Names::default(),
            off_refs: Names::default(),
            off_functions: Names::default(),
            off_sources: HashSet::new(),
        };
        for node in manifest.nodes.values().filter(|n| n.resource_type.is_refable()) {
            let id = &node.unique_id;
            let version = node.model().and_then(|model| Some((model, model.version.as_ref()?)));
            if let Some((_, version)) = version {
                let key = versioned(&node.name, version);
                add(lookup.refs.entry(key).or_default(), &node.package_name, id);
            }
            if version.is_none_or(|(model, version)| model.latest_version.as_ref() == Some(version))
            {
                let candidates = lookup.refs.entry(node.name.clone()).or_default();
                add(candidates, &node.package_name, id);
            }
        }
        for node in manifest.nodes.values().filter(|node| node.function().is_some()) {
            let candidates = lookup.functions.entry(node.name.clone()).or_default();
            add(candidates, &node.package_name, &node.unique_id);
        }
        for source in manifest.sources.values() {
            let tables = lookup.sources.entry(source.source_name.clone()).or_default();
            let candidates = tables.entry(source.name.clone()).or_default();
            add(candidates, &source.package_name, &source.unique_id);
        }
        lookup.add_disabled(manifest);
        lookup
    }

    fn add_disabled(&mut self, manifest: &Manifest) {
        for disabled in manifest.disabled.values().flatten() {
            match disabled {
                Disabled::Node(node) if node.function().is_some() => {
                    let packages = self.off_functions.entry(node.name.clone()).or_default();
                    packages.insert(node.package_name.clone());
                }
                Disabled::Node(node) => {
                    let version = node.model().and_then(|model| model.version.as_ref());
                    let key = version.map(|version| versioned(&node.name, version));
                    let packages = self.off_refs.entry(key.unwrap_or_else(|| node.name.clone()));
                    packages.or_default().insert(node.package_name.clone());
                }
                Disabled::Source(source) => {
                    self.off_sources.insert((source.source_name.clone(), source.name.clone()));
                }
                Disabled::Exposure(_) | Disabled::Definition(_) => {}
            }
        }
    }

    /// What a `ref` of a node in `package` means.
    pub fn reference(&self, package: &str, call: &RefCall) -> Found<'_> {
        let key = match call.version.as_ref().filter(|version| is_truthy(version)) {
            Some(version) => versioned(&call.name, version),
            None => call.name.clone(),
        };
        let candidates = self.refs.get(&key).map_or(&[][..], Vec::as_slice);
        match self.pick(candidates, call.package.as_deref(), package) {
            Found::Nothing if is_off(&self.off_refs, &key, call.package.as_deref()) => {
                Found::Disabled
            }
            found => found,
        }
    }

    /// What a `function` of a node in `package` means.
    pub fn function(&self, package: &str, call: &RefCall) -> Found<'_> {
        let wanted = call.package.as_deref();
        let candidates = self.functions.get(&call.name).map_or(&[][..], Vec::as_slice);
        match self.pick(candidates, wanted, package) {
            Found::Nothing if is_off(&self.off_functions, &call.name, wanted) => Found::Disabled,
            found => found,
        }
    }

    /// What a `source` of a node in `package` means.
    pub fn source(&self, package: &str, source: &str, table: &str) -> Found<'_> {
        let candidates = self.sources.get(source).and_then(|tables| tables.get(table));
        match self.pick(candidates.map_or(&[][..], Vec::as_slice), None, package) {
            // dbt: of sources the first one of a name is taken.
            Found::Ambiguous(first, _) => Found::One(first),
            Found::Nothing if self.off_sources.contains(&(source.to_owned(), table.to_owned())) => {
                Found::Disabled
            }
            found => found,
        }
    }

    fn pick<'l>(
        &self,
        candidates: &'l [(Arc<str>, UniqueId)],
        wanted: Option<&str>,
        own: &str,
    ) -> Found<'l> {
        let of = |package: &str| candidates.iter().find(|(p, _)| **p == *package).map(|(_, id)| id);
        let found = match (wanted, self.first) {
            (Some(package), _) => return of(package).map_or(Found::Nothing, Found::One),
            (None, SearchFirst::Root) => of(&self.root).or_else(|| of(own)),
            (None, SearchFirst::Own) => of(own).or_else(|| of(&self.root)),
        };
        match (found, candidates) {
            (Some(id), _) | (None, [(_, id)]) => Found::One(id),
            (None, [(_, first), (_, second), ..]) => Found::Ambiguous(first, second),
            (None, []) => Found::Nothing,
        }
    }
}

fn is_off(off: &Names<HashSet<Arc<str>>>, key: &str, package: Option<&str>) -> bool {
    let packages = off.get(key);
    packages.is_some_and(|packages| package.is_none_or(|package| packages.contains(package)))
}

/// The last one of a package counts.
fn add(candidates: &mut Candidates, package: &Arc<str>, id: &UniqueId) {
    match candidates.iter_mut().find(|(known, _)| known == package) {
        Some(known) => known.1 = id.clone(),
        None => candidates.push((package.clone(), id.clone())),
    }
}

fn versioned(name: &str, version: &Json) -> String {
    match version {
        Json::String(text) => format!("{name}.v{text}"),
        other => format!("{name}.v{other}"),
    }
}

/// dbt: a version that Python takes for false is none.
fn is_truthy(version: &Json) -> bool {
    match version {
        Json::String(text) => !text.is_empty(),
        Json::Number(number) => number.as_f64() != Some(0.0),
        other => !other.is_null(),
    }
}
