//! `test`: runs tests.

use clap::Args;

use crate::cli::Context;
use crate::cli::args::{BatchArgs, HermeticArgs, ProfileArgs, SelectArgs, TypeArgs};
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::pipeline::Verb;
use crate::project::FlagOverrides;

/// Run the selected tests.
///
/// A failed test shows how many rows fail, the first of them, and the command that shows the rest.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  forge test\n  forge test --select orders\n  forge test --select test_type:unit\n  forge test --hermetic"
)]
pub(in crate::cli) struct Test {
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    profile: ProfileArgs,
    #[command(flatten)]
    batch: BatchArgs,
    #[command(flatten)]
    types: TypeArgs,
    #[command(flatten)]
    hermetic: HermeticArgs,

    /// Keep the failing rows in tables
    #[arg(long)]
    store_failures: bool,
}

impl Test {
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        self.hermetic.set_flags(flags);
        self.select.set_flags(flags);
        self.profile.set_flags(flags);
        self.batch.set_flags(flags);
        self.types.set_flags(flags);
        flags.store_failures = self.store_failures.then_some(true);
    }

    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let selection = self.types.narrow(self.select.selection());
        super::execute(context, &selection, Verb::Test)
    }
}
