//! Entries of property files and the resources that they describe.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::context::Context;
use super::nodes::Patches;
use super::properties::{MacroPatch, NodePatch, Section};
use super::{PackageProperties, Parsed, docs};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::{Node, ResourceType};
use crate::names::did_you_mean;
use crate::project::Package;

pub(super) fn index<'a>(
    cx: &Context<'_>,
    properties: &'a PackageProperties<'_>,
    diagnostics: &mut Diagnostics,
) -> Patches<'a> {
    let mut patches: Patches<'a> = HashMap::new();
    for (package, properties) in properties {
        for patch in &properties.nodes {
            let key = (package.name.clone(), patch.section, patch.name.value.clone());
            if let Some(first) = patches.get(&key) {
                let place =
                    |patch: &NodePatch| cx.project.sources.file(patch.name.span.file).path.clone();
                diagnostics.push(
                    Diagnostic::error(
                        codes::DUPLICATE_PATCH,
                        format!(
                            "`{}` is described twice below `{}`: in {} and in {}",
                            patch.name.value,
                            patch.section.key(),
                            place(first),
                            place(patch),
                        ),
                    )
                    .at(patch.name.span, "this entry")
                    .and_at(first.name.span, "and this one")
                    .hint("merge the two entries"),
                );
                continue;
            }
            patches.insert(key, patch);
        }
    }
    patches
}

/// The nodes that property entries describe, by package, section and name.
pub(super) struct Owners<'n>(HashMap<(&'n str, Section, &'n str), &'n Node>);

impl<'n> Owners<'n> {
    pub(super) fn of(nodes: impl Iterator<Item = &'n Arc<Node>>) -> Self {
        let described = nodes.filter_map(|node| {
            let section = section_of(node.resource_type)?;
            Some(((&*node.package_name, section, node.name.as_str()), &**node))
        });
        Owners(described.collect())
    }

    pub(super) fn get(&self, package: &Package, section: Section, name: &str) -> Option<&'n Node> {
        self.0.get(&(&*package.name, section, name)).copied()
    }

    pub(super) fn names(
        &self,
        package: &Package,
        section: Section,
    ) -> impl Iterator<Item = &'n str> {
        let known = self.0.keys().filter(move |(p, s, _)| **p == *package.name && *s == section);
        known.map(|(_, _, name)| *name)
    }
}

fn section_of(resource_type: ResourceType) -> Option<Section> {
    match resource_type {
        ResourceType::Model => Some(Section::Models),
        ResourceType::Seed => Some(Section::Seeds),
        ResourceType::Snapshot => Some(Section::Snapshots),
        ResourceType::Analysis => Some(Section::Analyses),
        ResourceType::Test => Some(Section::SingularTests),
        _ => None,
    }
}

pub(super) fn patch_macro(
    cx: &Context<'_>,
    package: &Package,
    patch: &MacroPatch,
    parsed: &mut Parsed,
    diagnostics: &mut Diagnostics,
) {
    let id = format!("macro.{}.{}", package.name, patch.name.value);
    let description =
        docs::description(cx, &package.name, &patch.description, patch.name.span, diagnostics);
    let arguments: Vec<crate::manifest::MacroArgument> = patch
        .arguments
        .iter()
        .map(|argument| crate::manifest::MacroArgument {
            name: argument.name.clone(),
            arg_type: argument.arg_type.clone(),
            description: docs::description(
                cx,
                &package.name,
                &argument.description,
                patch.name.span,
                diagnostics,
            ),
        })
        .collect();
    let Some(found) = parsed.macros.get_mut(id.as_str()) else {
        let known = parsed.macros.values().filter(|m| m.package_name == package.name);
        let near =
            did_you_mean(&patch.name.value, known.map(|m| m.name.as_str())).map(str::to_owned);
        diagnostics.push(
            Diagnostic::warning(
                codes::UNUSED_PATCH,
                format!("there is no macro `{}` in package `{}`", patch.name.value, package.name),
            )
            .at(patch.name.span, "describes nothing")
            .suggest(near.as_deref()),
        );
        return;
    };
    found.description = description;
    found.meta.clone_from(&patch.meta);
    if !arguments.is_empty() {
        found.arguments = arguments;
    }
    found.patch_path = Some(format!("{}://{}", package.name, patch.file.original_file_path));
}

pub(super) fn warn_unused(
    properties: &PackageProperties<'_>,
    parsed: &Parsed,
    diagnostics: &mut Diagnostics,
) {
    if diagnostics.has_errors() {
        // What is described may be among what was lost.
        return;
    }
    let owners = Owners::of(parsed.nodes.iter());
    let tests: HashSet<&str> = parsed
        .nodes
        .iter()
        .filter(|node| node.resource_type == ResourceType::Test)
        .map(|node| node.name.as_str())
        .collect();
    for (package, properties) in properties {
        for patch in &properties.nodes {
            let is_described = owners.get(package, patch.section, &patch.name.value).is_some();
            // Generic tests with a `name:` can be described below `data_tests` too.
            let elsewhere = patch.section == Section::SingularTests
                && tests.contains(patch.name.value.as_str());
            if is_described || elsewhere {
                continue;
            }
            let near = did_you_mean(&patch.name.value, owners.names(package, patch.section));
            diagnostics.push(
                Diagnostic::warning(
                    codes::UNUSED_PATCH,
                    format!(
                        "`{}` is described below `{}` and does not exist",
                        patch.name.value,
                        patch.section.key()
                    ),
                )
                .at(patch.name.span, "describes nothing")
                .suggest(near),
            );
        }
    }
}
