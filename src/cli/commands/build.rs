//! `build`: seeds, models and tests in one walk.

use clap::Args;

use crate::cli::Context;
use crate::cli::args::{
    BatchArgs, HermeticArgs, InputArgs, ProfileArgs, RunningArgs, SelectArgs, TypeArgs,
};
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::pipeline::{Selection, Verb};
use crate::project::FlagOverrides;

/// Load seeds, build models and snapshots and run tests in one walk over the graph.
///
/// The tests of a node run as soon as what they need is there. A failed node or test skips everything
/// below it.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  forge build\n  forge build --select +orders\n  forge build --select state:modified+ --defer --state prod-artifacts"
)]
pub(in crate::cli) struct Build {
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    profile: ProfileArgs,
    #[command(flatten)]
    batch: BatchArgs,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    running: RunningArgs,
    #[command(flatten)]
    types: TypeArgs,
    #[command(flatten)]
    hermetic: HermeticArgs,

    /// Rebuild incremental models and seeds from nothing
    #[arg(short, long)]
    full_refresh: bool,

    /// Build incremental models and snapshots anew although their tables are lost
    #[arg(long)]
    allow_rebuild: bool,

    /// Keep the failing rows of tests in tables
    #[arg(long)]
    store_failures: bool,

    #[arg(long, hide = true)]
    show: bool,
}

impl Build {
    pub(in crate::cli) fn selection(&self) -> Selection {
        self.types.narrow(self.select.selection())
    }

    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        self.select.set_flags(flags);
        self.profile.set_flags(flags);
        self.batch.set_flags(flags);
        self.types.set_flags(flags);
        flags.argument("show", self.show);
        self.input.set_flags(flags);
        self.running.set_flags(flags);
        self.hermetic.set_flags(flags);
        flags.full_refresh = self.full_refresh.then_some(true);
        flags.allow_rebuild = self.allow_rebuild.then_some(true);
        if self.show {
            let note = "`--show` has no effect in `build`: `forge show` shows what was loaded";
            flags.without_effect.push(note.to_owned());
        }
        flags.store_failures = self.store_failures.then_some(true);
    }

    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        super::execute(context, &self.selection(), Verb::Build)
    }
}
