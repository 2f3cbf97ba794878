//! `source`: what can be asked of sources.

use clap::{Args, Subcommand};

use super::generate::WriteArgs;
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
    Schema(Schema),
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

/// Complete property files with the columns that the tables of sources have in the database.
///
/// `forge check` reads them where there is no database. Comments, order and everything that is written stay. Without
/// --write, shows what would change.
#[derive(Debug, Args)]
struct Schema {
    #[command(flatten)]
    select: SelectArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl Source {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let prepared = super::prepare(context)?;
        let verb = match &self.verb {
            Verb::Freshness(verb) => verb,
            Verb::Schema(verb) => {
                let selection = verb.select.selection();
                let files = pipeline::source_schema(&context.world, &prepared, &selection)?;
                return verb.write.finish(context, &files);
            }
        };
        let (selection, output) = (verb.select.selection(), verb.output.as_deref());
        let failed = pipeline::freshness(&context.world, &prepared, &selection, output)?;
        Ok(if failed { Outcome::Failed } else { Outcome::Fine })
    }
}
