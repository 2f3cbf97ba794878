//! `diff`: what a change of the project does to its columns, and to those who read them.

use clap::{Args, ValueEnum};

use crate::cli::Context;
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::events::Level;
use crate::pipeline;
use crate::report::node_diff;

/// Compare the project with a git revision, with artifacts, or with another target.
///
/// Shows models and columns that were added, removed, retyped or that mean something else, what that reaches, and what is
/// only written differently. Nothing is built.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  forge diff main\n  forge diff prod-artifacts --output markdown\n  forge diff target:prod --fail-on never"
)]
pub(in crate::cli) struct Diff {
    /// A git revision, a folder with manifest.json (and catalog.json), or target:NAME
    #[arg(value_name = "BASE")]
    base: String,

    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output: Form,

    /// Which differences make the command fail
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    fail_on: FailOn,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people
    #[default]
    Text,
    /// For a pull request
    Markdown,
    /// For programs
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Models or columns that are gone, and other types
    #[default]
    Breaking,
    /// Those, and columns or rows that mean something else
    Meaning,
    /// None
    Never,
}

impl Diff {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let prepared = super::prepare(context)?;
        let report = pipeline::diff(&context.world, &prepared, &self.base)?;
        for note in &report.notes {
            context.say(Level::Warn, note.as_str());
        }
        context.console.data(&match self.output {
            Form::Text => node_diff::text(&report.base, &report.nodes, context.style),
            Form::Markdown => node_diff::markdown(&report.base, &report.nodes),
            Form::Json => {
                format!("{:#}", node_diff::json(&report.base, &report.notes, &report.nodes))
            }
        });
        let fails = |one: &node_diff::Entry| match self.fail_on {
            FailOn::Never => false,
            FailOn::Breaking => one.0.is_breaking(),
            FailOn::Meaning => one.0.is_breaking() || one.0.changes_meaning(),
        };
        Ok(if report.nodes.iter().any(fails) { Outcome::Failed } else { Outcome::Fine })
    }
}
