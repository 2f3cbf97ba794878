//! Configuration by folder: what `dbt_project.yml` says for a place in the project.
//!
//! Source: dbt 1.12, `context_config.py`: levels along the fqn, outer first; within a level a key with `+`
//! is configuration, and so is a key whose value is not a mapping.

use serde_json::Value as Json;

use crate::diagnostics::{Diagnostic, codes};
use crate::jinja::rewrite;
use crate::manifest::{Node, ResourceType, config};
use crate::source::Span;
use crate::source::yaml::Yaml;

/// The configuration of every level along `fqn`, outer first, to be merged in this order.
pub(crate) fn levels<'a>(section: Option<&'a Yaml>, fqn: &'a [String]) -> Vec<(&'a str, &'a Yaml)> {
    let mut out = Vec::new();
    let mut level = section;
    for part in std::iter::once(None).chain(fqn.iter().map(Some)) {
        if let Some(name) = part {
            level = level.and_then(|l| l.get(name));
        }
        let Some(map) = level.and_then(Yaml::as_map) else {
            break;
        };
        for (key, value) in map.iter() {
            if let Some(name) = key.strip_prefix('+') {
                out.push((name.trim(), value));
            } else if value.as_map().is_none() {
                out.push((key, value));
            }
        }
    }
    out
}

/// The same as JSON, ready to merge.
pub(crate) fn layer(section: Option<&Yaml>, fqn: &[String]) -> Vec<(String, Json)> {
    levels(section, fqn).into_iter().map(|(k, v)| (k.to_owned(), v.to_json())).collect()
}

/// What the project file gives as a template along `fqn`, as it was written, where it is what counts in the end.
pub(crate) fn unrendered(
    rendered: Option<&Yaml>,
    written: Option<&Yaml>,
    node: &Node,
) -> Vec<(String, Json)> {
    let pairs = levels(rendered, &node.fqn).into_iter().zip(levels(written, &node.fqn));
    pairs
        .filter(|((_, value), (_, template))| {
            template.as_str().is_some_and(|text| text.contains("{{") || text.contains("{%"))
                && value.as_str() != template.as_str()
        })
        .filter(|((name, value), _)| node.config.get(name) == Some(&value.to_json()))
        .map(|((name, _), (_, template))| (name.to_owned(), template.to_json()))
        .collect()
}

/// Values that mean nothing, for the keys that decide whether and when a node runs.
pub(crate) fn wrong_values(node: &Node) -> Vec<Diagnostic> {
    let wrong = |name: &str, wanted: &str, is_right: &dyn Fn(&Json) -> bool| {
        let value = node.config.get(name).filter(|value| !is_right(value))?;
        let message = format!(
            "the configuration `{name}` of {} `{}` must be {wanted}, but is `{}`",
            node.resource_type,
            node.name,
            value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        );
        Some(Diagnostic::error(codes::WRONG_TYPE, message).at(config_call(node, name), ""))
    };
    let on_error = |value: &Json| {
        let word = value.as_str();
        node.resource_type != ResourceType::Model
            || word.is_some_and(|word| ["skip_children", "continue"].contains(&word))
    };
    let publish = |value: &Json| {
        node.resource_type != ResourceType::Model
            || value.as_str().is_some_and(|word| ["after_tests", "at_once"].contains(&word))
    };
    let timeout = |value: &Json| config::timeout(value).is_some();
    [
        wrong("enabled", "true or false", &Json::is_boolean),
        wrong("publish", "`after_tests` or `at_once`", &publish),
        wrong("timeout", "seconds, or a text such as `90s`, `15m` or `2h`", &timeout),
        wrong("on_error", "`skip_children` or `continue`", &on_error),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The `config(name=…)` of a node's template; the template when the value is written elsewhere.
pub(crate) fn config_call(node: &Node, name: &str) -> Span {
    if node.test().is_some_and(|test| test.metadata.is_some()) {
        return node.span;
    }
    let calls = rewrite::macro_calls(&node.raw_code).unwrap_or_default();
    let sets_it = |call: &&rewrite::MacroCall| {
        let mut arguments = call.arguments.iter();
        call.path == ["config"] && arguments.any(|(key, _)| key.as_deref() == Some(name))
    };
    calls.iter().find(sets_it).map_or(node.span_start(), |call| {
        let start = node.span.start as usize;
        Span::new(node.span.file, start + call.span.start, start + call.span.end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceMap, yaml};
    use std::path::Path;

    #[test]
    fn levels_go_from_outer_to_inner_and_mappings_need_a_plus() {
        let text = "+materialized: view\nshop:\n  +tags: [a]\n  marts:\n    enabled: true\n    +meta: {x: 1}\n    meta: {y: 1}\n";
        let file = SourceMap::new().add("p.yml", Path::new("p.yml"), text);
        let root = yaml::parse(file, text).unwrap().root;
        let fqn = ["shop", "marts", "m"].map(str::to_owned);
        let keys: Vec<&str> = levels(Some(&root), &fqn).into_iter().map(|(k, _)| k).collect();
        assert_eq!(keys, ["materialized", "tags", "enabled", "meta"]);
    }
}
