//! dbt's built-in names, one table; what a name needs is in the file of its family.

use std::sync::Arc;

use minijinja::value::Value;

use super::contexts::Scope;

mod config;
mod data;
mod exceptions;
mod facts;
pub mod modules;
mod output;
mod plain;
mod reference;
mod refused;
mod stage;
mod statements;
mod variables;
mod yaml;

pub use modules::datetime_utc;
pub(crate) use plain::captured;
pub(crate) use reference::{is_builtin, plain_argument, tested_relation};
pub use yaml::value_of as yaml_value;

type Make = fn(&Arc<Scope>) -> Option<Value>;

type MakeAnywhere = fn() -> Value;

/// Names that are the same in every template, YAML values included; sorted by name.
const EVERYWHERE: &[(&str, MakeAnywhere)] = &[
    ("dbt_version", facts::dbt_version),
    ("diff_of_two_dicts", data::diff_of_two_dicts),
    ("fromjson", data::fromjson),
    ("fromyaml", yaml::fromyaml),
    ("local_md5", data::local_md5),
    ("otel_span_id", stage::otel_span_id),
    ("otel_trace_id", stage::otel_trace_id),
    ("return", statements::return_value),
    ("set", data::set),
    ("set_strict", data::set_strict),
    ("thread_id", facts::thread_id),
    ("tojson", data::tojson),
    ("toyaml", yaml::toyaml),
    ("zip", data::zip),
    ("zip_strict", data::zip_strict),
];

/// Every other name and how its value is made; sorted by name.
const NAMES: &[(&str, Make)] = &[
    ("_sql_results", stage::sql_results),
    ("adapter", facts::adapter),
    ("adapter_macro", refused::adapter_macro),
    ("api", facts::api),
    ("builtins", facts::builtins),
    ("column", facts::column),
    ("compiled_code", stage::compiled_code),
    ("config", config::config),
    ("context", facts::context),
    ("context_macro_stack", stage::macro_stack),
    ("database", facts::database),
    ("dbt_metadata_envs", facts::dbt_metadata_envs),
    ("defer_relation", stage::defer_relation),
    ("env", facts::target),
    ("env_var", variables::env_var),
    ("exceptions", exceptions::exceptions),
    ("execute", facts::execute),
    ("flags", facts::flags),
    ("function", reference::user_function),
    ("graph", facts::graph),
    ("invocation_args_dict", facts::invocation_args_dict),
    ("invocation_id", facts::invocation_id),
    ("load_agate_table", stage::load_agate_table),
    ("load_result", statements::load_result),
    ("log", output::log),
    ("metric", refused::metric),
    ("model", facts::model),
    ("modules", modules::modules),
    ("post_hooks", stage::hooks),
    ("pre_hooks", stage::hooks),
    ("print", output::print),
    ("project_name", facts::project_name),
    ("ref", reference::reference),
    ("render", facts::render),
    ("run_started_at", facts::run_started_at),
    ("schema", facts::schema),
    ("selected_resources", stage::selected_resources),
    ("source", reference::source),
    ("sql", stage::sql),
    ("sql_now", stage::sql_now),
    ("store_raw_result", statements::store_raw_result),
    ("store_result", statements::store_result),
    ("submit_python_job", refused::submit_python_job),
    ("target", facts::target),
    ("this", facts::this),
    ("try_or_compiler_error", exceptions::try_or_compiler_error),
    ("validation", exceptions::validation),
    ("var", variables::var),
    ("write", output::write),
];

/// The value of a built-in name.
pub(crate) fn lookup(scope: &Arc<Scope>, name: &str) -> Option<Value> {
    match NAMES.binary_search_by(|(known, _)| (*known).cmp(name)) {
        Ok(at) => NAMES[at].1(scope),
        Err(_) => everywhere(name),
    }
}

/// The value of a name that needs no project.
pub fn everywhere(name: &str) -> Option<Value> {
    let at = EVERYWHERE.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    Some(EVERYWHERE[at].1())
}

/// Every built-in name.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name).chain(EVERYWHERE.iter().map(|(name, _)| *name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_so_that_the_search_works() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(EVERYWHERE.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
