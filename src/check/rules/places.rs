//! Where configuration and references stand in the files of a node.

use crate::check::shadow::Shadow;
use crate::manifest::Node;
use crate::parse::entry;
use crate::project::Project;
use crate::source::yaml::{self, Node as YamlNode, Yaml};
use crate::source::{SourceMap, Span};

/// The value of a configuration key: in the node's own text, else in its property file, else in the project file; the
/// start of the node where it is in none of them.
pub(super) fn of_config(shadow: &Shadow<'_>, node: &Node, key: &str, value: &str) -> Span {
    let sources = &shadow.compiler.project.sources;
    in_template(node, key, value)
        .or_else(|| in_properties(sources, node, key, value))
        .or_else(|| in_project(&shadow.compiler.project, key, value))
        .unwrap_or_else(|| node.span_start())
}

/// A word below a configuration key; the key's own place, or the start of the node, where it is not found.
pub(super) fn of_config_word(shadow: &Shadow<'_>, node: &Node, key: &str, word: &str) -> Span {
    let sources = &shadow.compiler.project.sources;
    let in_own = node.raw_code.find(key).and_then(|at| {
        let behind = &node.raw_code[at..];
        let found = behind.find(word).filter(|_| !word.is_empty());
        found.map(|found| within(node, at + found, word.len()))
    });
    let in_entry = || {
        let config = entry::config(sources, node, key)?;
        let file = sources.file(config.span.file);
        let (start, end) = (config.span.start as usize, config.span.end as usize);
        let found = file.text.get(start..end)?.find(word).filter(|_| !word.is_empty());
        Some(match found {
            Some(at) => Span::new(config.span.file, start + at, start + at + word.len()),
            None => config.span,
        })
    };
    in_own.or_else(in_entry).unwrap_or_else(|| node.patch_span.unwrap_or_else(|| node.span_start()))
}

/// The name in a `ref` or `source` call of the node's text that stands for itself: what is handed to a macro may be asked
/// for its columns only.
pub(super) fn of_reference(node: &Node, name: &str) -> Option<Span> {
    let text = &*node.raw_code;
    if text.contains("depends_on") {
        return None;
    }
    let mut calls = text.match_indices(name).filter(|(at, _)| {
        let before = text[..*at].trim_end();
        let quote = before.ends_with(['\'', '"']);
        let before = before.trim_end_matches(['\'', '"']);
        quote && call_before(before)
    });
    let (at, _) = calls.next()?;
    let open = text[..at].rfind('(')?;
    let called = text[..open].trim_end();
    let start = called.rfind(|c: char| !c.is_alphanumeric()).map_or(0, |at| at + 1);
    let end = text[at..].find(')').map_or(at + name.len(), |close| at + close + 1);
    Some(within(node, start, end - start))
}

/// Whether a text ends in the beginning of a call of `ref` or `source` that is printed, or kept under a name.
fn call_before(text: &str) -> bool {
    let Some((before, inside)) = text.rsplit_once('(') else { return false };
    let is_arguments = inside.chars().all(|c| c.is_alphanumeric() || "_'\", ".contains(c));
    let called = ["ref", "source"].iter().find_map(|name| before.trim_end().strip_suffix(name));
    let Some(before) = called.map(|before| before.trim_end().trim_end_matches('-').trim_end())
    else {
        return false;
    };
    is_arguments && (before.ends_with("{{") || before.ends_with('='))
}

/// The only place of a word in the node's text.
pub(super) fn of_word(node: &Node, word: &str) -> Option<Span> {
    let text = &*node.raw_code;
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = text.match_indices(word).filter(|(at, _)| {
        !text[..*at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part)
    });
    let (at, _) = found.next()?;
    found.next().is_none().then(|| within(node, at, word.len()))
}

/// A hook in the node's own text, in its property file, or in the project file.
pub(in crate::check) fn of_hook(project: &Project, node: &Node, key: &str, sql: &str) -> Span {
    let sources = &project.sources;
    let keys = [key.to_owned(), key.replace('-', "_")];
    let found = keys.iter().find_map(|key| {
        in_template(node, key, sql)
            .or_else(|| in_properties(sources, node, key, sql))
            .or_else(|| in_project(project, key, sql))
    });
    // In a property file it may have been a template, rendered when the file was read.
    let written = || keys.iter().find_map(|key| entry::config(sources, node, key));
    let in_entry = || match written()?.node {
        YamlNode::Seq(items) => items.first().filter(|_| items.len() == 1).map(|item| item.span),
        YamlNode::Map(_) => None,
        _ => written().map(|value| value.span),
    };
    found.or_else(in_entry).unwrap_or_else(|| node.span_start())
}

/// The only place of a word in the entry of a property file that a generic test is.
pub(super) fn of_entry_word(shadow: &Shadow<'_>, node: &Node, word: &str) -> Option<Span> {
    let span = node.span;
    let file = shadow.compiler.project.sources.file(span.file);
    let entry = file.text.get(span.start as usize..span.end as usize)?;
    let mut found = entry.match_indices(word);
    let (at, _) = found.next()?;
    let start = span.start as usize + at;
    found.next().is_none().then(|| Span::new(span.file, start, start + word.len()))
}

pub(super) fn within(node: &Node, at: usize, length: usize) -> Span {
    let start = node.span.start as usize + at;
    Span::new(node.span.file, start, start + length)
}

/// A key of the `config` call in the node's own text.
pub(super) fn of_key(node: &Node, key: &str) -> Option<Span> {
    let text = &*node.raw_code;
    let config = text.find("config(")?;
    let end = config + text[config..].find("}}")?;
    let mut found = text[config..end].match_indices(key).filter(|(at, _)| {
        let behind = &text[config + at + key.len()..];
        behind.trim_start().starts_with('=') && text[..config + at].trim_end().ends_with(['(', ','])
    });
    found.next().map(|(at, _)| within(node, config + at, key.len()))
}

fn in_template(node: &Node, key: &str, value: &str) -> Option<Span> {
    let text = &*node.raw_code;
    let config = text.find("config")?;
    let key_at = config + text[config..].find(key)?;
    let quoted = ['\'', '"'].into_iter().filter_map(|quote| {
        let at = text[key_at + key.len()..].find(&format!("{quote}{value}{quote}"))?;
        Some(key_at + key.len() + at + 1)
    });
    quoted.min().map(|at| within(node, at, value.len()))
}

fn in_properties(sources: &SourceMap, node: &Node, key: &str, value: &str) -> Option<Span> {
    of_value(&entry::config(sources, node, key)?, value)
}

/// The place of a text in a value: the value itself, an item of a list, a key or a value of a mapping.
fn of_value(yaml: &Yaml, value: &str) -> Option<Span> {
    match &yaml.node {
        YamlNode::Seq(items) => items.iter().find_map(|item| of_value(item, value)),
        YamlNode::Map(map) => {
            let key = map.entry(value).map(|(key, _)| key.span);
            key.or_else(|| map.iter().find_map(|(_, inner)| of_value(inner, value)))
        }
        _ => (yaml.scalar_text().as_deref() == Some(value)).then_some(yaml.span),
    }
}

/// The first value of a key with this text in `dbt_project.yml`.
fn in_project(project: &Project, key: &str, value: &str) -> Option<Span> {
    let span = project.root().config.span?;
    let file = project.sources.file(span.file);
    let root = yaml::parse(span.file, &file.text).ok()?.root;
    searched(&root, key, value)
}

fn searched(yaml: &Yaml, key: &str, value: &str) -> Option<Span> {
    yaml.as_map()?.iter().find_map(|(name, inner)| {
        let is_key = name.trim_start_matches('+') == key;
        let own = is_key.then(|| of_value(inner, value)).flatten();
        own.or_else(|| searched(inner, key, value))
    })
}
