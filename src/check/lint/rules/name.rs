//! Names that the project wants otherwise: `names` of `forge_lint.yml`.

use crate::check::lint::settings::is_below;
use crate::check::lint::{At, Finding, Subject};

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let node = subject.node;
    let rules = subject.facts.settings.names.iter();
    let broken = rules.filter(|rule| {
        is_below(&node.original_file_path, &rule.path) && !rule.pattern.is_match(&node.name)
    });
    let one = |rule: &crate::check::lint::settings::NameRule| {
        let message = format!(
            "{} `{}` does not have the name that `{}` wants: `{}`",
            node.resource_type, node.name, rule.path, rule.pattern
        );
        Finding::at(At::Node, message).hint("rename the file, or change `names` in forge_lint.yml")
    };
    broken.map(one).collect()
}
