//! `gen`: writes what can be known into the files of the project.

use clap::{Args, Subcommand};

use crate::cli::Context;
use crate::cli::args::SelectArgs;
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::events::Level;
use crate::pipeline::{self, Inherit, PropertyFile};
use crate::report::diff;

/// Write what can be known into the files of the project.
#[derive(Debug, Args)]
pub(in crate::cli) struct Generate {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Yaml(GenYaml),
}

/// Complete property files with the columns that models, seeds and snapshots really have.
///
/// Comments, order and everything that is written stay. Without --write, shows what would change.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  forge gen yaml orders\n  forge gen yaml staging --write\n  forge gen yaml --inherit"
)]
struct GenYaml {
    /// The models, seeds and snapshots; any selectors; all without one
    #[arg(value_name = "NODE")]
    nodes: Vec<String>,

    #[command(flatten)]
    select: SelectArgs,

    /// Take descriptions and `meta` from the columns whose values are taken as they are
    #[arg(long)]
    inherit: bool,

    #[command(flatten)]
    write: WriteArgs,
}

/// Whether files are changed.
#[derive(Debug, Args)]
pub(super) struct WriteArgs {
    /// Change the files instead of showing what would change
    #[arg(long)]
    write: bool,
}

impl Generate {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let Verb::Yaml(verb) = &self.verb;
        let prepared = super::prepare(context)?;
        let mut selection = verb.select.selection();
        selection.select.extend(verb.nodes.iter().cloned());
        let inherit = if verb.inherit { Inherit::Labels } else { Inherit::Nothing };
        let files = pipeline::gen_yaml(&context.world, &prepared, &selection, inherit)?;
        verb.write.finish(context, &files)
    }
}

impl WriteArgs {
    /// Writes the files, or shows what would be written.
    pub(super) fn finish(
        &self,
        context: &Context,
        files: &[PropertyFile],
    ) -> Result<Outcome, Diagnostics> {
        if files.is_empty() {
            context.say(Level::Info, "nothing to add: every column is written down");
            return Ok(Outcome::Fine);
        }
        if self.write {
            pipeline::save_property_files(&context.world, files)?;
        }
        for file in files {
            if !self.write {
                let (old, new) = ((&*file.shown, &*file.old), (&*file.shown, &*file.new));
                context.console.data(&diff::unified(old, new, context.style));
            }
            let verb = if self.write { "added" } else { "would add" };
            context.say(Level::Info, format!("{}: {verb} {}", file.shown, file.added.join(", ")));
        }
        if !self.write {
            context.say(Level::Info, "nothing was changed; --write changes the files");
        }
        Ok(Outcome::Fine)
    }
}
