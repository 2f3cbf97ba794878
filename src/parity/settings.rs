//! Differences that the project file tells.

use super::{Occurrence, Subject};

/// Flags of `flags:` that forge accepts and has no use for.
const IDLE_FLAGS: &[&str] = &[
    "cache_selected_only",
    "partial_parse",
    "populate_cache",
    "send_anonymous_usage_stats",
    "single_threaded",
    "static_parser",
    "use_experimental_parser",
    "write_perf_info",
];

/// Behaviours of dbt that a project can ask for and forge does not have, with the value that forge acts by.
const FIXED_BEHAVIORS: &[(&str, bool)] = &[
    ("require_generic_test_arguments_property", true),
    ("require_source_and_semantic_model_names_without_spaces", false),
    ("require_sql_header_in_test_configs", false),
    ("require_valid_schema_from_generate_schema_name", false),
];

/// Behaviours that the project sets to what forge does not do.
pub(super) fn fixed_behaviors(subject: &Subject<'_>) -> Vec<Occurrence> {
    let project = subject.project;
    let differs = |(name, value): &&(&str, bool)| {
        project.flags.other.contains_key(*name) && project.flags.behavior(name) != *value
    };
    let occurrence = |(name, _): &(&str, bool)| Occurrence {
        construct: format!("flags.{name}"),
        span: project.root().config.span,
    };
    FIXED_BEHAVIORS.iter().filter(differs).map(occurrence).collect()
}

/// Macros of installed packages for which a built-in one stands in.
pub(super) fn package_macros(subject: &Subject<'_>) -> Vec<Occurrence> {
    let engine = &subject.project.target.adapter_type;
    let macros = || subject.manifest.macros.values();
    let mut found = Vec::new();
    for package in &subject.project.packages {
        let prefix = format!("{engine}__{}__", package.name);
        for name in macros().filter_map(|one| one.name.strip_prefix(&prefix)) {
            let default = format!("default__{name}");
            let mut own = macros().filter(|one| *one.package_name == *package.name);
            found.extend(own.find(|one| one.name == default).map(|one| Occurrence {
                construct: format!("{}.{name}", package.name),
                span: Some(one.span),
            }));
        }
    }
    found
}

pub(super) fn idle_flags(subject: &Subject<'_>) -> Vec<Occurrence> {
    let project = subject.project;
    let written = IDLE_FLAGS.iter().filter(|flag| project.flags.other.contains_key(**flag));
    let occurrence = |flag: &&str| Occurrence {
        construct: format!("flags.{flag}"),
        span: project.root().config.span,
    };
    written.map(occurrence).collect()
}

/// Hooks of the project that change rows.
pub(super) fn writing_hooks(subject: &Subject<'_>) -> Vec<Occurrence> {
    const WRITES: [&str; 4] = ["insert", "update", "delete", "replace"];
    let writes = |sql: &str| {
        let first = sql.split_whitespace().next().unwrap_or_default();
        WRITES.iter().any(|word| first.eq_ignore_ascii_case(word))
    };
    (subject.project.packages.iter())
        .flat_map(|package| package.config.on_run_start.iter().chain(&package.config.on_run_end))
        .filter(|hook| writes(&hook.value))
        .map(|hook| Occurrence { construct: hook.value.clone(), span: Some(hook.span) })
        .collect()
}
