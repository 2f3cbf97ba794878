//! 2 PARSE: SQL and YAML to nodes, names still unresolved.
//!
//! Files are read in parallel and put together in the order of their paths, so that a run's output does not
//! depend on the number of cores. Leaves references to `resolve/`.
//! Invariant: a file that cannot be parsed loses its own nodes and nothing else.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::jinja::contexts::Globals;
use crate::manifest::{Definition, Exposure, Macro, Manifest, Node, ResourceType, SourceTable};
use crate::names::UniqueId;
use crate::parallel;
use crate::project::{File, Package, Project, stripped};
use crate::source::yaml;

mod configs;
mod constraints;
pub mod context;
mod definitions;
mod docs;
pub mod entry;
pub mod expectations;
mod exposures;
mod freshness;
mod functions;
pub mod generic_tests;
pub mod macros;
mod nodes;
mod parsed;
mod patches;
mod properties;
mod python;
mod relation_names;
mod render;
mod resources;
mod snapshots;
mod sources;
pub mod tests;
mod unused_configs;

pub use definitions::places;

use context::Context;
use generic_tests::Tested;
use nodes::{Half, Patch};
use parsed::Parsed;
use patches::Owners;
use properties::{NodePatch, Properties, Section};
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
    let mut parsed = Parsed { docs, macros: collected, ..Parsed::default() };
    let mut halves = Vec::new();
    for package in &project.packages {
        halves.extend(read_nodes(&cx, package, &mut diagnostics));
    }
    halves.extend(snapshots_of_properties(&cx, &properties, &mut diagnostics));
    let patches = patches::assign(&cx, &properties, &halves, &mut diagnostics);
    parsed.nodes = finish_nodes(&cx, halves, patches, &mut diagnostics);
    functions::settle(&mut parsed.nodes, &mut diagnostics);
    parse_properties(&cx, properties, &mut parsed, &mut diagnostics);
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
    let read = parallel::map(files, |(package, file)| {
        let (properties, found) = read_file(cx, package, file);
        (package, properties, found)
    });
    read.into_iter()
        .map(|(package, properties, found)| {
            diagnostics.extend(found);
            (package, properties)
        })
        .collect()
}

fn read_file(cx: &Context<'_>, package: &Package, file: &File) -> (Properties, Diagnostics) {
    let source = cx.project.sources.file(file.id);
    let document = match yaml::parse(file.id, stripped(&source.text)) {
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

/// Reads all files of a package, in dbt's order of kinds.
fn read_nodes<'p>(
    cx: &Context<'_>,
    package: &'p Package,
    diagnostics: &mut Diagnostics,
) -> Vec<Half<'p>> {
    let files = &package.files;
    let texts = |kind, files: &'p [File]| {
        in_parallel(files, move |file, found| {
            let draft = nodes::draft_of_file(cx, package, file, kind);
            nodes::read(cx, package, draft, found).into_iter().collect()
        })
    };
    let snapshots = |files| {
        in_parallel(files, |file, found| resources::snapshots_of_file(cx, package, file, found))
    };
    let seeds = |files| {
        in_parallel(files, |file, found| {
            resources::seed(cx, package, file, found).into_iter().collect()
        })
    };
    let mut halves = Vec::new();
    for read in [
        texts(ResourceType::Model, &files.models),
        texts(ResourceType::Model, &files.python_models),
        snapshots(&files.snapshots),
        texts(ResourceType::Analysis, &files.analyses),
        texts(ResourceType::Test, &files.singular_tests),
        seeds(&files.seeds),
        texts(ResourceType::Function, &files.functions),
    ] {
        for (read, found) in read {
            halves.extend(read);
            diagnostics.extend(found);
        }
    }
    halves.extend(resources::operations(cx, package, diagnostics));
    halves
}

/// What the files give, in their order.
fn in_parallel<'p, T: Send>(
    files: &'p [File],
    read: impl Fn(&'p File, &mut Diagnostics) -> Vec<T> + Sync,
) -> Vec<(Vec<T>, Diagnostics)> {
    let of_file = |file: &'p File| {
        let mut found = Diagnostics::new();
        (read(file, &mut found), found)
    };
    parallel::map(files.iter().collect(), of_file)
}

/// The snapshots that property files define.
fn snapshots_of_properties<'p>(
    cx: &Context<'_>,
    properties: &PackageProperties<'p>,
    diagnostics: &mut Diagnostics,
) -> Vec<Half<'p>> {
    let mut halves = Vec::new();
    for (package, properties) in properties {
        for patch in &properties.nodes {
            if let (Section::Snapshots, Some(relation)) = (patch.section, &patch.relation) {
                halves.extend(resources::snapshot_of_patch(
                    cx,
                    package,
                    patch,
                    relation,
                    diagnostics,
                ));
            }
        }
    }
    halves
}

/// Applies the property files to the nodes.
fn finish_nodes(
    cx: &Context<'_>,
    halves: Vec<Half<'_>>,
    patches: Vec<Option<Patch<'_>>>,
    diagnostics: &mut Diagnostics,
) -> Vec<Arc<Node>> {
    let jobs: Vec<_> = halves.into_iter().zip(patches).collect();
    let done = parallel::map(jobs, |(half, patch)| {
        let mut found = Diagnostics::new();
        // A node is large and moves from list to list: it is put in its place where it is made.
        (nodes::finish(cx, half, patch, &mut found).map(Arc::new), found)
    });
    let mut nodes = Vec::with_capacity(done.len());
    for (node, found) in done {
        nodes.extend(node);
        diagnostics.extend(found);
    }
    nodes
}

/// What one property file adds.
#[derive(Default)]
struct Additions {
    nodes: Vec<Arc<Node>>,
    sources: Vec<SourceTable>,
    exposures: Vec<Exposure>,
    definitions: Vec<Definition>,
    diagnostics: Diagnostics,
}

/// Adds what property files define, file by file. Their trees are large: each is cleared away once it is used.
fn parse_properties(
    cx: &Context<'_>,
    properties: PackageProperties<'_>,
    parsed: &mut Parsed,
    diagnostics: &mut Diagnostics,
) {
    let owners = Owners::of(parsed.nodes.iter());
    let added = parallel::map(properties, |(package, properties)| {
        let added = additions(cx, package, &properties, &owners);
        let Properties { groups, macros, .. } = properties;
        (added, (package, groups, macros))
    });
    drop(owners);
    let mut rest = Vec::new();
    for (added, (package, groups, macros)) in added {
        rest.push((package, groups, macros));
        parsed.nodes.extend(added.nodes);
        parsed.sources.extend(added.sources);
        parsed.exposures.extend(added.exposures);
        parsed.definitions.extend(added.definitions);
        diagnostics.extend(added.diagnostics);
    }
    sources::refuse_duplicates(&parsed.sources, diagnostics);
    definitions::refuse_duplicates(&parsed.definitions, diagnostics);
    for (package, groups, macros) in rest {
        for group in groups.iter().map(|raw| exposures::group(package, raw)) {
            exposures::add_group(group, &mut parsed.groups, diagnostics);
        }
        for patch in &macros {
            patches::patch_macro(cx, package, patch, parsed, diagnostics);
        }
    }
}

fn additions(
    cx: &Context<'_>,
    package: &Package,
    properties: &Properties,
    owners: &Owners<'_>,
) -> Additions {
    let mut added = Additions::default();
    let found = &mut added.diagnostics;
    for entry in properties.nodes.iter().filter(|entry| entry.section.has_tests()) {
        let of_versions = match entry.versions.is_empty() {
            true => std::slice::from_ref(entry),
            false => &entry.versions,
        };
        for entry in of_versions {
            let subject = subject_of(package, entry, owners);
            added.nodes.extend(tests::of_subject(cx, &subject, found));
        }
    }
    for raw in &properties.sources {
        let (tables, tested) = sources::of_source(cx, package, raw, found);
        added.sources.extend(tables);
        added.nodes.extend(tested);
    }
    for raw in &properties.exposures {
        added.exposures.push(exposures::exposure(cx, package, raw, found));
    }
    for raw in &properties.definitions {
        added.definitions.extend(definitions::of_entry(cx, package, raw, found));
    }
    added
}

fn subject_of<'a>(package: &'a Package, entry: &'a NodePatch, owners: &Owners<'_>) -> Subject<'a> {
    let owner = owners.get(package, entry);
    let version = entry.version.as_ref().map(|version| &version.v);
    Subject {
        package,
        file: &entry.file,
        on: Tested::Node { name: &entry.name.value, version },
        file_key_name: format!("{}.{}", entry.section.key(), entry.name.value),
        columns: &entry.columns,
        tests: &entry.tests,
        quote_columns: entry.quote_columns,
        tags: Vec::new(),
        attached_node: owner.map(|node| node.unique_id.clone()),
        group: owner.and_then(|node| node.group.clone()),
    }
}
