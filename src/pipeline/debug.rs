//! What `forge debug` looks at: installation, project, profile, connection.

use super::World;
use super::prepare::{connect, load};
use crate::adapters::connect::engine_version;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::project::{self, FlagOverrides};

/// What `debug` found: subject, finding, whether it is fine.
#[derive(Clone, Debug, Default)]
pub struct DebugReport {
    /// The lines.
    pub lines: Vec<(String, String, bool)>,
}

/// Looks at the installation, the project, the profile and the database.
pub fn debug(world: &World, flags: &FlagOverrides) -> Result<DebugReport, Diagnostics> {
    let mut lines = vec![
        ("forge".to_owned(), env!("CARGO_PKG_VERSION").to_owned(), true),
        ("dbt".to_owned(), format!("reads projects of {}", project::DBT_VERSION), true),
    ];
    let project = match load(world, flags) {
        Ok(project) => project,
        Err(problems) => {
            for problem in problems.iter() {
                lines.push(("project".to_owned(), finding(world, problem), false));
            }
            return Ok(DebugReport { lines });
        }
    };
    lines.push(("engine".to_owned(), engine_version(), true));
    let target = &project.target;
    let root = project.root();
    let place = match target.span {
        Some(span) => world.sources.place(span),
        None => "none: the embedded default".to_owned(),
    };
    lines.push(("project".to_owned(), root.name.to_string(), true));
    let file = root.root.join(project::PROJECT_FILE);
    lines.push(("project file".to_owned(), file.display().to_string(), true));
    lines.push(("profile".to_owned(), format!("{} ({place})", target.profile_name), true));
    lines.push((
        "target".to_owned(),
        format!("{}, type {}", target.name, target.adapter_type),
        true,
    ));
    lines.push(("schema".to_owned(), target.schema.clone(), true));
    lines.push((
        "threads".to_owned(),
        project.flags.threads.unwrap_or(target.threads).to_string(),
        true,
    ));
    for key in ["path", "schemas_and_paths", "schema_directory"] {
        if let Some(value) = target.settings.get(key) {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            lines.push((key.to_owned(), value, true));
        }
    }
    let connected = connect(world, &project)
        .map_err(|d| d.iter().map(|d| finding(world, d)).collect::<Vec<_>>());
    let connected =
        connected.and_then(|adapter| adapter.writer().map_err(|error| vec![error.to_string()]));
    match connected {
        Ok(mut session) => {
            lines.push(("connection".to_owned(), "fine".to_owned(), true));
            let settings = session.settings().unwrap_or_default();
            lines.extend(settings.into_iter().map(|(name, value)| (name, value, true)));
        }
        Err(messages) => lines.push(("connection".to_owned(), messages.join("; "), false)),
    }
    Ok(DebugReport { lines })
}

/// A mistake on one line: what, where, and what to do about it.
fn finding(world: &World, problem: &Diagnostic) -> String {
    let place = (problem.primary.as_ref())
        .map(|label| format!(" ({})", world.sources.place(label.span)))
        .unwrap_or_default();
    let hint = (problem.hint.as_ref()).map(|hint| format!("; hint: {hint}")).unwrap_or_default();
    format!("{}{place}{hint}", problem.message)
}
