//! `run`: builds models.

use clap::Args;

use crate::cli::Context;
use crate::cli::args::{InputArgs, ProfileArgs, RunningArgs, SelectArgs};
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::pipeline::Verb;
use crate::project::FlagOverrides;

/// Build the selected models.
///
/// Models are built in the order of the graph, several at a time. A model that fails keeps its old
/// relation, and what reads it is skipped.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  forge run\n  forge run --select staging+ --exclude tag:slow\n  forge run --select orders --full-refresh"
)]
pub(in crate::cli) struct Run {
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    profile: ProfileArgs,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    running: RunningArgs,

    /// Rebuild incremental models from nothing
    #[arg(short, long)]
    full_refresh: bool,

    /// Build incremental models and snapshots anew although their tables are lost
    #[arg(long)]
    allow_rebuild: bool,
}

impl Run {
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        self.select.set_flags(flags);
        self.profile.set_flags(flags);
        self.input.set_flags(flags);
        self.running.set_flags(flags);
        flags.full_refresh = self.full_refresh.then_some(true);
        flags.allow_rebuild = self.allow_rebuild.then_some(true);
    }

    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        super::execute(context, &self.select.selection(), Verb::Run)
    }
}
