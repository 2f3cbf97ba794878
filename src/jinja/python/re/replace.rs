//! `sub` and `subn`, with templates such as `\2-\g<name>` or a function.

use std::sync::Arc;

use minijinja::Error;
use minijinja::value::Value;

use super::matches::{Groups, Match};
use super::pattern::{Compiled, Pattern};
use crate::jinja::python::args::Args;
use crate::jinja::python::{object, tuple};

/// `sub`: the text with its matches replaced.
pub(super) fn sub(pattern: &Pattern, args: &mut Args<'_>) -> Result<Value, Error> {
    replaced(pattern, args).map(|(text, _)| Value::from(text))
}

/// `subn`: the same, and how many there were.
pub(super) fn subn(pattern: &Pattern, args: &mut Args<'_>) -> Result<Value, Error> {
    replaced(pattern, args).map(|(text, count)| tuple(vec![Value::from(text), Value::from(count)]))
}

fn replaced(pattern: &Pattern, args: &mut Args<'_>) -> Result<(String, usize), Error> {
    let replacement = args.required("repl")?;
    let text: Arc<str> = args.text("string")?.into();
    let limit = args.int("count")?.unwrap_or(0);
    args.finish()?;
    if limit < 0 {
        return Ok((text.to_string(), 0));
    }
    let found = pattern.0.find_all(&text, limit as usize).map_err(|message| args.error(message))?;
    let template = match replacement.as_str() {
        Some(template) => {
            Some(Template::parse(template, &pattern.0).map_err(|message| args.error(message))?)
        }
        None if replacement.as_object().is_none() => {
            return Err(args.mismatch("repl", "a string or a function", &replacement));
        }
        None => None,
    };
    let count = found.len();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for groups in found {
        let (start, end) = groups.whole();
        out.push_str(&text[at..start]);
        match &template {
            Some(template) => template.expand(&mut out, &groups, &text),
            None => {
                let found = Match::new(pattern.0.clone(), text.clone(), groups);
                out.push_str(&args.call(&replacement, &[object::value(found)])?.to_string());
            }
        }
        at = end;
    }
    out.push_str(&text[at..]);
    Ok((out, count))
}

/// A parsed replacement.
pub(super) struct Template(Vec<Part>);

enum Part {
    Text(String),
    Group(usize),
}

/// Escapes that stand for one character.
const ESCAPES: &[(char, char)] = &[
    ('a', '\u{7}'),
    ('b', '\u{8}'),
    ('f', '\u{c}'),
    ('n', '\n'),
    ('r', '\r'),
    ('t', '\t'),
    ('v', '\u{b}'),
    ('\\', '\\'),
];

impl Template {
    /// Reads a replacement for matches of a pattern.
    pub(super) fn parse(source: &str, pattern: &Compiled) -> Result<Self, String> {
        let mut template = Self(Vec::new());
        let mut rest = source;
        while let Some((before, after)) = rest.split_once('\\') {
            template.push(before);
            rest = template.escape(after, pattern)?;
        }
        template.push(rest);
        Ok(template)
    }

    /// Appends the replacement of a match.
    pub(super) fn expand(&self, out: &mut String, groups: &Groups, text: &str) {
        for part in &self.0 {
            out.push_str(match part {
                Part::Text(text) => text,
                Part::Group(group) => groups.text(*group, text).unwrap_or_default(),
            });
        }
    }

    fn push(&mut self, text: &str) {
        self.0.push(Part::Text(text.to_owned()));
    }

    fn group(&mut self, group: usize, pattern: &Compiled) -> Result<(), String> {
        if group > pattern.group_count() {
            return Err(format!("invalid group reference {group}"));
        }
        self.0.push(Part::Group(group));
        Ok(())
    }

    /// What follows a backslash; gives what is behind it.
    fn escape<'s>(&mut self, source: &'s str, pattern: &Compiled) -> Result<&'s str, String> {
        let Some(c) = source.chars().next() else {
            return Err("bad escape (end of pattern)".to_owned());
        };
        let rest = &source[c.len_utf8()..];
        if let Some((_, character)) = ESCAPES.iter().find(|(letter, _)| *letter == c) {
            self.push(character.encode_utf8(&mut [0; 4]));
            return Ok(rest);
        }
        match c {
            'g' => self.named(rest, pattern),
            '0'..='9' => self.numbered(source, pattern),
            c if c.is_ascii_alphabetic() => Err(format!("bad escape \\{c}")),
            c => {
                self.push(&format!("\\{c}"));
                Ok(rest)
            }
        }
    }

    /// `\g<name>` and `\g<1>`.
    fn named<'s>(&mut self, rest: &'s str, pattern: &Compiled) -> Result<&'s str, String> {
        let inner = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
        let (name, rest) = inner.ok_or("missing <name> after \\g")?;
        let by_name = || pattern.names().find(|(known, _)| *known == name).map(|(_, at)| at);
        let group = name
            .parse()
            .ok()
            .or_else(by_name)
            .ok_or_else(|| format!("unknown group name '{name}'"))?;
        self.group(group, pattern)?;
        Ok(rest)
    }

    /// `\1` to `\99`, or an octal code: `\0…`, or three octal digits.
    fn numbered<'s>(&mut self, source: &'s str, pattern: &Compiled) -> Result<&'s str, String> {
        let octal = source.chars().take(3).take_while(|c| c.is_digit(8)).count();
        if octal == 3 || source.starts_with('0') {
            let code = u8::from_str_radix(&source[..octal], 8);
            let code =
                code.map_err(|_| format!("octal escape \\{} is out of range", &source[..octal]))?;
            self.push(char::from(code).encode_utf8(&mut [0; 4]));
            return Ok(&source[octal..]);
        }
        let digits = source.chars().take(2).take_while(char::is_ascii_digit).count();
        self.group(source[..digits].parse().unwrap_or(0), pattern)?;
        Ok(&source[digits..])
    }
}
