//! Earlier runs: what was then, and what is different now.
//!
//! [`Snapshot`] reads a `manifest.json`, dbt's or forge's; [`compare()`] says what changed since, and why; [`results`]
//! and [`freshness`] read the other artifacts. What is done with it is decided elsewhere: selectors ask through
//! [`Past`].
//! Invariant: paths, formatting and names of the environment never count as a change.

use std::path::{Path, PathBuf};

use crate::diagnostics::{Diagnostic, codes};
use crate::host::Host;

mod changes;
mod compare;
mod freshness;
mod normal;
mod nodes;
mod others;
mod past;
mod results;
mod snapshot;
mod vars;

pub use changes::{Aspect, Change, Changes, Reason};
pub use compare::compare;
pub use freshness::{Fresher, fresher};
pub use past::{NoPast, Past};
pub use results::{Statuses, results};
pub use snapshot::{Origin, Snapshot, Texts};
pub use vars::{VARS, vars_text};

/// The file in the folder of a state.
pub const MANIFEST: &str = "manifest.json";

/// The folder of a state as it was asked for, below the working directory.
pub fn folder(host: &dyn Host, asked: &str) -> PathBuf {
    host.cwd().join(asked)
}

/// The text of an artifact in the folder of a state.
///
/// # Errors
/// There is no such folder or file, or it cannot be read (`bad-state`).
pub fn text(host: &dyn Host, folder: &Path, name: &str) -> Result<String, Box<Diagnostic>> {
    if !host.is_dir(folder) {
        return Err(unreadable(folder, "there is no such folder"));
    }
    let path = folder.join(name);
    if !host.exists(&path) {
        return Err(unreadable(folder, &format!("it has no {name}")));
    }
    host.read(&path).map_err(|error| unreadable(folder, &format!("{name}: {error}")))
}

fn unreadable(folder: &Path, reason: &str) -> Box<Diagnostic> {
    let message = format!("the state `{}` cannot be read: {reason}", folder.display());
    Box::new(
        Diagnostic::error(codes::BAD_STATE, message)
            .hint("name a folder with the artifacts of an earlier run"),
    )
}
