//! The keys that `flags:` of a project file may have.
//!
//! From dbt 1.12's `ProjectFlags`. Leaves their meaning to `resolve` and to those who read `Flags::other`.

/// What `flags:` may hold besides behaviours: dbt 1.12's user flags and forge's own.
const SETTINGS: &[&str] = &[
    "cache_selected_only",
    "debug",
    "fail_fast",
    "hints_enabled",
    "indirect_selection",
    "log_format",
    "log_format_file",
    "log_level",
    "log_level_file",
    "maximum_seed_size_mib",
    "partial_parse",
    "populate_cache",
    "printer_width",
    "send_anonymous_usage_stats",
    "snowflake_projects_otel",
    "static_parser",
    "strict",
    "use_colors",
    "use_colors_file",
    "use_experimental_parser",
    "use_v2_parser",
    "v2_parser",
    "version_check",
    "warn_error",
    "warn_error_options",
    "write_json",
];

/// dbt 1.12's behaviour flags with their defaults, sorted by name.
pub(super) const BEHAVIORS: &[(&str, bool)] = &[
    ("allow_jinja_file_extensions", false),
    ("enable_grouped_warn_error_parser_logs", false),
    ("latest_version_pointer_enabled_by_default", false),
    ("require_all_warnings_handled_by_warn_error", true),
    ("require_batched_execution_for_custom_microbatch_strategy", true),
    ("require_corrected_analysis_fqns", false),
    ("require_event_names_in_deprecations", false),
    ("require_explicit_package_overrides_for_builtin_materializations", true),
    ("require_generic_test_arguments_property", true),
    ("require_nested_cumulative_type_params", true),
    ("require_ref_searches_node_package_before_root", false),
    ("require_resource_names_without_spaces", true),
    ("require_source_and_semantic_model_names_without_spaces", false),
    ("require_sql_header_in_test_configs", false),
    ("require_unique_project_resource_names", false),
    ("require_valid_schema_from_generate_schema_name", false),
    ("require_yaml_configuration_for_mf_time_spines", true),
    ("skip_nodes_if_on_run_start_fails", true),
    ("source_freshness_run_project_hooks", true),
    ("state_modified_compare_more_unrendered_values", true),
    ("state_modified_compare_vars", false),
    ("support_custom_ref_kwargs", false),
    ("use_catalogs_v2", false),
    ("validate_macro_args", true),
];

/// Every key that `flags:` may have.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().copied().chain(BEHAVIORS.iter().map(|(name, _)| *name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behaviours_can_be_looked_up_by_halving() {
        assert!(BEHAVIORS.is_sorted_by_key(|(name, _)| *name));
    }
}
