//! What went wrong in a template, and where in the user's files.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use minijinja::ErrorKind;

use super::macros::Registry;
use super::rewrite::{RewriteError, Rewritten};

/// What kind of mistake it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JinjaErrorKind {
    /// The template is not valid Jinja.
    Syntax,
    /// A name or attribute does not exist.
    Undefined,
    /// A macro or function was called with the wrong arguments.
    Arguments,
    /// Macros call each other without end.
    Recursion,
    /// A function of the context refused; see [`JinjaError::downcast`].
    Raised,
    /// An operation its operands do not support.
    Operation,
}

/// One place on the way to the error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The name given to `render`, or the unique id of a macro.
    pub template: String,
    /// Bytes of that template's source, as the user wrote it.
    pub range: Option<Range<usize>>,
}

/// An error with the places it passed, innermost first.
#[derive(Debug, Clone)]
pub struct JinjaError {
    /// Stands alone, without the places.
    pub message: String,
    /// The kind.
    pub kind: JinjaErrorKind,
    /// Where it happened, then the calls that led there.
    pub frames: Vec<Frame>,
    source: Option<Arc<minijinja::Error>>,
}

impl JinjaError {
    /// The error a function of the context attached as the source of its engine error.
    pub fn downcast<T: std::error::Error + 'static>(&self) -> Option<&T> {
        let mut error: Option<&(dyn std::error::Error + 'static)> = Some(self.source.as_deref()?);
        while let Some(current) = error {
            if let Some(found) = current.downcast_ref::<T>() {
                return Some(found);
            }
            error = current.source();
        }
        None
    }
}

impl fmt::Display for JinjaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for JinjaError {}

/// The detail of the wrapper a macro call puts around the errors of its body; users never see it.
pub(crate) const CALL_DETAIL: &str = "\u{0}call";

/// The detail of a recursion error.
pub(crate) const RECURSION: &str = "maximum recursion depth exceeded while calling macros";

/// A macro whose source cannot be rewritten.
#[derive(Debug)]
pub(crate) struct BrokenMacro {
    pub(crate) unique_id: String,
    pub(crate) error: RewriteError,
}

impl fmt::Display for BrokenMacro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for BrokenMacro {}

/// The template being rendered.
pub(crate) struct Root<'a> {
    pub(crate) name: &'a str,
    pub(crate) source: &'a str,
    pub(crate) rewritten: &'a Rewritten,
    /// How much was put before the rewritten text.
    pub(crate) prologue: usize,
}

/// A template that could not be rewritten.
pub(crate) fn syntax(name: &str, error: RewriteError) -> JinjaError {
    JinjaError {
        message: error.message,
        kind: JinjaErrorKind::Syntax,
        frames: vec![Frame { template: name.to_owned(), range: Some(error.span) }],
        source: None,
    }
}

/// Makes the engine's error ours.
pub(crate) fn convert(
    error: minijinja::Error,
    root: Option<&Root<'_>>,
    registry: &Registry,
) -> JinjaError {
    let mut frames = Vec::new();
    let mut innermost = &error;
    let mut text = None;
    loop {
        if let Some((frame, excerpt)) = locate(innermost, root, registry) {
            text = excerpt;
            frames.push(frame);
        }
        match std::error::Error::source(innermost).and_then(|source| source.downcast_ref()) {
            Some(inner) => innermost = inner,
            None => break,
        }
    }
    let broken = std::error::Error::source(innermost)
        .and_then(|source| source.downcast_ref::<BrokenMacro>());
    if let Some(broken) = broken {
        frames.push(Frame {
            template: broken.unique_id.clone(),
            range: Some(broken.error.span.clone()),
        });
    }
    frames.reverse();
    let kind = if broken.is_some() { JinjaErrorKind::Syntax } else { kind_of(innermost) };
    let message = message(innermost, text.as_deref());
    JinjaError { message, kind, frames, source: Some(Arc::new(error)) }
}

/// Where an error of the engine is in the source, and the text there.
fn locate(
    error: &minijinja::Error,
    root: Option<&Root<'_>>,
    registry: &Registry,
) -> Option<(Frame, Option<String>)> {
    let template = error.name()?.to_owned();
    let excerpt = |source: &str, range: &Option<Range<usize>>| {
        range.clone().and_then(|range| source.get(range)).map(str::to_owned)
    };
    if let Some(root) = root.filter(|root| root.name == template) {
        let range = error.range().map(|range| {
            let back = |at: usize| at.saturating_sub(root.prologue);
            widened(root.source, root.rewritten.original_range(back(range.start)..back(range.end)))
        });
        let text = excerpt(root.source, &range);
        return Some((Frame { template, range }, text));
    }
    let entry = registry.get(&template)?;
    let range = match (error.range(), entry.rewritten()) {
        (Some(range), Ok(rewritten)) => {
            Some(widened(&entry.def.source, rewritten.original_range(range)))
        }
        _ => None,
    };
    let text = excerpt(&entry.def.source, &range);
    Some((Frame { template, range }, text))
}

fn kind_of(error: &minijinja::Error) -> JinjaErrorKind {
    if error.detail() == Some(RECURSION) || error.detail() == Some("recursion limit exceeded") {
        return JinjaErrorKind::Recursion;
    }
    if std::error::Error::source(error).is_some() {
        return JinjaErrorKind::Raised;
    }
    match error.kind() {
        ErrorKind::SyntaxError => JinjaErrorKind::Syntax,
        ErrorKind::UndefinedError | ErrorKind::UnknownFunction | ErrorKind::UnknownMethod => {
            JinjaErrorKind::Undefined
        }
        ErrorKind::TooManyArguments | ErrorKind::MissingArgument => JinjaErrorKind::Arguments,
        _ => JinjaErrorKind::Operation,
    }
}

fn message(error: &minijinja::Error, text: Option<&str>) -> String {
    let detail = error.detail().unwrap_or_default();
    if let Some(named) = undefined_name(detail) {
        let known = named.strip_prefix("(...)").map_or(named, |rest| rest.trim_start_matches('.'));
        return format!("'{known}' is undefined");
    }
    match error.kind() {
        ErrorKind::UnknownFunction => match detail.strip_suffix(" is unknown") {
            Some(name) => format!("'{name}' is undefined"),
            None => detail.to_owned(),
        },
        ErrorKind::UndefinedError => match (detail, text) {
            ("left operand", Some(text)) => format!("'{}' is undefined", leading_path(text)),
            ("right operand", Some(text)) => {
                let text = text.trim_end_matches(|c: char| !is_path(c));
                format!("'{}' is undefined", trailing_path(text))
            }
            _ => "a value is undefined".to_owned(),
        },
        ErrorKind::UnknownMethod => unknown_method(detail, text),
        _ if detail == "value of type undefined is not callable" => match text {
            Some(text) => format!("'{}' is undefined", leading_path(text)),
            None => detail.to_owned(),
        },
        _ if detail == "recursion limit exceeded" => RECURSION.to_owned(),
        ErrorKind::OutOfFuel => "the template runs for too long".to_owned(),
        _ if detail.is_empty() => error.kind().to_string(),
        _ => detail.to_owned(),
    }
}

/// The engine knows the kind of a value, the user its name: `` `config` has no method named `x` ``.
fn unknown_method(detail: &str, text: Option<&str>) -> String {
    let Some((kind, name)) = detail.split_once(" has no method named ") else {
        return detail.to_owned();
    };
    let name = name.trim_matches('`');
    let receiver = text
        .and_then(|text| text.split_once(&format!(".{name}")))
        .map(|(before, _)| trailing_path(before.trim_end()))
        .filter(|receiver| kind == "plain object" && !receiver.is_empty());
    let subject = receiver.map_or_else(|| kind.to_owned(), |receiver| format!("`{receiver}`"));
    format!("{subject} has no method named `{name}`")
}

/// The engine says "… `x.y` is undefined …" where it knows the expression.
fn undefined_name(detail: &str) -> Option<&str> {
    let before =
        detail.split("` is undefined").next().filter(|before| before.len() < detail.len())?;
    before.rsplit('`').next()
}

/// The engine's range of an attribute, call or operator begins behind its left side; this takes the path before
/// along.
fn widened(source: &str, range: Range<usize>) -> Range<usize> {
    let behind = |c: char| "+-*/%~<>=![(.".contains(c);
    let text = source.get(range.clone()).unwrap_or_default();
    if !text.starts_with(behind) {
        return range;
    }
    let before = source[..range.start].trim_end();
    before.len() - trailing_path(before).len()..range.end
}

fn is_path(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']')
}

fn leading_path(text: &str) -> &str {
    let text = text.trim_start_matches(|c: char| !is_path(c));
    &text[..text.find(|c| !is_path(c)).unwrap_or(text.len())]
}

fn trailing_path(text: &str) -> &str {
    let start = text.char_indices().rev().find(|(_, c)| !is_path(*c));
    &text[start.map_or(0, |(at, c)| at + c.len_utf8())..]
}
