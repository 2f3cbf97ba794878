//! `backfill`: whole batches of microbatch models for a window of event time.
//!
//! Invariant: exactly the batches of the plan are built, and nothing is built before the plan is known.

use indexmap::IndexSet;

use super::choose::selected;
use super::run::run_nodes;
use super::{Prepared, RunSummary, Selection, Verb, World};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::execute::microbatch::{Batches, Request};
use crate::manifest::{Batch, Microbatch, Node, ResourceType, Window};
use crate::names::{UniqueId, did_you_mean};

/// What a backfill is about.
#[derive(Clone, Debug)]
pub struct BackfillOptions {
    /// The model, or a selector of several.
    pub model: String,
    /// What is to be built; batches that it touches are built whole.
    pub window: Window,
    /// Models below are built too.
    pub is_downstream: bool,
    /// The newest batch first.
    pub is_reverse: bool,
}

/// The batches of a backfill.
#[derive(Clone, Debug)]
pub struct Backfill {
    /// Microbatch models with their batches in the order in which they are built.
    pub models: Vec<(UniqueId, Vec<Batch>)>,
    /// Models below that have no batches and are built as `run` does.
    pub others: Vec<UniqueId>,
}

/// Resolves the batches.
pub fn plan_backfill(
    world: &World,
    prepared: &Prepared,
    options: &BackfillOptions,
) -> Result<Backfill, Diagnostics> {
    let of = |model: String| {
        let selection = Selection { select: vec![model], ..Selection::default() };
        selected(world, prepared, &selection, &[ResourceType::Model])
    };
    let below = match options.is_downstream {
        true => of(format!("{}+", options.model))?,
        false => IndexSet::new(),
    };
    let named = of(options.model.clone())?;
    check(prepared, options, &named)?;
    let mut plan = Backfill { models: Vec::new(), others: Vec::new() };
    for id in named.into_iter().chain(below).collect::<IndexSet<_>>() {
        match prepared.manifest.nodes.get(&id).and_then(|node| Microbatch::of(node)) {
            Some(config) => {
                let batches = batches(&config, options)?;
                plan.models.push((id, batches));
            }
            None => plan.others.push(id),
        }
    }
    Ok(plan)
}

fn batches(config: &Microbatch, options: &BackfillOptions) -> Result<Vec<Batch>, Diagnostics> {
    let Window { start, end } = options.window;
    let mut batches = config.size.batches(start, end).ok_or_else(|| {
        let message = "the window has too many batches";
        Diagnostics::from(Diagnostic::error(codes::BAD_WINDOW, message))
    })?;
    if options.is_reverse {
        batches.reverse();
    }
    Ok(batches)
}

/// Every model that was named has batches.
fn check(
    prepared: &Prepared,
    options: &BackfillOptions,
    named: &IndexSet<UniqueId>,
) -> Result<(), Diagnostics> {
    let nodes = || prepared.manifest.nodes.values().filter(|node| node.is_microbatch());
    let names = || nodes().map(|node| node.name.as_str());
    if named.is_empty() {
        let message = format!("there is no model `{}`", options.model);
        return Err(Diagnostic::error(codes::BAD_SELECTOR, message)
            .suggest(did_you_mean(&options.model, names()))
            .into());
    }
    let is_plain = |node: &&Node| !node.is_microbatch();
    let found = named.iter().filter_map(|id| prepared.manifest.nodes.get(id).map(|node| &**node));
    let Some(plain) = found.into_iter().find(is_plain) else {
        return Ok(());
    };
    let message = format!("model `{}` is not built in batches", plain.name);
    let mut diagnostic =
        Diagnostic::error(codes::NOT_MICROBATCH, message).at(plain.span_start(), "");
    let known: Vec<String> = names().map(|name| format!("`{name}`")).collect();
    if !known.is_empty() {
        diagnostic = diagnostic.note(format!("models with batches: {}", known.join(", ")));
    }
    let hint = "give it `incremental_strategy: microbatch`, or build it with `forge run`";
    Err(diagnostic.hint(hint).into())
}

/// Builds the batches.
pub fn backfill(
    world: &World,
    prepared: &Prepared,
    plan: Backfill,
) -> Result<RunSummary, Diagnostics> {
    let models = plan.models.iter().map(|(id, _)| id);
    let wanted: IndexSet<UniqueId> = models.chain(&plan.others).cloned().collect();
    let request = |batches| Request { batches, may_rebuild: false };
    let requests = plan.models.into_iter().map(|(id, batches)| (id, request(batches))).collect();
    let batches = Batches { requests, now: None };
    run_nodes(world, prepared, wanted, Verb::Run, batches)
}
