//! What `forge clean` removes. Invariant: never the database, never anything outside of the project.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::World;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::events::{Event, Level};
use crate::project::Project;

/// Removes the folders of `clean-targets`; never the database, never anything outside of the project.
pub fn clean(world: &World, project: &Project) -> Result<Vec<PathBuf>, Diagnostics> {
    let root = &project.root().root;
    let base = world.host.canonical(root);
    let databases = database_files(world, project);
    let mut removed = Vec::new();
    for target in &project.root().config.clean_targets {
        let path = root.join(target);
        if !world.host.exists(&path) {
            continue;
        }
        let real = world.host.canonical(&path);
        if real == base || !real.starts_with(&base) {
            let message = format!("`{target}` is not inside of the project, so it is not cleaned");
            return Err(Diagnostic::error(codes::BAD_PROJECT, message)
                .hint("`clean-targets` takes folders of the project")
                .into());
        }
        if databases.iter().any(|file| file.starts_with(&real)) {
            let message = format!("`{target}` holds the database, so it is left alone");
            world.sink.emit(Event::Message {
                level: Level::Warn,
                text: message,
            });
            continue;
        }
        world.host.remove_dir_all(&path).map_err(|error| {
            let message = format!("cannot remove `{target}`: {error}");
            Diagnostics::from(Diagnostic::error(codes::NOT_WRITTEN, message))
        })?;
        removed.push(path);
    }
    Ok(removed)
}

fn database_files(world: &World, project: &Project) -> Vec<PathBuf> {
    let target = &project.target;
    let settings = &target.settings;
    let mut files: Vec<&str> = settings
        .get("path")
        .and_then(Json::as_str)
        .into_iter()
        .collect();
    files.extend(settings.get("schema_directory").and_then(Json::as_str));
    if let Some(Json::Object(paths)) = settings.get("schemas_and_paths") {
        files.extend(paths.values().filter_map(Json::as_str));
    }
    files
        .iter()
        .map(|file| world.host.canonical(&target.base_dir.join(Path::new(file))))
        .collect()
}
