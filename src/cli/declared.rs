//! The command line as clap knows it: all of it, or as much as the arguments need.
//!
//! clap gives every verb a copy of every global flag before it looks at the first argument, most of the time that a
//! short command takes. So the verbs that no argument names are left out at first. What then fails is asked
//! again of the whole, so that messages and help know all verbs. Invariant: both read the same into the same.

use std::ffi::OsString;

use clap::error::{Error, ErrorKind};
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches, Subcommand};

use super::args::Cli;
use super::commands;
use super::program::Program;

/// The command line under the name by which the program was called.
pub(super) fn declared(program: Program) -> Command {
    named(program, <Cli>::command())
}

/// Reads the arguments.
pub(super) fn parse(program: Program, arguments: &[OsString]) -> Result<Cli, Error> {
    let mut matches = match needed(program, arguments).try_get_matches_from(arguments) {
        Err(error) if error.kind() != ErrorKind::DisplayVersion => {
            declared(program).try_get_matches_from(arguments)?
        }
        first => first?,
    };
    Cli::from_arg_matches_mut(&mut matches)
}

fn named(program: Program, command: Command) -> Command {
    command
        .name(program.name())
        .bin_name(program.name())
        .version(program.version())
        .long_version(program.long_version())
}

/// The command line with the verbs that an argument is the name of.
fn needed(program: Program, arguments: &[OsString]) -> Command {
    let is_named = |verb: &Command| {
        let mut names = verb.get_all_aliases().chain([verb.get_name()]);
        names.any(|name| arguments.iter().skip(1).any(|word| word == name))
    };
    let verbs = commands::Command::augment_subcommands(Command::new("verbs"));
    let verbs = verbs.get_subcommands().filter(|verb| is_named(verb)).cloned();
    named(program, Cli::<NoVerb>::command()).subcommands(verbs)
}

/// Verbs that are added later.
#[derive(Debug)]
enum NoVerb {}

impl Subcommand for NoVerb {
    fn augment_subcommands(command: Command) -> Command {
        command
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        command
    }

    fn has_subcommand(_: &str) -> bool {
        false
    }
}

impl FromArgMatches for NoVerb {
    fn from_arg_matches(_: &ArgMatches) -> Result<Self, Error> {
        Err(Error::new(ErrorKind::InvalidSubcommand))
    }

    fn update_from_arg_matches(&mut self, _: &ArgMatches) -> Result<(), Error> {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    /// What both say, as text.
    fn both(line: &str) -> [String; 2] {
        let read = |matches: Result<ArgMatches, Error>| {
            let read = matches.and_then(|mut all| <Cli>::from_arg_matches_mut(&mut all));
            read.map_or_else(|error| error.to_string(), |cli| format!("{cli:?}"))
        };
        let words = words(line);
        let short = parse(Program::Forge, &words).map(|cli| format!("{cli:?}"));
        let short = short.unwrap_or_else(|error| error.to_string());
        [short, read(declared(Program::Forge).try_get_matches_from(&words))]
    }

    #[test]
    fn the_part_reads_what_the_whole_reads() {
        for line in [
            "forge",
            "forge -v",
            "forge --version",
            "forge build --version",
            "forge --help",
            "forge help build",
            "forge build -h",
            "forge bild",
            "forge build --no-such-flag",
            "forge --target dev build --target prod -s run test",
            "forge --vars ls list -q",
            "forge build -s run --exclude test -x",
            "forge docs serve --port 1",
            "forge source freshness --no-partial-parse",
            "forge run build",
            "forge ls --output nonsense",
        ] {
            let [short, whole] = both(line);
            assert_eq!(short, whole, "{line}");
        }
    }

    #[test]
    fn verbs_that_nobody_names_are_left_out() {
        let command = needed(Program::Forge, &words("forge --vars ls list -q"));
        let names: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
        assert_eq!(names, ["ls"]);
    }
}
