//! `forge_lint.yml`: which rules count, where, and what the project states about its names and layers.
//!
//! Invariant: what is not understood is a diagnostic at its line, never a rule that is silently off.

use std::path::Path;

use indexmap::IndexMap;
use regex::Regex;

use super::rules::{self, Rule};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, codes};
use crate::host::Host;
use crate::names::did_you_mean;
use crate::project::read_yaml;
use crate::source::yaml::{Node, Yaml};
use crate::source::{SourceMap, Span, Spanned};

/// The name of the file, beside `dbt_project.yml`.
pub const FILE: &str = "forge_lint.yml";

const KEYS: &[&str] = &["rules", "folders", "layers", "names"];
const LEVELS: &[&str] = &["off", "warn", "error"];
/// What a layer may read besides other layers.
const KINDS: &[&str] = &["source", "seed", "snapshot"];

/// How much a rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It is not looked at.
    Off,
    /// A finding is a warning.
    Warn,
    /// A finding is an error.
    Error,
}

/// What the file says.
#[derive(Debug, Default)]
pub struct Settings {
    rules: Levels,
    /// Folders, below the project, and what is other there.
    folders: Vec<(String, Levels)>,
    /// The layers of the project.
    pub(super) layers: Vec<Layer>,
    /// What names must look like.
    pub(super) names: Vec<NameRule>,
}

/// Levels of rules, by the number of their code.
type Levels = IndexMap<&'static str, Level>;

/// A layer: a folder, and what its models may read.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) name: String,
    pub(super) path: String,
    /// Names of layers, and kinds of resources.
    pub(super) may_read: Vec<String>,
}

/// What the names of a folder must look like.
#[derive(Debug)]
pub(super) struct NameRule {
    pub(super) path: String,
    pub(super) pattern: Regex,
}

impl Settings {
    /// Reads the file of a project, when there is one.
    pub fn read(host: &dyn Host, sources: &SourceMap, root: &Path) -> (Self, Diagnostics) {
        let path = root.join(FILE);
        let mut reader = Reader::default();
        if !host.exists(&path) {
            return (reader.settings, reader.found);
        }
        if let Some(tree) = read_yaml(host, sources, FILE, &path, &mut reader.found) {
            reader.file(&tree);
        }
        (reader.settings, reader.found)
    }

    /// The level of a rule for a file: that of the longest folder around it which says one, else that of all files.
    pub(super) fn level(&self, rule: &Rule, path: &str) -> Level {
        let general = || self.rules.get(rule.code.id()).copied().unwrap_or(rule.level);
        self.level_of_file(rule, path).unwrap_or_else(general)
    }

    /// The level of a rule that a folder around a file says.
    pub(super) fn level_of_file(&self, rule: &Rule, path: &str) -> Option<Level> {
        let around = self.folders.iter().filter(|(folder, _)| is_below(path, folder));
        let said = around
            .filter_map(|(folder, levels)| Some((folder.len(), *levels.get(rule.code.id())?)));
        said.max_by_key(|(length, _)| *length).map(|(_, level)| level)
    }

    /// The layer that a file is in: that of the longest path.
    pub(super) fn layer(&self, path: &str) -> Option<&Layer> {
        let around = self.layers.iter().filter(|layer| is_below(path, &layer.path));
        around.max_by_key(|layer| layer.path.len())
    }
}

/// Whether a file lies in a folder.
pub(super) fn is_below(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder.trim_end_matches('/'));
    folder.is_empty() || rest.is_some_and(|rest| rest.starts_with('/'))
}

#[derive(Default)]
struct Reader {
    settings: Settings,
    found: Diagnostics,
}

impl Reader {
    fn file(&mut self, tree: &Yaml) {
        if tree.is_null() {
            return;
        }
        let Some(map) = tree.as_map() else {
            return self.wrong_type(tree, FILE, "a mapping");
        };
        for (key, value) in &map.entries {
            match key.value.as_str() {
                "rules" => self.settings.rules = self.levels(value, "rules"),
                "folders" => self.folders(value),
                "layers" => self.layers(value),
                "names" => self.names(value),
                _ => self.unknown(key, &format!("{FILE} has no key"), KEYS),
            }
        }
        self.check_layers(tree);
    }

    fn levels(&mut self, yaml: &Yaml, what: &str) -> Levels {
        let mut levels = Levels::new();
        let Some(map) = yaml.as_map() else {
            self.wrong_type(yaml, what, "a mapping of rules and levels");
            return levels;
        };
        for (key, value) in &map.entries {
            let Some(code) = rules::named(&key.value) else {
                let known: Vec<&str> = rules::names().collect();
                self.unknown(key, "there is no lint rule", &known);
                continue;
            };
            match level(value, code) {
                Some(level) => {
                    levels.insert(code.id(), level);
                }
                None => {
                    let message =
                        format!("the level of `{}` is one of {}", key.value, listed(LEVELS));
                    let written = value.scalar_text().unwrap_or_default();
                    let near = did_you_mean(&written, LEVELS.iter().copied());
                    let wrong = Diagnostic::error(codes::WRONG_TYPE, message);
                    self.found.push(wrong.at(value.span, "").suggest(near));
                }
            }
        }
        levels
    }

    fn folders(&mut self, yaml: &Yaml) {
        let Some(map) = yaml.as_map() else {
            return self.wrong_type(yaml, "folders", "a mapping of folders");
        };
        for (key, value) in &map.entries {
            let levels = self.levels(value, &key.value);
            self.settings.folders.push((folder(&key.value), levels));
        }
    }

    fn layers(&mut self, yaml: &Yaml) {
        const KEYS: &[&str] = &["name", "path", "may_read"];
        for entry in self.entries(yaml, "layers") {
            self.keys(entry, "a layer", KEYS);
            let name = self.text(entry, "a layer", "name");
            let path = self.text(entry, "a layer", "path");
            let may_read = self.texts(entry, "may_read");
            if let (Some(name), Some(path)) = (name, path) {
                let (name, path) = (name.value, folder(&path.value));
                self.settings.layers.push(Layer { name, path, may_read });
            }
        }
    }

    fn names(&mut self, yaml: &Yaml) {
        const KEYS: &[&str] = &["path", "pattern"];
        for entry in self.entries(yaml, "names") {
            self.keys(entry, "an entry of `names`", KEYS);
            let path = self.text(entry, "an entry of `names`", "path");
            let pattern = self.text(entry, "an entry of `names`", "pattern");
            let (Some(path), Some(pattern)) = (path, pattern) else { continue };
            match Regex::new(&pattern.value) {
                Ok(regex) => {
                    let path = folder(&path.value);
                    self.settings.names.push(NameRule { path, pattern: regex });
                }
                Err(error) => {
                    let reason = error.to_string();
                    let reason = reason.lines().last().unwrap_or_default().trim();
                    let reason = reason.strip_prefix("error: ").unwrap_or(reason);
                    let message = format!("`{}` is no regular expression: {reason}", pattern.value);
                    let wrong = Diagnostic::error(codes::BAD_CONFIG, message);
                    self.found.push(wrong.at(pattern.span, ""));
                }
            }
        }
    }

    /// Every name in a `may_read` must be that of a layer or of a kind.
    fn check_layers(&mut self, tree: &Yaml) {
        let layers = self.settings.layers.iter().map(|layer| layer.name.clone());
        let known: Vec<String> =
            layers.chain(KINDS.iter().map(|kind| (*kind).to_owned())).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let entries = tree.get("layers").and_then(Yaml::as_seq).unwrap_or_default();
        for word in entries.iter().filter_map(|entry| entry.get("may_read")?.as_seq()).flatten() {
            let Some(text) = word.as_str().filter(|text| !known.contains(text)) else { continue };
            let word = Spanned { value: text.to_owned(), span: word.span };
            self.unknown(&word, "there is no layer", &known);
        }
    }

    fn entries<'y>(&mut self, yaml: &'y Yaml, what: &str) -> Vec<&'y Yaml> {
        let Some(items) = yaml.as_seq() else {
            self.wrong_type(yaml, what, "a list of mappings");
            return Vec::new();
        };
        for wrong in items.iter().filter(|item| item.as_map().is_none()) {
            self.wrong_type(wrong, &format!("an entry of `{what}`"), "a mapping");
        }
        items.iter().filter(|item| item.as_map().is_some()).collect()
    }

    fn keys(&mut self, entry: &Yaml, what: &str, known: &[&str]) {
        for (key, _) in entry.as_map().into_iter().flat_map(|map| &map.entries) {
            if !known.contains(&key.value.as_str()) {
                self.unknown(key, &format!("{what} has no key"), known);
            }
        }
    }

    fn text(&mut self, entry: &Yaml, what: &str, key: &str) -> Option<Spanned<String>> {
        match entry.get(key) {
            Some(value) => match value.as_str() {
                Some(text) => Some(Spanned { value: text.to_owned(), span: value.span }),
                None => {
                    self.wrong_type(value, key, "a string");
                    None
                }
            },
            None => {
                let message = format!("{what} needs `{key}`");
                self.found
                    .push(Diagnostic::error(codes::MISSING_KEY, message).at(start(entry), ""));
                None
            }
        }
    }

    fn texts(&mut self, entry: &Yaml, key: &str) -> Vec<String> {
        let Some(value) = entry.get(key) else { return Vec::new() };
        let items = value.as_seq().map(|items| items.iter().map(Yaml::as_str).collect());
        let Some(Some(texts)) = items.map(|texts: Vec<_>| texts.into_iter().collect()) else {
            self.wrong_type(value, key, "a list of names");
            return Vec::new();
        };
        let texts: Vec<&str> = texts;
        texts.into_iter().map(str::to_owned).collect()
    }

    fn unknown(&mut self, key: &Spanned<String>, message: &str, known: &[&str]) {
        let near = did_you_mean(&key.value, known.iter().copied());
        let unknown = Diagnostic::error(codes::UNKNOWN_KEY, format!("{message} `{}`", key.value));
        self.found.push(unknown.at(key.span, "").suggest(near));
    }

    fn wrong_type(&mut self, yaml: &Yaml, what: &str, wanted: &str) {
        let message = format!("`{what}` is {}, but must be {wanted}", yaml.kind());
        self.found.push(Diagnostic::error(codes::WRONG_TYPE, message).at(yaml.span, ""));
    }
}

/// The level that a value means. YAML reads `off` and `on` as booleans.
fn level(value: &Yaml, code: Code) -> Option<Level> {
    match &value.node {
        Node::Bool(false) => Some(Level::Off),
        Node::Bool(true) => rules::of(code).map(|rule| rule.level),
        Node::Str(word) => match word.as_str() {
            "off" => Some(Level::Off),
            "warn" => Some(Level::Warn),
            "error" => Some(Level::Error),
            _ => None,
        },
        _ => None,
    }
}

fn listed(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

/// The first byte of an entry: enough to open the file at the right line.
fn start(yaml: &Yaml) -> Span {
    Span { end: yaml.span.start + 1, ..yaml.span }
}

/// A folder as it is compared: with `/`, without one at its ends.
fn folder(written: &str) -> String {
    let written = written.replace('\\', "/");
    written.trim_start_matches("./").trim_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Settings, Vec<String>) {
        let sources = SourceMap::new();
        let file = sources.add(FILE, Path::new(FILE), text);
        let mut reader = Reader::default();
        let tree = crate::project::parse_yaml(&sources, file, &mut reader.found);
        reader.file(&tree.expect("YAML"));
        let told = reader.found.iter().map(|one| {
            let place = one.primary.as_ref().map(|label| sources.place(label.span));
            let hint = one.hint.clone().unwrap_or_default();
            format!("{} {} {hint}", place.unwrap_or_default(), one.message)
        });
        (reader.settings, told.collect())
    }

    #[test]
    fn the_longest_folder_counts() {
        let (settings, told) = read(
            "rules: {E1006: error}\nfolders:\n  models: {clock-in-filter: off}\n  models/marts/: {E1006: warn}\n",
        );
        assert_eq!(told, [""; 0]);
        let rule = rules::of(codes::CLOCK_IN_FILTER).expect("a rule");
        let level = |path| settings.level(rule, path);
        assert_eq!(level("models/marts/a.sql"), Level::Warn);
        assert_eq!(level("models/a.sql"), Level::Off);
        assert_eq!(level("models_old/a.sql"), Level::Error);
    }

    #[test]
    fn mistakes_are_told_at_their_line_with_what_was_meant() {
        let (_, told) = read(
            "rule: {}\nrules:\n  E1066: off\n  E1006: wran\nlayers:\n  - {name: a, path: models/a, may_read: [sorce, a]}\n  - {path: models/b}\nnames:\n  - {path: models, pattern: '['}\n",
        );
        assert_eq!(told.len(), 6, "{told:#?}");
        assert!(
            told[0].starts_with("forge_lint.yml:1:1 forge_lint.yml has no key `rule`"),
            "{told:#?}"
        );
        assert!(told[0].ends_with("did you mean `rules`?"), "{told:#?}");
        assert!(
            told[1].starts_with("forge_lint.yml:3:3 there is no lint rule `E1066`"),
            "{told:#?}"
        );
        assert!(told[2].starts_with("forge_lint.yml:4:10 the level of `E1006`"), "{told:#?}");
        assert!(told[2].ends_with("did you mean `warn`?"), "{told:#?}");
        assert!(told[3].contains(":7:5 a layer needs `name`"), "{told:#?}");
        assert!(told[4].contains(":9:29 `[` is no regular expression"), "{told:#?}");
        assert!(told[5].contains("there is no layer `sorce` did you mean `source`?"), "{told:#?}");
    }
}
