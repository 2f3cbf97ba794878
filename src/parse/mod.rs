//! 2 PARSE: SQL and YAML to nodes, names still unresolved.
//!
//! Files are read in parallel and put together in the order of their paths, so that a run's output does not
//! depend on the number of cores. Leaves references to `resolve/`.
//! Invariant: a file that cannot be parsed loses its own nodes and nothing else.

use std::sync::Arc;

use indexmap::IndexMap;
use rayon::prelude::*;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::jinja::contexts::Globals;
use crate::manifest::{Exposure, Macro, Manifest, Node, ResourceType, SourceTable};
use crate::names::UniqueId;
use crate::project::{File, Package, Project};
use crate::source::yaml;

mod configs;
pub mod context;
mod docs;
mod exposures;
pub mod generic_tests;
pub mod macros;
mod nodes;
mod parsed;
mod patches;
mod properties;
mod relation_names;
mod render;
mod resources;
mod sources;
pub mod tests;
mod unused_configs;

use context::Context;
use generic_tests::Tested;
use nodes::Patches;
use parsed::Parsed;
use patches::Owners;
use properties::{Properties, Section};
use tests::Subject;

/// Parses all packages. Macros were collected before, because the engine in `globals` needs them.
pub fn parse(
    project: &Project,
    globals: &Arc<Globals>,
    collected: IndexMap<UniqueId, Macro>,
) -> (ParsedProject, Diagnostics) {
    let mut diagnostics = macros::check(globals, &collected);
    let (docs, lookup) = docs::collect(project, globals, &mut diagnostics);
    let cx = Context { project, globals: globals.clone(), docs: lookup };
    let properties = read_properties(&cx, &mut diagnostics);
    let patches = patches::index(&cx, &properties, &mut diagnostics);
    let mut parsed = Parsed { docs, macros: collected, ..Parsed::default() };
    for package in &project.packages {
        parse_nodes(&cx, package, &patches, &mut parsed, &mut diagnostics);
    }
    parse_properties(&cx, &properties, &mut parsed, &mut diagnostics);
    patches::warn_unused(&properties, &parsed, &mut diagnostics);
    if !diagnostics.has_errors() {
        unused_configs::warn(&cx, parsed.fqns(), &mut diagnostics);
    }
    let nodes = std::mem::take(&mut parsed.nodes);
    (ParsedProject { manifest: parsed.into_manifest(project, globals), nodes }, diagnostics)
}

/// A parsed project: the manifest without its nodes, and the nodes, of which two can have one name still.
#[derive(Debug)]
pub struct ParsedProject {
    /// Sources, exposures, groups, macros, docs.
    pub manifest: Manifest,
    /// Nodes in the order of files.
    pub nodes: Vec<Arc<Node>>,
}

type PackageProperties<'p> = Vec<(&'p Package, Properties)>;

fn read_properties<'p>(cx: &Context<'p>, diagnostics: &mut Diagnostics) -> PackageProperties<'p> {
    let files: Vec<(&Package, &File)> = cx
        .project
        .packages
        .iter()
        .flat_map(|p| p.files.properties.iter().map(move |f| (p, f)))
        .collect();
    let read: Vec<(&Package, Properties, Diagnostics)> = files
        .into_par_iter()
        .map(|(package, file)| {
            let (properties, found) = read_file(cx, package, file);
            (package, properties, found)
        })
        .collect();
    read.into_iter()
        .map(|(package, properties, found)| {
            diagnostics.extend(found);
            (package, properties)
        })
        .collect()
}

fn read_file(cx: &Context<'_>, package: &Package, file: &File) -> (Properties, Diagnostics) {
    let source = cx.project.sources.file(file.id);
    let document = match yaml::parse(file.id, &source.text) {
        Ok(document) => document,
        Err(error) => {
            let problem =
                Diagnostic::error(codes::BAD_YAML, format!("this is not YAML: {}", error.message))
                    .at(error.span, "reading stopped here");
            return (Properties::default(), problem.into());
        }
    };
    let render = |text: &str, span| cx.render_value(&package.name, text, span).map_err(|d| *d);
    let (properties, mut found) = properties::read(&document.root, file, &render);
    for key in document.duplicates {
        found.push(
            Diagnostic::warning(
                codes::DUPLICATE_KEY,
                format!("the key `{}` is given twice", key.value),
            )
            .at(key.span, "only this one counts"),
        );
    }
    (properties, found)
}

fn parse_nodes(
    cx: &Context<'_>,
    package: &Package,
    patches: &Patches<'_>,
    parsed: &mut Parsed,
    diagnostics: &mut Diagnostics,
) {
    let files = &package.files;
    let sql = [
        (ResourceType::Model, &files.models),
        (ResourceType::Test, &files.singular_tests),
        (ResourceType::Analysis, &files.analyses),
    ];
    let jobs: Vec<(ResourceType, &File)> =
        sql.into_iter().flat_map(|(kind, files)| files.iter().map(move |f| (kind, f))).collect();
    collect(
        parsed,
        diagnostics,
        jobs.into_par_iter().map(|(kind, file)| {
            let mut found = Diagnostics::new();
            let draft = nodes::draft_of_file(cx, package, file, kind, patches);
            let node = nodes::build(cx, package, draft, &mut found);
            (node.map(Arc::new).into_iter().collect(), found)
        }),
    );
    collect(
        parsed,
        diagnostics,
        files.seeds.par_iter().map(|file| {
            let mut found = Diagnostics::new();
            let node = resources::seed(cx, package, file, patches, &mut found);
            (node.map(Arc::new).into_iter().collect(), found)
        }),
    );
    collect(
        parsed,
        diagnostics,
        files.snapshots.par_iter().map(|file| {
            let mut found = Diagnostics::new();
            (shared(resources::snapshots_of_file(cx, package, file, patches, &mut found)), found)
        }),
    );
    parsed.nodes.extend(shared(resources::operations(cx, package, diagnostics)));
}

/// A node is large and moves from list to list: it is put in its place in memory where it is made.
fn shared(nodes: Vec<Node>) -> Vec<Arc<Node>> {
    nodes.into_iter().map(Arc::new).collect()
}

fn collect(
    parsed: &mut Parsed,
    diagnostics: &mut Diagnostics,
    jobs: impl IndexedParallelIterator<Item = (Vec<Arc<Node>>, Diagnostics)>,
) {
    let done: Vec<(Vec<Arc<Node>>, Diagnostics)> = jobs.collect();
    for (nodes, found) in done {
        parsed.nodes.extend(nodes);
        diagnostics.extend(found);
    }
}

/// What one property file adds.
#[derive(Default)]
struct Additions {
    nodes: Vec<Arc<Node>>,
    sources: Vec<SourceTable>,
    exposures: Vec<Exposure>,
    diagnostics: Diagnostics,
}

/// Adds what property files define: first the snapshots, which tests can be on, then the rest, file by file.
fn parse_properties(
    cx: &Context<'_>,
    properties: &PackageProperties<'_>,
    parsed: &mut Parsed,
    diagnostics: &mut Diagnostics,
) {
    let snapshots: Vec<(Vec<Arc<Node>>, Diagnostics)> = properties
        .par_iter()
        .map(|(package, properties)| {
            let mut found = Diagnostics::new();
            (snapshots_of_patches(cx, package, properties, &mut found), found)
        })
        .collect();
    let owners =
        Owners::of(parsed.nodes.iter().chain(snapshots.iter().flat_map(|(nodes, _)| nodes)));
    let added: Vec<Additions> = properties
        .par_iter()
        .map(|(package, properties)| additions(cx, package, properties, &owners))
        .collect();
    drop(owners);
    for ((snapshots, found), added) in snapshots.into_iter().zip(added) {
        parsed.nodes.extend(snapshots);
        diagnostics.extend(found);
        parsed.nodes.extend(added.nodes);
        parsed.sources.extend(added.sources);
        parsed.exposures.extend(added.exposures);
        diagnostics.extend(added.diagnostics);
    }
    for (package, properties) in properties {
        parsed.groups.extend(properties.groups.iter().map(|raw| exposures::group(package, raw)));
        for patch in &properties.macros {
            patches::patch_macro(cx, package, patch, parsed, diagnostics);
        }
    }
}

fn snapshots_of_patches(
    cx: &Context<'_>,
    package: &Package,
    properties: &Properties,
    diagnostics: &mut Diagnostics,
) -> Vec<Arc<Node>> {
    let mut nodes = Vec::new();
    for patch in &properties.nodes {
        if let (Section::Snapshots, Some(relation)) = (patch.section, &patch.relation) {
            nodes.extend(resources::snapshot_of_patch(cx, package, patch, relation, diagnostics));
        }
    }
    shared(nodes)
}

fn additions(
    cx: &Context<'_>,
    package: &Package,
    properties: &Properties,
    owners: &Owners<'_>,
) -> Additions {
    let mut added = Additions::default();
    let found = &mut added.diagnostics;
    for patch in &properties.nodes {
        let owner = owners.get(package, patch.section, &patch.name.value);
        let subject = Subject {
            package,
            file: &patch.file,
            on: Tested::Node { name: &patch.name.value, version: None },
            file_key_name: format!("{}.{}", patch.section.key(), patch.name.value),
            columns: &patch.columns,
            tests: &patch.tests,
            quote_columns: patch.quote_columns,
            tags: Vec::new(),
            attached_node: owner.map(|node| node.unique_id.clone()),
            group: owner.and_then(|node| node.group.clone()),
        };
        added.nodes.extend(tests::of_subject(cx, &subject, found));
    }
    for raw in &properties.sources {
        let (tables, tested) = sources::of_source(cx, package, raw, found);
        added.sources.extend(tables);
        added.nodes.extend(tested);
    }
    for raw in &properties.exposures {
        added.exposures.push(exposures::exposure(cx, package, raw, found));
    }
    added
}
