//! `source freshness`: the age of the selected sources; writes `sources.json` once, when all were looked at.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexSet;

use super::choose::selected;
use super::run::run_of;
use super::write::{metadata_of, write_one, write_parsed};
use super::{Prepared, Selection, World};
use crate::artifacts::run_results::Metadata;
use crate::artifacts::sources::{SCHEMA, Sources};
use crate::diagnostics::Diagnostics;
use crate::events::Event;
use crate::execute;
use crate::manifest::{ResourceType, SourceTable};

/// Looks at the selected sources that have thresholds. `output` is the file to write instead of `sources.json`.
/// Returns whether something failed.
pub fn freshness(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
    output: Option<&str>,
) -> Result<bool, Diagnostics> {
    let start = std::time::Instant::now();
    let ids = selected(world, prepared, selection, &[ResourceType::Source])?;
    let sources = ids.iter().filter_map(|id| prepared.manifest.sources.get(id));
    let sources: Vec<Arc<SourceTable>> =
        sources.filter(|source| execute::is_checked(source)).cloned().collect();
    let wanted = IndexSet::new();
    let run = run_of(world, prepared, &wanted);
    let looked = execute::freshness(&run, &sources).map_err(|d| Diagnostics::from(*d))?;
    let metadata = Metadata {
        dbt_schema_version: SCHEMA.to_owned(),
        ..metadata_of(prepared, world.host.now())
    };
    let elapsed_time = start.elapsed().as_secs_f64();
    let written = Sources { metadata, results: looked.results, elapsed_time };
    write_parsed(world, prepared);
    if prepared.project.flags.write_json {
        let path = path_of(world, prepared, output);
        write_one(world, &path, &mut |out| out.write_all(written.to_json().as_bytes()));
    }
    world.sink.emit(Event::RunFinished { elapsed: start.elapsed() });
    Ok(written.has_failures() || looked.hook_failed)
}

/// What was asked for is below the working directory.
fn path_of(world: &World, prepared: &Prepared, output: Option<&str>) -> PathBuf {
    match output {
        Some(path) => world.host.cwd().join(Path::new(path)),
        None => prepared.project.target_dir().join("sources.json"),
    }
}
