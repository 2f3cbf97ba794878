//! `cost`: what models cost the engine.

use clap::Args;

use crate::cli::Context;
use crate::cli::args::{OutputFormat, SelectArgs, TypeArgs};
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::events::Level;
use crate::pipeline;
use crate::project::FlagOverrides;
use crate::report::cost;

/// Show what models, seeds and snapshots cost in their last runs: rows, steps of the engine, time, bytes.
///
/// Everything was counted by the engine while they were built; only the bytes on disk are looked at now. What took most
/// work last comes first.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  forge cost\n  forge cost orders --limit 10\n  forge cost --select tag:nightly --output json"
)]
pub(in crate::cli) struct Cost {
    /// A node; any selector
    #[arg(value_name = "NODE", conflicts_with = "select")]
    nodes: Vec<String>,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    types: TypeArgs,

    /// How many runs of each
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = at_least_one)]
    limit: usize,

    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output: OutputFormat,
}

impl Cost {
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        self.select.set_flags(flags);
        self.types.set_flags(flags);
    }

    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let prepared = super::prepare(context)?;
        let mut selection = self.types.narrow(self.select.selection());
        selection.select.extend(self.nodes.iter().cloned());
        let found = pipeline::cost(&context.world, &prepared, &selection, self.limit)?;
        match self.output {
            OutputFormat::Json => context.console.data(&format!("{:#}", cost::json(&found))),
            OutputFormat::Text if found.is_empty() => {
                let text = "the ledger knows of no cost of these nodes yet: build them".to_owned();
                context.say(Level::Info, text);
            }
            OutputFormat::Text => context.console.data(&cost::text(&found, context.style)),
        }
        Ok(Outcome::Fine)
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| "not a number from 1".to_owned())
}
