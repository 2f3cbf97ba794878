//! `clean`: removes what can be made again.

use clap::Args;

use crate::cli::Context;
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::events::Level;
use crate::pipeline;

/// Remove the folders of `clean-targets`; never the database.
#[derive(Debug, Args)]
pub(in crate::cli) struct Clean {
    /// Remove only folders inside the project, which forge always does
    #[arg(long, hide = true, overrides_with = "no_clean_project_files_only")]
    clean_project_files_only: bool,
    #[arg(long, hide = true)]
    no_clean_project_files_only: bool,
}

impl Clean {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let project = pipeline::load_root(&context.world, &context.flags)?;
        let removed = pipeline::clean(&context.world, &project)?;
        if removed.is_empty() {
            context.say(Level::Info, "nothing to clean");
        }
        for path in removed {
            context.say(Level::Info, format!("removed {}", path.display()));
        }
        Ok(Outcome::Fine)
    }
}
