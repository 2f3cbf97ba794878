//! `selectors.yml`: named selections.
//!
//! Source of forms and rules: dbt 1.12, `graph/cli.py`. A definition is a text, `{method: value}`, a mapping with
//! `method` and `value`, or a `union` or `intersection` of definitions, each with `exclude`.
//! Invariant: every mistake of the file is found, and points at what was written.

use indexmap::IndexMap;

use super::Indirect;
use super::grammar::{self, Atom, Group, Operator, Query, Reach, Spec};
use super::methods;
use super::pattern::Pattern;
use crate::diagnostics::{Diagnostic, Diagnostics, Severity, codes};
use crate::names::did_you_mean;
use crate::source::Span;
use crate::source::yaml::{Mapping, Node, Yaml};

/// The selectors of a project by name.
#[derive(Default)]
pub struct Selectors {
    all: IndexMap<String, Selector>,
}

struct Selector {
    spec: Spec,
    is_default: bool,
    span: Span,
}

/// Keys of a selector.
const KEYS: [&str; 4] = ["name", "definition", "description", "default"];

/// Keys of a definition with `method` and `value`.
const DEFINITION_KEYS: [&str; 9] = [
    "method",
    "value",
    "parents",
    "parents_depth",
    "children",
    "children_depth",
    "childrens_parents",
    "indirect_selection",
    "exclude",
];

impl Selectors {
    /// Reads the list of `selectors.yml`; with every mistake in it (`bad-selector`). `indirect` counts where a
    /// definition says nothing.
    pub fn read(list: &[Yaml], indirect: Indirect) -> (Selectors, Diagnostics) {
        let mut reader = Reader { indirect, mistakes: Diagnostics::new() };
        let mut selectors = Selectors::default();
        for entry in list {
            if let Some((name, selector)) = reader.selector(entry) {
                reader.check_unique(&selectors, &name, &selector);
                selectors.all.insert(name, selector);
            }
        }
        for definition in list {
            reader.check_used(&selectors, definition);
        }
        (selectors, reader.mistakes)
    }

    /// The name of the selector that counts where nothing else is asked for.
    pub fn default_name(&self) -> Option<&str> {
        let default = self.all.iter().find(|(_, selector)| selector.is_default);
        default.map(|(name, _)| name.as_str())
    }

    /// The selectors whose name matches a pattern, sorted by name.
    pub(super) fn matching(&self, pattern: &str) -> Vec<(&str, &Spec)> {
        let pattern = Pattern::new(pattern);
        let found = self.all.iter().filter(|(name, _)| pattern.matches(name));
        let mut found: Vec<_> = found.map(|(name, one)| (name.as_str(), &one.spec)).collect();
        found.sort_by_key(|(name, _)| *name);
        found
    }

    /// The selector of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Spec> {
        self.all.get(name).map(|selector| &selector.spec)
    }

    /// All names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }

    /// The error for a name that no selector has.
    pub(super) fn unknown(&self, name: &str) -> Diagnostic {
        let message = format!("there is no selector `{name}` in selectors.yml");
        let known: Vec<&str> = self.names().collect();
        let error = Diagnostic::error(codes::BAD_SELECTOR, message);
        let error = match known.is_empty() {
            true => error.note("the project has no selectors"),
            false => error.note(format!("selectors: {}", known.join(", "))),
        };
        error.suggest(did_you_mean(name, known.iter().copied()))
    }
}

struct Reader {
    indirect: Indirect,
    mistakes: Diagnostics,
}

impl Reader {
    fn selector(&mut self, entry: &Yaml) -> Option<(String, Selector)> {
        let Some(map) = entry.as_map() else {
            return self.wrong(entry.span, "a selector is a mapping with `name` and `definition`");
        };
        let Some(name) = map.get("name").and_then(Yaml::as_str) else {
            return self.wrong(entry.span, "a selector has no `name`");
        };
        self.check_keys(map, &KEYS, "a selector");
        let Some(definition) = map.get("definition") else {
            return self.wrong(entry.span, &format!("the selector `{name}` has no `definition`"));
        };
        let is_default = match map.get("default") {
            None => false,
            Some(value) => match boolean(value) {
                Some(is_default) => is_default,
                None => self.wrong(value.span, "`default` must be true or false")?,
            },
        };
        self.check_root(definition);
        let spec = self.definition(definition)?;
        Some((name.to_owned(), Selector { spec, is_default, span: entry.span }))
    }

    /// dbt 1.12 says nothing of a selector that does not exist as long as nobody asks for the one that uses it.
    fn check_used(&mut self, selectors: &Selectors, yaml: &Yaml) {
        match &yaml.node {
            Node::Seq(items) => items.iter().for_each(|item| self.check_used(selectors, item)),
            Node::Map(map) => {
                let is_use = yaml.get("method").and_then(Yaml::as_str) == Some("selector");
                let used = yaml.get("value").filter(|_| is_use);
                if let Some((name, value)) = used.and_then(|v| Some((v.as_str()?, v)))
                    && selectors.matching(name).is_empty()
                {
                    let unknown = selectors.unknown(name).at(value.span, "");
                    self.mistakes.push(Diagnostic { severity: Severity::Warning, ..unknown });
                }
                map.iter().for_each(|(_, value)| self.check_used(selectors, value));
            }
            _ => {}
        }
    }

    fn check_unique(&mut self, known: &Selectors, name: &str, selector: &Selector) {
        if let Some(first) = known.all.get(name) {
            let message = format!("two selectors have the name `{name}`");
            self.mistakes.push(
                Diagnostic::warning(codes::DUPLICATE_KEY, message)
                    .at(selector.span, "this one counts")
                    .and_at(first.span, "this one does not"),
            );
        }
        let first = known.all.iter().find(|(other, one)| one.is_default && *other != name);
        if let (Some((_, first)), true) = (first, selector.is_default) {
            let message = format!(
                "two selectors are the default: `{}` and `{name}`",
                known.default_name().unwrap_or_default()
            );
            self.mistakes.push(
                Diagnostic::error(codes::BAD_SELECTOR, message)
                    .at(selector.span, "this one")
                    .and_at(first.span, "and this one"),
            );
        }
    }

    /// dbt: at the top there is one `union` or one `intersection`, and nothing beside it.
    fn check_root(&mut self, definition: &Yaml) {
        let Some(map) = definition.as_map() else { return };
        let mut sets = ["union", "intersection"].into_iter().filter_map(|key| map.entry(key));
        if let (Some((key, _)), true) = (sets.next(), map.entries.len() > 1) {
            let message =
                format!("`{}` must be the only key of a definition at the top", key.value);
            self.mistakes.push(
                Diagnostic::error(codes::BAD_SELECTOR, message)
                    .at(key.span, "")
                    .hint("put what stands beside it into its list, `exclude` too"),
            );
        }
    }

    fn definition(&mut self, yaml: &Yaml) -> Option<Spec> {
        if let Some(text) = yaml.as_str() {
            return match grammar::atom(text, self.indirect) {
                Ok(atom) => Some(Spec::Atom(Atom { place: Some(yaml.span), ..atom })),
                Err(mistake) => self.mistake(mistake.at(yaml.span, "")),
            };
        }
        let Some(map) = yaml.as_map() else {
            return self.wrong(
                yaml.span,
                &format!("a definition is a text or a mapping, this is {}", yaml.kind()),
            );
        };
        for (key, operator) in
            [("union", Operator::Union), ("intersection", Operator::Intersection)]
        {
            if let Some(list) = map.get(key) {
                return self.set(operator, key, list);
            }
        }
        self.method(map, yaml.span)
    }

    /// A `union` or `intersection`; one of its parts can be what is taken away.
    fn set(&mut self, operator: Operator, key: &str, list: &Yaml) -> Option<Spec> {
        let Some(items) = list.as_seq() else {
            return self.wrong(list.span, &format!("`{key}` must be a list"));
        };
        let mut parts = Vec::new();
        let mut excluded: Option<Spec> = None;
        for item in items {
            match item.get("exclude") {
                Some(_) if excluded.is_some() => {
                    let text = format!("one `{key}` has several `exclude`; put them into one list");
                    self.wrong::<()>(item.span, &text);
                }
                Some(exclude) => {
                    self.check_lost(item);
                    excluded = self.exclusions(exclude);
                }
                None => parts.extend(self.definition(item)),
            }
        }
        Some(without(group(operator, parts), excluded))
    }

    /// dbt: an item with `exclude` in the list of a set is nothing but its `exclude` (1.12).
    fn check_lost(&mut self, item: &Yaml) {
        let keys = item.as_map().into_iter().flat_map(|map| &map.entries);
        if let Some((lost, _)) = keys.into_iter().find(|(key, _)| key.value != "exclude") {
            let message = format!("`{}` has no effect beside `exclude` in a list", lost.value);
            self.mistakes.push(
                Diagnostic::warning(codes::UNKNOWN_KEY, message)
                    .at(lost.span, "")
                    .hint("make `exclude` an item of its own"),
            );
        }
    }

    fn exclusions(&mut self, yaml: &Yaml) -> Option<Spec> {
        let Some(items) = yaml.as_seq() else {
            return self.wrong(yaml.span, "`exclude` must be a list");
        };
        let parts: Vec<Spec> = items.iter().filter_map(|item| self.definition(item)).collect();
        (!parts.is_empty()).then(|| group(Operator::Union, parts))
    }

    fn method(&mut self, map: &Mapping, span: Span) -> Option<Spec> {
        if let [(key, value)] = map.entries.as_slice() {
            return self.atom(&key.value, key.span, value, map).map(Spec::Atom);
        }
        let (Some((_, method)), Some(value)) = (map.entry("method"), map.get("value")) else {
            let text = "a definition has one key, the method, or `method` and `value`";
            return self.wrong(span, text);
        };
        self.check_keys(map, &DEFINITION_KEYS, "a definition");
        let Some(name) = method.as_str() else {
            return self.wrong(method.span, "`method` must be a text");
        };
        let atom = self.atom(name, method.span, value, map)?;
        let excluded = map.get("exclude").and_then(|exclude| self.exclusions(exclude));
        Some(without(Spec::Atom(atom), excluded))
    }

    fn atom(&mut self, name: &str, span: Span, value: &Yaml, map: &Mapping) -> Option<Atom> {
        let mut words = name.split('.');
        let first = words.next().unwrap_or_default();
        let Some(method) = methods::find(first) else {
            return self.mistake(grammar::unknown_method(first, name).at(span, ""));
        };
        let Some(text) = value.scalar_text() else {
            return self.wrong(value.span, "`value` must be a text");
        };
        let is = |key: &str| map.get(key).and_then(boolean).unwrap_or(false);
        let (childrens_parents, children) = (is("childrens_parents"), is("children"));
        if childrens_parents && children {
            let text = "`childrens_parents` includes all children already; leave out `children`";
            return self.wrong(span, text);
        }
        let parents = reach(is("parents"), map.get("parents_depth"));
        let children = reach(children, map.get("children_depth"));
        let typed = (!matches!(value.node, Node::Str(_) | Node::Time(_))).then(|| value.to_json());
        Some(Atom {
            text: typed_text(childrens_parents, parents, &format!("{name}:{text}"), children),
            place: Some(span),
            method,
            explicit: true,
            query: Query {
                method: method.name,
                arguments: words.map(str::to_owned).collect(),
                value: text.into_owned(),
                typed,
            },
            childrens_parents,
            parents,
            children,
            indirect: self.mode(map)?,
        })
    }

    fn mode(&mut self, map: &Mapping) -> Option<Indirect> {
        let Some(value) = map.get("indirect_selection") else {
            return Some(self.indirect);
        };
        match value.as_str().and_then(Indirect::parse) {
            Some(mode) => Some(mode),
            None => {
                let known: Vec<&str> = Indirect::ALL.into_iter().map(Indirect::as_str).collect();
                let text = format!("`indirect_selection` must be one of {}", known.join(", "));
                self.wrong(value.span, &text)
            }
        }
    }

    fn check_keys(&mut self, map: &Mapping, known: &[&str], what: &str) {
        for (key, _) in map.entries.iter().filter(|(key, _)| !known.contains(&key.value.as_str())) {
            let message = format!("{what} has no key `{}`", key.value);
            self.mistakes.push(
                Diagnostic::warning(codes::UNKNOWN_KEY, message)
                    .at(key.span, "it has no effect")
                    .suggest(did_you_mean(&key.value, known.iter().copied())),
            );
        }
    }

    fn wrong<T>(&mut self, span: Span, text: &str) -> Option<T> {
        self.mistake(Diagnostic::error(codes::BAD_SELECTOR, text).at(span, ""))
    }

    fn mistake<T>(&mut self, mistake: Diagnostic) -> Option<T> {
        self.mistakes.push(mistake);
        None
    }
}

/// dbt: sets of a file give tests no second chance.
fn group(operator: Operator, parts: Vec<Spec>) -> Spec {
    Spec::Group(Group { operator, parts, indirect: Indirect::Eager, criterion: None })
}

fn without(spec: Spec, excluded: Option<Spec>) -> Spec {
    match excluded {
        None => spec,
        Some(excluded) => group(Operator::Difference, vec![spec, excluded]),
    }
}

/// An atom as it would be written on the command line.
fn typed_text(childrens_parents: bool, parents: Reach, atom: &str, children: Reach) -> String {
    let at = if childrens_parents { "@" } else { "" };
    let depth = |reach| match reach {
        Reach::Depth(depth) => depth.to_string(),
        Reach::No | Reach::Any => String::new(),
    };
    let plus = |reach| if reach == Reach::No { "" } else { "+" };
    let (above, below) = (depth(parents), depth(children));
    format!("{at}{above}{}{atom}{}{below}", plus(parents), plus(children))
}

/// dbt: a depth of nothing, or of 0, is any depth.
fn reach(is_on: bool, depth: Option<&Yaml>) -> Reach {
    let depth = depth.and_then(|yaml| yaml.scalar_text()?.parse().ok()).filter(|depth| *depth > 0);
    match (is_on, depth) {
        (false, _) => Reach::No,
        (true, None) => Reach::Any,
        (true, Some(depth)) => Reach::Depth(depth),
    }
}

/// A truth, also as a template renders it.
fn boolean(yaml: &Yaml) -> Option<bool> {
    let text = yaml.scalar_text()?;
    match text.trim().to_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}
