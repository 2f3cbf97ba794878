//! `parse`: reads the project and says what is wrong with it.

use clap::Args;

use crate::cli::Context;
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::events::Level;
use crate::report::style::count;

/// Read the whole project, report every mistake, and write manifest.json.
#[derive(Debug, Args)]
pub(in crate::cli) struct Parse {}

impl Parse {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let prepared = super::prepare(context)?;
        crate::pipeline::write_parsed(&context.world, &prepared);
        let (nodes, sources) = (prepared.manifest.nodes.len(), prepared.manifest.sources.len());
        let (nodes, sources) = (count(nodes as i64, "node"), count(sources as i64, "source"));
        context.say(Level::Info, format!("parsed {nodes} and {sources}"));
        Ok(Outcome::Fine)
    }
}
