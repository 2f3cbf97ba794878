//! `docs`: what other programs make documentation from.

use std::io::{self, IsTerminal};

use clap::{Args, Subcommand};

use crate::cli::Context;
use crate::cli::args::SelectArgs;
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::pipeline::{self, DocsOptions, ServeOptions};
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
    Serve(Serve),
}

/// Show the project in a browser: models, columns, tests, SQL and lineage.
///
/// Serves a page that reads target/manifest.json and target/catalog.json, which `forge docs generate` writes, until Ctrl-C.
#[derive(Debug, Args)]
struct Serve {
    /// The address; by default only this machine reaches it
    #[arg(long, default_value = "127.0.0.1", env = "DBT_HOST", hide_env = true)]
    host: String,

    /// The port; 0 is any that is free
    #[arg(long, default_value_t = 8080)]
    port: u16,

    /// Do not open a browser, which happens only on a terminal
    #[arg(long, overrides_with = "browser")]
    no_browser: bool,
    #[arg(long, hide = true, overrides_with = "no_browser")]
    browser: bool,
}

/// Write target/manifest.json, target/catalog.json, and target/index.html, which shows them.
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

    /// Also write target/static_index.html, a page that needs no other file
    #[arg(long = "static", overrides_with = "no_static")]
    is_static: bool,
    #[arg(long, hide = true, overrides_with = "is_static")]
    no_static: bool,
}

impl Docs {
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        if let Verb::Generate(verb) = &self.verb {
            verb.select.set_flags(flags);
            flags.argument("compile", !verb.no_compile);
            flags.argument("empty_catalog", verb.empty_catalog);
            flags.argument("static", verb.is_static);
        }
    }

    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        match &self.verb {
            Verb::Generate(verb) => verb.run(context),
            Verb::Serve(verb) => verb.run(context),
        }
    }
}

impl Generate {
    fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let prepared = super::prepare(context)?;
        let options = DocsOptions {
            compile: !self.no_compile,
            empty_catalog: self.empty_catalog,
            is_static: self.is_static,
        };
        pipeline::generate_docs(&context.world, &prepared, &self.select.selection(), options)?;
        Ok(Outcome::Fine)
    }
}

impl Serve {
    fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let project = pipeline::load_root(&context.world, &context.flags)?;
        let options = ServeOptions {
            host: self.host.clone(),
            port: self.port,
            browser: self.browser || !self.no_browser && io::stderr().is_terminal(),
        };
        pipeline::serve_docs(&context.world, &project, &options)?;
        Ok(Outcome::Fine)
    }
}
