//! The target of a project without a profile: one database file in the project's folder.
//!
//! Invariant: it needs no file, no variable and no argument.

use serde_json::{Map, Value as Json};

use crate::adapters::connect::TYPES;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::project::Target;

use super::{DEFAULT_SCHEMA, Wanted};

const DEFAULT_TARGET: &str = "dev";

/// The default: one file in the project folder.
pub(super) fn target(wanted: &Wanted<'_>, profile: Option<String>) -> Result<Target, Diagnostics> {
    let asked = wanted.flags.target.as_deref().unwrap_or(DEFAULT_TARGET);
    if asked != DEFAULT_TARGET {
        return Err(Diagnostics::from(
            Diagnostic::error(
                codes::UNKNOWN_TARGET,
                format!("the embedded default has no target `{asked}`, only `{DEFAULT_TARGET}`"),
            )
            .hint("name a profile in `dbt_project.yml` and write its targets in `profiles.yml`"),
        ));
    }
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let path = path(wanted.project);
    Ok(Target {
        profile_name: profile.unwrap_or_else(|| wanted.project.to_owned()),
        name: DEFAULT_TARGET.to_owned(),
        adapter_type: TYPES[0].to_owned(),
        threads: wanted.flags.threads.unwrap_or_else(cores).max(1),
        database: wanted.project.to_owned(),
        schema: DEFAULT_SCHEMA.to_owned(),
        settings: Map::from_iter([("path".to_owned(), Json::String(path))]),
        base_dir: wanted.root.to_owned(),
        span: None,
    })
}

/// The database file of a project, below its folder.
pub(super) fn path(project: &str) -> String {
    format!("{project}.db")
}
