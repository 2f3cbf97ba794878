//! Slips in the project file's configuration by folder: folders that no resource is in, keys that dbt does not know.
//!
//! Source: dbt 1.12, `warn_for_unused_resource_config_paths`; only the root project is looked at.

use std::collections::HashMap;

use super::context::Context;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::{ResourceType, config};
use crate::names::did_you_mean;
use crate::source::Span;
use crate::source::yaml::Yaml;

/// Warns of every folder that configures nothing. `fqns` are those of all resources, disabled ones included.
pub(super) fn warn<'a>(
    cx: &Context<'_>,
    fqns: impl Iterator<Item = (ResourceType, &'a [String])>,
    diagnostics: &mut Diagnostics,
) {
    let mut known: HashMap<&str, Vec<&[String]>> = HashMap::new();
    for (resource_type, fqn) in fqns {
        known.entry(Context::section_key(resource_type)).or_default().push(fqn);
    }
    for (section, yaml) in &cx.project.root().config.sections {
        let known = known.remove(section.as_str()).unwrap_or_default();
        walk(section, yaml, &mut Vec::new(), &known, diagnostics);
    }
}

/// Looks at one level of a section. `known` are the resources below `path`, each with its names from there on.
fn walk(
    section: &str,
    level: &Yaml,
    path: &mut Vec<String>,
    known: &[&[String]],
    diagnostics: &mut Diagnostics,
) {
    let Some(map) = level.as_map() else { return };
    for (key, value) in &map.entries {
        let name = key.value.strip_prefix('+').map(str::trim);
        if name.is_some() || value.as_map().is_none() {
            if name.is_some() || !value.is_null() {
                unknown_key(name.unwrap_or(&key.value), key.span, diagnostics);
            }
            continue;
        }
        path.push(key.value.clone());
        let below: Vec<&[String]> = known
            .iter()
            .filter_map(|fqn| fqn.split_first().filter(|(first, _)| **first == key.value))
            .map(|(_, rest)| rest)
            .collect();
        if below.is_empty() {
            misspelt_inside(value, diagnostics);
            diagnostics.push(unused(section, path, (key.value.as_str(), key.span), known));
        } else {
            walk(section, value, path, &below, diagnostics);
        }
        path.pop();
    }
}

/// The warning of a folder that nothing is in.
fn unused(
    section: &str,
    path: &[String],
    (name, span): (&str, Span),
    beside: &[&[String]],
) -> Diagnostic {
    let warning = Diagnostic::warning(
        codes::UNUSED_CONFIG,
        format!("the configuration `{section}: {}` applies to nothing", path.join(".")),
    )
    .at(span, "nothing is in this folder");
    let folders = beside.iter().filter_map(|fqn| fqn.first().map(String::as_str));
    match config::key(name) {
        Some(_) => warning.hint(format!("as a configuration it is written `+{name}`")),
        None => warning.suggest(did_you_mean(name, folders)),
    }
}

/// Below a folder that nothing is in: keys that were meant to be a configuration, to judge by their names.
fn misspelt_inside(level: &Yaml, diagnostics: &mut Diagnostics) {
    for (key, value) in level.as_map().map_or(&[][..], |map| &map.entries) {
        let name = key.value.trim_start_matches(['+', ' ']);
        let known = config::KEYS.iter().map(|key| key.name);
        if value.as_map().is_none() && did_you_mean(name, known).is_some() {
            unknown_key(name, key.span, diagnostics);
        }
    }
}

/// dbt takes any key of a configuration, so a slip has no effect and nobody says so.
fn unknown_key(name: &str, span: Span, diagnostics: &mut Diagnostics) {
    if config::key(name).is_none() {
        let known = config::KEYS.iter().map(|key| key.name);
        diagnostics.push(
            Diagnostic::warning(
                codes::UNKNOWN_KEY,
                format!("`{name}` is not a configuration that dbt knows"),
            )
            .at(span, "has no effect unless a macro asks for it")
            .suggest(did_you_mean(name, known)),
        );
    }
}
