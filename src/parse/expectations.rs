//! Checks `expectations:` of a model while parsing, and finds the place of each of them.
//!
//! They are merged as JSON from several files; [`place`] goes through the same layers again to say where the one that
//! is wrong was written. Leaves to `execute/` what only the engine can know: columns, types, syntax.

use super::{configs, entry};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::expectation::{self, KEY, Mistake};
use crate::manifest::{Language, Node, ResourceType};
use crate::project::Project;
use crate::source::Span;
use crate::source::yaml::Yaml;

/// The materializations that give rows to judge before they are in the table.
const JUDGED: &[&str] = &["table", "incremental"];

/// Reports what is wrong with the expectations of a node.
pub(super) fn check(project: &Project, node: &Node, diagnostics: &mut Diagnostics) {
    if node.config.get(KEY).is_none() {
        return;
    }
    let (_, mistakes) = expectation::read(&node.config);
    for mistake in mistakes {
        diagnostics.push(of_mistake(project, node, mistake));
    }
    if expectation::has_any(&node.config)
        && node.config.enabled()
        && let Some((message, hint)) = unfit(node)
    {
        let key = entry::config_key(&project.sources, node, &[KEY]);
        let at = key.unwrap_or_else(|| place(project, node, Some(0), None));
        let problem = Diagnostic::error(codes::BAD_EXPECTATION, message);
        diagnostics.push(problem.at(at, "").hint(hint));
    }
}

fn of_mistake(project: &Project, node: &Node, mistake: Mistake) -> Diagnostic {
    let message = format!("{} `{}`: {}", node.resource_type, node.name, mistake.message);
    let at = place(project, node, mistake.entry, mistake.key.as_deref());
    let problem = Diagnostic::error(codes::BAD_EXPECTATION, message).at(at, "");
    match mistake.hint {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

/// Why rows of the node cannot be judged.
fn unfit(node: &Node) -> Option<(String, &'static str)> {
    let subject = format!("{} `{}`", node.resource_type, node.name);
    if node.resource_type != ResourceType::Model {
        return Some((
            format!("{subject} cannot have expectations, only models can"),
            "use data tests",
        ));
    }
    if node.language() != Language::Sql {
        return Some((
            format!("{subject} is written in Python and has expectations"),
            "use data tests",
        ));
    }
    match node.materialized() {
        kind if JUDGED.contains(&kind) => None,
        "view" => Some((
            format!("{subject} has expectations and is a view, whose rows nobody counts"),
            "materialize it as `table` or `incremental`, or use data tests",
        )),
        kind => Some((
            format!("{subject} has expectations, which `{kind}` cannot hold"),
            "materialize it as `table` or `incremental`, or use data tests",
        )),
    }
}

/// Where the expectation at `entry` of the merged list was written; of one of its keys when it has that.
pub fn place(project: &Project, node: &Node, entry: Option<usize>, key: Option<&str>) -> Span {
    let sites = sites(project, node);
    let fallback = node.patch_span.unwrap_or_else(|| node.span_start());
    let site = entry.and_then(|at| sites.into_iter().nth(at));
    match site {
        Some(Site::Written(yaml)) => of_key(&yaml, key),
        Some(Site::Called(span)) => span,
        None if node.patch_span.is_none() => configs::config_call(node, KEY),
        None => fallback,
    }
}

/// Where one entry of the merged list was written.
enum Site {
    Written(Yaml),
    Called(Span),
}

fn of_key(yaml: &Yaml, key: Option<&str>) -> Span {
    let found = key.and_then(|key| yaml.as_map()?.entry(key));
    match found {
        // A key that should not be there is wrong itself; of the others the value is.
        Some((name, value)) if value.as_map().is_none() && value.as_seq().is_none() => {
            Span { start: name.span.start, ..value.span }
        }
        Some((name, _)) => name.span,
        None => first_line(yaml),
    }
}

/// A mapping is long; its first key is enough to find it.
fn first_line(yaml: &Yaml) -> Span {
    match yaml.as_map().and_then(|map| map.entries.first()) {
        Some((name, value)) if value.as_map().is_none() && value.as_seq().is_none() => {
            Span { start: name.span.start, ..value.span }
        }
        Some((name, _)) => name.span,
        None => yaml.span,
    }
}

/// The layers of the configuration in the order in which they were merged.
fn sites(project: &Project, node: &Node) -> Vec<Site> {
    let of_folders = |package: &str| {
        let section = project.package(package).and_then(|p| p.config.sections.get("models"));
        let levels = configs::levels(section, &node.fqn).into_iter();
        levels.filter(|(name, _)| *name == KEY).flat_map(|(_, value)| entries(value)).collect()
    };
    let mut sites: Vec<Site> = of_folders(&node.package_name);
    sites.extend(entry::config(&project.sources, node, KEY).iter().flat_map(entries));
    let root = &*project.root().name;
    let outer: Vec<Site> = if *node.package_name == *root { Vec::new() } else { of_folders(root) };
    let all = node.config.get(KEY).and_then(|list| list.as_array()).map_or(0, Vec::len);
    let called = all.saturating_sub(sites.len() + outer.len());
    if called > 0 {
        let span = configs::config_call(node, KEY);
        sites.extend((0..called).map(|_| Site::Called(span)));
    }
    sites.extend(outer);
    sites
}

fn entries(value: &Yaml) -> Vec<Site> {
    match value.as_seq() {
        Some(items) => items.iter().cloned().map(Site::Written).collect(),
        None if value.is_null() => Vec::new(),
        None => vec![Site::Written(value.clone())],
    }
}
