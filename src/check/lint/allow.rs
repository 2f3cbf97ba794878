//! Findings that the author allows: `-- forge: allow E1001 reason`, `{# forge: allow E1001 reason #}`.
//!
//! An allowance counts for its line; one that stands alone in its line counts for the next line that is no allowance.
//! What is said of a node as a whole is allowed by one anywhere in its file.
//! Invariant: an allowance that allows nothing is told.

use std::collections::HashSet;

use super::rules;
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::names::did_you_mean;
use crate::source::{SourceFile, Span};

/// What introduces an allowance, inside of a comment.
const SIGN: &str = "forge: allow ";

/// The allowances of one file.
pub(super) struct Allowances {
    entries: Vec<Entry>,
    used: HashSet<usize>,
    /// What allows nothing here may allow something elsewhere.
    may_be_unused: bool,
}

struct Entry {
    /// The line that it counts for, from 0.
    line: usize,
    code: Result<Code, String>,
    span: Span,
}

impl Allowances {
    /// Reads the allowances of a file.
    pub(super) fn of(file: &SourceFile) -> Self {
        let mut entries = Vec::new();
        let mut start = 0;
        // The first of the entries that wait for a line that is no allowance.
        let mut waiting = 0;
        for (number, line) in file.text.split_inclusive('\n').enumerate() {
            let first = entries.len();
            let mut of_line = named(line).peekable();
            let is_alone = of_line.peek().is_some() && is_comment(line);
            for (at, word) in of_line {
                let code = rules::named(word).ok_or_else(|| word.to_owned());
                let span = Span::new(file.id, start + at, start + at + word.len());
                entries.push(Entry { line: number, code, span });
            }
            if !is_alone {
                entries[waiting..first].iter_mut().for_each(|entry| entry.line = number);
                waiting = entries.len();
            }
            start += line.len();
        }
        Allowances { entries, used: HashSet::new(), may_be_unused: false }
    }

    /// The same, of a file that was looked at in part.
    pub(super) fn that_may_be_unused(self) -> Self {
        Allowances { may_be_unused: true, ..self }
    }

    /// Whether a code is allowed in a line, counted from 0, or anywhere; notes that it was needed.
    pub(super) fn allow(&mut self, code: Code, line: Option<usize>) -> bool {
        let is_meant =
            |entry: &Entry| line.is_none_or(|line| entry.line == line) && entry.code == Ok(code);
        let meant: Vec<usize> =
            (0..self.entries.len()).filter(|at| is_meant(&self.entries[*at])).collect();
        self.used.extend(&meant);
        !meant.is_empty()
    }

    /// A warning for each that allowed nothing, and for each that names no rule.
    pub(super) fn unused(&self) -> impl Iterator<Item = Diagnostic> {
        let is_unused = |at: &usize| !self.may_be_unused && !self.used.contains(at);
        let unused = self.entries.iter().enumerate().filter(move |(at, _)| is_unused(at));
        unused.map(|(_, entry)| match &entry.code {
            Ok(code) => {
                let message = format!("nothing here needs `{}` to be allowed", code.id());
                Diagnostic::warning(codes::UNUSED_ALLOWANCE, message)
                    .at(entry.span, "")
                    .hint("take it out, so that it hides nothing later")
            }
            Err(word) => {
                let message = format!("there is no lint rule `{word}` to allow");
                Diagnostic::warning(codes::UNUSED_ALLOWANCE, message)
                    .at(entry.span, "")
                    .suggest(did_you_mean(word, rules::names()))
            }
        })
    }
}

/// The rules that a line allows: where each stands, and its name.
fn named(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let sign = line.find(SIGN).filter(|at| opens_comment(&line[..*at]));
    let from = sign.map_or(line.len(), |at| at + SIGN.len());
    let mut goes_on = true;
    let mut at = from;
    // Names are a list with commas; what follows is the reason.
    line[from..].split_inclusive([' ', ',']).filter_map(move |piece| {
        let start = at;
        at += piece.len();
        let word = piece.trim_end_matches([' ', ',', '\n', '\r']);
        if !goes_on || word.is_empty() {
            return None;
        }
        goes_on = piece.ends_with(',');
        Some((start, word))
    })
}

/// Whether what stands before the sign makes it a comment.
fn opens_comment(before: &str) -> bool {
    ["--", "{#", "/*"].iter().any(|open| before.contains(open))
}

/// Whether a line has nothing but a comment.
fn is_comment(line: &str) -> bool {
    let line = line.trim();
    let closed = |open: &str, close: &str| {
        line.starts_with(open) && line.find(close).is_some_and(|at| at + close.len() == line.len())
    };
    line.starts_with("--") || closed("{#", "#}") || closed("/*", "*/")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::SourceMap;

    fn allowances(text: &str) -> Allowances {
        let sources = SourceMap::new();
        let id = sources.add("a.sql", Path::new("a.sql"), text);
        Allowances::of(&sources.file(id))
    }

    #[test]
    fn an_allowance_counts_for_its_line_or_for_the_next() {
        let text = "{# forge: allow E1006 once #}\n-- forge: allow E1014,E1016 both\nwhere x = null\nlimit 1 -- forge: allow E1016\n";
        let mut read = allowances(text);
        assert!(read.allow(codes::CLOCK_IN_FILTER, Some(2)));
        assert!(read.allow(codes::NULL_COMPARISON, Some(2)));
        assert!(read.allow(codes::LIMIT_WITHOUT_ORDER, Some(3)));
        assert!(!read.allow(codes::NULL_COMPARISON, Some(3)));
        let left: Vec<_> = read.unused().collect();
        assert_eq!(left.len(), 1, "{left:?}");
        assert_eq!(left[0].primary.as_ref().unwrap().span.start, 52, "{left:?}");
    }

    #[test]
    fn names_that_are_no_rules_are_told() {
        let told: Vec<_> = allowances("x -- forge: allow E1O06 zero").unused().collect();
        assert_eq!(told[0].message, "there is no lint rule `E1O06` to allow");
        assert_eq!(allowances("select 'forge: allow E1006'").unused().count(), 0);
    }
}
