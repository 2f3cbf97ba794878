//! What a command was given, defaults filled in: `args` of `run_results.json`, `invocation_args_dict` of templates.
//!
//! Source: dbt 1.12, `args_to_dict`: parameters of the verb and flags, in lower case, without those that are null.

use std::path::Path;

use serde_json::{Map, Value as Json, json};

use super::{Flags, known};

/// Switches that are left out while they are off.
const LEFT_OUT: &[&str] = &[
    "debug",
    "fail_fast",
    "full_refresh",
    "log_cache_events",
    "store_failures",
    "use_experimental_parser",
    "warn_error",
];

/// Verbs that can run without rows.
const WITH_EMPTY: &[&str] = &["build", "run", "seed", "snapshot", "compile", "retry", "backfill"];

impl Flags {
    /// All arguments but `vars`; `root` is the folder of the project.
    pub fn arguments(&self, root: &Path) -> Map<String, Json> {
        let mut all = without_effect(&self.which);
        let behaviors = known::BEHAVIORS.iter().map(|(name, _)| *name);
        let behaviors = behaviors.filter(|name| *name != "require_event_names_in_deprecations");
        all.extend(behaviors.map(|name| (name.to_owned(), self.behavior(name).into())));
        if let Json::Object(flags) = self.published(root) {
            all.extend(flags.into_iter().map(|(name, value)| (name.to_lowercase(), value)));
        }
        all.insert("use_colors_file".to_owned(), self.use_colors.unwrap_or(true).into());
        all.insert("threads".to_owned(), json!(self.threads));
        all.insert("warn_error_options".to_owned(), self.all_warn_error_options());
        all.extend(self.given.arguments.clone());
        all.retain(|name, value| match value {
            Json::Null => false,
            Json::Bool(false) => !LEFT_OUT.contains(&name.as_str()) && self.has(name),
            _ => true,
        });
        all
    }

    fn has(&self, name: &str) -> bool {
        name != "empty" || WITH_EMPTY.contains(&self.which.as_str())
    }

    fn all_warn_error_options(&self) -> Json {
        let of = |key: &str| self.warn_error_options.get(key).cloned().unwrap_or(json!([]));
        json!({"error": of("error"), "warn": of("warn"), "silence": of("silence")})
    }
}

/// dbt's flags that mean nothing here, as they are when nobody sets them.
fn without_effect(verb: &str) -> Map<String, Json> {
    let flags = json!({
        "macro_debugging": false,
        "partial_parse_file_diff": true,
        "show_all_deprecations": false,
        "show_resource_report": false,
        "snowflake_projects_otel": false,
        "sqlparse": {"MAX_GROUPING_DEPTH": null, "MAX_GROUPING_TOKENS": null},
        "strict_mode": false,
        "upload_to_artifacts_ingest_api": false,
        "use_fast_test_edges": false,
        "use_v2_parser": false,
        "v2_parser": "dbt-core-experimental-parser parse",
    });
    let own = match verb {
        "build" => json!({"export_saved_queries": false, "include_saved_query": false}),
        "compile" => json!({"inject_ephemeral_ctes": true}),
        _ => json!({}),
    };
    [flags, own].into_iter().filter_map(|flags| flags.as_object().cloned()).flatten().collect()
}
