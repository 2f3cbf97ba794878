//! Flags of a run: command line over `DBT_*` variables over `flags:` of the project file over defaults.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::manifest::Window;

mod arguments;
mod known;
mod resolve;
mod shown;
mod warnings;
pub mod window;

use warnings::Ruling;

pub use resolve::parse_vars;
pub(super) use resolve::{env_value, resolve};

/// How many seconds a run waits for another one unless `--lock-timeout` says otherwise.
pub const LOCK_TIMEOUT: u64 = 600;

/// The size at which a log file is put aside unless `--log-file-max-bytes` says otherwise. dbt 1.12: 10 MiB.
const LOG_FILE_MAX_BYTES: u64 = 10 * 1024 * 1024;

/// Which models are computed beside the writer, of those that can be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ComputeAside {
    /// Those for which it brings something.
    #[default]
    Auto,
    /// All of them.
    Always,
    /// None.
    Never,
}

/// What the command line said; `None` where it said nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FlagOverrides {
    /// The verb: `build`, `run` … (dbt's `WHICH`).
    pub which: String,
    /// The arguments as typed, for `invocation_command`.
    pub command_line: String,
    /// `--project-dir`
    pub project_dir: Option<String>,
    /// `--profiles-dir`
    pub profiles_dir: Option<String>,
    /// `--profile`
    pub profile: Option<String>,
    /// `--target`
    pub target: Option<String>,
    /// `--target-path`
    pub target_path: Option<String>,
    /// `--log-path`
    pub log_path: Option<String>,
    /// `--vars`, YAML
    pub vars: Option<String>,
    /// `--threads`
    pub threads: Option<usize>,
    /// `--full-refresh`
    pub full_refresh: Option<bool>,
    /// `--allow-rebuild`
    pub allow_rebuild: Option<bool>,
    /// `--lock-timeout`, seconds
    pub lock_timeout: Option<u64>,
    /// `--hermetic`
    pub hermetic: Option<bool>,
    /// `--empty`
    pub empty: Option<bool>,
    /// `--sample`
    pub sample: Option<String>,
    /// `--event-time-start`
    pub event_time_start: Option<String>,
    /// `--event-time-end`
    pub event_time_end: Option<String>,
    /// `--fail-fast`
    pub fail_fast: Option<bool>,
    /// `--store-failures`
    pub store_failures: Option<bool>,
    /// `--fail-on-cost-growth`, a factor
    pub fail_on_cost_growth: Option<f64>,
    /// `--profile-run`
    pub profile_run: Option<bool>,
    /// `--no-batch-tests`: false
    pub batch_tests: Option<bool>,
    /// `--compute-aside`
    pub compute_aside: Option<ComputeAside>,
    /// `--warn-error`; false: no warning is an error, whatever variables, options and the project file say
    pub warn_error: Option<bool>,
    /// `--warn-error-options`, YAML
    pub warn_error_options: Option<String>,
    /// `--strict`
    pub strict: Option<bool>,
    /// `--quiet`
    pub quiet: Option<bool>,
    /// `--use-colors` / `--no-use-colors` / `--no-color`
    pub use_colors: Option<bool>,
    /// `--print` / `--no-print`
    pub print: Option<bool>,
    /// `--log-format`
    pub log_format: Option<String>,
    /// `--log-level`
    pub log_level: Option<String>,
    /// `--log-format-file`
    pub log_format_file: Option<String>,
    /// `--log-level-file`
    pub log_level_file: Option<String>,
    /// `--log-file-max-bytes`
    pub log_file_max_bytes: Option<u64>,
    /// The id of the run, so that the log and the artifacts have the same; without it, the project makes one.
    #[serde(skip)]
    pub invocation_id: Option<String>,
    /// `--debug`
    pub debug: Option<bool>,
    /// `--version-check` / `--no-version-check`
    pub version_check: Option<bool>,
    /// `--write-json` / `--no-write-json`
    pub write_json: Option<bool>,
    /// `--state`
    pub state: Option<String>,
    /// `--defer-state`
    pub defer_state: Option<String>,
    /// `--defer` / `--no-defer`
    pub defer: Option<bool>,
    /// `--favor-state` / `--no-favor-state`
    pub favor_state: Option<bool>,
    /// `--indirect-selection`
    pub indirect_selection: Option<String>,
    /// `--as-of`
    pub as_of: Option<jiff::Timestamp>,
    /// Why flags that were given have no effect, a line each.
    pub without_effect: Vec<String>,
    /// Arguments of the verb that are no flags, and flags without effect, under dbt's names.
    #[serde(skip)]
    pub arguments: Map<String, Json>,
}

impl FlagOverrides {
    /// Notes an argument of the verb.
    pub fn argument(&mut self, name: &str, value: impl Into<Json>) {
        self.arguments.insert(name.to_owned(), value.into());
    }
}

/// The flags of a run, resolved.
#[derive(Clone, Debug)]
pub struct Flags {
    /// The verb: `build`, `run` …
    pub which: String,
    /// The arguments as typed.
    pub command_line: String,
    /// The profile by name, when asked for.
    pub profile: Option<String>,
    /// The target by name, when asked for.
    pub target: Option<String>,
    /// Another folder for artifacts.
    pub target_path: Option<String>,
    /// The folder for logs: absolute when it was asked for, `log-path` of the project file as written otherwise.
    pub log_path: Option<String>,
    /// How many nodes run at a time; `None` leaves it to the profile.
    pub threads: Option<usize>,
    /// `DBT_RESOURCE_TYPES`, which `--resource-type` beats.
    pub resource_types: Vec<String>,
    /// `DBT_EXCLUDE_RESOURCE_TYPES`, which `--exclude-resource-type` beats.
    pub exclude_resource_types: Vec<String>,
    /// Rebuild incremental models and seeds.
    pub full_refresh: bool,
    /// Build what grows over time anew although its relation is lost.
    pub allow_rebuild: bool,
    /// How many seconds to wait for another run on the same database.
    pub lock_timeout: u64,
    /// Build and test in memory, whatever database the target names.
    pub hermetic: bool,
    /// Read no rows: references give empty relations.
    pub empty: bool,
    /// The window of event time that models and snapshots read.
    pub sample: Option<Window>,
    /// The window of event time that microbatch models build.
    pub event_time: Option<Window>,
    /// Stop at the first failure.
    pub fail_fast: bool,
    /// Keep failing rows of tests.
    pub store_failures: bool,
    /// From which growth of a model's cost on the run fails.
    pub cost_growth: Option<f64>,
    /// Measure where the time of the run goes.
    pub profile_run: bool,
    /// Small tests of one relation share a scan.
    pub batch_tests: bool,
    /// Which models are computed beside the writer.
    pub compute_aside: ComputeAside,
    /// Warnings are errors.
    pub warn_error: bool,
    /// Which warnings are errors: dbt's `{error: …, warn: …, silence: …}` (its older `include` and `exclude` are
    /// already renamed, null is an empty list), `Json::Null` when not given.
    pub warn_error_options: Json,
    /// Unknown keys and the like are errors.
    pub strict: bool,
    /// Only data and errors on the terminal.
    pub quiet: bool,
    /// Colour wanted; `None` leaves it to the terminal.
    pub use_colors: Option<bool>,
    /// `print()` of templates is shown.
    pub print: bool,
    /// `text`, `json` or `debug`.
    pub log_format: String,
    /// The least level that is shown.
    pub log_level: String,
    /// `text`, `json` or `debug`, of the log file.
    pub log_format_file: String,
    /// The least level in the log file.
    pub log_level_file: String,
    /// The size at which the log file is put aside; 0 for never.
    pub log_file_max_bytes: u64,
    /// `--debug`.
    pub debug: bool,
    /// The folder of `profiles.yml`, when asked for.
    pub profiles_dir: Option<String>,
    /// Check `require-dbt-version`.
    pub version_check: bool,
    /// Write artifacts.
    pub write_json: bool,
    /// The folder of an earlier state.
    pub state: Option<String>,
    /// The folder of the state to defer to, when it is another one.
    pub defer_state: Option<String>,
    /// Read what is not selected from where an earlier run put it.
    pub defer: bool,
    /// … even if it is here, too.
    pub favor_state: bool,
    /// `eager`, `cautious`, `buildable` or `empty`.
    pub indirect_selection: String,
    /// What the command line said.
    pub given: Box<FlagOverrides>,
    /// The moment at which dates of deprecation are looked at; without it, now.
    pub as_of: Option<jiff::Timestamp>,
    /// `flags:` of the project file as written, for `flags.*` names that have no field here.
    pub other: Map<String, Json>,
}

impl Flags {
    /// A behaviour flag of dbt: as the project file says, else dbt's default. False for a name that is none.
    pub fn behavior(&self, name: &str) -> bool {
        let default = known::BEHAVIORS.binary_search_by(|(known, _)| (*known).cmp(name));
        let default = default.is_ok_and(|at| known::BEHAVIORS[at].1);
        self.other.get(name).and_then(Json::as_bool).unwrap_or(default)
    }

    /// Whether `--warn-error` or `--warn-error-options` make an error of a warning. It is known by dbt's names of
    /// events, and by the number and the name of its code.
    pub fn promotes(&self, names: &[&str]) -> bool {
        self.warn_error || warnings::ruling(&self.warn_error_options, names) == Some(Ruling::Error)
    }

    /// Whether `--warn-error-options` silences a warning of one of these names.
    pub fn silences(&self, names: &[&str]) -> bool {
        warnings::ruling(&self.warn_error_options, names) == Some(Ruling::Silence)
    }
}

impl Default for Flags {
    fn default() -> Self {
        Flags {
            which: String::new(),
            command_line: String::new(),
            profile: None,
            target: None,
            target_path: None,
            log_path: None,
            threads: None,
            resource_types: Vec::new(),
            exclude_resource_types: Vec::new(),
            as_of: None,
            full_refresh: false,
            allow_rebuild: false,
            lock_timeout: LOCK_TIMEOUT,
            hermetic: false,
            empty: false,
            sample: None,
            event_time: None,
            fail_fast: false,
            store_failures: false,
            cost_growth: None,
            profile_run: false,
            batch_tests: true,
            compute_aside: ComputeAside::Auto,
            warn_error: false,
            warn_error_options: Json::Null,
            strict: false,
            quiet: false,
            use_colors: None,
            print: true,
            log_format: "text".to_owned(),
            log_level: "info".to_owned(),
            log_format_file: "debug".to_owned(),
            log_level_file: "debug".to_owned(),
            log_file_max_bytes: LOG_FILE_MAX_BYTES,
            debug: false,
            profiles_dir: None,
            version_check: true,
            write_json: true,
            state: None,
            defer_state: None,
            defer: false,
            favor_state: false,
            indirect_selection: "eager".to_owned(),
            given: Box::default(),
            other: Map::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn warnings_are_promoted_by_name_and_spared_by_name() {
        let flags = |options| Flags { warn_error_options: options, ..Flags::default() };
        let names = ["E0602", "no-match"];
        assert!(flags(json!({"error": "all"})).promotes(&names));
        assert!(flags(json!({"error": ["no-match"]})).promotes(&names));
        assert!(!flags(json!({"error": "all", "warn": ["no-match"]})).promotes(&names));
        assert!(!flags(json!({"error": "*", "silence": ["e0602"]})).promotes(&names));
        assert!(!flags(Json::Null).promotes(&names));
    }
}
