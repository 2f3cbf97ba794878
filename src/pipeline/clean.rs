//! What `forge clean` removes. Invariant: never the database, never anything outside of the project.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::World;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::events::{Event, Level};
use crate::project::Project;

/// Removes the folders of `clean-targets`; never the database, never sources, never anything outside of the
/// project. When one of them is refused, nothing is removed.
pub fn clean(world: &World, project: &Project) -> Result<Vec<PathBuf>, Diagnostics> {
    let root = &project.root().root;
    let databases = database_files(world, project);
    let mut chosen = Vec::new();
    let mut refused = Diagnostics::new();
    for target in &project.root().config.clean_targets {
        let path = root.join(target);
        if !world.host.exists(&path) {
            continue;
        }
        let real = world.host.canonical(&path);
        if let Some(reason) = refusal(world, project, &real) {
            let message = format!("`{target}` is not cleaned: {reason}");
            refused.push(
                Diagnostic::error(codes::BAD_PROJECT, message).hint("correct `clean-targets`"),
            );
        } else if databases.iter().any(|file| file.starts_with(&real)) {
            let text = format!("`{target}` holds the database, so it is left alone");
            world.sink.emit(Event::Message { level: Level::Warn, text });
        } else {
            chosen.push((target, path));
        }
    }
    if refused.has_errors() {
        return Err(refused);
    }
    for (target, path) in &chosen {
        world.host.remove_dir_all(path).map_err(|error| {
            let message = format!("cannot remove `{target}`: {error}");
            Diagnostics::from(Diagnostic::error(codes::NOT_WRITTEN, message))
        })?;
    }
    Ok(chosen.into_iter().map(|(_, path)| path).collect())
}

/// Why a folder must not be removed.
fn refusal(world: &World, project: &Project, real: &Path) -> Option<&'static str> {
    let root = &project.root().root;
    let base = world.host.canonical(root);
    if real == base || !real.starts_with(&base) {
        return Some("it is not a folder inside of the project");
    }
    let config = &project.root().config;
    let sources = [
        &config.model_paths,
        &config.seed_paths,
        &config.test_paths,
        &config.analysis_paths,
        &config.macro_paths,
        &config.snapshot_paths,
        &config.docs_paths,
        &config.asset_paths,
    ];
    let mut sources =
        sources.into_iter().flatten().map(|path| world.host.canonical(&root.join(path)));
    let holds = |source: PathBuf| source.starts_with(real) || real.starts_with(&source);
    sources.any(holds).then_some("it holds sources of the project")
}

fn database_files(world: &World, project: &Project) -> Vec<PathBuf> {
    let target = &project.target;
    let settings = &target.settings;
    let mut files: Vec<&str> = settings.get("path").and_then(Json::as_str).into_iter().collect();
    files.extend(settings.get("schema_directory").and_then(Json::as_str));
    if let Some(Json::Object(paths)) = settings.get("schemas_and_paths") {
        files.extend(paths.values().filter_map(Json::as_str));
    }
    files.iter().map(|file| world.host.canonical(&target.base_dir.join(Path::new(file)))).collect()
}
