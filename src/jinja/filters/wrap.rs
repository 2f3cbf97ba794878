//! `wordwrap`: Python's `textwrap.wrap`, line by line.

use std::sync::LazyLock;

use fancy_regex::Regex;
use minijinja::value::Value;
use minijinja::{Error, State};

use super::Filter;
use crate::jinja::values::{Args, python_str, type_error, type_name};

pub(super) const FILTERS: &[(&str, Filter)] = &[("wordwrap", wordwrap)];

/// Where Python may break a line: at whitespace, behind hyphens inside of words, around dashes.
static PIECES: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?x)
        [\t\n\x0b\x0c\r\x20]+
        | (?<=[\w!"'&.,?]) -{2,} (?=\w)
        | [^\t\n\x0b\x0c\r\x20]+? (?:
            -(?: (?<=[^\d\W]{2}-) | (?<=[^\d\W]-[\w!"'&.,?]-)) (?= [^\d\W] -? [^\d\W])
            | (?=[\t\n\x0b\x0c\r\x20]|\z)
            | (?<=[\w!"'&.,?]) (?=-{2,}\w)
        )"#;
    Regex::new(pattern).expect("invariant: the pattern is valid")
});
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[\t\n\x0b\x0c\r ]+|[^\t\n\x0b\x0c\r ]+").expect("invariant: the pattern is valid")
});

struct Wrapping {
    width: usize,
    cut: bool,
    hyphens: bool,
}

fn wordwrap(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("wordwrap", args)?;
    let width = args.int(0, "width")?.unwrap_or(79);
    let cut = args.flag(1, "break_long_words", true);
    let newline = args.get(2, "wrapstring").filter(|value| !value.is_none());
    let newline = newline.map_or_else(|| "\n".to_owned(), |newline| python_str(&newline));
    let hyphens = args.flag(3, "break_on_hyphens", true);
    args.finish(4)?;
    let Some(source) = value.as_str() else {
        let message = format!("'{}' object has no attribute 'splitlines'", type_name(value));
        return Err(type_error(message));
    };
    let width = usize::try_from(width).ok().filter(|width| *width > 0);
    let width = width.ok_or_else(|| type_error("invalid width (must be > 0)"))?;
    let wrapping = Wrapping { width, cut, hyphens };
    let lines = source.lines().map(|line| wrapping.wrap(line).join(&newline));
    Ok(Value::from(lines.collect::<Vec<_>>().join(&newline)))
}

impl Wrapping {
    fn wrap(&self, line: &str) -> Vec<String> {
        let mut chunks = self.chunks(line);
        chunks.reverse();
        let mut lines = Vec::new();
        while let Some(next) = chunks.last() {
            if next.trim().is_empty() && !lines.is_empty() {
                chunks.pop();
            }
            let (mut current, mut length) = (Vec::<String>::new(), 0);
            while let Some(chunk) = chunks.pop() {
                let size = chunk.chars().count();
                if length + size > self.width {
                    chunks.push(chunk);
                    break;
                }
                length += size;
                current.push(chunk);
            }
            if chunks.last().is_some_and(|chunk| chunk.chars().count() > self.width) {
                self.long_word(&mut chunks, &mut current, length);
            }
            if current.last().is_some_and(|chunk| chunk.trim().is_empty()) {
                current.pop();
            }
            if !current.is_empty() {
                lines.push(current.concat());
            }
        }
        lines
    }

    /// Cuts the word that no line can hold, at a hyphen if there is one, or gives it a line of its own.
    fn long_word(&self, chunks: &mut Vec<String>, current: &mut Vec<String>, length: usize) {
        let space = if self.width < 1 { 1 } else { self.width - length };
        let Some(chunk) = chunks.pop() else { return };
        if self.cut {
            let chars: Vec<char> = chunk.chars().collect();
            let mut end = space;
            if self.hyphens && chars.len() > space {
                let hyphen = chars[..space].iter().rposition(|c| *c == '-');
                if let Some(at) = hyphen.filter(|at| *at > 0)
                    && chars[..at].iter().any(|c| *c != '-')
                {
                    end = at + 1;
                }
            }
            current.push(chars[..end].iter().collect());
            chunks.push(chars[end..].iter().collect());
        } else if current.is_empty() {
            current.push(chunk);
        } else {
            chunks.push(chunk);
        }
    }

    fn chunks(&self, line: &str) -> Vec<String> {
        let regex = if self.hyphens { &*PIECES } else { &*WORDS };
        let mut chunks = Vec::new();
        let mut at = 0;
        for found in regex.find_iter(line).filter_map(Result::ok) {
            if found.start() > at {
                chunks.push(line[at..found.start()].to_owned());
            }
            if !found.as_str().is_empty() {
                chunks.push(found.as_str().to_owned());
            }
            at = found.end();
        }
        if at < line.len() {
            chunks.push(line[at..].to_owned());
        }
        chunks
    }
}
