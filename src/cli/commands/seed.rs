//! `seed`: loads CSV files.

use clap::Args;

use crate::cli::Context;
use crate::cli::args::{EmptyArgs, SelectArgs};
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::pipeline::Verb;
use crate::project::FlagOverrides;

/// Load the selected CSV files as tables.
#[derive(Debug, Args)]
pub(in crate::cli) struct Seed {
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    empty: EmptyArgs,

    /// Drop the tables first, so that they get the columns of the files
    #[arg(short, long)]
    full_refresh: bool,
}

impl Seed {
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        self.empty.set_flags(flags);
        flags.full_refresh = self.full_refresh.then_some(true);
    }

    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        super::execute(context, &self.select.selection(), Verb::Seed)
    }
}
