//! `clone`: another environment's relations under this one's names.

use clap::Args;

use crate::cli::Context;
use crate::cli::args::{SelectArgs, TypeArgs};
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::pipeline;
use crate::project::FlagOverrides;

/// Make the selected relations of an earlier run available in this target.
///
/// Each becomes a view over the other relation; one that exists already is left alone. Hooks do not run.
#[derive(Debug, Args)]
pub(in crate::cli) struct Clone {
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    types: TypeArgs,

    /// Replace relations that exist already
    #[arg(short, long)]
    full_refresh: bool,
}

impl Clone {
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        self.select.set_flags(flags);
        self.types.set_flags(flags);
        flags.full_refresh = self.full_refresh.then_some(true);
    }

    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let prepared = super::prepare(context)?;
        let selection = self.types.narrow(self.select.selection());
        let summary = pipeline::clone(&context.world, &prepared, &selection)?;
        Ok(Outcome::of(&summary))
    }
}
