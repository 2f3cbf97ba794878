//! Slips in the project file's configuration by folder: folders that no resource is in, keys that dbt does not know.
//!
//! Source: dbt 1.12, `warn_for_unused_resource_config_paths`; only the root project is looked at.

use std::collections::{HashMap, HashSet};

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
    let mut used: HashMap<&str, HashSet<&[String]>> = HashMap::new();
    for (resource_type, fqn) in fqns {
        let prefixes = used.entry(Context::section_key(resource_type)).or_default();
        prefixes.extend((1..=fqn.len()).map(|len| &fqn[..len]));
    }
    for (section, yaml) in &cx.project.root().config.sections {
        let prefixes = used.remove(section.as_str()).unwrap_or_default();
        walk(section, yaml, &mut Vec::new(), &prefixes, diagnostics);
    }
}

fn walk(
    section: &str,
    level: &Yaml,
    path: &mut Vec<String>,
    used: &HashSet<&[String]>,
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
        let is_folder = used.contains(path.as_slice());
        if !is_folder {
            misspelt_inside(value, diagnostics);
        }
        if is_folder {
            walk(section, value, path, used, diagnostics);
        } else {
            let here = used.iter().filter(|known| {
                known.len() == path.len() && known.starts_with(&path[..path.len() - 1])
            });
            let near =
                did_you_mean(&key.value, here.filter_map(|known| known.last().map(String::as_str)));
            let warning = Diagnostic::warning(
                codes::UNUSED_CONFIG,
                format!("the configuration `{section}: {}` applies to nothing", path.join(".")),
            )
            .at(key.span, "nothing is in this folder");
            diagnostics.push(match config::key(&key.value) {
                Some(_) => {
                    warning.hint(format!("as a configuration it is written `+{}`", key.value))
                }
                None => warning.suggest(near),
            });
        }
        path.pop();
    }
}

/// Below a folder that nothing is in: keys that were meant to be a configuration, to judge by their names.
fn misspelt_inside(level: &Yaml, diagnostics: &mut Diagnostics) {
    for (key, value) in level.as_map().map_or(&[][..], |map| &map.entries) {
        let known = config::KEYS.iter().map(|key| key.name);
        if value.as_map().is_none() && did_you_mean(&key.value, known).is_some() {
            unknown_key(&key.value, key.span, diagnostics);
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
