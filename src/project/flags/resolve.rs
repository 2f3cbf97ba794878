//! Finds the value of each flag: command line, then environment, then `flags:`, then the default.
//!
//! dbt 1.12 reads `DBT_ENGINE_<FLAG>` before `DBT_<FLAG>` and takes an empty variable for none.
//! Invariant: a bad value on the command line or in a variable is an error, one in `flags:` a warning (dbt
//! passes over it without a word).

use serde_json::{Map, Value as Json, json};

use super::{FlagOverrides, Flags, LOCK_TIMEOUT, known, warnings, window};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::host::Host;
use crate::manifest::Window;
use crate::names::did_you_mean;
use crate::source::yaml::{self, Mapping, Node, Yaml};
use crate::source::{SourceMap, Span};

const LOG_FORMATS: &[&str] = &["text", "debug", "json", "default"];
const LOG_LEVELS: &[&str] = &["debug", "info", "warn", "error", "none"];
const INDIRECT_SELECTIONS: &[&str] = &["eager", "cautious", "buildable", "empty"];
const TRUE: &[&str] = &["1", "true", "t", "yes", "y", "on"];
const FALSE: &[&str] = &["0", "false", "f", "no", "n", "off"];

/// The environment variable of a flag that is set, and its value: `fail_fast` is `DBT_FAIL_FAST`.
pub(in crate::project) fn env_value(host: &dyn Host, flag: &str) -> Option<(String, String)> {
    let flag = flag.to_uppercase();
    ["DBT_ENGINE_", "DBT_", "FORGE_"]
        .into_iter()
        .map(|prefix| format!("{prefix}{flag}"))
        .filter(|name| flag == "STRICT" || !name.starts_with("FORGE_"))
        .find_map(|name| {
            let value = host.env(&name).filter(|value| !value.is_empty())?;
            Some((name, value))
        })
}

/// Reads `--vars`: a YAML mapping.
pub fn parse_vars(text: &str) -> Result<Mapping, Diagnostics> {
    tree("--vars", text).map_err(|reason| {
        Diagnostic::error(codes::BAD_VARS, reason)
            .hint("write a YAML mapping: `--vars '{name: value}'`")
            .into()
    })
}

/// Resolves all flags. `written` is `flags:` of the project file.
pub(in crate::project) fn resolve(
    host: &dyn Host,
    overrides: &FlagOverrides,
    written: Option<&Yaml>,
    diagnostics: &mut Diagnostics,
) -> Flags {
    let mut resolver = Resolver { host, written: written.and_then(Yaml::as_map), diagnostics };
    resolver.check_written();
    let no_print = resolver.switch("no_print", None);
    let debug = resolver.switch("debug", overrides.debug).unwrap_or(false);
    let log_format = resolver.choice("log_format", &overrides.log_format, LOG_FORMATS);
    let log_level = resolver.choice("log_level", &overrides.log_level, LOG_LEVELS);
    // dbt: what is said of the console holds for the file, too, unless that is told apart.
    let log_format_file = resolver
        .choice("log_format_file", &overrides.log_format_file, LOG_FORMATS)
        .or_else(|| log_format.clone().filter(|format| format != "default"));
    let log_level_file = resolver
        .choice("log_level_file", &overrides.log_level_file, LOG_LEVELS)
        .or_else(|| log_level.clone());
    Flags {
        which: overrides.which.clone(),
        command_line: overrides.command_line.clone(),
        profile: resolver.text("profile", &overrides.profile),
        target: resolver.text("target", &overrides.target),
        target_path: resolver.text("target_path", &overrides.target_path),
        log_path: resolver.text("log_path", &overrides.log_path),
        profiles_dir: resolver.text("profiles_dir", &overrides.profiles_dir),
        threads: resolver.threads(overrides.threads),
        resource_types: resolver.types("resource_types", &overrides.which),
        exclude_resource_types: resolver.types("exclude_resource_types", &overrides.which),
        as_of: overrides.as_of,
        full_refresh: resolver.on("full_refresh", overrides.full_refresh, false),
        allow_rebuild: overrides.allow_rebuild.unwrap_or(false),
        lock_timeout: overrides.lock_timeout.unwrap_or(LOCK_TIMEOUT),
        hermetic: overrides.hermetic.unwrap_or(false),
        empty: resolver.has("empty", &overrides.which)
            && resolver.on("empty", overrides.empty, false),
        sample: resolver.sample(overrides),
        event_time: resolver.event_time(overrides),
        fail_fast: resolver.on("fail_fast", overrides.fail_fast, false),
        store_failures: resolver.on("store_failures", overrides.store_failures, false),
        cost_growth: overrides.fail_on_cost_growth,
        profile_run: overrides.profile_run.unwrap_or(false),
        batch_tests: overrides.batch_tests.unwrap_or(true),
        compute_aside: overrides.compute_aside.unwrap_or_default(),
        strict: resolver.on("strict", overrides.strict, false),
        quiet: resolver.on("quiet", overrides.quiet, false),
        use_colors: resolver.use_colors(overrides.use_colors),
        print: resolver.on("print", overrides.print, !no_print.unwrap_or(false)),
        log_format: log_format
            .filter(|format| format != "default")
            .unwrap_or_else(|| "text".to_owned()),
        log_level: log_level.unwrap_or_else(|| if debug { "debug" } else { "info" }.to_owned()),
        log_format_file: log_format_file.unwrap_or_else(|| "debug".to_owned()),
        log_level_file: log_level_file.unwrap_or_else(|| "debug".to_owned()),
        log_file_max_bytes: resolver.log_file_max_bytes(overrides.log_file_max_bytes),
        debug,
        version_check: resolver.on("version_check", overrides.version_check, true),
        write_json: resolver.on("write_json", overrides.write_json, true),
        state: resolver.renamed_text(["state", "artifact_state_path"], &overrides.state),
        defer_state: resolver.text("defer_state", &overrides.defer_state),
        // What a hermetic run reads, it builds.
        defer: overrides.hermetic != Some(true)
            && resolver.renamed(["defer", "defer_to_state"], overrides.defer),
        favor_state: resolver.renamed(["favor_state", "favor_state_mode"], overrides.favor_state),
        indirect_selection: resolver
            .choice("indirect_selection", &overrides.indirect_selection, INDIRECT_SELECTIONS)
            .unwrap_or_else(|| "eager".to_owned()),
        given: Box::new(overrides.clone()),
        other: resolver.all_written(),
        ..resolver.warn_errors(overrides)
    }
}

struct Resolver<'r> {
    host: &'r dyn Host,
    written: Option<&'r Mapping>,
    diagnostics: &'r mut Diagnostics,
}

impl<'r> Resolver<'r> {
    fn check_written(&mut self) {
        for (key, _) in self.written.map_or(&[][..], |map| &map.entries) {
            if known::names().all(|name| name != key.value) {
                let message = format!("`flags` has no key `{}`", key.value);
                self.diagnostics.push(
                    Diagnostic::warning(codes::UNKNOWN_KEY, message)
                        .at(key.span, "it has no effect")
                        .suggest(did_you_mean(&key.value, known::names())),
                );
            }
        }
    }

    fn all_written(&self) -> Map<String, Json> {
        let entries = self.written.into_iter().flat_map(Mapping::iter);
        entries.map(|(k, v)| (k.to_owned(), v.to_json())).collect()
    }

    fn written(&self, flag: &str) -> Option<&'r Yaml> {
        self.written?.get(flag).filter(|value| !value.is_null())
    }

    fn on(&mut self, flag: &str, asked: Option<bool>, default: bool) -> bool {
        self.switch(flag, asked).unwrap_or(default)
    }

    fn switch(&mut self, flag: &str, asked: Option<bool>) -> Option<bool> {
        if asked.is_some() {
            return asked;
        }
        if let Some((name, value)) = env_value(self.host, flag) {
            let value = value.trim().to_lowercase();
            if !TRUE.contains(&value.as_str()) && !FALSE.contains(&value.as_str()) {
                self.bad(&name, &value, "a boolean such as `true` or `false`");
                return None;
            }
            return Some(TRUE.contains(&value.as_str()));
        }
        let value = self.written(flag)?;
        if value.as_bool().is_none() {
            self.bad_written(flag, value.span, "a boolean");
        }
        value.as_bool()
    }

    /// dbt: `NO_COLOR` is a convention, so it yields to a `DBT_USE_COLORS` that is set.
    fn use_colors(&mut self, asked: Option<bool>) -> Option<bool> {
        let from_env = env_value(self.host, "use_colors").is_some();
        let no_color = self.host.env("NO_COLOR").is_some_and(|v| !v.is_empty());
        if asked.is_none() && !from_env && no_color {
            return Some(false);
        }
        self.switch("use_colors", asked)
    }

    fn text(&mut self, flag: &str, asked: &Option<String>) -> Option<String> {
        asked.clone().or_else(|| env_value(self.host, flag).map(|(_, value)| value))
    }

    fn threads(&mut self, asked: Option<usize>) -> Option<usize> {
        let single = self.switch("single_threaded", None).unwrap_or(false);
        asked.or(single.then_some(1))
    }

    /// dbt: words between blanks, for the verbs that have the flag.
    fn types(&self, flag: &str, verb: &str) -> Vec<String> {
        let has = ["build", "clone", "list", "test"].contains(&verb);
        let told = env_value(self.host, flag).filter(|_| has).map(|(_, value)| value);
        told.unwrap_or_default().split_whitespace().map(str::to_lowercase).collect()
    }

    fn log_file_max_bytes(&mut self, asked: Option<u64>) -> u64 {
        let default = Flags::default().log_file_max_bytes;
        let Some((name, value)) = env_value(self.host, "log_file_max_bytes") else {
            return asked.unwrap_or(default);
        };
        let told = value.trim().parse().ok();
        if asked.is_none() && told.is_none() {
            self.bad(&name, &value, "a number of bytes; 0 for no limit");
        }
        asked.or(told).unwrap_or(default)
    }

    /// A switch whose variable once had another name.
    fn renamed(&mut self, names: [&str; 2], asked: Option<bool>) -> bool {
        let is_set = |name: &&str| env_value(self.host, name).is_some();
        let name = names.into_iter().find(is_set).unwrap_or(names[0]);
        self.on(name, asked, false)
    }

    /// The same of a text.
    fn renamed_text(&mut self, names: [&str; 2], asked: &Option<String>) -> Option<String> {
        let from_env = || names.iter().find_map(|name| env_value(self.host, name));
        asked.clone().or_else(|| from_env().map(|(_, value)| value))
    }

    /// Whether a verb has the flag: a variable of the environment means nothing to one that does not.
    fn has(&self, flag: &str, verb: &str) -> bool {
        match flag {
            "empty" => ["build", "run", "seed", "snapshot", "compile"].contains(&verb),
            _ => ["build", "run"].contains(&verb),
        }
    }

    /// A flag with the name under which it was given.
    fn given(&self, flag: &str, asked: &Option<String>, verb: &str) -> Option<(String, String)> {
        let name = || format!("--{}", flag.replace('_', "-"));
        let asked = asked.clone().map(|text| (name(), text));
        asked.or_else(|| self.has(flag, verb).then(|| env_value(self.host, flag)).flatten())
    }

    fn event_time(&mut self, overrides: &FlagOverrides) -> Option<Window> {
        let verb = &overrides.which;
        let start = self.given("event_time_start", &overrides.event_time_start, verb);
        let end = self.given("event_time_end", &overrides.event_time_end, verb);
        let window = window::between(start, end);
        window.unwrap_or_else(|wrong| {
            self.diagnostics.push(wrong);
            None
        })
    }

    fn sample(&mut self, overrides: &FlagOverrides) -> Option<Window> {
        let (name, text) = self.given("sample", &overrides.sample, &overrides.which)?;
        let found = match text.trim_start().starts_with('{') {
            true => mapping(&name, &text)
                .map(Some)
                .map_err(|reason| Diagnostic::error(codes::BAD_WINDOW, reason)),
            false => Ok(None),
        };
        let found = found.and_then(|map| window::sample(&name, &text, self.host.now(), map));
        found.map_err(|wrong| self.diagnostics.push(wrong)).ok()
    }

    fn choice(&mut self, flag: &str, asked: &Option<String>, choices: &[&str]) -> Option<String> {
        let wanted = format!("one of {}", choices.join(", "));
        let from_env = || env_value(self.host, flag);
        let given = asked
            .clone()
            .map(|value| (format!("--{}", flag.replace('_', "-")), value))
            .or_else(from_env);
        if let Some((name, value)) = given {
            let value = value.to_lowercase();
            if !choices.contains(&value.as_str()) {
                self.bad(&name, &value, &wanted);
            }
            return Some(value).filter(|value| choices.contains(&value.as_str()));
        }
        let value = self.written(flag)?;
        let text = value.as_str().map(str::to_lowercase);
        let text = text.filter(|text| choices.contains(&text.as_str()));
        if text.is_none() {
            self.bad_written(flag, value.span, &wanted);
        }
        text
    }

    /// `warn_error` and `warn_error_options`, of which only one may be given.
    fn warn_errors(&mut self, overrides: &FlagOverrides) -> Flags {
        if overrides.warn_error == Some(false) {
            return Flags::default();
        }
        let all = self.switch("warn_error", overrides.warn_error);
        let options = self.warn_error_options(&overrides.warn_error_options);
        if all.is_some() && options.is_some() {
            self.diagnostics.push(Diagnostic::error(
                codes::BAD_CONFIG,
                "`warn_error` and `warn_error_options` exclude each other",
            ));
        }
        Flags {
            warn_error: all.unwrap_or(false),
            warn_error_options: options.unwrap_or(Json::Null),
            ..Flags::default()
        }
    }

    fn warn_error_options(&mut self, asked: &Option<String>) -> Option<Json> {
        const FLAG: &str = "warn_error_options";
        let given = asked
            .clone()
            .map(|text| ("--warn-error-options".to_owned(), text))
            .or_else(|| env_value(self.host, FLAG));
        let options = match given {
            Some((name, text)) => match mapping(&name, &text) {
                Ok(options) => options,
                Err(reason) => {
                    self.diagnostics.push(Diagnostic::error(codes::BAD_CONFIG, reason));
                    return None;
                }
            },
            None => match self.written(FLAG)?.to_json() {
                Json::Object(options) => options,
                _ => {
                    let span = self.written(FLAG)?.span;
                    self.bad_written(FLAG, span, "a mapping");
                    return None;
                }
            },
        };
        self.renamed_options(options)
    }

    /// dbt: `include` and `exclude` are older names of `error` and `warn`.
    fn renamed_options(&mut self, mut options: Map<String, Json>) -> Option<Json> {
        for (older, newer) in [("include", "error"), ("exclude", "warn")] {
            let Some(value) = options.remove(older) else {
                continue;
            };
            if options.get(newer).is_some_and(|v| !v.is_null()) {
                self.diagnostics.push(Diagnostic::error(
                    codes::BAD_CONFIG,
                    format!("`warn_error_options` has both `{newer}` and its older name `{older}`"),
                ));
                return None;
            }
            options.insert(newer.to_owned(), value);
        }
        for value in options.values_mut().filter(|value| value.is_null()) {
            *value = json!([]);
        }
        if let Some((message, hint)) = warnings::mistake(&options) {
            let mistake = Diagnostic::error(codes::BAD_CONFIG, message);
            self.diagnostics.push(match hint {
                Some(hint) => mistake.hint(hint),
                None => mistake,
            });
            return None;
        }
        Some(Json::Object(options))
    }

    fn bad(&mut self, name: &str, value: &str, wanted: &str) {
        self.diagnostics.push(Diagnostic::error(
            codes::BAD_CONFIG,
            format!("`{name}` is `{value}`, but must be {wanted}"),
        ));
    }

    fn bad_written(&mut self, flag: &str, span: Span, wanted: &str) {
        self.diagnostics.push(
            Diagnostic::warning(codes::WRONG_TYPE, format!("the flag `{flag}` must be {wanted}"))
                .at(span, "it has no effect"),
        );
    }
}

/// A YAML mapping that was given in one argument.
fn mapping(name: &str, text: &str) -> Result<Map<String, Json>, String> {
    let tree = tree(name, text)?;
    Ok(tree.iter().map(|(key, value)| (key.to_owned(), value.to_json())).collect())
}

fn tree(name: &str, text: &str) -> Result<Mapping, String> {
    let file = SourceMap::new().add(name, name.as_ref(), text);
    let document = yaml::parse(file, text)
        .map_err(|error| format!("`{name}` is not valid YAML: {}", error.message))?;
    match document.root.node {
        Node::Map(map) => Ok(map),
        _ => Err(format!("`{name}` must be a YAML mapping, but is {}", document.root.kind())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::testing::MemoryHost;

    fn resolved(host: &MemoryHost, overrides: &FlagOverrides, flags: &str) -> (Flags, Vec<String>) {
        let file = SourceMap::new().add("p", "p".as_ref(), flags);
        let written = yaml::parse(file, flags).unwrap().root;
        let mut diagnostics = Diagnostics::new();
        let flags = resolve(host, overrides, Some(&written), &mut diagnostics);
        let messages = diagnostics.iter().map(|d| d.message.clone()).collect();
        (flags, messages)
    }

    #[test]
    fn command_line_beats_environment_beats_project_file() {
        let file = "{fail_fast: true, version_check: false, log_format: json}";
        let host = MemoryHost::new(&[]).with_env(&[
            ("DBT_FAIL_FAST", "0"),
            ("DBT_ENGINE_QUIET", "yes"),
            ("DBT_QUIET", "no"),
            ("DBT_FULL_REFRESH", ""),
            ("FORGE_STRICT", "1"),
            ("NO_COLOR", "1"),
        ]);
        let overrides =
            FlagOverrides { log_format: Some("debug".to_owned()), ..FlagOverrides::default() };
        let (flags, messages) = resolved(&host, &overrides, file);
        assert_eq!(messages, Vec::<String>::new());
        assert!(!flags.fail_fast && flags.quiet && flags.strict && !flags.full_refresh);
        assert!(!flags.version_check);
        assert_eq!((flags.log_format.as_str(), flags.use_colors), ("debug", Some(false)));
    }

    #[test]
    fn bad_values_are_named() {
        let host = MemoryHost::new(&[]).with_env(&[("DBT_QUIET", "maybe")]);
        let (_, messages) = resolved(
            &host,
            &FlagOverrides::default(),
            "{fail_fast: 'x', fial_fast: true, warn_error: true, warn_error_options: {error: all}}",
        );
        assert_eq!(
            messages,
            [
                "`flags` has no key `fial_fast`",
                "the flag `fail_fast` must be a boolean",
                "`DBT_QUIET` is `maybe`, but must be a boolean such as `true` or `false`",
                "`warn_error` and `warn_error_options` exclude each other",
            ]
        );
    }

    #[test]
    fn vars_are_a_mapping() {
        assert_eq!(parse_vars("a: 1").unwrap().get("a").unwrap().to_json(), json!(1));
        assert!(parse_vars("{}").unwrap().is_empty());
        for text in ["", "abc", "[1]", "{a"] {
            let errors = parse_vars(text).unwrap_err();
            assert!(errors.iter().all(|e| e.code == codes::BAD_VARS), "{text}");
            assert!(errors.has_errors());
        }
    }

    #[test]
    fn warn_error_options_are_normalized() {
        let overrides = FlagOverrides {
            warn_error_options: Some("{include: all, warn: null}".to_owned()),
            ..FlagOverrides::default()
        };
        let (flags, _) = resolved(&MemoryHost::new(&[]), &overrides, "{}");
        assert_eq!(flags.warn_error_options, json!({"warn": [], "error": "all"}));
    }
}
