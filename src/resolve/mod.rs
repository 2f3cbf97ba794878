//! 3 RESOLVE: names to ids, duplicates found, the graph built.
//!
//! Invariant: in the manifest that leaves this room every id in `depends_on.nodes` is a resource of the
//! manifest, and the graph has no cycle.

use std::collections::{HashMap, hash_map};
use std::sync::Arc;

use indexmap::map::Entry;
use serde_json::Value as Json;

use crate::diagnostics::{Diagnostic, Diagnostics, Severity, codes};
use crate::graph::{Cycle, Dag};
use crate::jinja::rewrite;
use crate::manifest::{Disabled, Manifest, Node, RefCall, Resource, ResourceType};
use crate::names::{UniqueId, did_you_mean};
use crate::parallel;
use crate::source::Span;

mod access;
mod definitions;
mod deprecations;
mod duplicates;
mod functions;
mod lookup;
mod microbatch;
mod names;
mod rest;
mod time_spines;

pub use deprecations::deprecations;
pub use lookup::{Found, Lookup, SearchFirst};
pub use rest::rest;

/// How many edges of a cycle are shown in the files.
const MOST_LABELS: usize = 4;

/// The resolved project.
#[derive(Debug)]
pub struct Resolved {
    /// The manifest with ids in `depends_on`.
    pub manifest: Manifest,
    /// Names to ids, for code that is compiled later.
    pub lookup: Lookup,
    /// Models, seeds, snapshots, tests, analyses, sources, exposures: parents before children.
    pub dag: Dag<UniqueId>,
}

/// A project whose references are resolved as far as they can be, and no graph yet.
#[derive(Debug)]
pub struct Referenced {
    /// The manifest with ids in `depends_on`.
    pub manifest: Manifest,
    lookup: Lookup,
    /// Resources that read something that does not exist.
    incomplete: Vec<UniqueId>,
}

/// What the root package decides about references.
#[derive(Clone, Copy)]
pub struct RootPackage<'p> {
    /// Its name.
    pub name: &'p str,
    /// Which package is searched first.
    pub first: SearchFirst,
    /// Whether a package keeps its protected models to itself (`restrict-access`).
    pub restricts: &'p (dyn Fn(&str) -> bool + Sync),
    /// Whether two resources of different types may not have one name.
    pub unique_names: bool,
    /// How bad a blank in the name of a node is.
    pub spaces: Severity,
}

/// The graph of a project without mistakes.
///
/// # Errors
/// Nodes depend on each other.
pub fn connected(referenced: Referenced) -> Result<Resolved, Box<Diagnostic>> {
    let Referenced { manifest, lookup, .. } = referenced;
    match graph(&manifest) {
        Ok(dag) => Ok(Resolved { manifest, lookup, dag }),
        Err(cycle) => Err(Box::new(cycle_diagnostic(&manifest, cycle.path()))),
    }
}

/// Resolves all references, and checks what can be checked without a graph. Names that `is_lost` accepts may have been
/// in a file that could not be read; that they are missing is not said again.
pub fn references(
    mut manifest: Manifest,
    root: &RootPackage<'_>,
    is_lost: IsLost<'_>,
) -> (Referenced, Diagnostics) {
    let mut incomplete = Vec::new();
    let mut diagnostics = Diagnostics::new();
    let (lookup, ()) = parallel::both(
        parallel::is_worth(manifest.nodes.len()),
        || Lookup::new(&manifest, root.name, root.first),
        || {
            duplicates::check_relations(&manifest, &mut diagnostics);
            names::check(&manifest, root.spaces, &mut diagnostics);
            access::check_groups(&manifest, &mut diagnostics);
        },
    );
    let read = |resources| read_references(resources, &manifest, (&lookup, root, is_lost));
    let nodes = read(manifest.nodes.values().map(Resource::Node).collect());
    let exposures = read(manifest.exposures.values().map(Resource::Exposure).collect());
    let definitions = read(manifest.definitions.values().map(Resource::Definition).collect());
    for (node, (dependencies, found)) in manifest.nodes.values_mut().zip(nodes) {
        diagnostics.extend(found);
        let node = Arc::make_mut(node);
        node.depends_on.nodes = dependencies.ids;
        // dbt 1.12: a test that reads what is not there stays in the manifest, switched off.
        if dependencies.is_incomplete {
            incomplete.push(node.unique_id.clone());
            node.config.set("enabled", Json::Bool(false));
        }
    }
    for (exposure, (dependencies, found)) in manifest.exposures.values_mut().zip(exposures) {
        diagnostics.extend(found);
        incomplete.extend(dependencies.is_incomplete.then(|| exposure.unique_id.clone()));
        Arc::make_mut(exposure).depends_on.nodes = dependencies.ids;
    }
    for (definition, (dependencies, found)) in manifest.definitions.values_mut().zip(definitions) {
        diagnostics.extend(found);
        incomplete.extend(dependencies.is_incomplete.then(|| definition.unique_id.clone()));
        Arc::make_mut(definition).depends_on.nodes = dependencies.ids;
    }
    definitions::settle(&mut manifest, &lookup, &mut diagnostics);
    microbatch::check(&mut manifest, &mut diagnostics);
    time_spines::check(&manifest, &mut diagnostics);
    (Referenced { manifest, lookup, incomplete }, diagnostics)
}

/// Parents before children.
fn graph(manifest: &Manifest) -> Result<Dag<UniqueId>, Cycle<UniqueId>> {
    Dag::build(
        manifest
            .resources()
            .filter(|(_, resource)| resource.resource_type() != ResourceType::Operation)
            .filter(|(_, resource)| resource.config().enabled())
            .map(|(id, resource)| (id.clone(), resource.depends_on())),
    )
}

/// Accepts names that may have been in a file that could not be read.
type IsLost<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// What these resources read, in their order, on all cores.
fn read_references(
    resources: Vec<Resource<'_>>,
    manifest: &Manifest,
    (lookup, root, is_lost): (&Lookup, &RootPackage<'_>, IsLost<'_>),
) -> Vec<(Dependencies, Diagnostics)> {
    let read = |resource: Resource<'_>| {
        let (refs, sources): (&[RefCall], &[[String; 2]]) = match resource {
            Resource::Node(node) => (&node.refs, &node.sources),
            Resource::Exposure(exposure) => (&exposure.refs, &exposure.sources),
            Resource::Definition(definition) => (&definition.refs, &[]),
            Resource::Source(_) => (&[], &[]),
        };
        let mut found = Diagnostics::new();
        let functions: &[RefCall] = match resource {
            Resource::Node(node) => &node.functions,
            _ => &[],
        };
        let reader = Reader { manifest, lookup, root, resource, is_lost };
        let mut dependencies = reader.dependencies(refs, sources, &mut found);
        functions::read(&reader, functions, &mut dependencies, &mut found);
        (dependencies, found)
    };
    parallel::map(resources, read)
}

/// Each node of the cycle is read by the next one, the last one by the first.
fn cycle_diagnostic(manifest: &Manifest, path: &[UniqueId]) -> Diagnostic {
    // The first reader in the order of files comes first, wherever the search went in.
    let file =
        |id: &UniqueId| manifest.nodes.get(id.as_str()).map(|n| n.original_file_path.clone());
    let first = (0..path.len()).min_by_key(|at| file(&path[(at + 1) % path.len()])).unwrap_or(0);
    let path: Vec<UniqueId> = path.iter().cycle().skip(first).take(path.len()).cloned().collect();
    let node = |at: usize| manifest.nodes.get(path[at % path.len()].as_str());
    // Whole ids, as dbt writes them: scripts look for them.
    let round = path.iter().chain(path.first());
    let ids: Vec<&str> = round.map(UniqueId::as_str).collect();
    let shown = ids.join(" → ");
    let mut diagnostic =
        Diagnostic::error(codes::CYCLE, format!("these nodes depend on each other: {shown}"));
    let pairs = (0..path.len()).filter_map(|at| node(at).zip(node(at + 1)));
    for (read, reader) in pairs.take(MOST_LABELS) {
        let span = call_span(reader, "ref", &read.name);
        let label = format!("`{}` reads `{}`", reader.name, read.name);
        diagnostic = match diagnostic.primary {
            None => diagnostic.at(span, label),
            Some(_) => diagnostic.and_at(span, label),
        };
    }
    diagnostic.hint("break the cycle: one of them must not `ref` the other")
}

struct Reader<'m> {
    manifest: &'m Manifest,
    lookup: &'m Lookup,
    root: &'m RootPackage<'m>,
    resource: Resource<'m>,
    is_lost: IsLost<'m>,
}

/// What one resource reads.
#[derive(Default)]
struct Dependencies {
    /// Each once, in call order.
    ids: Vec<UniqueId>,
    /// Something that it reads does not exist or is disabled.
    is_incomplete: bool,
}

impl Dependencies {
    fn add(&mut self, id: &UniqueId) {
        if !self.ids.contains(id) {
            self.ids.push(id.clone());
        }
    }
}

impl Reader<'_> {
    fn dependencies(
        &self,
        refs: &[RefCall],
        sources: &[[String; 2]],
        diagnostics: &mut Diagnostics,
    ) -> Dependencies {
        let mut out = Dependencies::default();
        let package = self.resource.package_name();
        for call in refs {
            let found = self.lookup.reference(package, call);
            out.is_incomplete |= matches!(found, Found::Nothing | Found::Disabled);
            match found {
                Found::One(id) if id == self.resource.unique_id() && !self.is_test() => {
                    diagnostics.push(self.self_reference(call));
                }
                Found::One(id) => {
                    if let Some(problem) = access::check(self, call, id) {
                        diagnostics.push(problem);
                    }
                    if self.surprises(call, id) {
                        diagnostics.push(self.reads_root(call));
                    }
                    out.add(id);
                }
                Found::Disabled if self.is_test() => {}
                Found::Disabled => diagnostics.push(self.disabled_ref(call)),
                Found::Ambiguous(first, second) => {
                    diagnostics.push(self.ambiguous_ref(call, first, second));
                }
                Found::Nothing if (self.is_lost)(&call.name) => {}
                Found::Nothing => diagnostics.push(self.unknown_ref(call)),
            }
        }
        for [source, table] in sources {
            let found = self.lookup.source(package, source, table);
            out.is_incomplete |= matches!(found, Found::Nothing | Found::Disabled);
            match found {
                Found::One(id) => out.add(id),
                Found::Disabled if self.is_test() => {}
                Found::Disabled => diagnostics.push(self.disabled_source(source, table)),
                Found::Ambiguous(first, _) => out.add(first),
                Found::Nothing if (self.is_lost)(source) => {}
                Found::Nothing => diagnostics.push(self.unknown_source(source, table)),
            }
        }
        out
    }

    fn is_test(&self) -> bool {
        self.resource.resource_type() == ResourceType::Test
    }

    fn subject(&self) -> String {
        format!("{} `{}`", self.resource.resource_type(), self.resource.name())
    }

    /// Where the call with this literal argument stands.
    fn span(&self, function: &str, argument: &str) -> Option<Span> {
        match self.resource {
            // What is defined in a property file has no text of its own.
            Resource::Node(node) if node.patch_span.is_some_and(|at| at.file == node.span.file) => {
                node.patch_span
            }
            Resource::Node(node) => {
                let own = call_span(node, function, argument);
                match own == node.span_start() {
                    true => self.in_macro(node, function, argument).or(Some(own)),
                    false => Some(own),
                }
            }
            Resource::Exposure(exposure) => Some(exposure.span),
            Resource::Definition(definition) => Some(definition.span),
            Resource::Source(_) => None,
        }
    }

    /// The call in a macro of the node's package that the node calls.
    fn in_macro(&self, node: &Node, function: &str, argument: &str) -> Option<Span> {
        let called = node.depends_on.macros.iter().filter_map(|id| self.manifest.macros.get(id));
        let own = called.filter(|one| one.package_name == node.package_name);
        own.flat_map(|one| {
            let calls = rewrite::macro_calls(&one.macro_sql).unwrap_or_default();
            calls.into_iter().filter_map(move |call| {
                let is_it = call.path.last().map(String::as_str) == Some(function)
                    && call.arguments.iter().any(|(_, text)| text.as_deref() == Some(argument));
                let start = one.span.start as usize;
                is_it.then(|| {
                    Span::new(one.span.file, start + call.span.start, start + call.span.end)
                })
            })
        })
        .next()
    }

    fn place(
        &self,
        diagnostic: Diagnostic,
        function: &str,
        argument: &str,
        label: &str,
    ) -> Diagnostic {
        match self.span(function, argument) {
            Some(span) => diagnostic.at(span, label),
            None => diagnostic,
        }
    }

    /// dbt: a test that reads what does not exist is a warning, anything else an error.
    fn severity(&self, diagnostic: Diagnostic) -> Diagnostic {
        match self.is_test() {
            true => Diagnostic { severity: Severity::Warning, ..diagnostic }
                .note("the test is switched off; with `--strict` this is an error"),
            false => diagnostic,
        }
    }

    fn unknown_ref(&self, call: &RefCall) -> Diagnostic {
        let wanted = match &call.package {
            Some(package) => format!("{package}.{}", call.name),
            None => call.name.clone(),
        };
        let refable = self.manifest.nodes.values().filter(|n| n.resource_type.is_refable());
        let near = did_you_mean(&call.name, refable.map(|n| n.name.as_str()));
        let version = call.version.as_ref().filter(|_| near == Some(call.name.as_str()));
        if let Some(version) = version {
            let message = format!(
                "{} references version {version} of `{wanted}`, which has no versions",
                self.subject()
            );
            let diagnostic = Diagnostic::error(codes::UNKNOWN_REF, message)
                .hint("leave the version out, or list `versions` in the model's property file");
            let place = self.place(diagnostic, "ref", &call.name, "no such version");
            return self.severity(place);
        }
        let diagnostic = Diagnostic::error(
            codes::UNKNOWN_REF,
            format!("{} references `{wanted}`, which does not exist", self.subject()),
        )
        .suggest(near);
        let label = "no model, seed or snapshot has this name";
        self.severity(self.place(diagnostic, "ref", &call.name, label))
    }

    fn disabled_ref(&self, call: &RefCall) -> Diagnostic {
        let diagnostic = Diagnostic::error(
            codes::DISABLED_REF,
            format!("{} references `{}`, which is disabled", self.subject(), call.name),
        )
        .hint(format!("set `enabled: true` for `{}`, or do not reference it", call.name));
        self.place(diagnostic, "ref", &call.name, "this one is disabled")
    }

    fn ambiguous_ref(&self, call: &RefCall, first: &UniqueId, second: &UniqueId) -> Diagnostic {
        let message = format!(
            "{} references `{}`, which is `{first}` or `{second}`",
            self.subject(),
            call.name
        );
        let package = first.as_str().split('.').nth(1).unwrap_or("package");
        let hint = format!("name the package: `ref('{package}', '{}')`", call.name);
        let diagnostic = Diagnostic::error(codes::AMBIGUOUS_REF, message).hint(hint);
        self.place(diagnostic, "ref", &call.name, "two packages have this name")
    }

    /// Whether a package got a resource of the root project only because that is looked into first.
    fn surprises(&self, call: &RefCall, found: &UniqueId) -> bool {
        let own = self.resource.package_name();
        let found = self.manifest.nodes.get(found).map(|node| &*node.package_name);
        self.root.first == SearchFirst::Root
            && call.package.is_none()
            && own != self.root.name
            && found == Some(self.root.name)
    }

    /// dbt 1.12 warns of this, too.
    fn reads_root(&self, call: &RefCall) -> Diagnostic {
        let (package, name) = (self.resource.package_name(), &call.name);
        let message = format!(
            "{} of the package `{package}` reads `{name}` of the root project",
            self.subject()
        );
        let diagnostic = Diagnostic::warning(codes::PACKAGE_READS_ROOT, message).hint(
            "`flags: {require_ref_searches_node_package_before_root: true}` in dbt_project.yml looks into \
             the package first",
        );
        self.place(diagnostic, "ref", name, "the root project is looked into first")
    }

    fn self_reference(&self, call: &RefCall) -> Diagnostic {
        let diagnostic =
            Diagnostic::error(codes::CYCLE, format!("{} references itself", self.subject()))
                .hint("an incremental model reads its own table as `{{ this }}`");
        self.place(diagnostic, "ref", &call.name, "itself")
    }

    fn unknown_source(&self, source: &str, table: &str) -> Diagnostic {
        let wanted = format!("{source}.{table}");
        let known: Vec<String> = self
            .manifest
            .sources
            .values()
            .map(|s| format!("{}.{}", s.source_name, s.name))
            .collect();
        let diagnostic = Diagnostic::error(
            codes::UNKNOWN_SOURCE,
            format!("{} reads the source `{wanted}`, which does not exist", self.subject()),
        )
        .suggest(did_you_mean(&wanted, known.iter().map(String::as_str)));
        let label = "no property file declares this source and table";
        self.severity(self.place(diagnostic, "source", source, label))
    }

    fn disabled_source(&self, source: &str, table: &str) -> Diagnostic {
        let diagnostic = Diagnostic::error(
            codes::DISABLED_REF,
            format!("{} reads the source `{source}.{table}`, which is disabled", self.subject()),
        );
        self.place(diagnostic, "source", source, "this one is disabled")
    }
}

/// The span of `function('argument' …)` in a node's template; the whole first line when it is not literal.
pub fn call_span(node: &Node, function: &str, argument: &str) -> Span {
    if node.test().is_some_and(|test| test.metadata.is_some()) {
        return node.span;
    }
    let calls = rewrite::macro_calls(&node.raw_code).unwrap_or_default();
    let found = calls.into_iter().find(|call| {
        call.path.last().map(String::as_str) == Some(function)
            && call.arguments.iter().any(|(_, text)| text.as_deref() == Some(argument))
    });
    match found {
        Some(call) => {
            let start = node.span.start as usize;
            Span::new(node.span.file, start + call.span.start, start + call.span.end)
        }
        None => node.span_start(),
    }
}

/// Adds parsed nodes to a manifest; two of one id are an error, and so are two refable ones of one name when
/// `unique_names` asks for it.
pub fn add_nodes(
    manifest: &mut Manifest,
    nodes: Vec<Arc<Node>>,
    unique_names: bool,
    diagnostics: &mut Diagnostics,
) {
    let mut names: HashMap<_, Arc<Node>, foldhash::fast::RandomState> = HashMap::default();
    manifest.nodes.reserve(nodes.len());
    for node in nodes {
        let id = node.unique_id.clone();
        if !node.config.enabled() {
            manifest.disabled.entry(id).or_default().push(Disabled::Node(node));
            continue;
        }
        let place = match manifest.nodes.entry(id) {
            Entry::Vacant(place) => place,
            Entry::Occupied(first) => {
                diagnostics.push(duplicates::same_name(first.get(), &node));
                continue;
            }
        };
        if node.resource_type.is_refable() {
            let key = (node.package_name.clone(), node.name.clone());
            match names.entry(key) {
                hash_map::Entry::Occupied(first) => {
                    duplicates::shared_name(first.get(), &node, unique_names, diagnostics);
                }
                hash_map::Entry::Vacant(name) => {
                    name.insert(node.clone());
                }
            }
        }
        place.insert(node);
    }
}
