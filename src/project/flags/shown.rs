//! The flags as templates and artifacts see them: dbt's names in upper case, with dbt's values.

use std::path::Path;

use serde_json::{Map, Value as Json, json};

use super::Flags;
use crate::manifest::batch::{iso_text, plain_text};

/// Arguments of commands that are no flags in templates (dbt 1.12).
const ARGUMENTS: &[&str] = &[
    "DEFER",
    "DEFER_STATE",
    "FAVOR_STATE",
    "HERMETIC",
    "LOG_FILE_MAX_BYTES",
    "LOG_FORMAT_FILE",
    "LOG_LEVEL",
    "LOG_LEVEL_FILE",
    "POPULATE_CACHE",
    "PRINT",
    "PROFILE",
    "PROJECT_DIR",
    "STATE",
    "TARGET",
];

impl Flags {
    /// The value of `flags` in a template.
    pub fn shown(&self, root: &Path) -> Json {
        let mut all = self.published(root);
        if let Json::Object(all) = &mut all {
            all.retain(|name, _| !ARGUMENTS.contains(&name.as_str()));
        }
        all
    }

    /// All flags; `root` is the folder of the project.
    pub fn published(&self, root: &Path) -> Json {
        let flags = self;
        let mut all = without_effect();
        for (name, value) in &flags.other {
            all.insert(name.to_uppercase(), value.clone());
        }
        let known = json!({
            "WHICH": flags.which,
            "FULL_REFRESH": flags.full_refresh,
            "FAIL_FAST": flags.fail_fast,
            "STORE_FAILURES": flags.store_failures,
            "WARN_ERROR": flags.warn_error.then_some(true),
            "WARN_ERROR_OPTIONS": flags.warn_error_options,
            "QUIET": flags.quiet,
            "PRINT": flags.print,
            "LOG_FORMAT": if flags.log_format == "text" { "default" } else { &flags.log_format },
            "LOG_LEVEL": flags.log_level,
            "LOG_FORMAT_FILE": flags.log_format_file,
            "LOG_LEVEL_FILE": flags.log_level_file,
            "LOG_FILE_MAX_BYTES": flags.log_file_max_bytes,
            "WRITE_JSON": flags.write_json,
            "INDIRECT_SELECTION": flags.indirect_selection,
            "VERSION_CHECK": flags.version_check,
            "DEBUG": flags.debug,
            "TARGET": flags.target,
            "PROFILE": flags.profile,
            "PROFILES_DIR": flags.profiles_dir,
            "INVOCATION_COMMAND": flags.command_line,
            "EMPTY": flags.empty,
            "DEFER": flags.defer,
            "FAVOR_STATE": flags.favor_state,
            "USE_COLORS": flags.use_colors.unwrap_or(true),
            "NO_PRINT": (!flags.print).then_some(true),
            "LOG_PATH": self.log_folder(root),
            "TARGET_PATH": flags.target_path,
            "PROJECT_DIR": root.to_string_lossy(),
            "REQUIRE_SQL_HEADER_IN_TEST_CONFIGS": false,
        });
        if let Json::Object(known) = known {
            all.extend(known);
        }
        if self.hermetic {
            all.insert("HERMETIC".to_owned(), json!(true));
        }
        all.extend(self.windows());
        let folders = [("STATE", &flags.state), ("DEFER_STATE", &flags.defer_state)];
        let given = folders.into_iter().filter_map(|(name, f)| Some((name, f.as_ref()?)));
        all.extend(given.map(|(name, folder)| (name.to_owned(), json!(folder))));
        Json::Object(all)
    }

    /// Windows of event time, when there are any.
    fn windows(&self) -> Map<String, Json> {
        let mut all = Map::new();
        if let Some(window) = self.event_time {
            all.insert("EVENT_TIME_START".to_owned(), json!(plain_text(window.start)));
            all.insert("EVENT_TIME_END".to_owned(), json!(plain_text(window.end)));
        }
        if let Some(window) = self.sample {
            let [start, end] = [window.start, window.end].map(iso_text);
            all.insert("SAMPLE".to_owned(), json!({"start": start, "end": end}));
        }
        all
    }

    /// The folder of logs, absolute.
    fn log_folder(&self, root: &Path) -> String {
        root.join(self.log_path.as_deref().unwrap_or("logs")).to_string_lossy().into_owned()
    }
}

/// dbt's flags that mean nothing here, as they are when nobody sets them.
fn without_effect() -> Map<String, Json> {
    let flags = json!({
        "CACHE_SELECTED_ONLY": false,
        "HINTS_ENABLED": true,
        "INTROSPECT": true,
        "LOG_CACHE_EVENTS": false,
        "MAXIMUM_SEED_SIZE_MIB": 1,
        "PARTIAL_PARSE": true,
        "POPULATE_CACHE": true,
        "PRINTER_WIDTH": 80,
        "SEND_ANONYMOUS_USAGE_STATS": false,
        "STATIC_PARSER": true,
        "USE_EXPERIMENTAL_PARSER": false,
    });
    match flags {
        Json::Object(flags) => flags,
        _ => Map::new(),
    }
}
