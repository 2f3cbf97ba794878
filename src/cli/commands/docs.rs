//! `docs`: what other programs make documentation from.

use clap::{Args, Subcommand};

use crate::cli::Context;
use crate::cli::args::SelectArgs;
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::pipeline::{self, DocsOptions};

/// Write what documentation is made from.
#[derive(Debug, Args)]
pub(in crate::cli) struct Docs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Generate(Generate),
}

/// Write target/manifest.json and target/catalog.json.
///
/// The catalog has the relations that are in the database, with their columns and types. Folders of `asset-paths` are
/// copied into the target folder.
#[derive(Debug, Args)]
struct Generate {
    #[command(flatten)]
    select: SelectArgs,

    /// Do not compile, and leave target/manifest.json alone
    #[arg(long, overrides_with = "compile")]
    no_compile: bool,
    #[arg(long, hide = true, overrides_with = "no_compile")]
    compile: bool,

    /// Ask the database for nothing: a catalog without relations
    #[arg(long)]
    empty_catalog: bool,
}

impl Docs {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let Verb::Generate(verb) = &self.verb;
        let prepared = super::prepare(context)?;
        let options = DocsOptions { compile: !verb.no_compile, empty_catalog: verb.empty_catalog };
        pipeline::generate_docs(&context.world, &prepared, &verb.select.selection(), options)?;
        Ok(Outcome::Fine)
    }
}
