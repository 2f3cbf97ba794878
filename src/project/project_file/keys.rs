//! The keys of `dbt_project.yml` and the shapes of their values, as dbt 1.12 checks them.
//!
//! Invariant: what [`Keys`] hands out has the shape that the table promises.

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::names::did_you_mean;
use crate::source::Spanned;
use crate::source::yaml::{Mapping, Node, Yaml};

/// What a value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Text,
    Texts,
    TextOrTexts,
    Number,
    Version,
    Bool,
    Map,
    Maps,
    TextOrMap,
}

use Shape::{Bool, Map, Maps, Number, Text, TextOrMap, TextOrTexts, Texts, Version};

struct Key {
    name: &'static str,
    shape: Shape,
    /// Whether null means "not given"; elsewhere dbt 1.12 rejects it.
    nullable: bool,
}

macro_rules! keys {
    ($($name:literal $shape:ident $nullable:literal),* $(,)?) => {
        const KEYS: &[Key] = &[$(Key { name: $name, shape: $shape, nullable: $nullable }),*];
    };
}

keys! {
    "name" Text false,
    "version" Version true,
    "config-version" Number true,
    "profile" Text true,
    "model-paths" Texts true,
    "source-paths" Texts true,
    "seed-paths" Texts true,
    "data-paths" Texts true,
    "test-paths" Texts true,
    "analysis-paths" Texts true,
    "macro-paths" Texts true,
    "snapshot-paths" Texts true,
    "docs-paths" Texts true,
    "asset-paths" Texts true,
    "function-paths" Texts true,
    "osi-paths" Texts true,
    "project-root" Text true,
    "target-path" Text true,
    "log-path" Text true,
    "clean-targets" Texts true,
    "packages-install-path" Text true,
    "require-dbt-version" TextOrTexts true,
    "quoting" Map true,
    "dispatch" Maps false,
    "on-run-start" TextOrTexts true,
    "on-run-end" TextOrTexts true,
    "query-comment" TextOrMap true,
    "restrict-access" Bool false,
    "dbt-cloud" Map true,
    "flags" Map false,
    "vars" Map true,
    "packages" Maps false,
    "models" Map true,
    "seeds" Map true,
    "snapshots" Map true,
    "analyses" Map false,
    "sources" Map false,
    "tests" Map false,
    "data_tests" Map false,
    "unit_tests" Map false,
    "metrics" Map false,
    "semantic-models" Map false,
    "saved-queries" Map false,
    "exposures" Map false,
    "functions" Map false,
}

impl Shape {
    fn accepts(self, yaml: &Yaml) -> bool {
        let texts = |yaml: &Yaml| {
            let items = yaml.as_seq();
            items.is_some_and(|items| items.iter().all(|item| item.as_str().is_some()))
        };
        match self {
            Text => yaml.as_str().is_some(),
            Texts => texts(yaml),
            TextOrTexts => yaml.as_str().is_some() || texts(yaml),
            Number => matches!(yaml.node, Node::Int(_)),
            Version => yaml.scalar_text().is_some_and(|text| is_version(&text)),
            Bool => yaml.as_bool().is_some(),
            Map => yaml.as_map().is_some(),
            Maps => (yaml.as_seq())
                .is_some_and(|items| items.iter().all(|item| item.as_map().is_some())),
            TextOrMap => yaml.as_str().is_some() || yaml.as_map().is_some(),
        }
    }

    fn wanted(self) -> &'static str {
        match self {
            Text => "a string",
            Texts => "a list of strings",
            TextOrTexts => "a string or a list of strings",
            Number => "a whole number",
            Version => "a version such as `1.0.0` or `1.0`",
            Bool => "a boolean",
            Map => "a mapping",
            Maps => "a list of mappings",
            TextOrMap => "a string or a mapping",
        }
    }
}

/// dbt 1.12: a semantic version or a number with a point; `1` is neither.
fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or(text);
    let parts: Vec<&str> = core.split('.').collect();
    let is_number = |part: &&str| part.parse::<u64>().is_ok();
    matches!(parts.len(), 2 | 3) && parts.iter().all(is_number)
}

/// The checked entries of a project file.
pub(super) struct Keys<'y> {
    entries: Vec<(&'y str, &'y Yaml)>,
}

impl<'y> Keys<'y> {
    /// Checks all entries; those that are wrong are reported and left out.
    pub(super) fn check(map: &'y Mapping, file: &str, diagnostics: &mut Diagnostics) -> Self {
        let mut entries = Vec::new();
        for (key, value) in &map.entries {
            let Some(known) = KEYS.iter().find(|known| known.name == key.value) else {
                diagnostics.push(unknown(key, file));
                continue;
            };
            if known.shape.accepts(value) || (known.nullable && value.is_null()) {
                entries.push((key.value.as_str(), value));
                continue;
            }
            diagnostics.push(
                Diagnostic::error(
                    codes::WRONG_TYPE,
                    format!("`{}` in {file} must be {}", known.name, known.shape.wanted()),
                )
                .at(value.span, format!("this is {}", value.kind())),
            );
        }
        Keys { entries }
    }

    /// The value of a key, null included.
    pub(super) fn entry(&self, name: &str) -> Option<&'y Yaml> {
        let mut entries = self.entries.iter();
        entries.find(|(key, _)| *key == name).map(|(_, value)| *value)
    }

    /// The value of a key that is not null.
    pub(super) fn value(&self, name: &str) -> Option<&'y Yaml> {
        self.entry(name).filter(|value| !value.is_null())
    }

    /// The text of a scalar.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        Some(self.value(name)?.scalar_text()?.into_owned())
    }

    /// A list of texts, or a single text as a list.
    pub(super) fn texts(&self, name: &str) -> Option<Vec<Spanned<String>>> {
        self.value(name).map(texts)
    }
}

/// The texts of a list, or a single text as a list.
pub(super) fn texts(yaml: &Yaml) -> Vec<Spanned<String>> {
    let items = yaml.as_seq().unwrap_or(std::slice::from_ref(yaml));
    let text = |item: &Yaml| Some(Spanned { value: item.as_str()?.to_owned(), span: item.span });
    items.iter().filter_map(text).collect()
}

/// dbt 1.12 rejects unknown keys at the top of the file.
fn unknown(key: &Spanned<String>, file: &str) -> Diagnostic {
    Diagnostic::error(codes::UNKNOWN_KEY, format!("{file} has an unknown key `{}`", key.value))
        .at(key.span, "dbt rejects keys that it does not know here")
        .suggest(did_you_mean(&key.value, KEYS.iter().map(|key| key.name)))
}
