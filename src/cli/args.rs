//! The arguments: flags that every verb takes, before or after the verb, and the selection flags.
//!
//! Spelling and meaning are dbt 1.12's; every flag is declared once.

use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use super::commands::Command;
use super::ignored::Ignored;
use crate::pipeline::Selection;
use crate::project::FlagOverrides;
use crate::report::gate;
use crate::report::outbox::Outbox;

/// Turns a directory of Jinja-templated SQL and YAML into tables, tests and proof.
///
/// forge reads dbt projects as they are. It needs no server and no account, and the network only to install packages.
#[derive(Debug, Parser)]
#[command(
    name = "forge",
    version,
    disable_version_flag = true,
    propagate_version = true,
    args_override_self = true,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub(super) struct Cli<Verb: Subcommand = Command> {
    #[command(flatten)]
    pub(super) global: Global,

    #[command(flatten)]
    ignored: Ignored,

    #[command(subcommand)]
    pub(super) command: Verb,

    /// Print the version; --version also tells how forge was built
    #[arg(short = 'v', short_alias = 'V', long, global = true, action = ArgAction::Version)]
    version: Option<bool>,
}

/// Flags of every verb.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// The folder of the project [default: the working directory, then its parents]
    #[arg(long, global = true, value_name = "DIR")]
    project_dir: Option<String>,

    /// The folder of profiles.yml [default: the project, then ~/.dbt]
    #[arg(long, global = true, value_name = "DIR", hide_short_help = true)]
    profiles_dir: Option<String>,

    /// The profile to use instead of that of the project file
    #[arg(long, global = true, value_name = "NAME", hide_short_help = true)]
    profile: Option<String>,

    /// The target of the profile
    #[arg(short, long, global = true, value_name = "NAME")]
    target: Option<String>,

    /// The folder for compiled files and artifacts
    #[arg(long, global = true, value_name = "DIR", hide_short_help = true)]
    target_path: Option<String>,

    /// The folder for log files
    #[arg(long, global = true, value_name = "DIR", help_heading = "Log", hide_short_help = true)]
    log_path: Option<String>,

    /// Variables of the project, as YAML
    #[arg(long, global = true, value_name = "YAML")]
    vars: Option<String>,

    /// How many nodes run at a time
    #[arg(long, global = true, value_name = "N", value_parser = threads)]
    threads: Option<usize>,

    #[arg(long, global = true, hide = true, overrides_with = "no_single_threaded")]
    single_threaded: bool,
    #[arg(long, global = true, hide = true, overrides_with = "single_threaded")]
    no_single_threaded: bool,

    /// How many seconds to wait for another run on the same database [default: 600]
    #[arg(long, global = true, value_name = "SECONDS", hide_short_help = true)]
    lock_timeout: Option<u64>,

    /// Stop at the first failure
    #[arg(short = 'x', long, global = true, overrides_with = "no_fail_fast")]
    fail_fast: bool,
    #[arg(long, global = true, hide = true, overrides_with = "fail_fast")]
    no_fail_fast: bool,

    /// The folder with the artifacts of an earlier run, to compare with or to defer to
    #[arg(long, global = true, value_name = "DIR")]
    state: Option<String>,

    /// Read what is not selected, and is not here, from where the run of --state put it
    #[arg(long, global = true, overrides_with = "no_defer")]
    defer: bool,
    #[arg(long, global = true, hide = true, overrides_with = "defer")]
    no_defer: bool,

    /// The state to defer to, when it is another one than --state
    #[arg(long, global = true, value_name = "DIR", hide_short_help = true)]
    defer_state: Option<String>,

    /// Defer to the state even for what is here, too
    #[arg(long, global = true, overrides_with = "no_favor_state", hide_short_help = true)]
    favor_state: bool,
    #[arg(long, global = true, hide = true, overrides_with = "favor_state")]
    no_favor_state: bool,

    /// Which tests come with selected nodes
    #[arg(long, global = true, value_name = "MODE",
          value_parser = ["eager", "cautious", "buildable", "empty"], hide_short_help = true)]
    indirect_selection: Option<String>,

    /// Look at dates of deprecation as if it were this day, or this moment with a time zone
    #[arg(long, global = true, value_name = "DATE", value_parser = moment, hide_short_help = true)]
    as_of: Option<jiff::Timestamp>,

    /// Make every warning an error
    #[arg(long, global = true)]
    warn_error: bool,

    /// Make some warnings errors: YAML with `error`, `warn`, `silence`
    #[arg(long, global = true, value_name = "YAML", hide_short_help = true)]
    warn_error_options: Option<String>,

    /// Make unknown keys and other slips errors
    #[arg(long, global = true)]
    strict: bool,

    /// Print only data and errors
    #[arg(short, long, global = true, overrides_with = "no_quiet", help_heading = "Output")]
    pub(super) quiet: bool,
    #[arg(long, global = true, hide = true, overrides_with = "quiet")]
    no_quiet: bool,

    /// Print what happens inside, too
    #[arg(short, long, global = true, overrides_with = "no_debug", help_heading = "Output")]
    debug: bool,
    #[arg(long, global = true, hide = true, overrides_with = "debug")]
    no_debug: bool,

    /// Colour the output [default: when it is a terminal and NO_COLOR is not set]
    #[arg(
        long,
        global = true,
        overrides_with = "no_use_colors",
        help_heading = "Output",
        hide_short_help = true
    )]
    use_colors: bool,
    /// Do not colour the output
    #[arg(
        long = "no-color",
        alias = "no-use-colors",
        global = true,
        overrides_with = "use_colors",
        help_heading = "Output",
        hide_short_help = true
    )]
    no_use_colors: bool,

    /// The form of what is told: text on standard error, or events as JSON on standard output
    #[arg(long, global = true, value_name = "FORMAT",
          value_parser = ["text", "json", "debug", "default"], help_heading = "Log", hide_short_help = true)]
    pub(super) log_format: Option<String>,

    /// The least level that is printed
    #[arg(long, global = true, value_name = "LEVEL",
          value_parser = ["debug", "info", "warn", "error", "none"], help_heading = "Log", hide_short_help = true)]
    pub(super) log_level: Option<String>,

    /// The form of the log file [default: debug, or that of --log-format]
    #[arg(long, global = true, value_name = "FORMAT",
          value_parser = ["text", "json", "debug", "default"], help_heading = "Log", hide_short_help = true)]
    log_format_file: Option<String>,

    /// The least level in the log file [default: debug, or that of --log-level]
    #[arg(long, global = true, value_name = "LEVEL",
          value_parser = ["debug", "info", "warn", "error", "none"], help_heading = "Log", hide_short_help = true)]
    log_level_file: Option<String>,

    /// The size at which the log file is put aside; 0 for never [default: 10485760]
    #[arg(long, global = true, value_name = "BYTES", help_heading = "Log", hide_short_help = true)]
    log_file_max_bytes: Option<u64>,

    /// Write how every node ended as JUnit XML
    #[arg(long, global = true, value_name = "FILE", help_heading = "Gate")]
    junit: Option<PathBuf>,

    /// Write mistakes and failures as SARIF
    #[arg(long, global = true, value_name = "FILE", help_heading = "Gate")]
    sarif: Option<PathBuf>,

    /// Write a summary in Markdown
    #[arg(long, global = true, value_name = "FILE", help_heading = "Gate")]
    summary: Option<PathBuf>,

    /// Annotate lines in GitHub Actions, and add the summary to the job's
    #[arg(long, global = true, help_heading = "Gate")]
    github: bool,

    /// Tell a webhook (Slack's, Mattermost's …) how the command ended; rather in FORGE_NOTIFY: it is a secret
    #[arg(
        long,
        global = true,
        value_name = "URL",
        help_heading = "Gate",
        env = "FORGE_NOTIFY",
        hide_env = true
    )]
    notify: Option<String>,

    /// When the webhook is told
    #[arg(long, global = true, value_name = "WHEN", help_heading = "Gate",
          default_value = "always", value_parser = ["always", "failure"], hide_short_help = true)]
    notify_on: String,

    /// Show the first failing rows of tests in quality_report.json, not their keys only
    #[arg(long, global = true, help_heading = "Gate", hide_short_help = true)]
    report_rows: bool,

    /// Show what templates print()
    #[arg(long, global = true, hide = true, overrides_with = "no_print")]
    print: bool,
    /// Do not show what templates print()
    #[arg(
        long,
        global = true,
        overrides_with = "print",
        help_heading = "Output",
        hide_short_help = true
    )]
    no_print: bool,

    #[arg(long, global = true, hide = true, overrides_with = "no_version_check")]
    version_check: bool,
    /// Do not check `require-dbt-version`
    #[arg(long, global = true, overrides_with = "version_check", hide_short_help = true)]
    no_version_check: bool,

    #[arg(long, global = true, hide = true, overrides_with = "no_write_json")]
    write_json: bool,
    /// Do not write manifest.json and run_results.json
    #[arg(long, global = true, overrides_with = "write_json", hide_short_help = true)]
    no_write_json: bool,
}

impl Global {
    /// The webhook that is told.
    fn webhook(&self) -> Option<&str> {
        self.notify.as_deref().filter(|url| is_address(url))
    }

    /// Whether the webhook can be told; an empty one is none.
    pub(super) fn has_good_webhook(&self) -> bool {
        self.notify.as_deref().is_none_or(|url| url.is_empty() || is_address(url))
    }

    /// What is written for the gate before a merge, and who is told; `logs` is where messages wait.
    pub(super) fn gate(&self, logs: &Path) -> gate::Wanted {
        gate::Wanted {
            junit: self.junit.clone(),
            sarif: self.sarif.clone(),
            summary: self.summary.clone(),
            github: self.github,
            rows: if self.report_rows { gate::Rows::Shown } else { gate::Rows::Keys },
            notify: self.webhook().map(|url| gate::Notify {
                outbox: Outbox::new(url.to_owned(), logs.join("outbox")),
                occasion: match self.notify_on.as_str() {
                    "failure" => gate::Occasion::Failure,
                    _ => gate::Occasion::Always,
                },
            }),
        }
    }

    /// `--quiet`, `--no-quiet`.
    pub(super) fn quiet(&self) -> Option<bool> {
        switch(self.quiet, self.no_quiet)
    }

    /// `--debug`, `--no-debug`.
    pub(super) fn debug(&self) -> Option<bool> {
        switch(self.debug, self.no_debug)
    }

    /// `--use-colors`, `--no-color`.
    pub(super) fn use_colors(&self) -> Option<bool> {
        switch(self.use_colors, self.no_use_colors)
    }

    /// `--print`, `--no-print`.
    pub(super) fn print(&self) -> Option<bool> {
        switch(self.print, self.no_print)
    }
}

impl Cli {
    /// What the command line said, for the project to resolve.
    pub(super) fn overrides(&self, command_line: String) -> FlagOverrides {
        let global = &self.global;
        let mut flags = FlagOverrides {
            which: self.command.name().to_owned(),
            command_line,
            project_dir: global.project_dir.clone(),
            profiles_dir: global.profiles_dir.clone(),
            profile: global.profile.clone(),
            target: global.target.clone(),
            target_path: global.target_path.clone(),
            log_path: global.log_path.clone(),
            vars: global.vars.clone(),
            threads: if global.single_threaded { Some(1) } else { global.threads },
            fail_fast: switch(global.fail_fast, global.no_fail_fast),
            warn_error: global.warn_error.then_some(true),
            warn_error_options: global.warn_error_options.clone(),
            strict: global.strict.then_some(true),
            quiet: global.quiet(),
            use_colors: global.use_colors(),
            print: global.print(),
            log_format: global.log_format.clone(),
            log_level: global.log_level.clone(),
            log_format_file: global.log_format_file.clone(),
            log_level_file: global.log_level_file.clone(),
            log_file_max_bytes: global.log_file_max_bytes,
            invocation_id: None,
            debug: global.debug(),
            version_check: switch(global.version_check, global.no_version_check),
            write_json: switch(global.write_json, global.no_write_json),
            state: global.state.clone(),
            defer_state: global.defer_state.clone(),
            defer: switch(global.defer, global.no_defer),
            favor_state: switch(global.favor_state, global.no_favor_state),
            indirect_selection: global.indirect_selection.clone(),
            as_of: global.as_of,
            without_effect: self.ignored.notes.clone(),
            full_refresh: None,
            allow_rebuild: None,
            lock_timeout: global.lock_timeout,
            store_failures: None,
            fail_on_cost_growth: None,
            profile_run: None,
            batch_tests: None,
            compute_aside: None,
            hermetic: None,
            empty: None,
            sample: None,
            event_time_start: None,
            event_time_end: None,
            arguments: self.ignored.given.clone(),
        };
        self.command.set_flags(&mut flags);
        flags
    }
}

/// A pair of flags as one answer. dbt: the later one wins; across the verb, the negative one.
fn switch(yes: bool, no: bool) -> Option<bool> {
    if no { Some(false) } else { yes.then_some(true) }
}

fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least one thread is needed".to_owned()),
        Ok(threads) => Ok(threads),
        Err(_) => Err("not a whole number".to_owned()),
    }
}

fn is_address(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// A moment; of a day, its end in UTC.
fn moment(text: &str) -> Result<jiff::Timestamp, String> {
    let whole_day = format!("{text}T23:59:59Z");
    text.parse()
        .or_else(|_| whole_day.parse())
        .map_err(|_| "not a date such as 2026-06-01 or 2026-06-01T12:00:00Z".to_owned())
}

/// Which resources are meant. Each flag takes several values and may be repeated.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub(super) struct SelectArgs {
    /// Names, paths, `tag:…`, `+ancestors`, `descendants+`, `unions of` words, `a,b` intersections
    #[arg(short, long, num_args = 1.., value_name = "SELECTOR")]
    select: Vec<String>,

    /// dbt's old spelling of --select; `ls` then takes models only
    #[arg(short, long, alias = "model", num_args = 1.., value_name = "SELECTOR", hide = true)]
    models: Vec<String>,

    /// What not to take, in the same words
    #[arg(long, num_args = 1.., value_name = "SELECTOR")]
    exclude: Vec<String>,

    /// A selector of selectors.yml
    #[arg(long, value_name = "NAME")]
    selector: Option<String>,
}

impl SelectArgs {
    /// Whether something was named.
    pub(super) fn is_given(&self) -> bool {
        !self.select.is_empty() || self.selector.is_some() || self.is_models()
    }

    /// Whether --models was used.
    pub(super) fn is_models(&self) -> bool {
        !self.models.is_empty()
    }

    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        flags.argument("select", [self.select.as_slice(), &self.models].concat());
        flags.argument("exclude", self.exclude.clone());
        flags.argument("selector", self.selector.clone());
    }

    /// The selection, of all types of resources.
    pub(super) fn selection(&self) -> Selection {
        let select = [self.select.as_slice(), &self.models].concat();
        let (exclude, selector) = (self.exclude.clone(), self.selector.clone());
        Selection { select, exclude, selector, ..Selection::default() }
    }
}

/// Which types of resources are meant.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub(super) struct TypeArgs {
    /// Take only these types
    #[arg(long = "resource-type", alias = "resource-types", num_args = 1.., value_name = "TYPE",
          value_parser = PossibleValuesParser::new(TYPES), value_delimiter = ' ',
          env = "DBT_RESOURCE_TYPES", hide_env = true)]
    resource_types: Vec<String>,

    /// Do not take these types
    #[arg(long = "exclude-resource-type", alias = "exclude-resource-types", num_args = 1..,
          value_name = "TYPE", value_parser = PossibleValuesParser::new(TYPES), value_delimiter = ' ',
          env = "DBT_EXCLUDE_RESOURCE_TYPES", hide_env = true)]
    exclude_resource_types: Vec<String>,
}

const TYPES: &[&str] = &[
    "model",
    "seed",
    "snapshot",
    "test",
    "unit_test",
    "source",
    "exposure",
    "analysis",
    "metric",
    "semantic_model",
    "saved_query",
    "function",
    "default",
    "all",
];

impl TypeArgs {
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        flags.argument("resource_types", self.resource_types.clone());
        flags.argument("exclude_resource_types", self.exclude_resource_types.clone());
    }

    /// The selection with these types.
    pub(super) fn narrow(&self, selection: Selection) -> Selection {
        Selection {
            resource_types: self.resource_types.clone(),
            exclude_resource_types: self.exclude_resource_types.clone(),
            ..selection
        }
    }
}

/// How much of their input models read.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Input")]
pub(super) struct InputArgs {
    #[command(flatten)]
    empty: EmptyArgs,

    /// Read a window of event time: `3 days`, or `{'start': '2026-03-01', 'end': '2026-03-03'}`
    #[arg(long, value_name = "WINDOW", allow_hyphen_values = true)]
    sample: Option<String>,

    /// Build the batches of microbatch models from here on (UTC)
    #[arg(long, value_name = "TIME")]
    event_time_start: Option<String>,

    /// … up to here, exclusive
    #[arg(long, value_name = "TIME")]
    event_time_end: Option<String>,
}

impl InputArgs {
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        self.empty.set_flags(flags);
        flags.sample.clone_from(&self.sample);
        flags.event_time_start.clone_from(&self.event_time_start);
        flags.event_time_end.clone_from(&self.event_time_end);
    }
}

/// Where to build and test.
#[derive(Debug, Default, Args)]
pub(super) struct HermeticArgs {
    /// Build all that is read, and test it, in a database in memory: no database is needed, none is touched
    #[arg(long, conflicts_with_all = ["defer", "favor_state"])]
    hermetic: bool,
}

impl HermeticArgs {
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        flags.hermetic = self.hermetic.then_some(true);
    }
}

/// Whether rows are read at all.
#[derive(Debug, Default, Args)]
pub(super) struct EmptyArgs {
    /// Read no rows: tables get their columns and stay empty
    #[arg(long, overrides_with = "no_empty")]
    empty: bool,
    #[arg(long, hide = true, overrides_with = "empty")]
    no_empty: bool,
}

impl EmptyArgs {
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        flags.empty = switch(self.empty, self.no_empty);
    }
}

/// The form of data on standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

impl OutputFormat {
    /// Its name on the command line.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            OutputFormat::Text => "text",
            OutputFormat::Json => "json",
        }
    }
}

mod running;

pub(super) use running::{BatchArgs, ProfileArgs, RunningArgs};

#[cfg(test)]
mod tests;
