//! Data tests as they are written: arguments that a built-in test needs, and its severity.

use std::sync::Arc;

use super::places;
use crate::check::shadow::Shadow;
use crate::diagnostics::{Diagnostic, codes};
use crate::manifest::Node;

/// Built-in tests that test nothing without these arguments.
const NEEDS: &[(&str, &[&str])] =
    &[("accepted_values", &["values"]), ("relationships", &["to", "field"])];

/// Looks at a test before it is compiled; whether it can be.
pub(in crate::check) fn check(shadow: &mut Shadow<'_>, node: &Arc<Node>) -> bool {
    severity(shadow, node);
    let Some(metadata) = node.test().and_then(|test| test.metadata.as_ref()) else { return true };
    let is_built_in = metadata.namespace.is_none();
    let needs = NEEDS.iter().find(|(name, _)| is_built_in && *name == metadata.name);
    let lacks = needs.and_then(|(_, needs)| {
        // An argument that the test does not have is told when it is compiled.
        let is_whole = metadata.kwargs.keys().all(|key| {
            ["model", "column_name", "quote"].contains(&key.as_str())
                || needs.contains(&key.as_str())
        });
        needs.iter().find(|key| is_whole && !metadata.kwargs.contains_key(**key))
    });
    let Some(key) = lacks else { return true };
    let message = format!("test `{}` has no `{key}`", metadata.name);
    let span = node.span_start();
    let mistake = Diagnostic::error(codes::BAD_TEST, message).at(span, "");
    shadow.tell(mistake.hint(format!("write it below `arguments` of the test: `{key}: …`")));
    false
}

fn severity(shadow: &mut Shadow<'_>, node: &Node) {
    let Some(value) = node.config.get_str("severity") else { return };
    if ["error", "warn"].iter().any(|known| known.eq_ignore_ascii_case(value)) {
        return;
    }
    let message = format!("the severity of test `{}` is `{value}`", node.name);
    let place = places::of_entry_word(shadow, node, value)
        .unwrap_or_else(|| places::of_config(shadow, node, "severity", value));
    let mistake = Diagnostic::error(codes::BAD_CONFIG, message).at(place, "");
    shadow.tell(mistake.hint("it is `error` or `warn`"));
}
