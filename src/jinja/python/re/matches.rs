//! `re.Match`.

use std::sync::Arc;

use minijinja::Error;
use minijinja::value::Value;

use super::pattern::{Compiled, Pattern};
use super::replace::Template;
use crate::jinja::python::args::Args;
use crate::jinja::python::object::{self, Method, Type};
use crate::jinja::python::{dict, tuple};

/// Byte ranges of the groups of one match; group 0 is the whole.
#[derive(Debug)]
pub(super) struct Groups(pub(super) Vec<Option<(usize, usize)>>);

impl Groups {
    /// Where the whole match is.
    pub(super) fn whole(&self) -> (usize, usize) {
        self.0.first().copied().flatten().expect("invariant: group 0 is part of every match")
    }

    /// The text of a group, if it took part.
    pub(super) fn text<'t>(&self, group: usize, text: &'t str) -> Option<&'t str> {
        let (start, end) = self.0.get(group).copied().flatten()?;
        text.get(start..end)
    }
}

/// A match.
#[derive(Debug)]
pub(in super::super) struct Match {
    pattern: Arc<Compiled>,
    text: Arc<str>,
    groups: Groups,
}

impl Match {
    /// A match of a pattern in a text.
    pub(super) fn new(pattern: Arc<Compiled>, text: Arc<str>, groups: Groups) -> Self {
        Self { pattern, text, groups }
    }

    fn group(&self, group: usize) -> Option<&str> {
        self.groups.text(group, &self.text)
    }

    /// The number of a group given by number or name.
    fn find(&self, key: &Value) -> Option<usize> {
        match key.as_str() {
            Some(name) => self.pattern.names().find(|(known, _)| *known == name).map(|(_, at)| at),
            None => key.as_usize().filter(|at| *at <= self.pattern.group_count()),
        }
    }

    fn find_or_fail(&self, args: &Args<'_>, key: &Value) -> Result<usize, Error> {
        self.find(key).ok_or_else(|| args.error(format_args!("no such group: {key:?}")))
    }

    /// Start and end of a group in characters, -1 if it took no part.
    fn span(&self, args: &mut Args<'_>) -> Result<(Value, Value), Error> {
        let group = match args.next("group") {
            Some(key) => self.find_or_fail(args, &key)?,
            None => 0,
        };
        args.finish()?;
        let position = |byte: usize| Value::from(self.text[..byte].chars().count());
        Ok(match self.groups.0.get(group).copied().flatten() {
            Some((start, end)) => (position(start), position(end)),
            None => (Value::from(-1), Value::from(-1)),
        })
    }
}

impl Type for Match {
    const NAME: &'static str = "re.Match";
    const METHODS: &'static [(&'static str, Method<Self>)] = &[
        ("group", |found, args| {
            let keys = args.rest();
            args.finish()?;
            let group = |key| Ok(Value::from(found.group(found.find_or_fail(args, key)?)));
            match keys {
                [] => Ok(Value::from(found.group(0))),
                [key] => group(key),
                keys => Ok(tuple(keys.iter().map(group).collect::<Result<_, Error>>()?)),
            }
        }),
        ("groups", |found, args| {
            let default = args.next("default").unwrap_or_else(|| Value::from(()));
            args.finish()?;
            let group = |at| found.group(at).map_or_else(|| default.clone(), Value::from);
            Ok(tuple((1..=found.pattern.group_count()).map(group).collect()))
        }),
        ("groupdict", |found, args| {
            let default = args.next("default").unwrap_or_else(|| Value::from(()));
            args.finish()?;
            let group = |at| found.group(at).map_or_else(|| default.clone(), Value::from);
            let pairs = found.pattern.names().map(|(name, at)| (Value::from(name), group(at)));
            Ok(dict(pairs))
        }),
        ("start", |found, args| found.span(args).map(|(start, _)| start)),
        ("end", |found, args| found.span(args).map(|(_, end)| end)),
        ("span", |found, args| found.span(args).map(|(start, end)| tuple(vec![start, end]))),
        ("expand", |found, args| {
            let template = args.text("template")?;
            args.finish()?;
            let template = Template::parse(&template, &found.pattern)
                .map_err(|message| args.error(message))?;
            let mut out = String::new();
            template.expand(&mut out, &found.groups, &found.text);
            Ok(Value::from(out))
        }),
    ];

    fn repr(&self) -> String {
        let (start, end) = self.groups.whole();
        let position = |byte: usize| self.text[..byte].chars().count();
        let matched = Value::from(&self.text[start..end]);
        format!(
            "<re.Match object; span=({}, {}), match={matched:?}>",
            position(start),
            position(end)
        )
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        Some(match name {
            "string" => Value::from(self.text.clone()),
            "re" => object::value(Pattern(self.pattern.clone())),
            _ => return None,
        })
    }

    fn item(&self, key: &Value) -> Option<Value> {
        self.find(key).map(|at| Value::from(self.group(at)))
    }
}
