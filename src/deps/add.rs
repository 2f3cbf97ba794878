//! `--add-package`: adds an entry to the file of packages; comments and layout of the rest stay.
//!
//! Invariant: only lines of entries that the new one replaces are taken away, and the new file is valid YAML.

use std::fmt;
use std::path::Path;

use serde_json::Value as Json;

use crate::diagnostics::{Diagnostic, codes};
use crate::source::yaml::{self, Node, Yaml};
use crate::source::{SourceMap, Span};

use super::scalar::scalar;

/// A package to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// Its name, address or path.
    pub package: String,
    /// Its version or revision.
    pub version: Option<String>,
    /// Where it comes from.
    pub source: AddedFrom,
}

/// `--source`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AddedFrom {
    /// The package hub.
    #[default]
    Hub,
    /// A repository.
    Git,
    /// A folder.
    Local,
    /// An archive.
    Tarball,
}

/// A file with a package more.
#[derive(Debug)]
pub(super) struct Edited {
    /// Its text.
    pub(super) text: String,
    /// What was there before under the same name.
    pub(super) removed: Vec<String>,
}

impl Addition {
    /// `NAME@VERSION`, or `NAME` alone. An address may have an `@` of its own.
    pub fn parse(text: &str, source: AddedFrom) -> Self {
        let split = text.rsplit_once('@').filter(|(name, version)| {
            !name.is_empty() && !version.is_empty() && !version.contains(['/', ':'])
        });
        let (package, version) = match split {
            Some((name, version)) => (name, Some(version.to_owned())),
            None => (text, None),
        };
        Addition { package: package.to_owned(), version, source }
    }

    /// The lines of its entry, the first one without the dash.
    fn lines(&self) -> Vec<String> {
        let (key, version_key) = match self.source {
            AddedFrom::Hub => ("package", "version"),
            AddedFrom::Git => ("git", "revision"),
            AddedFrom::Local => ("local", "version"),
            AddedFrom::Tarball => ("tarball", "name"),
        };
        let mut lines = vec![format!("{key}: {}", scalar(&self.package, 0, 0))];
        let version = self.version.as_deref().filter(|_| self.source != AddedFrom::Local);
        match version.map(|version| version.split(',').map(str::trim).collect::<Vec<_>>()) {
            Some(one) if one.len() == 1 => {
                lines.push(format!("{version_key}: {}", scalar(one[0], 0, 0)));
            }
            Some(many) => {
                lines.push(format!("{version_key}:"));
                lines.extend(many.iter().map(|one| format!("  - {}", scalar(one, 0, 0))));
            }
            None => {}
        }
        lines
    }

    fn block(&self, indent: &str) -> String {
        let mut block = String::new();
        for (at, line) in self.lines().iter().enumerate() {
            block += indent;
            block += if at == 0 { "- " } else { "  " };
            block += line;
            block.push('\n');
        }
        block
    }

    /// dbt: an entry is the same package when it has the name, with `-` or `_`, between `/` and `.`.
    fn is_same(&self, other: &str) -> bool {
        let short = self.package.rsplit('/').next().unwrap_or(&self.package);
        let names = [self.package.as_str(), short];
        let variants = names
            .iter()
            .flat_map(|name| [(*name).to_owned(), name.replace('_', "-"), name.replace('-', "_")]);
        let edge = |c: Option<char>| c.is_none_or(|c| matches!(c, '/' | '.'));
        variants.into_iter().filter(|name| !name.is_empty()).any(|name| {
            other.find(&name).is_some_and(|at| {
                edge(other[..at].chars().next_back())
                    && edge(other[at + name.len()..].chars().next())
            })
        })
    }
}

impl fmt::Display for Addition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Some(version) => write!(f, "{}@{version}", self.package),
            None => f.write_str(&self.package),
        }
    }
}

/// Adds a package to the text of a file.
pub(super) fn edit(old: &str, addition: &Addition, file: &str) -> Result<Edited, Box<Diagnostic>> {
    let scratch = SourceMap::new();
    let id = scratch.add(file, Path::new(file), old);
    let parsed = yaml::parse(id, old).map_err(|error| {
        let message = format!("{file} is not valid YAML: {}", error.message);
        Box::new(Diagnostic::error(codes::BAD_YAML, message))
    })?;
    let list = parsed.root.get("packages");
    let items = list.and_then(Yaml::as_seq).unwrap_or_default();
    let (same, kept): (Vec<&Yaml>, Vec<&Yaml>) =
        items.iter().partition(|item| name(item).is_some_and(|name| addition.is_same(name)));
    let removed = same.iter().filter_map(|item| name(item).map(str::to_owned)).collect();
    let is_flow = |list: &Yaml| old[list.span.start as usize..].starts_with('[');
    let text = match list {
        None => appended(old, &format!("packages:\n{}", addition.block("  "))),
        Some(list) if list.is_null() => {
            after_line(old, key_end(&parsed.root), &addition.block("  "))
        }
        Some(list) if is_flow(list) => flow(old, list, &kept, addition),
        Some(_) => block(old, items, &same, addition),
    };
    Ok(Edited { text, removed })
}

fn name(item: &Yaml) -> Option<&str> {
    ["package", "git", "local", "tarball", "private"].iter().find_map(|key| item.get(key)?.as_str())
}

fn key_end(root: &Yaml) -> usize {
    let key = root.as_map().and_then(|map| map.entry("packages"));
    key.map_or(0, |(key, _)| key.span.end as usize)
}

fn appended(old: &str, block: &str) -> String {
    match old.is_empty() || old.ends_with('\n') {
        true => format!("{old}{block}"),
        false => format!("{old}\n{block}"),
    }
}

/// Puts lines after the line of an offset.
fn after_line(old: &str, at: usize, lines: &str) -> String {
    match old[at..].find('\n') {
        Some(end) => format!("{}{lines}{}", &old[..=at + end], &old[at + end + 1..]),
        None => format!("{old}\n{lines}"),
    }
}

/// A list in brackets becomes one of lines.
fn flow(old: &str, list: &Yaml, kept: &[&Yaml], addition: &Addition) -> String {
    let Span { start, end, .. } = list.span;
    let mut lines = String::new();
    for item in kept {
        lines += &format!("\n  - {}", Json::to_string(&item.to_json()));
    }
    let head = old[..start as usize].trim_end_matches([' ', '\t']);
    let block = addition.block("  ");
    format!("{head}{lines}\n{}{}", block.trim_end(), &old[end as usize..])
}

/// Where the last value of a node ends; the node itself may go on to the next one.
fn content_end(old: &str, yaml: &Yaml) -> usize {
    let last = match &yaml.node {
        _ if old[yaml.span.start as usize..].starts_with(['{', '[']) => None,
        Node::Map(map) => map.entries.last().map(|(key, value)| match value.is_null() {
            true => key.span.end as usize,
            false => content_end(old, value),
        }),
        Node::Seq(items) => items.last().map(|item| content_end(old, item)),
        _ => None,
    };
    last.unwrap_or_else(|| old[..yaml.span.end as usize].trim_end().len())
}

/// Lines of a block list: those of `same` go, the new ones come after the last item.
fn block(old: &str, items: &[Yaml], same: &[&Yaml], addition: &Addition) -> String {
    let line_start = |at: usize| old[..at].rfind('\n').map_or(0, |at| at + 1);
    let line_end = |at: usize| old[at..].find('\n').map_or(old.len(), |end| at + end + 1);
    let end = |item: &Yaml| line_end(content_end(old, item));
    let first = items[0].span.start as usize;
    let line = &old[line_start(first)..first];
    let indent = &line[..line.find('-').unwrap_or(0)];
    let mut text = String::new();
    let mut from = 0;
    for item in same {
        text += &old[from..line_start(item.span.start as usize)];
        from = end(item);
    }
    let last = items.last().map_or(old.len(), end).max(from);
    text += &old[from..last];
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text + &addition.block(indent) + &old[last..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(old: &str, text: &str, source: AddedFrom) -> (String, Vec<String>) {
        let edited = edit(old, &Addition::parse(text, source), "packages.yml").unwrap();
        let scratch = SourceMap::new();
        let id = scratch.add("packages.yml", Path::new(""), edited.text.as_str());
        assert!(yaml::parse(id, &edited.text).is_ok(), "{}", edited.text);
        (edited.text, edited.removed)
    }

    #[test]
    fn comments_and_layout_stay() {
        let old = "# ours\npackages:\n    # dates\n    - package: a/dates # old\n      version: 1.0.0 # pinned\n    - local: ../b # b\n\n# the end\n";
        let (text, removed) = edited(old, "a/dates@>=2.0.0,<3.0.0", AddedFrom::Hub);
        assert_eq!(removed, ["a/dates"]);
        assert_eq!(
            text,
            "# ours\npackages:\n    # dates\n    - local: ../b # b\n    - package: a/dates\n      version:\n        - '>=2.0.0'\n        - <3.0.0\n\n# the end\n"
        );
    }

    #[test]
    fn every_shape_of_a_list_takes_one_more() {
        let new = "- package: a/b\n    version: 1.0.0\n";
        for (old, want) in [
            ("", format!("packages:\n  {new}")),
            ("projects: []", format!("projects: []\npackages:\n  {new}")),
            ("packages: # none\nx: 1\n", format!("packages: # none\n  {new}x: 1\n")),
            ("packages: []\n", format!("packages:\n  {new}")),
            ("packages: [{local: x}]\n", format!("packages:\n  - {{\"local\":\"x\"}}\n  {new}")),
            (
                "packages:\n- local: x",
                "packages:\n- local: x\n- package: a/b\n  version: 1.0.0\n".to_owned(),
            ),
        ] {
            assert_eq!(edited(old, "a/b@1.0.0", AddedFrom::Hub).0, want, "{old}");
        }
    }

    #[test]
    fn names_versions_and_addresses_are_told_apart() {
        for (text, package, version) in [
            ("a/b@1.0.0", "a/b", Some("1.0.0")),
            ("git@example.com:a/b.git", "git@example.com:a/b.git", None),
            ("git@example.com:a/b.git@v1", "git@example.com:a/b.git", Some("v1")),
            ("../x", "../x", None),
        ] {
            let addition = Addition::parse(text, AddedFrom::Git);
            assert_eq!(
                (addition.package.as_str(), addition.version.as_deref()),
                (package, version)
            );
        }
    }

    #[test]
    fn the_same_package_is_known_by_its_name() {
        let addition = Addition::parse("dbt-labs/dbt_utils@1.0.0", AddedFrom::Hub);
        assert!(addition.is_same("https://github.com/dbt-labs/dbt-utils.git"));
        assert!(addition.is_same("dbt-labs/dbt_utils"));
        assert!(!addition.is_same("https://github.com/dbt-labs/dbt-utils-more.git"));
    }
}
