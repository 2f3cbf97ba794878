//! `requeue`: rows in quarantine, tried again.

use clap::Args;

use crate::cli::Context;
use crate::cli::args::SelectArgs;
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::events::Level;
use crate::execute::Requeue as How;
use crate::pipeline;

/// Try quarantined rows again.
///
/// The rows of the models' quarantine tables are judged by today's expectations. Those that pass go to the model's
/// table, by its incremental strategy, and leave the quarantine; both in one transaction for each model. Hooks do
/// not run.
#[derive(Debug, Args)]
pub(in crate::cli) struct Requeue {
    /// The models whose rows are tried: names or selectors
    #[arg(value_name = "MODEL", required_unless_present_any = ["select", "models", "selector"])]
    names: Vec<String>,

    #[command(flatten)]
    select: SelectArgs,

    /// Say what would be moved, and move nothing
    #[arg(long)]
    dry_run: bool,
}

impl Requeue {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let prepared = super::prepare(context)?;
        let mut selection = self.select.selection();
        selection.select.extend(self.names.iter().cloned());
        let how = if self.dry_run { How::Try } else { How::Move };
        let summary = pipeline::requeue(&context.world, &prepared, &selection, how)?;
        for result in summary.results.results.iter().filter(|result| result.status == "success") {
            context.say(Level::Info, result.message.as_deref().unwrap_or_default());
        }
        if self.dry_run {
            context.say(Level::Info, "dry run: nothing was moved");
        }
        Ok(Outcome::of(&summary))
    }
}
