//! dbt's flags that have nothing to do here: accepted, so that scripts keep working.
//!
//! Who gives one that asks for something is told in one line why it has no effect. One that asks for what forge does
//! anyway (`--no-partial-parse`) is fulfilled without a word. All in one table.

use clap::error::Error;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use serde_json::{Map, Value as Json};

const NO_CACHE: &str =
    "there is no cache of relations: the database is one file, and looking is cheap";
const NO_PARSE_CACHE: &str =
    "every start reads everything; there is no parse cache to keep or to skip";
const ONE_PARSER: &str = "there is one parser, and it is exact";
const NO_EXPORTS: &str = "saved queries are read and listed, and exported by nobody";
const OLD_NAME: &str = "dbt keeps it for old variables of the environment; use the flag itself";
const NO_STATS: &str = "nothing is ever sent";
const NO_REPORT: &str = "`forge history` shows what runs have cost";

/// A flag without a value: its name, and why it and its `--no-` form have no effect; `None` where it is fulfilled.
type Switch = (&'static str, Option<&'static str>, &'static str, Option<&'static str>);

macro_rules! switches {
    ($($name:literal $yes:expr, $no:expr;)*) => {
        const SWITCHES: &[Switch] = &[$(($name, $yes, concat!("no-", $name), $no)),*];
    };
}

switches! {
    "cache-selected-only" None, None;
    "deprecated-no-print" Some(OLD_NAME), None;
    "deprecated-print" Some(OLD_NAME), None;
    "export-saved-queries" Some(NO_EXPORTS), None;
    "hints-enabled" Some("hints come with the messages that they belong to"), None;
    "include-saved-query" Some(NO_EXPORTS), None;
    "inject-ephemeral-ctes" None, Some("compiled code has them, so that it can be run");
    "introspect" None, Some("templates are rendered with their queries, as they would be in a run");
    "log-cache-events" Some(NO_CACHE), None;
    "macro-debugging" Some("errors show the calls of macros that lead to them in any case"), None;
    "partial-parse" Some(NO_PARSE_CACHE), None;
    "partial-parse-file-diff" Some(NO_PARSE_CACHE), None;
    "populate-cache" None, None;
    "send-anonymous-usage-stats" Some(NO_STATS), None;
    "show-all-deprecations" None, None;
    "show-resource-report" Some(NO_REPORT), None;
    "snowflake-projects-otel" Some("it is of one engine that is not here"), None;
    "static-parser" Some(ONE_PARSER), None;
    "upload-to-artifacts-ingest-api" Some(NO_STATS), None;
    "use-colors-file" Some("the log file has no colours, so that it can be searched"), None;
    "use-experimental-parser" Some(ONE_PARSER), None;
    "use-fast-test-edges" None, None;
    "use-v2-parser" Some(ONE_PARSER), None;
}

/// Flags with a value, and why they have no effect.
const VALUES: &[(&str, Option<char>, &str)] = &[
    ("deprecated-defer", None, OLD_NAME),
    ("deprecated-favor-state", None, OLD_NAME),
    ("deprecated-state", None, OLD_NAME),
    ("maximum-seed-size-mib", None, "seeds of any size are compared by their content"),
    ("partial-parse-file-path", None, NO_PARSE_CACHE),
    ("printer-width", None, "lines are as wide as the terminal; set COLUMNS where there is none"),
    ("record-timing-info", Some('r'), NO_REPORT),
    ("sqlparse", None, "it is about a library of dbt's that forge does not use"),
    ("v2-parser", None, ONE_PARSER),
];

/// The flags without effect that were given.
#[derive(Debug, Default)]
pub(super) struct Ignored {
    /// Why each has none.
    pub(super) notes: Vec<String>,
    /// Their values under dbt's names of arguments.
    pub(super) given: Map<String, Json>,
}

impl Args for Ignored {
    fn augment_args(command: Command) -> Command {
        let hidden = |name: &'static str| Arg::new(name).long(name).global(true).hide(true);
        let names = SWITCHES.iter().flat_map(|(yes, _, no, _)| [*yes, *no]);
        let switches = names.map(|name| hidden(name).action(ArgAction::SetTrue));
        let values = VALUES.iter().map(|(name, short, _)| {
            let value = hidden(name).action(ArgAction::Set);
            if let Some(short) = short { value.short(*short) } else { value }
        });
        command.args(switches).args(values)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Ignored {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let both = SWITCHES
            .iter()
            .flat_map(|(yes, why, no, why_not)| [(yes, yes, true, why), (no, yes, false, why_not)]);
        let switches = both
            .filter(|(name, ..)| matches.get_flag(name))
            .map(|(name, flag, value, why)| (*name, *flag, Json::from(value), *why));
        let values = VALUES.iter().filter_map(|(name, _, why)| {
            let text = matches.get_one::<String>(name)?;
            let value = text.parse().map_or_else(|_| Json::from(text.as_str()), |n: i64| n.into());
            Some((*name, *name, value, Some(*why)))
        });
        let mut ignored = Ignored::default();
        for (name, flag, value, why) in switches.chain(values) {
            let note = why.map(|why| format!("`--{name}` has no effect: {why}"));
            ignored.notes.extend(note);
            ignored.given.insert(flag.replace('-', "_"), value);
        }
        Ok(ignored)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
