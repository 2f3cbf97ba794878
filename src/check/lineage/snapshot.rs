//! The columns that a snapshot adds to those of its query.

use std::sync::Arc;

use serde_json::Value as Json;

use super::{Input, Kind, Lineage, OutputColumn};
use crate::manifest::Node;

/// Adds the columns that tell a row's versions: identity, update, start, end, and maybe whether it is deleted.
pub(super) fn extend(lineage: &mut Lineage, node: &Node, added: &[Arc<str>]) {
    let keys = listed(node, "unique_key");
    let is_by_time = node.config.get_str("strategy") == Some("timestamp");
    let updated: Vec<String> = if is_by_time { listed(node, "updated_at") } else { Vec::new() };
    let identity = [keys.as_slice(), &updated].concat();
    let time = used(lineage, &updated, Kind::PassThrough);
    let made = [used(lineage, &identity, Kind::Transformed), time.clone(), time.clone(), time];
    let compared = if is_by_time { updated } else { compared(lineage, node) };
    let deciding = [keys, compared].concat();
    for input in used(lineage, &deciding, Kind::Filter) {
        if !lineage.filters.contains(&input.column) {
            lineage.filters.push(input.column);
        }
    }
    let mut made = made.into_iter();
    for name in added {
        let inputs = made.next().unwrap_or_default();
        lineage.columns.push(OutputColumn { name: name.clone(), inputs });
    }
}

/// The columns whose change makes a new version.
fn compared(lineage: &Lineage, node: &Node) -> Vec<String> {
    match node.config.get_str("check_cols") {
        Some("all") => lineage.columns.iter().map(|column| column.name.to_string()).collect(),
        _ => listed(node, "check_cols"),
    }
}

/// One name, or a list of them.
fn listed(node: &Node, key: &str) -> Vec<String> {
    match node.config.get(key) {
        Some(Json::String(name)) => vec![name.clone()],
        Some(Json::Array(names)) => {
            names.iter().filter_map(|name| Some(name.as_str()?.to_owned())).collect()
        }
        _ => Vec::new(),
    }
}

/// What flows into outputs of the query, used as `kind`. A key may be an expression; that one is not followed.
fn used(lineage: &Lineage, names: &[String], kind: Kind) -> Vec<Input> {
    let is_named =
        |column: &&OutputColumn| names.iter().any(|name| name.eq_ignore_ascii_case(&column.name));
    let inputs = lineage.columns.iter().filter(is_named).flat_map(|column| &column.inputs);
    inputs
        .map(|input| Input { column: input.column.clone(), kind: kind.through(input.kind) })
        .collect()
}
