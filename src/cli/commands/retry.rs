//! `retry`: the rest of the last run.

use clap::Args;

use crate::cli::Context;
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::events::Level;
use crate::pipeline;
use crate::project::FlagOverrides;

/// Run what failed or was skipped in the last run, with that run's variables and flags.
///
/// The last run is that of this project and target in the database's ledger, also one that was killed; with `--state`
/// it is that of the run_results.json in a folder.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  forge retry\n  forge retry --state target")]
pub(in crate::cli) struct Retry {
    /// Rebuild incremental models and seeds from nothing
    #[arg(short, long)]
    full_refresh: bool,

    /// Build incremental models and snapshots anew although their tables are lost
    #[arg(long)]
    allow_rebuild: bool,
}

impl Retry {
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        flags.allow_rebuild = self.allow_rebuild.then_some(true);
    }

    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let mut left =
            pipeline::left(&context.world, &context.flags, context.flags.state.as_deref())?;
        let text = match left.nodes.len() {
            0 => format!("nothing to retry: {} left nothing undone", left.run),
            1 => format!("retrying 1 node of {}", left.run),
            count => format!("retrying {count} nodes of {}", left.run),
        };
        context.say(Level::Info, text);
        if self.full_refresh {
            left.flags.full_refresh = Some(true);
        }
        let prepared = super::prepare_with(context, &left.flags)?;
        let summary = pipeline::retry(&context.world, &prepared, &left)?;
        Ok(Outcome::of(&summary))
    }
}
