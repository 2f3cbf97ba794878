//! `modules.re`: Python's regular expressions on an engine with look-around and backreferences.
//!
//! Patterns are translated ([`translate`]), positions are counted in characters, and empty matches come where
//! Python finds them. A search that backtracks too much ends in an error.

mod matches;
mod pattern;
mod replace;
mod translate;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::Error;
use minijinja::value::Value;

use super::Runtime;
use super::args::Args;
use super::object::{self, Entry, Namespace};

pub(super) use matches::Match;
pub(super) use pattern::Pattern;

use pattern::Compiled;
use translate::{ASCII, DOTALL, Flags, IGNORECASE, MULTILINE, UNICODE, VERBOSE};

/// The module.
pub(super) static MODULE: Namespace = Namespace {
    name: "re",
    constructor: None,
    entries: &[
        ("compile", Entry::Function(compile)),
        (
            "match",
            Entry::Function(|runtime, args| with_pattern(runtime, args, 1, pattern::match_start)),
        ),
        (
            "fullmatch",
            Entry::Function(|runtime, args| with_pattern(runtime, args, 1, pattern::full_match)),
        ),
        (
            "search",
            Entry::Function(|runtime, args| with_pattern(runtime, args, 1, pattern::search)),
        ),
        (
            "findall",
            Entry::Function(|runtime, args| with_pattern(runtime, args, 1, pattern::find_all)),
        ),
        (
            "finditer",
            Entry::Function(|runtime, args| with_pattern(runtime, args, 1, pattern::find_iter)),
        ),
        ("split", Entry::Function(|runtime, args| with_pattern(runtime, args, 2, pattern::split))),
        ("sub", Entry::Function(|runtime, args| with_pattern(runtime, args, 3, replace::sub))),
        ("subn", Entry::Function(|runtime, args| with_pattern(runtime, args, 3, replace::subn))),
        ("escape", Entry::Function(escape)),
        ("purge", Entry::Function(|_, _| Ok(Value::from(())))),
        ("NOFLAG", Entry::Value(|| Value::from(0))),
        ("A", Entry::Value(|| Value::from(ASCII))),
        ("ASCII", Entry::Value(|| Value::from(ASCII))),
        ("I", Entry::Value(|| Value::from(IGNORECASE))),
        ("IGNORECASE", Entry::Value(|| Value::from(IGNORECASE))),
        ("M", Entry::Value(|| Value::from(MULTILINE))),
        ("MULTILINE", Entry::Value(|| Value::from(MULTILINE))),
        ("S", Entry::Value(|| Value::from(DOTALL))),
        ("DOTALL", Entry::Value(|| Value::from(DOTALL))),
        ("U", Entry::Value(|| Value::from(UNICODE))),
        ("UNICODE", Entry::Value(|| Value::from(UNICODE))),
        ("X", Entry::Value(|| Value::from(VERBOSE))),
        ("VERBOSE", Entry::Value(|| Value::from(VERBOSE))),
    ],
};

/// Compiled patterns, so that a loop does not compile its pattern again and again.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<HashMap<(String, Flags), Arc<Compiled>>>);

/// As many as Python keeps.
const CACHED: usize = 512;

impl Cache {
    fn get(&self, source: &str, flags: Flags) -> Result<Arc<Compiled>, String> {
        let key = (source.to_owned(), flags);
        let mut patterns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = patterns.get(&key) {
            return Ok(found.clone());
        }
        let compiled = Arc::new(Compiled::new(source, flags)?);
        if patterns.len() >= CACHED {
            patterns.clear();
        }
        patterns.insert(key, compiled.clone());
        Ok(compiled)
    }
}

/// Runs a method of a pattern that is given as text or compiled before; `flags_at` is where the flags are among the
/// arguments behind the pattern.
fn with_pattern(
    runtime: &Runtime,
    args: &mut Args<'_>,
    flags_at: usize,
    method: fn(&Pattern, &mut Args<'_>) -> Result<Value, Error>,
) -> Result<Value, Error> {
    let source = args.required("pattern")?;
    let flags = match args.last(flags_at, "flags") {
        Some(flags) => args.as_int("flags", &flags)?,
        None => 0,
    };
    if let Some(pattern) = object::get::<Pattern>(&source) {
        return match flags {
            0 => method(pattern, args),
            _ => Err(args.error("cannot process flags argument with a compiled pattern")),
        };
    }
    let source = args.as_text("pattern", &source)?;
    let flags = Flags::try_from(flags).map_err(|_| args.error("unknown flags"))?;
    let compiled = runtime.patterns.get(&source, flags).map_err(|message| args.error(message))?;
    method(&Pattern(compiled), args)
}

fn compile(runtime: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    with_pattern(runtime, args, 0, |pattern, args| {
        args.finish()?;
        Ok(object::value(pattern.clone()))
    })
}

fn escape(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    const SPECIAL: &str = "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}";
    let text = args.text("pattern")?;
    args.finish()?;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if SPECIAL.contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    Ok(Value::from(out))
}
