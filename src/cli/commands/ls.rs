//! `ls`: what is in the project.

use clap::{Args, ValueEnum};

use crate::cli::Context;
use crate::cli::args::{SelectArgs, TypeArgs};
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::events::Level;
use crate::names::UniqueId;
use crate::pipeline::{self, Prepared, Selection};
use crate::report::list;

/// List the resources of the project, one a line.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  forge ls --select +orders\n  forge ls --resource-type model --output json --output-keys name config.materialized"
)]
pub(in crate::cli) struct Ls {
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    types: TypeArgs,

    /// What is printed of a resource
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output: Output,

    /// The keys of `--output json`
    #[arg(long, num_args = 1.., value_name = "KEY")]
    output_keys: Vec<String>,

    /// Say of each resource which part of the selection brought it in, and why
    #[arg(long)]
    explain: bool,
}

/// What is printed of a resource.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Output {
    /// What --select takes
    #[default]
    Selector,
    /// Its name
    Name,
    /// Its file
    Path,
    /// An object
    Json,
}

impl Ls {
    pub(in crate::cli) fn selection(&self) -> Selection {
        let mut selection = self.types.narrow(self.select.selection());
        if self.select.is_models() {
            selection.resource_types = vec!["model".to_owned()];
        }
        selection
    }

    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let prepared = super::prepare(context)?;
        let ids = pipeline::list(&context.world, &prepared, &self.selection())?;
        // The answer comes first: the manifest of a large project takes a moment.
        let shown = self.show(context, &prepared, &ids);
        pipeline::write_parsed(&context.world, &prepared);
        shown.map(|()| Outcome::Fine)
    }

    fn show(
        &self,
        context: &Context,
        prepared: &Prepared,
        ids: &[UniqueId],
    ) -> Result<(), Diagnostics> {
        if ids.is_empty() {
            context.say(Level::Warn, "nothing to list: the selection is empty");
        } else if self.explain {
            let reasons = pipeline::explain(&context.world, prepared, &self.selection(), ids)?;
            let lines = list::explained(&prepared.manifest, &reasons, &self.format());
            context.console.data(&lines.join("\n"));
        } else {
            context.console.lines(&list::lines(&prepared.manifest, ids, &self.format()));
        }
        Ok(())
    }

    fn format(&self) -> list::Output {
        let word = match self.output {
            Output::Selector => "selector",
            Output::Name => "name",
            Output::Path => "path",
            Output::Json => "json",
        };
        list::Output::parse(word, &self.keys()).unwrap_or_default()
    }

    /// dbt: several keys in one argument are separated by blanks.
    fn keys(&self) -> Vec<String> {
        self.output_keys
            .iter()
            .flat_map(|keys| keys.split_whitespace())
            .map(str::to_owned)
            .collect()
    }
}
