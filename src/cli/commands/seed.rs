//! `seed`: loads CSV files.

use clap::Args;

use super::show;
use crate::cli::Context;
use crate::cli::args::{EmptyArgs, ProfileArgs, SelectArgs};
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::events::Level;
use crate::pipeline::{self, Selection, Verb};
use crate::project::FlagOverrides;

/// How many rows of a seed are shown.
const SHOWN: usize = 10;

/// Load the selected CSV files as tables.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  forge seed\n  forge seed --select countries --full-refresh --show"
)]
pub(in crate::cli) struct Seed {
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    profile: ProfileArgs,
    #[command(flatten)]
    empty: EmptyArgs,

    /// Drop the tables first, so that they get the columns of the files
    #[arg(short, long)]
    full_refresh: bool,

    /// Show the first rows of what was loaded
    #[arg(long)]
    show: bool,
}

impl Seed {
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        self.select.set_flags(flags);
        self.profile.set_flags(flags);
        flags.argument("show", self.show);
        self.empty.set_flags(flags);
        flags.full_refresh = self.full_refresh.then_some(true);
    }

    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let prepared = super::prepare(context)?;
        let summary =
            pipeline::run(&context.world, &prepared, &self.select.selection(), Verb::Seed)?;
        for result in summary.results.results.iter().filter(|r| self.show && r.status == "success")
        {
            let Some(seed) = prepared.manifest.nodes.get(result.unique_id.as_str()) else {
                continue;
            };
            let selection = Selection { select: vec![seed.fqn.join(".")], ..Selection::default() };
            for shown in pipeline::show(&context.world, &prepared, &selection, None, Some(SHOWN))? {
                context.say(Level::Info, format!("\n{}:", seed.name));
                context.console.data(&show::text(&shown, context.style));
            }
        }
        Ok(Outcome::of(&summary))
    }
}
