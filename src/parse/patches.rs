//! Entries of property files and the resources that they describe.
//!
//! dbt 1.12: an entry describes the enabled node of its name in its own package, else one of another package, else
//! the disabled ones of its own package. Leaves what it says to `nodes.rs`.

use std::collections::HashMap;
use std::sync::Arc;

use super::context::Context;
use super::nodes::{Half, Patch};
use super::properties::{MacroPatch, NodePatch, RawVersion, Section};
use super::{PackageProperties, Parsed, docs};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::{Node, ResourceType};
use crate::names::did_you_mean;
use crate::project::Package;

/// Gives every node the entry that describes it, in the order of the nodes.
pub(super) fn assign<'a>(
    cx: &Context<'_>,
    properties: &'a PackageProperties<'a>,
    halves: &[Half<'_>],
    diagnostics: &mut Diagnostics,
) -> Vec<Option<Patch<'a>>> {
    let mut assigning = Assigning {
        known: Known::of(halves),
        halves,
        patches: vec![None; halves.len()],
        is_complete: !diagnostics.has_errors(),
    };
    for (package, properties) in properties {
        for entry in &properties.nodes {
            let versions = match entry.versions.is_empty() {
                true => std::slice::from_ref(entry),
                false => &entry.versions,
            };
            for entry in versions {
                assigning.entry(cx, Patch { package, entry }, diagnostics);
            }
        }
    }
    assigning.patches
}

struct Assigning<'h, 'a> {
    known: Known<'h>,
    halves: &'h [Half<'h>],
    patches: Vec<Option<Patch<'a>>>,
    /// Whether all files could be read; else what is described may be among what was lost.
    is_complete: bool,
}

impl<'a> Assigning<'_, 'a> {
    fn entry(&mut self, cx: &Context<'_>, patch: Patch<'a>, diagnostics: &mut Diagnostics) {
        let described = self.known.described(patch);
        let is_wrong =
            |at: &usize| section_of(self.halves[*at].node.resource_type) != patch.entry.section;
        if described.is_empty() || described.iter().any(is_wrong) {
            self.unused(patch, described.first().copied(), diagnostics);
            return;
        }
        for at in described {
            if let Some(first) = self.patches[at] {
                // A version that is listed twice is told where it is.
                let are_versions = first.entry.version.is_some() && patch.entry.version.is_some();
                if !are_versions {
                    diagnostics.push(described_twice(cx, first.entry, patch.entry));
                }
                return;
            }
            self.patches[at] = Some(patch);
        }
    }

    fn unused(&self, patch: Patch<'_>, other: Option<usize>, diagnostics: &mut Diagnostics) {
        let entry = patch.entry;
        if !self.is_complete || entry.section == Section::SingularTests {
            // Generic tests with a `name:` can be described below `data_tests` too.
            return;
        }
        let name = file_name(entry);
        let section = entry.section.key();
        let warning = Diagnostic::warning(
            codes::UNUSED_PATCH,
            format!("`{name}` is described below `{section}` and does not exist"),
        )
        .at(entry.name.span, "describes nothing");
        diagnostics.push(match other {
            Some(at) => {
                let kind = self.halves[at].node.resource_type;
                warning.hint(format!(
                    "`{name}` is a {kind}: describe it below `{}`",
                    section_of(kind).key()
                ))
            }
            None => warning.suggest(did_you_mean(&name, self.known.names(patch))),
        });
    }
}

fn described_twice(cx: &Context<'_>, first: &NodePatch, second: &NodePatch) -> Diagnostic {
    let place = |patch: &NodePatch| cx.project.sources.file(patch.name.span.file).path.clone();
    Diagnostic::error(
        codes::DUPLICATE_PATCH,
        format!(
            "`{}` is described twice below `{}`: in {} and in {}",
            second.name.value,
            second.section.key(),
            place(first),
            place(second),
        ),
    )
    .at(second.name.span, "this entry")
    .and_at(first.name.span, "and this one")
    .hint("merge the two entries")
}

/// The name of the file that an entry describes: of a version, `dim_v2` or what `defined_in` says.
fn file_name(entry: &NodePatch) -> String {
    match &entry.version {
        Some(RawVersion { defined_in: Some(file), .. }) => file.clone(),
        Some(version) => format!("{}_{}", entry.name.value, version.suffix()),
        None => entry.name.value.clone(),
    }
}

/// What share one space of names.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Space {
    Refable,
    Analyses,
    Tests,
    Functions,
}

impl Space {
    fn of(section: Section) -> Self {
        match section {
            Section::Models | Section::Seeds | Section::Snapshots => Space::Refable,
            Section::Analyses => Space::Analyses,
            Section::SingularTests => Space::Tests,
            Section::Functions => Space::Functions,
        }
    }
}

/// Nodes by name, as their own files tell them.
struct Known<'h> {
    enabled: HashMap<(Space, &'h str), Vec<(&'h str, usize)>>,
    disabled: HashMap<(&'h str, Section, &'h str), Vec<usize>>,
}

impl<'h> Known<'h> {
    fn of(halves: &'h [Half<'h>]) -> Self {
        let mut known = Known { enabled: HashMap::new(), disabled: HashMap::new() };
        for (at, Half { node, .. }) in halves.iter().enumerate() {
            if node.resource_type == ResourceType::Operation {
                continue;
            }
            let section = section_of(node.resource_type);
            let (package, name) = (&*node.package_name, node.name.as_str());
            if node.config.enabled() {
                known.enabled.entry((Space::of(section), name)).or_default().push((package, at));
            } else {
                known.disabled.entry((package, section, name)).or_default().push(at);
            }
        }
        known
    }

    fn described(&self, patch: Patch<'_>) -> Vec<usize> {
        let entry = patch.entry;
        let space = Space::of(entry.section);
        let own = |name: &str| self.enabled_in(space, &patch.package.name, name);
        let name = file_name(entry);
        let found = match &entry.version {
            Some(version) => own(&name).or_else(|| {
                // The latest version may be in the file without a version in its name.
                version.is_latest().then(|| own(&entry.name.value)).flatten()
            }),
            None => own(&name).or_else(|| {
                let elsewhere = self.enabled.get(&(space, name.as_str()))?.first();
                elsewhere.filter(|_| space != Space::Tests).map(|(_, at)| *at)
            }),
        };
        match found {
            Some(at) => vec![at],
            None => {
                let key = (&*patch.package.name, entry.section, name.as_str());
                self.disabled.get(&key).cloned().unwrap_or_default()
            }
        }
    }

    /// The last one of a name: two of one name are reported elsewhere.
    fn enabled_in(&self, space: Space, package: &str, name: &str) -> Option<usize> {
        let of_name = self.enabled.get(&(space, name))?;
        of_name.iter().rev().find(|(p, _)| *p == package).map(|(_, at)| *at)
    }

    fn names(&self, patch: Patch<'_>) -> impl Iterator<Item = &'h str> {
        let space = Space::of(patch.entry.section);
        let package = patch.package.name.clone();
        self.enabled
            .iter()
            .filter(move |((s, _), nodes)| {
                *s == space && nodes.iter().any(|(p, _)| *p == &*package)
            })
            .map(|((_, name), _)| *name)
    }
}

fn section_of(resource_type: ResourceType) -> Section {
    match resource_type {
        ResourceType::Seed => Section::Seeds,
        ResourceType::Snapshot => Section::Snapshots,
        ResourceType::Analysis => Section::Analyses,
        ResourceType::Test => Section::SingularTests,
        ResourceType::Function => Section::Functions,
        _ => Section::Models,
    }
}

/// The nodes that generic tests are attached to.
pub(super) struct Owners<'n> {
    enabled: HashMap<(&'n str, &'n str, Option<String>), &'n Node>,
    disabled: HashMap<&'n str, &'n Node>,
}

impl<'n> Owners<'n> {
    pub(super) fn of(nodes: impl Iterator<Item = &'n Arc<Node>>) -> Self {
        let mut owners = Owners { enabled: HashMap::new(), disabled: HashMap::new() };
        for node in nodes.filter(|node| node.resource_type.is_refable()) {
            let version = node.model().and_then(|model| model.version.as_ref());
            let version = version.map(super::generic_tests::python_str);
            if node.config.enabled() {
                let key = (&*node.package_name, node.name.as_str(), version);
                owners.enabled.insert(key, node);
            } else {
                owners.disabled.entry(&node.name).or_insert(node);
            }
        }
        owners
    }

    pub(super) fn get(&self, package: &Package, entry: &NodePatch) -> Option<&'n Node> {
        let version = entry.version.as_ref().map(|v| super::generic_tests::python_str(&v.v));
        let name = entry.name.value.as_str();
        let enabled = self.enabled.get(&(&*package.name, name, version)).copied();
        enabled.or_else(|| self.disabled.get(name).copied())
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
    let describe = |text: &str, diagnostics: &mut Diagnostics| {
        docs::description(cx, &package.name, text, patch.name.span, diagnostics)
    };
    let description = describe(&patch.description, diagnostics);
    let arguments: Vec<crate::manifest::MacroArgument> = patch
        .arguments
        .iter()
        .map(|argument| crate::manifest::MacroArgument {
            name: argument.name.clone(),
            arg_type: argument.arg_type.clone(),
            description: describe(&argument.description, diagnostics),
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
    found.docs.clone_from(&patch.docs);
    if !arguments.is_empty() {
        found.arguments = arguments;
    }
    found.patch_path = Some(format!("{}://{}", package.name, patch.file.original_file_path));
}
