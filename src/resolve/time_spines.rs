//! Calendars: what a model with a `time_spine` must have, and that semantic models have one.
//!
//! Source: dbt 1.12, `UnparsedModelUpdate.__post_init__` and `SemanticManifest`.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::{Column, LEGACY_TIME_SPINE, Manifest, Node, ResourceType};
use crate::names::did_you_mean;

/// Granularities by which every day can be told.
const UP_TO_A_DAY: &[&str] =
    &["nanosecond", "microsecond", "millisecond", "second", "minute", "hour", "day"];

/// Checks the columns of every calendar, and that there is one where it is needed.
pub(super) fn check(manifest: &Manifest, diagnostics: &mut Diagnostics) {
    let mut is_there = false;
    for node in manifest.nodes.values() {
        let Some(spine) = node.time_spine() else { continue };
        match granularity(node, spine) {
            Ok(granularity) => is_there |= UP_TO_A_DAY.contains(&granularity),
            Err(problem) => {
                diagnostics.push(*problem);
                is_there = true;
            }
        }
    }
    if !is_there {
        need(manifest, diagnostics);
    }
}

/// There is no calendar of days but perhaps the old one.
fn need(manifest: &Manifest, diagnostics: &mut Diagnostics) {
    let mut definitions = manifest.definitions.values();
    let first = definitions.find(|one| one.resource_type == ResourceType::SemanticModel);
    let is_legacy = |node: &Arc<Node>| node.name == LEGACY_TIME_SPINE && node.model().is_some();
    if let Some(first) = first.filter(|_| !manifest.nodes.values().any(is_legacy)) {
        let message = format!(
            "semantic model `{}` needs a time spine whose rows are days or less",
            first.name
        );
        let problem = Diagnostic::error(codes::BAD_CONFIG, message).at(first.span, "");
        diagnostics.push(problem.hint("give a model with one row a day a `time_spine`"));
    }
}

/// What a row of the calendar stands for.
fn granularity<'n>(node: &'n Node, spine: &Json) -> Result<&'n str, Box<Diagnostic>> {
    let name = spine["standard_granularity_column"].as_str().unwrap_or_default();
    let standard = column(node, name)?;
    for custom in spine["custom_granularities"].as_array().into_iter().flatten() {
        let name = custom["column_name"].as_str().or(custom["name"].as_str()).unwrap_or_default();
        column(node, name)?;
    }
    standard.granularity.as_deref().ok_or_else(|| {
        let problem = bad(node, &format!("its column `{name}` has no `granularity`"));
        Box::new(problem.hint("say what a row is: `granularity: day`"))
    })
}

fn column<'n>(node: &'n Node, name: &str) -> Result<&'n Column, Box<Diagnostic>> {
    node.columns.get(name).ok_or_else(|| {
        let problem = bad(node, &format!("its column `{name}` is not declared"));
        let near = did_you_mean(name, node.columns.keys().map(String::as_str));
        Box::new(problem.hint("list it under `columns` of the model").suggest(near))
    })
}

fn bad(node: &Node, reason: &str) -> Diagnostic {
    let message = format!("time spine `{}`: {reason}", node.name);
    Diagnostic::error(codes::BAD_CONFIG, message).at(node.span_start(), "")
}
