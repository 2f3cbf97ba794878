//! `is_incremental()` in a model that is not incremental: what it guards never happens.

use crate::check::lint::{At, Finding, Subject};

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let node = subject.node;
    let plain = ["view", "table", "ephemeral"];
    if !guards(&node.raw_code) || !plain.contains(&node.materialized()) {
        return Vec::new();
    }
    let message = format!(
        "`is_incremental()` is never true in model `{}`, which is materialized as {}",
        node.name,
        node.materialized()
    );
    let finding = Finding::at(At::Word("is_incremental".to_owned()), message);
    vec![finding.hint("configure `materialized='incremental'`, or take the condition out")]
}

/// Whether a statement of the template depends on it; printing it is another matter.
fn guards(template: &str) -> bool {
    template.match_indices("is_incremental()").any(|(at, _)| {
        let before = &template[..at];
        before.rfind("{%").is_some_and(|tag| !before[tag..].contains("%}"))
    })
}
