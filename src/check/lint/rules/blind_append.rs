//! An incremental model that adds the same rows again on every run.

use crate::check::lint::{At, Finding, Subject};

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let [full, incremental] = subject.variants else { return Vec::new() };
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    if !only_appends(subject) || words(&full.code) != words(&incremental.code) {
        return Vec::new();
    }
    let message = format!(
        "incremental model `{}` has no `unique_key` and reads the same rows on every run, so they are added again",
        subject.node.name
    );
    let finding = Finding::at(At::Word("incremental".to_owned()), message);
    vec![finding.hint("filter with `{% if is_incremental() %}`, or give it a `unique_key`")]
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
