//! Compiled patterns and the ways to search with them.

use std::sync::{Arc, OnceLock};

use fancy_regex::{Captures, Regex, RegexBuilder, RegexInput};
use minijinja::Error;
use minijinja::value::Value;

use super::matches::{Groups, Match};
use super::replace;
use super::translate::{Flags, UNICODE, translate};
use crate::jinja::python::args::Args;
use crate::jinja::python::object::{self, Method, Type};
use crate::jinja::python::{dict, list, tuple};

/// Steps after which a search that backtracks gives up.
const BACKTRACK_LIMIT: usize = 1_000_000;

/// A pattern and what is compiled from it.
#[derive(Debug)]
pub(super) struct Compiled {
    source: String,
    flags: Flags,
    translated: String,
    regex: Regex,
    full: OnceLock<Option<Regex>>,
    not_empty: OnceLock<Option<Regex>>,
}

/// Where a match may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Anchor {
    /// From the position on.
    None,
    /// At the position.
    Start,
    /// From the position to the end of the text.
    Both,
    /// At the position, and not empty.
    NotEmpty,
}

impl Compiled {
    /// Compiles a pattern; the error says what is wrong with it.
    pub(super) fn new(source: &str, flags: Flags) -> Result<Self, String> {
        let (translated, flags) = translate(source, flags)?;
        let regex = builder(&translated).build().map_err(|error| {
            let error = error.to_string();
            format!("invalid pattern: {}", error.lines().last().unwrap_or_default().trim())
        })?;
        let source = source.to_owned();
        let (full, not_empty) = (OnceLock::new(), OnceLock::new());
        Ok(Self { source, flags, translated, regex, full, not_empty })
    }

    /// How many groups there are, without the whole match.
    pub(super) fn group_count(&self) -> usize {
        self.regex.captures_len() - 1
    }

    /// Names of groups and their numbers, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, usize)> {
        self.regex.capture_names().enumerate().filter_map(|(at, name)| Some((name?, at)))
    }

    fn find(&self, text: &str, at: usize, anchor: Anchor) -> Result<Option<Groups>, String> {
        let regex = match anchor {
            Anchor::None | Anchor::Start => Some(&self.regex),
            Anchor::Both => {
                let build = || builder(&format!(r"(?:{})\z", self.translated)).build().ok();
                self.full.get_or_init(build).as_ref()
            }
            Anchor::NotEmpty => {
                let build = || builder(&self.translated).find_not_empty(true).build().ok();
                self.not_empty.get_or_init(build).as_ref()
            }
        };
        let Some(regex) = regex else { return Ok(None) };
        let input = RegexInput::new(text).from_pos(at).anchored(anchor != Anchor::None);
        match regex.captures_input(input) {
            Ok(captures) => Ok(captures.map(|captures| groups(&captures))),
            Err(fancy_regex::Error::RuntimeError(_)) => {
                Err("the pattern backtracks too much on this text".to_owned())
            }
            Err(error) => Err(error.to_string()),
        }
    }

    /// All matches as Python finds them, at most `limit` if that is not zero: an empty match may follow a match, but
    /// not an empty one at the same place.
    pub(super) fn find_all(&self, text: &str, limit: usize) -> Result<Vec<Groups>, String> {
        let mut found = Vec::new();
        let mut at = 0;
        let mut must_advance = false;
        while limit == 0 || found.len() < limit {
            let mut next = None;
            if must_advance {
                next = self.find(text, at, Anchor::NotEmpty)?;
                if next.is_none() {
                    let Some(c) = text[at..].chars().next() else {
                        break;
                    };
                    at += c.len_utf8();
                }
            }
            let next = match next {
                Some(next) => next,
                None => match self.find(text, at, Anchor::None)? {
                    Some(next) => next,
                    None => break,
                },
            };
            let (start, end) = next.whole();
            must_advance = start == end;
            at = end;
            found.push(next);
        }
        Ok(found)
    }
}

fn builder(pattern: &str) -> RegexBuilder {
    let mut builder = RegexBuilder::new(pattern);
    builder.backtrack_limit(BACKTRACK_LIMIT);
    builder
}

fn groups(captures: &Captures<'_, str>) -> Groups {
    Groups(captures.iter().map(|group| group.map(|group| (group.start(), group.end()))).collect())
}

/// `re.Pattern`.
#[derive(Debug, Clone)]
pub(in super::super) struct Pattern(pub(super) Arc<Compiled>);

impl Type for Pattern {
    const NAME: &'static str = "re.Pattern";
    const METHODS: &'static [(&'static str, Method<Self>)] = &[
        ("match", match_start),
        ("fullmatch", full_match),
        ("search", search),
        ("findall", find_all),
        ("finditer", find_iter),
        ("split", split),
        ("sub", replace::sub),
        ("subn", replace::subn),
    ];

    fn repr(&self) -> String {
        const NAMES: &[(Flags, &str)] = &[
            (256, "re.ASCII"),
            (2, "re.IGNORECASE"),
            (8, "re.MULTILINE"),
            (16, "re.DOTALL"),
            (64, "re.VERBOSE"),
        ];
        let source = Value::from(self.0.source.as_str());
        let set = NAMES.iter().filter(|(flag, _)| self.0.flags & flag != 0);
        let flags: Vec<&str> = set.map(|(_, name)| *name).collect();
        let comma = if flags.is_empty() { "" } else { ", " };
        format!("re.compile({source:?}{comma}{})", flags.join("|"))
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        Some(match name {
            "pattern" => Value::from(self.0.source.as_str()),
            "flags" if self.0.flags & 256 != 0 => Value::from(self.0.flags),
            "flags" => Value::from(self.0.flags | UNICODE),
            "groups" => Value::from(self.0.group_count()),
            "groupindex" => {
                dict(self.0.names().map(|(name, at)| (Value::from(name), Value::from(at))))
            }
            _ => return None,
        })
    }
}

/// `match`: at the start.
pub(super) fn match_start(pattern: &Pattern, args: &mut Args<'_>) -> Result<Value, Error> {
    first(pattern, args, Anchor::Start)
}

/// `fullmatch`: the whole text.
pub(super) fn full_match(pattern: &Pattern, args: &mut Args<'_>) -> Result<Value, Error> {
    first(pattern, args, Anchor::Both)
}

/// `search`: anywhere.
pub(super) fn search(pattern: &Pattern, args: &mut Args<'_>) -> Result<Value, Error> {
    first(pattern, args, Anchor::None)
}

fn first(pattern: &Pattern, args: &mut Args<'_>, anchor: Anchor) -> Result<Value, Error> {
    let text = args.text("string")?;
    let pos = args.int("pos")?.unwrap_or(0).max(0) as usize;
    let end = args.int("endpos")?.map_or(usize::MAX, |end| end.max(0) as usize);
    args.finish()?;
    let byte = |index: usize| text.char_indices().nth(index).map_or(text.len(), |(at, _)| at);
    let (start, end) = (byte(pos), byte(end));
    if start > end {
        return Ok(Value::from(()));
    }
    let found =
        pattern.0.find(&text[..end], start, anchor).map_err(|message| args.error(message))?;
    Ok(match found {
        Some(groups) => object::value(Match::new(pattern.0.clone(), text.as_str().into(), groups)),
        None => Value::from(()),
    })
}

/// `findall`: texts, or groups where there are some.
pub(super) fn find_all(pattern: &Pattern, args: &mut Args<'_>) -> Result<Value, Error> {
    let text = args.text("string")?;
    args.finish()?;
    let found = pattern.0.find_all(&text, 0).map_err(|message| args.error(message))?;
    let item = |groups: Groups| {
        let group = |at| Value::from(groups.text(at, &text).unwrap_or_default());
        match pattern.0.group_count() {
            0 => group(0),
            1 => group(1),
            count => tuple((1..=count).map(group).collect()),
        }
    };
    Ok(list(found.into_iter().map(item).collect()))
}

/// `finditer`: match objects.
pub(super) fn find_iter(pattern: &Pattern, args: &mut Args<'_>) -> Result<Value, Error> {
    let text: Arc<str> = args.text("string")?.into();
    args.finish()?;
    let found = pattern.0.find_all(&text, 0).map_err(|message| args.error(message))?;
    let matches = found
        .into_iter()
        .map(|groups| object::value(Match::new(pattern.0.clone(), text.clone(), groups)));
    Ok(list(matches.collect()))
}

/// `split`: what is between the matches, with the groups of the separators.
pub(super) fn split(pattern: &Pattern, args: &mut Args<'_>) -> Result<Value, Error> {
    let text = args.text("string")?;
    let limit = args.int("maxsplit")?.unwrap_or(0);
    args.finish()?;
    if limit < 0 {
        return Ok(list(vec![Value::from(text)]));
    }
    let found = pattern.0.find_all(&text, limit as usize).map_err(|message| args.error(message))?;
    let mut parts = Vec::with_capacity(found.len() + 1);
    let mut at = 0;
    for groups in &found {
        let (start, end) = groups.whole();
        parts.push(Value::from(&text[at..start]));
        parts.extend(
            (1..=pattern.0.group_count()).map(|group| Value::from(groups.text(group, &text))),
        );
        at = end;
    }
    parts.push(Value::from(&text[at..]));
    Ok(list(parts))
}
