//! `check`: every mistake at its line, before a row is touched.

use clap::Args;

use crate::cli::Context;
use crate::cli::args::{SelectArgs, TypeArgs};
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::events::Level;
use crate::pipeline::{self, CheckReport};
use crate::report::style::count;

/// Prepare every model, test and fixture against empty tables, and report every mistake at its line.
///
/// Nothing is built and no row is read: columns of sources come from the database where it is there, else from property
/// files.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  forge check\n  forge check --select orders+\n  forge check --github"
)]
pub(in crate::cli) struct Check {
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    types: TypeArgs,
}

impl Check {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let selection = self.types.narrow(self.select.selection());
        let rest =
            |mistakes| pipeline::check_rest(&context.world, &context.flags, &selection, mistakes);
        let prepared = super::prepare(context).map_err(rest)?;
        let report = pipeline::check(&context.world, &prepared, &selection)?;
        context.say(Level::Info, summary(&report));
        Ok(if report.errors > 0 { Outcome::Failed } else { Outcome::Fine })
    }
}

fn summary(report: &CheckReport) -> String {
    let looked_at = count(report.looked_at as i64, "resource");
    let found = [(report.errors, "error"), (report.warnings, "warning")];
    let found = found.iter().filter(|(number, _)| *number > 0);
    let found: Vec<String> = found.map(|(number, word)| count(*number as i64, word)).collect();
    let found = if found.is_empty() { "no mistakes".to_owned() } else { found.join(", ") };
    match report.unchecked {
        0 => format!("checked {looked_at}: {found}"),
        unchecked => format!("checked {looked_at}: {found}; {unchecked} could not be judged"),
    }
}
