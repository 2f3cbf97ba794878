//! `source`: what can be asked of sources.

use clap::{Args, Subcommand};

use crate::cli::Context;
use crate::cli::args::SelectArgs;
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::pipeline;

/// Look at the tables that others fill.
#[derive(Debug, Args)]
pub(in crate::cli) struct Source {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    #[command(alias = "snapshot-freshness")]
    Freshness(Freshness),
}

/// Check how old the newest rows of the selected sources are.
///
/// Looks at the sources with `freshness`, and writes target/sources.json. A source that is older than `error_after`,
/// or that cannot be looked at, makes the command fail; one that is older than `warn_after` does not.
#[derive(Debug, Args)]
struct Freshness {
    #[command(flatten)]
    select: SelectArgs,

    /// Write the results to this file instead of target/sources.json
    #[arg(short, long, value_name = "PATH")]
    output: Option<String>,
}

impl Source {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let Verb::Freshness(verb) = &self.verb;
        let prepared = super::prepare(context)?;
        let (selection, output) = (verb.select.selection(), verb.output.as_deref());
        let failed = pipeline::freshness(&context.world, &prepared, &selection, output)?;
        Ok(if failed { Outcome::Failed } else { Outcome::Fine })
    }
}
