//! `forge_state.json`: what an earlier run knew of its nodes that a `manifest.json` has no place for.
//!
//! For every node the variables that it read, each with a hash of its value: enough to see that one changed, and
//! nothing that a secret could be read from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::manifest::Manifest;

/// The file beside `manifest.json`.
pub const VARS: &str = "forge_state.json";

/// The variables of a node: name and hash of the value.
pub(super) type Read = BTreeMap<String, String>;

#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct File {
    version: u32,
    /// By unique id.
    pub(super) vars: BTreeMap<String, Read>,
}

/// The text of the file for a manifest.
pub fn vars_text(manifest: &Manifest) -> String {
    let nodes = manifest.nodes.values().filter(|node| !node.vars.is_empty());
    let vars = nodes.map(|node| (node.unique_id.to_string(), of(node)));
    let file = File { version: 1, vars: vars.collect() };
    serde_json::to_string(&file).expect("invariant: keys are strings")
}

/// The variables that a node reads.
pub(super) fn of(node: &crate::manifest::Node) -> Read {
    node.vars.iter().map(|(name, value)| (name.clone(), hash(value))).collect()
}

fn hash(value: &serde_json::Value) -> String {
    let digest = Sha256::digest(value.to_string().as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
