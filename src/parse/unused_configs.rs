//! Folders in the project file's configuration that no resource is in.
//!
//! Source: dbt 1.12, `warn_for_unused_resource_config_paths`; only the root project is looked at.

use std::collections::{HashMap, HashSet};

use super::context::Context;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::ResourceType;
use crate::names::did_you_mean;
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
        if key.value.starts_with('+') || value.as_map().is_none() || is_config(&key.value) {
            continue;
        }
        path.push(key.value.clone());
        if used.contains(path.as_slice()) {
            walk(section, value, path, used, diagnostics);
        } else {
            let here = used.iter().filter(|known| {
                known.len() == path.len() && known.starts_with(&path[..path.len() - 1])
            });
            let near = did_you_mean(
                &key.value,
                here.filter_map(|known| known.last().map(String::as_str)),
            );
            diagnostics.push(
                Diagnostic::warning(
                    codes::UNUSED_CONFIG,
                    format!(
                        "the configuration `{section}: {}` applies to nothing",
                        path.join(".")
                    ),
                )
                .at(key.span, "nothing is in this folder")
                .suggest(near),
            );
        }
        path.pop();
    }
}

/// Configuration whose value is a mapping and that was written without `+`.
fn is_config(key: &str) -> bool {
    crate::manifest::config::key(key).is_some()
}
