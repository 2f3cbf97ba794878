//! How fresh sources were and are, from two `sources.json`.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde::Deserialize;

use super::{text, unreadable};
use crate::diagnostics::Diagnostic;
use crate::host::Host;

const SOURCES: &str = "sources.json";

/// Sources by how they stand now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fresher {
    /// Those that have newer rows than then, or were not looked at then.
    pub fresher: HashSet<String>,
    /// The ids by their status now: `pass`, `warn`, `error`, `runtime error`.
    pub statuses: HashMap<String, HashSet<String>>,
}

#[derive(Deserialize)]
struct Artifact {
    results: Vec<Looked>,
}

#[derive(Deserialize)]
struct Looked {
    unique_id: String,
    status: String,
    max_loaded_at: Option<String>,
}

/// Compares the freshness in the folder of a state with that in the folder of this project's artifacts.
///
/// dbt 1.12: a source without a moment, then or now, is never fresher.
///
/// # Errors
/// One of the two is missing or cannot be read.
pub fn fresher(host: &dyn Host, then: &Path, now: &Path) -> Result<Fresher, Box<Diagnostic>> {
    let (then, now) = (read(host, then)?, read(host, now)?);
    let earlier: HashMap<&str, Option<&str>> = (then.results.iter())
        .map(|one| (one.unique_id.as_str(), one.max_loaded_at.as_deref()))
        .collect();
    let mut found = Fresher::default();
    for one in &now.results {
        let is_fresher = match (earlier.get(one.unique_id.as_str()), &one.max_loaded_at) {
            (_, None) | (Some(None), _) => false,
            (None, Some(_)) => true,
            (Some(Some(then)), Some(now)) => moment(now) > moment(then),
        };
        if is_fresher {
            found.fresher.insert(one.unique_id.clone());
        }
        found.statuses.entry(one.status.clone()).or_default().insert(one.unique_id.clone());
    }
    Ok(found)
}

/// A moment that can be compared; what is none comes before all.
fn moment(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok().or_else(|| format!("{text}Z").parse().ok())
}

fn read(host: &dyn Host, folder: &Path) -> Result<Artifact, Box<Diagnostic>> {
    let text = text(host, folder, SOURCES).map_err(|missing| {
        Box::new(missing.hint("run `forge source freshness` first, then and now"))
    })?;
    serde_json::from_str(&text).map_err(|error| unreadable(folder, &format!("{SOURCES}: {error}")))
}
