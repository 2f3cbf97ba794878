//! Models that are past their `deprecation_date` or soon will be, and who still reads them.
//!
//! dbt 1.12: a model is deprecated from its date on; references are told also before, by models only.

use jiff::Timestamp;

use super::call_span;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::{Manifest, Model, Node, ResourceType};

/// What is to be said on the day `as_of`.
pub fn deprecations(manifest: &Manifest, as_of: Timestamp) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for node in manifest.nodes.values() {
        let Some((model, date)) = node.model().and_then(|model| Some((model, date_of(model)?)))
        else {
            continue;
        };
        let is_past = date < as_of;
        if is_past {
            diagnostics.push(past(node, model, date));
        }
        let readers = manifest.nodes.values().filter(|reader| {
            reader.resource_type == ResourceType::Model
                && reader.depends_on.nodes.contains(&node.unique_id)
        });
        for reader in readers {
            diagnostics.push(read(reader, (node, model), date, is_past));
        }
    }
    diagnostics
}

fn date_of(model: &Model) -> Option<Timestamp> {
    model.deprecation_date.as_deref()?.parse().ok()
}

/// `customers`, `customers.v2`.
fn title(node: &Node, model: &Model) -> String {
    match &model.version {
        Some(version) => format!("{}.v{}", node.name, text(version)),
        None => node.name.clone(),
    }
}

fn text(version: &serde_json::Value) -> String {
    version.as_str().map_or_else(|| version.to_string(), str::to_owned)
}

/// The day, and the time when there is one.
fn day(date: Timestamp) -> String {
    let written = date.to_string();
    written.strip_suffix("T00:00:00Z").map_or_else(|| written.clone(), str::to_owned)
}

fn past(node: &Node, model: &Model, date: Timestamp) -> Diagnostic {
    let message =
        format!("model `{}` has passed its deprecation date, {}", title(node, model), day(date));
    Diagnostic::warning(codes::DEPRECATED_MODEL, message)
        .at(node.patch_span.unwrap_or_else(|| node.span_start()), "")
        .hint("disable or remove it, or move the date")
}

fn read(
    reader: &Node,
    (node, model): (&Node, &Model),
    date: Timestamp,
    is_past: bool,
) -> Diagnostic {
    let (code, verb) = match is_past {
        true => (codes::DEPRECATED_REF, "was deprecated"),
        false => (codes::UPCOMING_DEPRECATION, "will be deprecated"),
    };
    let message = format!(
        "model `{}` reads `{}`, which {verb} on {}",
        reader.name,
        title(node, model),
        day(date)
    );
    let warning =
        Diagnostic::warning(code, message).at(call_span(reader, "ref", &node.name), "this one");
    let latest = model.latest_version.as_ref().filter(|_| model.version != model.latest_version);
    match latest {
        Some(latest) => warning.hint(format!(
            "read the latest version: `ref('{}', v={})`",
            node.name,
            literal(latest)
        )),
        None => warning.hint("read what takes its place, or move its `deprecation_date`"),
    }
}

fn literal(version: &serde_json::Value) -> String {
    version.as_str().map_or_else(|| version.to_string(), |text| format!("'{text}'"))
}
