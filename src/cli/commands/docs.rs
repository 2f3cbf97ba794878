//! `docs`: what other programs make documentation from.

use clap::{Args, Subcommand};

use crate::cli::Context;
use crate::cli::args::SelectArgs;
use crate::cli::exit::Outcome;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::pipeline::{self, DocsOptions};
use crate::project::FlagOverrides;

/// Write what documentation is made from.
#[derive(Debug, Args)]
pub(in crate::cli) struct Docs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Generate(Generate),
    #[command(hide = true)]
    Serve(Serve),
}

/// dbt's server of its web page, which is not here.
#[derive(Debug, Args)]
struct Serve {
    #[arg(long)]
    host: Option<String>,
    #[arg(long)]
    port: Option<u16>,
    #[arg(long, overrides_with = "no_browser")]
    browser: bool,
    #[arg(long, overrides_with = "browser")]
    no_browser: bool,
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
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        if let Verb::Generate(verb) = &self.verb {
            verb.select.set_flags(flags);
            flags.argument("compile", !verb.no_compile);
            flags.argument("empty_catalog", verb.empty_catalog);
        }
    }

    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let verb = match &self.verb {
            Verb::Generate(verb) => verb,
            Verb::Serve(_) => return Err(no_server().into()),
        };
        let prepared = super::prepare(context)?;
        let options = DocsOptions { compile: !verb.no_compile, empty_catalog: verb.empty_catalog };
        pipeline::generate_docs(&context.world, &prepared, &verb.select.selection(), options)?;
        Ok(Outcome::Fine)
    }
}

fn no_server() -> Diagnostic {
    Diagnostic::error(codes::UNSUPPORTED, "forge serves no web page")
        .hint("put dbt's `index.html` beside target/manifest.json and target/catalog.json, and serve that folder")
}
