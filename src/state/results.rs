//! How nodes ended, from a `run_results.json`.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde::Deserialize;

use super::{text, unreadable};
use crate::diagnostics::Diagnostic;
use crate::host::Host;

/// The ids of nodes by how they ended.
pub type Statuses = HashMap<String, HashSet<String>>;

const RUN_RESULTS: &str = "run_results.json";

#[derive(Deserialize)]
struct Artifact {
    results: Vec<Ended>,
}

#[derive(Deserialize)]
struct Ended {
    unique_id: String,
    status: String,
}

/// Reads the results in the folder of a state.
///
/// # Errors
/// There are none, or they cannot be read.
pub fn results(host: &dyn Host, folder: &Path) -> Result<Statuses, Box<Diagnostic>> {
    let text = text(host, folder, RUN_RESULTS)?;
    let artifact: Artifact = serde_json::from_str(&text)
        .map_err(|error| unreadable(folder, &format!("{RUN_RESULTS}: {error}")))?;
    let mut statuses = Statuses::new();
    for ended in artifact.results {
        statuses.entry(ended.status).or_default().insert(ended.unique_id);
    }
    Ok(statuses)
}
