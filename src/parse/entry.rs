//! The entry of a node in its property file, read again to point at a mistake in it.
//!
//! Nothing is paid for it while nothing is wrong. Invariant: what is returned is in the file that `patch_span` names.

use crate::manifest::Node;
use crate::source::yaml::{self, Yaml};
use crate::source::{SourceMap, Span};

/// The entry.
pub fn of_node(sources: &SourceMap, node: &Node) -> Option<Yaml> {
    let at = node.patch_span?;
    let root = yaml::parse(at.file, &sources.file(at.file).text).ok()?.root;
    let lists = root.as_map()?.iter().filter_map(|(_, list)| list.as_seq());
    let is_own = |entry: &&Yaml| entry.get("name").is_some_and(|name| name.span == at);
    lists.flatten().find(is_own).cloned()
}

/// What the entry says under a configuration key, in `config` or beside it.
pub fn config(sources: &SourceMap, node: &Node, key: &str) -> Option<Yaml> {
    let entry = of_node(sources, node)?;
    entry.get("config").and_then(|config| config.get(key)).or_else(|| entry.get(key)).cloned()
}

/// The last key of a path below the configuration.
pub(super) fn config_key(sources: &SourceMap, node: &Node, path: &[&str]) -> Option<Span> {
    let entry = of_node(sources, node)?;
    let key = |from: Option<&Yaml>| {
        let (last, above) = path.split_last()?;
        let holder = above.iter().try_fold(from?, |yaml, key| yaml.get(key))?;
        holder.as_map()?.entry(last).map(|(key, _)| key.span)
    };
    key(entry.get("config")).or_else(|| key(Some(&entry)))
}

/// The first constraint of a column, else of the model.
pub(super) fn first_constraint(sources: &SourceMap, node: &Node) -> Option<Span> {
    let entry = of_node(sources, node)?;
    let columns = entry.get("columns").and_then(Yaml::as_seq).unwrap_or_default();
    let lists = columns.iter().chain([&entry]).filter_map(|holder| holder.get("constraints"));
    let first = lists.filter_map(Yaml::as_seq).flatten().next()?;
    let name = first.as_map().and_then(|map| map.entries.first()).map(|(key, _)| key.span);
    Some(name.unwrap_or(first.span))
}
