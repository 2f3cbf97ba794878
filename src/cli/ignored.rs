//! dbt's flags that mean nothing here: accepted, so that scripts keep working, and noted with `--debug`.

use clap::error::Error;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

macro_rules! switches {
    ($($name:literal),* $(,)?) => {
        /// Flags without a value, each with its `--no-` form.
        const SWITCHES: &[&str] = &[$($name, concat!("no-", $name)),*];
    };
}

switches! {
    "cache-selected-only",
    "hints-enabled",
    "introspect",
    "log-cache-events",
    "partial-parse",
    "populate-cache",
    "send-anonymous-usage-stats",
    "show-all-deprecations",
    "show-resource-report",
    "snowflake-projects-otel",
    "static-parser",
    "upload-to-artifacts-ingest-api",
    "use-colors-file",
    "use-experimental-parser",
    "use-fast-test-edges",
    "use-v2-parser",
}

/// Flags with a value.
const VALUES: &[&str] = &[
    "log-file-max-bytes",
    "log-format-file",
    "log-level-file",
    "maximum-seed-size-mib",
    "printer-width",
    "record-timing-info",
];

/// The flags without effect that were given, as typed.
#[derive(Debug, Default)]
pub(super) struct Ignored(pub(super) Vec<String>);

impl Args for Ignored {
    fn augment_args(command: Command) -> Command {
        let hidden = |name: &&'static str| Arg::new(*name).long(*name).global(true).hide(true);
        let switches = SWITCHES.iter().map(|name| hidden(name).action(ArgAction::SetTrue));
        let values = VALUES.iter().map(|name| hidden(name).action(ArgAction::Set));
        command.args(switches).args(values)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Ignored {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let switches = SWITCHES.iter().filter(|name| matches.get_flag(name));
        let values = VALUES.iter().filter(|name| matches.get_one::<String>(name).is_some());
        Ok(Ignored(switches.chain(values).map(|name| format!("--{name}")).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
