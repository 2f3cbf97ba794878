//! Earlier artifacts: where another run's relations are.
//!
//! Reads what it needs of a `manifest.json`, dbt's or forge's, and nothing else; what is done with it is decided
//! elsewhere. Invariant: a folder that has no readable manifest is an error that names it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::diagnostics::{Diagnostic, codes};
use crate::host::Host;
use crate::names::UniqueId;

/// The file in the folder of a state.
pub const MANIFEST: &str = "manifest.json";

/// The relation of a node in an earlier run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Origin {
    /// Its database.
    #[serde(default)]
    pub database: Option<String>,
    /// Its schema.
    #[serde(default)]
    pub schema: String,
    /// Its identifier.
    #[serde(default)]
    pub alias: String,
    /// Its rendered relation; none for what has no relation.
    #[serde(default)]
    pub relation_name: Option<String>,
}

/// An earlier run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The relations of its nodes, by unique id; nodes without a relation are left out.
    pub origins: HashMap<UniqueId, Origin>,
}

#[derive(Deserialize)]
struct Manifest {
    nodes: HashMap<String, Origin>,
}

impl State {
    /// Reads the state in a folder.
    ///
    /// # Errors
    /// There is no manifest, or it is none.
    pub fn read(host: &dyn Host, folder: &Path) -> Result<State, Box<Diagnostic>> {
        let path = folder.join(MANIFEST);
        let bad = |reason: String| {
            let message = format!("the state `{}` cannot be read: {reason}", folder.display());
            Box::new(
                Diagnostic::error(codes::BAD_STATE, message)
                    .hint("name a folder with the manifest.json of an earlier run"),
            )
        };
        if !host.is_dir(folder) {
            return Err(bad("there is no such folder".to_owned()));
        }
        let text = host.read(&path).map_err(|error| bad(format!("{MANIFEST}: {error}")))?;
        let manifest: Manifest =
            serde_json::from_str(&text).map_err(|error| bad(format!("{MANIFEST}: {error}")))?;
        let nodes = manifest.nodes.into_iter().filter(|(_, origin)| origin.relation_name.is_some());
        Ok(State { origins: nodes.map(|(id, origin)| (UniqueId::from(id), origin)).collect() })
    }
}

/// The folder of a state as it was asked for, below the working directory.
pub fn folder(host: &dyn Host, asked: &str) -> PathBuf {
    host.cwd().join(asked)
}
