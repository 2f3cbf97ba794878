//! The lines of `ls --explain`: each resource, and below it why it is selected.

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::{Output, line};
use crate::manifest::Manifest;
use crate::names::UniqueId;
use crate::select::{Because, Role};

/// The lines for some resources, sorted by id; with `--output json` one object each.
pub fn explained(
    manifest: &Manifest,
    reasons: &IndexMap<UniqueId, Vec<Because>>,
    output: &Output,
) -> Vec<String> {
    let mut all: Vec<(&UniqueId, &Vec<Because>)> = reasons.iter().collect();
    all.sort_unstable_by_key(|(id, _)| *id);
    let mut lines = Vec::new();
    for (id, reasons) in all {
        let Some(resource) = manifest.resource(id.as_str()) else { continue };
        if matches!(output, Output::Json(_)) {
            let reasons: Vec<Json> = reasons.iter().map(object).collect();
            lines.push(json!({"unique_id": id, "because": reasons}).to_string());
            continue;
        }
        lines.push(line(&resource, output));
        for reason in reasons {
            lines.push(format!("  {}", text(manifest, reason)));
            lines.extend(reason.changes.iter().map(|change| format!("    {change}")));
        }
    }
    lines
}

fn text(manifest: &Manifest, reason: &Because) -> String {
    let Some(atom) = &reason.atom else {
        return "everything is selected".to_owned();
    };
    let name = |id: &UniqueId| match manifest.resource(id.as_str()) {
        Some(resource) => super::name(&resource),
        None => id.to_string(),
    };
    match &reason.role {
        Role::Match => atom.clone(),
        Role::AncestorOf(id) => format!("{atom}, above {}", name(id)),
        Role::DescendantOf(id) => format!("{atom}, below {}", name(id)),
        Role::NeededBy(id) => format!("{atom}, needed by what is below {}", name(id)),
        Role::TestOf(id) => format!("{atom}, test of {}", name(id)),
    }
}

fn object(reason: &Because) -> Json {
    let (role, of) = match &reason.role {
        Role::Match => ("match", None),
        Role::AncestorOf(id) => ("ancestor", Some(id)),
        Role::DescendantOf(id) => ("descendant", Some(id)),
        Role::NeededBy(id) => ("needed", Some(id)),
        Role::TestOf(id) => ("test", Some(id)),
    };
    json!({"atom": reason.atom, "role": role, "of": of, "changes": reason.changes})
}
