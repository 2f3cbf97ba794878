//! An incremental model that adds the same rows again on every run.

use crate::check::lint::block::Rows;
use crate::check::lint::{At, Finding, Subject};

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let [full, incremental] = subject.variants else { return Vec::new() };
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let is_same = words(&full.code) == words(&incremental.code);
    if !is_same || !only_appends(subject) || may_have_window(subject) {
        return Vec::new();
    }
    let message = format!(
        "incremental model `{}` has no `unique_key` and reads the same rows on every run, so they are added again",
        subject.node.name
    );
    let finding = Finding::at(At::Word("incremental".to_owned()), message);
    vec![finding.hint("filter with `{% if is_incremental() %}`, or give it a `unique_key`")]
}

/// Whether something beside `is_incremental()` may say which rows a run reads: a variable, the time of the run, the rows
/// that are there already, a macro of the project under that name.
fn may_have_window(subject: &Subject<'_>) -> bool {
    let node = subject.node;
    let macros = &subject.facts.compiler.globals.macros;
    let reads_itself = subject.blocks().any(|(_, block)| {
        block.sources.iter().any(|source| match &source.rows {
            Rows::Table(table) => subject.facts.table(table) == Some(&node.unique_id),
            _ => false,
        })
    });
    let told = ["run_started_at", "env_var", "invocation_id"];
    reads_itself
        || !node.vars.is_empty()
        || told.iter().any(|name| node.raw_code.contains(name))
        || macros.resolve_user(&node.package_name, "is_incremental").is_some()
}

/// Whether runs add rows and replace none.
pub(super) fn only_appends(subject: &Subject<'_>) -> bool {
    let config = &subject.node.config;
    let has_key = config.get("unique_key").is_some_and(|key| match key {
        serde_json::Value::Array(keys) => !keys.is_empty(),
        other => !other.is_null() && other != "",
    });
    match config.get_str("incremental_strategy") {
        Some("append") => true,
        None | Some("default" | "merge" | "delete+insert") => !has_key,
        Some(_) => false,
    }
}
