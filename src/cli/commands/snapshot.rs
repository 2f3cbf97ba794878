//! `snapshot`: brings the history of what changes up to date.

use clap::Args;

use crate::cli::Context;
use crate::cli::args::{EmptyArgs, ProfileArgs, SelectArgs};
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::pipeline::Verb;
use crate::project::FlagOverrides;

/// Bring the selected snapshots up to date.
///
/// A snapshot keeps every version of the rows that its query gives. What has not changed is left alone; nothing
/// is ever rebuilt.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  forge snapshot --select orders_history")]
pub(in crate::cli) struct Snapshot {
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    profile: ProfileArgs,
    #[command(flatten)]
    empty: EmptyArgs,

    /// Begin a new history although the table of the old one is lost
    #[arg(long)]
    allow_rebuild: bool,
}

impl Snapshot {
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        self.select.set_flags(flags);
        self.profile.set_flags(flags);
        self.empty.set_flags(flags);
        flags.allow_rebuild = self.allow_rebuild.then_some(true);
    }

    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        super::execute(context, &self.select.selection(), Verb::Snapshot)
    }
}
