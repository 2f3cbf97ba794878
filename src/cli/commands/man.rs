//! `man`: the manual page.

use clap::{Args, Command};
use clap_mangen::Man as Page;

use crate::cli::Context;
use crate::cli::exit::Outcome;
use crate::cli::program::Program;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::names::did_you_mean;

/// Print the manual page of forge, or of one verb.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  forge man | man -l -
  forge man build > ~/.local/share/man/man1/forge-build.1")]
pub(in crate::cli) struct Man {
    /// The verb
    verb: Option<String>,
}

impl Man {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let mut declared = crate::cli::declared::declared(Program::of(&[context.program()]));
        // Verbs get the flags of all verbs only when the whole is built.
        declared.build();
        let command = match &self.verb {
            Some(verb) => of_verb(&declared, verb)?,
            None => declared,
        };
        let mut page = Vec::new();
        let written = Page::new(command).render(&mut page);
        written.expect("invariant: writing to memory does not fail");
        context.console.data(&String::from_utf8_lossy(&page));
        Ok(Outcome::Fine)
    }
}

fn of_verb(declared: &Command, verb: &str) -> Result<Command, Diagnostic> {
    if let Some(found) = declared.find_subcommand(verb) {
        return Ok(found.clone().display_name(format!("{}-{verb}", declared.get_name())));
    }
    let verbs = declared.get_subcommands().map(Command::get_name);
    let message = format!("`{verb}` is no verb of {}", declared.get_name());
    Err(Diagnostic::error(codes::UNSUPPORTED, message).suggest(did_you_mean(verb, verbs)))
}
