//! `backfill`: builds batches of microbatch models.

use clap::Args;
use serde_json::{Value as Json, json};

use crate::cli::Context;
use crate::cli::args::OutputFormat;
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::events::Level;
use crate::manifest::batch::plain_text;
use crate::manifest::{Batch, Window};
use crate::names::UniqueId;
use crate::pipeline::{self, Backfill as Plan, BackfillOptions};
use crate::project::{FlagOverrides, event_window};
use crate::report::style::count;
use crate::report::{Style, gaps};

/// How many batches are listed one by one before a run.
const LISTED: usize = 40;

/// Build the batches of a microbatch model for a window of event time.
///
/// The batches are printed first. Each is one transaction; one that fails leaves the others in place, and
/// `forge retry` builds exactly what failed.
#[derive(Debug, Args)]
pub(in crate::cli) struct Backfill {
    /// The model
    #[arg(value_name = "MODEL")]
    model: String,

    /// Where the window starts (UTC); the batch that it falls into is built whole
    #[arg(long, value_name = "TIME")]
    start: String,

    /// Where the window ends, exclusive
    #[arg(long, value_name = "TIME")]
    end: String,

    /// Build what is below as well: microbatch models for the same window, others as `run` does
    #[arg(long)]
    downstream: bool,

    /// Print the batches and touch nothing
    #[arg(long)]
    dry_run: bool,

    /// Build the newest batch first
    #[arg(long)]
    reverse: bool,

    /// Build incremental models and snapshots anew although their tables are lost
    #[arg(long)]
    allow_rebuild: bool,

    /// The form of the batches that --dry-run prints
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output: OutputFormat,
}

impl Backfill {
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        flags.allow_rebuild = self.allow_rebuild.then_some(true);
    }

    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let window = event_window(("--start", &self.start), ("--end", &self.end))?;
        let prepared = super::prepare(context)?;
        let options = BackfillOptions {
            model: self.model.clone(),
            window,
            is_downstream: self.downstream,
            is_reverse: self.reverse,
        };
        let plan = pipeline::plan_backfill(&context.world, &prepared, &options)?;
        if self.dry_run {
            self.print(context, &plan, window);
            return Ok(Outcome::Fine);
        }
        context.say(Level::Info, announced(&plan, window, context.style));
        let summary = pipeline::backfill(&context.world, &prepared, plan)?;
        Ok(Outcome::of(&summary))
    }

    fn print(&self, context: &Context, plan: &Plan, window: Window) {
        match self.output {
            OutputFormat::Json => context.console.data(&format!("{:#}", object(plan))),
            OutputFormat::Text => {
                for line in headings(plan, window) {
                    context.say(Level::Info, line);
                }
                let all: Vec<_> = plan.models.iter().map(|(id, all)| (id, &all[..])).collect();
                context.console.data(&gaps::batches(&all, context.style));
            }
        }
    }
}

/// What will be built, before it is.
fn announced(plan: &Plan, window: Window, style: Style) -> String {
    let shown: Vec<_> =
        plan.models.iter().map(|(id, all)| (id, &all[..all.len().min(LISTED)])).collect();
    let hidden: usize = plan.models.iter().map(|(_, all)| all.len().saturating_sub(LISTED)).sum();
    let mut text = headings(plan, window).join("\n");
    text += &format!("\n{}", gaps::batches(&shown, style));
    if hidden > 0 {
        text += &format!("… and {}\n", count(hidden as i64, "more batch"));
    }
    text
}

/// One line for each model.
fn headings(plan: &Plan, window: Window) -> Vec<String> {
    let line = |(id, batches): &(UniqueId, Vec<Batch>)| {
        let name = gaps::name(id);
        let start = batches.iter().map(|batch| batch.start).min()?;
        let end = batches.iter().map(|batch| batch.end).max()?;
        let many = batches.len();
        let many = if many == 1 { "1 batch".to_owned() } else { format!("{many} batches") };
        let [from, to] = [start, end].map(plain_text);
        let whole = Window { start, end };
        let rounded = if whole == window { "" } else { ", rounded to whole batches" };
        let size = batches[0].size.as_str();
        Some(format!(
            "{name}: {many} of one {size}, from {from} up to, not including, {to} (UTC){rounded}"
        ))
    };
    let mut lines: Vec<String> = plan.models.iter().filter_map(line).collect();
    let others: Vec<&str> = plan.others.iter().map(gaps::name).collect();
    if !others.is_empty() {
        lines.push(format!("built as by `run`: {}", others.join(", ")));
    }
    lines
}

fn object(plan: &Plan) -> Json {
    let models = plan.models.iter().map(|(id, batches)| {
        let batches: Vec<Json> = batches.iter().map(gaps::batch).collect();
        json!({"unique_id": id, "count": batches.len(), "batches": batches})
    });
    json!({"models": models.collect::<Vec<_>>(), "others": plan.others})
}
