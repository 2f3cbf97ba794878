//! `docs generate`: the manifest with its compiled SQL, and the catalog of what is in the database.

use std::path::{Component, Path};

use super::choose::selected;
use super::compile::{COMPILED, compile, reading};
use super::write::{metadata_of, write_one};
use super::{CompileOptions, Prepared, Selection, World};
use crate::artifacts::catalog::{Catalog, SCHEMA};
use crate::artifacts::run_results::Metadata;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::events::{Event, Level};
use crate::execute;
use crate::manifest::ResourceType;
use crate::names::UniqueId;
use crate::report::docs_page;
use crate::report::style::count;

/// How the documentation is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocsOptions {
    /// Compile the selected nodes and write the manifest.
    pub compile: bool,
    /// Ask the database for nothing.
    pub empty_catalog: bool,
    /// Also write a page that has everything in it.
    pub is_static: bool,
}

/// Writes `catalog.json`, and with compiling `manifest.json`; copies the assets.
pub fn generate_docs(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
    options: DocsOptions,
) -> Result<(), Diagnostics> {
    let ids = match options.compile {
        true => {
            compile(world, prepared, selection, CompileOptions::default())?;
            let types = [COMPILED, &[ResourceType::Source]].concat();
            selected(world, prepared, selection, &types)?.into_iter().collect()
        }
        // dbt: without compiling nothing is selected, so all is in the catalog.
        false => all(prepared),
    };
    let ids: Vec<&UniqueId> = if options.empty_catalog { Vec::new() } else { ids.iter().collect() };
    let (sources, nodes): (Vec<&UniqueId>, Vec<&UniqueId>) =
        ids.into_iter().partition(|id| id.resource_type() == "source");
    let connection = reading(prepared);
    let find = |ids: &[&UniqueId]| {
        let found = execute::catalog(&prepared.compiler, &connection, ids);
        found.map_err(|d| Diagnostics::from(*d))
    };
    let catalog = Catalog {
        metadata: Metadata {
            dbt_schema_version: SCHEMA.to_owned(),
            ..metadata_of(prepared, world.host.now())
        },
        nodes: find(&nodes)?,
        sources: find(&sources)?,
        errors: None,
    };
    let path = prepared.project.target_dir().join("catalog.json");
    copy_assets(world, prepared);
    write_one(world, &path, &mut |out| out.write_all(catalog.to_json().as_bytes()));
    let total = catalog.nodes.len() + catalog.sources.len();
    write_pages(world, prepared, options);
    let relations = count(i64::try_from(total).unwrap_or(i64::MAX), "relation");
    let text = format!("wrote {} with {relations}", path.display());
    world.sink.emit(Event::Message { level: Level::Info, text });
    Ok(())
}

/// The page that reads the two files, and the one that has them in it, under dbt's names.
fn write_pages(world: &World, prepared: &Prepared, options: DocsOptions) {
    let target = prepared.project.target_dir();
    let write = |name: &str, text: &str| {
        write_one(world, &target.join(name), &mut |out| out.write_all(text.as_bytes()));
    };
    write("index.html", &docs_page::page());
    if !options.is_static {
        return;
    }
    let read = |name: &str| world.host.read(&target.join(name));
    match (read("manifest.json"), read("catalog.json")) {
        (Ok(manifest), Ok(catalog)) => {
            write("static_index.html", &docs_page::static_page(&manifest, &catalog));
        }
        (Err(error), _) | (_, Err(error)) => {
            let message = format!("cannot write `static_index.html`: {error}");
            let warning = Diagnostic::warning(codes::NOT_WRITTEN, message)
                .hint("leave `--no-compile` out, so that manifest.json is written");
            world.sink.emit(Event::Diagnostic(warning));
        }
    }
}

fn all(prepared: &Prepared) -> Vec<UniqueId> {
    let nodes = prepared.manifest.nodes.values().filter(|node| node.relation_name.is_some());
    let nodes = nodes.map(|node| node.unique_id.clone());
    nodes.chain(prepared.manifest.sources.keys().cloned()).collect()
}

/// The folders of `asset-paths`, for pages that show them.
fn copy_assets(world: &World, prepared: &Prepared) {
    let root = prepared.project.root();
    for path in &root.config.asset_paths {
        let relative = Path::new(path);
        let is_inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
        if path.is_empty() || !is_inside {
            continue;
        }
        let (from, to) = (root.root.join(relative), prepared.project.target_dir().join(relative));
        for file in world.host.walk(&from) {
            let Ok(below) = file.strip_prefix(&from) else { continue };
            let copied = world.host.read_bytes(&file).and_then(|bytes| {
                world.host.write_with(&to.join(below), &mut |out| out.write_all(&bytes))
            });
            if let Err(error) = copied {
                let message = format!("cannot copy the asset `{}`: {error}", file.display());
                let warning = Diagnostic::warning(codes::NOT_WRITTEN, message);
                world.sink.emit(Event::Diagnostic(warning));
            }
        }
    }
}
