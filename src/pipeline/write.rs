//! Artifacts below `target/`: written once, at the end, whatever happened before.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::prepare::invocation_args;
use super::{Prepared, World};
use crate::artifacts::graph_summary::graph_summary;
use crate::artifacts::manifest::{CompiledInfo, write_manifest};
use crate::artifacts::osi::osi_document;
use crate::artifacts::run_results::{Metadata, RunResult, RunResults};
use crate::artifacts::semantic_manifest::semantic_manifest;
use crate::artifacts::stamp;
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Event;
use crate::host::Fill;
use crate::host::secrets::Mask;
use crate::manifest::Quoting;
use crate::names::UniqueId;
use crate::state::{self, vars_text};

/// Writes `manifest.json` of a project that was only parsed.
pub fn write_parsed(world: &World, prepared: &Prepared) {
    write_artifacts(world, prepared, None, &HashMap::new());
}

pub(super) fn write_artifacts(
    world: &World,
    prepared: &Prepared,
    results: Option<&RunResults>,
    compiled: &HashMap<UniqueId, Arc<CompiledInfo>>,
) {
    let project = &prepared.project;
    if !project.flags.write_json {
        return;
    }
    let policy = prepared.compiler.globals.quoting;
    let quoting = Quoting {
        database: Some(policy.database),
        schema: Some(policy.schema),
        identifier: Some(policy.identifier),
    };
    let lookup = |id: &str| compiled.get(id).map(|info| &**info);
    let path = |name: &str| project.target_dir().join(name);
    let write = |name: &str, text: &str| write_text(world, &path(name), text);
    write(state::VARS, &vars_text(&prepared.manifest));
    write_one(world, &path("manifest.json"), &mut |out| {
        write_manifest(&prepared.manifest, quoting, &lookup, out)
    });
    let semantic = semantic_manifest(&prepared.manifest);
    write("semantic_manifest.json", &semantic.to_string());
    match osi_document(&semantic) {
        Ok(document) => write("osi_document.json", &document),
        Err(error) => {
            let message = format!("cannot write `osi_document.json`: {error}");
            world.sink.emit(Event::Diagnostic(Diagnostic::warning(codes::NOT_WRITTEN, message)));
        }
    }
    if let Some(results) = results {
        let dag = &prepared.dag;
        let vertices = dag.keys().enumerate().map(|(at, id)| (id, dag.children(at)));
        let summary = graph_summary(&project.invocation_id, vertices);
        write("graph_summary.json", &summary);
        write("run_results.json", &results.to_json());
    }
}

/// Writes one artifact, without secrets; says so when it cannot.
pub(super) fn write_one(world: &World, path: &Path, fill: Fill<'_>) {
    let mask = Mask::of(&*world.host);
    let done = match mask.is_empty() {
        true => world.host.write_with(path, fill),
        false => masked(&mask, fill).and_then(|text| world.host.write(path, &text)),
    };
    tell(world, path, done);
}

/// The same for a text that is there.
fn write_text(world: &World, path: &Path, text: &str) {
    let mask = Mask::of(&*world.host);
    tell(world, path, world.host.write(path, &mask.apply(text)));
}

fn tell(world: &World, path: &Path, done: io::Result<()>) {
    if let Err(error) = done {
        let message = format!("cannot write `{}`: {error}", path.display());
        world.sink.emit(Event::Diagnostic(Diagnostic::warning(codes::NOT_WRITTEN, message)));
    }
}

/// The text of an artifact without secrets.
pub(super) fn masked(mask: &Mask, fill: Fill<'_>) -> io::Result<String> {
    let mut text = Vec::new();
    fill(&mut text)?;
    Ok(mask.apply(&String::from_utf8_lossy(&text)).into_owned())
}

pub(super) fn results_of(
    world: &World,
    prepared: &Prepared,
    results: Vec<RunResult>,
) -> RunResults {
    let project = &prepared.project;
    let now = world.host.now();
    RunResults {
        metadata: metadata_of(prepared, now),
        results,
        elapsed_time: (now - project.started_at).total(jiff::Unit::Second).unwrap_or(0.0),
        args: invocation_args(project),
    }
}

/// Which run an artifact is of; its schema is that of run results until told otherwise.
pub(super) fn metadata_of(prepared: &Prepared, now: jiff::Timestamp) -> Metadata {
    let project = &prepared.project;
    Metadata {
        generated_at: stamp(now),
        invocation_id: project.invocation_id.clone(),
        invocation_started_at: stamp(project.started_at),
        env: prepared.manifest.metadata.env.clone(),
        ..Metadata::default()
    }
}

/// Ephemeral models are published too, once something inlined them.
pub(super) fn add_inlined(prepared: &Prepared, infos: &mut HashMap<UniqueId, Arc<CompiledInfo>>) {
    for (id, compiled) in prepared.compiler.inlined() {
        let Some(node) = prepared.manifest.nodes.get(&id) else {
            continue;
        };
        infos
            .entry(id)
            .or_insert_with(|| Arc::new(prepared.compiler.write_compiled(node, &compiled)));
    }
}
