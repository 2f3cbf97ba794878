//! Whether a project or a package changes what a shortcut of forge takes for granted.

use super::Run;

/// Whether one of its macros has one of the names, or that of an engine's or a package's version of it, or begins with
/// `materialization`.
pub(super) fn is_any(run: &Run<'_>, names: &[&str], materialization: &str) -> bool {
    let internal = &run.compiler.globals.places.internal;
    let is_own = |package: &str| internal.iter().all(|built_in| built_in != package);
    let is = |name: &str, known: &str| name == known || name.ends_with(&format!("__{known}"));
    let is_meant =
        |name: &str| name.starts_with(materialization) || names.iter().any(|known| is(name, known));
    let macros = &run.compiler.manifest.macros;
    macros.values().any(|one| is_own(&one.package_name) && is_meant(&one.name))
}
