//! What the configuration of a microbatch model must say.
//!
//! Source: dbt 1.12, `check_valid_microbatch_config` and `check_microbatch_model_has_a_filtered_input`.
//! Invariant: behind this check [`Microbatch::of`] is `Some` for every microbatch model that is on.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::jinja::rewrite;
use crate::manifest::batch::{self, BatchSize};
use crate::manifest::{Manifest, Microbatch, Node};
use crate::names::{UniqueId, did_you_mean};
use crate::source::Span;

/// Checks every microbatch model, and writes its `begin` as dbt publishes it.
pub(super) fn check(manifest: &mut Manifest, diagnostics: &mut Diagnostics) {
    let models = manifest.nodes.values().filter(|node| node.is_microbatch());
    let models: Vec<Arc<Node>> = models.filter(|node| node.config.enabled()).cloned().collect();
    for node in models {
        let before = diagnostics.iter().count();
        keys(&node, diagnostics);
        if diagnostics.iter().count() > before {
            continue;
        }
        inputs(manifest, &node, diagnostics);
        let begin = Microbatch::of(&node).expect("invariant: the keys were checked").begin;
        if let Some(node) = manifest.nodes.get_mut(&node.unique_id) {
            Arc::make_mut(node).config.set("begin", json!(batch::plain_text(begin)));
        }
    }
}

fn keys(node: &Node, diagnostics: &mut Diagnostics) {
    text(node, "event_time", "the column that says when a row happened", diagnostics);
    if let Some(begin) = text(node, "begin", "the date of its first batch", diagnostics)
        && batch::parse_begin(begin).is_none()
    {
        let reason = format!("`begin` is `{begin}`, which is no date or time");
        diagnostics.push(bad(node, "begin", &reason).hint("write it as in `2026-03-01`"));
    }
    let sizes = BatchSize::ALL.map(BatchSize::as_str);
    let words = "how much event time a batch has: `hour`, `day`, `month` or `year`";
    if let Some(size) = text(node, "batch_size", words, diagnostics)
        && !sizes.contains(&size)
    {
        let reason = format!("`batch_size` is `{size}`, but must be one of {}", sizes.join(", "));
        diagnostics.push(bad(node, "batch_size", &reason).suggest(did_you_mean(size, sizes)));
    }
    let lookback = node.config.get("lookback");
    if lookback.is_some_and(|value| !matches!(value.as_i64(), Some(0..=100_000))) {
        diagnostics.push(bad(node, "lookback", "`lookback` must be a whole number from 0 on"));
    }
    for key in ["concurrent_batches", "fill_gaps"] {
        if node.config.get(key).is_some_and(|value| !value.is_boolean()) {
            diagnostics.push(bad(node, key, &format!("`{key}` must be true or false")));
        }
    }
}

/// The text of a key that must be there.
fn text<'n>(
    node: &'n Node,
    key: &str,
    meaning: &str,
    diagnostics: &mut Diagnostics,
) -> Option<&'n str> {
    match node.config.get(key) {
        Some(Json::String(text)) if !text.trim().is_empty() => return Some(text),
        Some(_) => diagnostics.push(bad(node, key, &format!("`{key}` must be text"))),
        None => diagnostics
            .push(bad(node, key, &format!("`{key}` is missing")).hint(format!("it is {meaning}"))),
    }
    None
}

fn bad(node: &Node, key: &str, reason: &str) -> Diagnostic {
    let message = format!("microbatch model `{}`: {reason}", node.name);
    let place = key_of_config(node, key).unwrap_or_else(|| node.span_start());
    Diagnostic::error(codes::BAD_MICROBATCH, message).at(place, "")
}

/// The key in a `config` call of the model, or the call that has others for microbatches; where a property file says
/// it, nothing.
fn key_of_config(node: &Node, key: &str) -> Option<Span> {
    let calls = rewrite::macro_calls(&node.raw_code).unwrap_or_default();
    let calls = calls.into_iter().filter(|call| call.path == ["config"]);
    let span = |at: usize, length: usize| {
        let start = node.span.start as usize + at;
        Span::new(node.span.file, start, start + length)
    };
    let mut fallback = None;
    for call in calls {
        let has = |key: &str| call.arguments.iter().any(|(name, _)| name.as_deref() == Some(key));
        if has(key) {
            let at = node.raw_code[call.span.clone()].find(key)?;
            return Some(span(call.span.start + at, key.len()));
        }
        if has("incremental_strategy") || has("event_time") {
            fallback = fallback.or(Some(span(call.span.start, "config".len())));
        }
    }
    fallback
}

/// Without an input that has event time every batch reads everything, and the table gets it once per batch.
fn inputs(manifest: &Manifest, node: &Node, diagnostics: &mut Diagnostics) {
    let mut is_filtered = false;
    for id in &node.depends_on.nodes {
        match event_time(manifest, id) {
            Some(Json::String(_)) => is_filtered = true,
            Some(_) => {
                let reason = format!("the `event_time` of its input `{id}` must be text");
                diagnostics.push(bad(node, "event_time", &reason));
                return;
            }
            None => {}
        }
    }
    if !is_filtered {
        let message = format!(
            "microbatch model `{}` reads nothing that has an `event_time`, so every batch reads all rows",
            node.name
        );
        diagnostics.push(
            Diagnostic::warning(codes::UNFILTERED_BATCHES, message)
                .at(node.span_start(), "")
                .hint("configure `event_time` on the model or source that it reads"),
        );
    }
}

fn event_time<'m>(manifest: &'m Manifest, id: &UniqueId) -> Option<&'m Json> {
    let node = manifest.nodes.get(id).map(|node| &node.config);
    node.or_else(|| manifest.sources.get(id).map(|source| &source.config))?.get("event_time")
}
