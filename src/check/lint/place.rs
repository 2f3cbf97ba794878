//! From a place in compiled SQL to the place in the template that made it.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

use super::At;
use super::read::Read;
use crate::check::caret;
use crate::compile::{Marker, SourceLines, Variant};
use crate::jinja::contexts::Connection;
use crate::manifest::Node;
use crate::source::{SourceMap, Span};

/// How many characters around a piece are compared.
const SURROUNDINGS: usize = 8;

/// The place of a finding in the project's files.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The text itself where it stands there as it was compiled, else a part of its line.
    pub(super) span: Span,
    /// When it is in a macro: its name, and the line of the node that led there.
    pub(super) called: Option<(String, Span)>,
    /// It is the node as a whole.
    pub(super) is_whole: bool,
}

/// Finds the places of one node; makes its source maps when they are first needed.
pub(super) struct Locator<'l> {
    sources: &'l SourceMap,
    marker: &'l Marker,
    connection: &'l Arc<Connection>,
    read: &'l Read,
    maps: Vec<OnceCell<Option<SourceLines<'l>>>>,
}

impl<'l> Locator<'l> {
    /// A locator for a node.
    pub(super) fn new(
        sources: &'l SourceMap,
        marker: &'l Marker,
        connection: &'l Arc<Connection>,
        read: &'l Read,
    ) -> Self {
        let maps = read.variants.iter().map(|_| OnceCell::new()).collect();
        Locator { sources, marker, connection, read, maps }
    }

    /// The place of a finding; the start of the node where nothing better is known.
    pub(super) fn place(&self, at: &At) -> Place {
        let node = &self.read.node;
        if let Some(hook) = self.read.hook {
            let span = self.in_hook(at, hook).unwrap_or(hook);
            return Place { span, called: None, is_whole: false };
        }
        let place = match at {
            At::Sql(variant, range) => self.in_sql(*variant, range).map(|(place, _)| place),
            At::Word(word) => word_in(node, word),
            At::Node => None,
        };
        place.unwrap_or_else(|| Place { span: node.span_start(), called: None, is_whole: true })
    }

    /// The piece of a hook's text that is meant, where it stands there once.
    fn in_hook(&self, at: &At, hook: Span) -> Option<Span> {
        let At::Sql(variant, range) = at else { return None };
        let sql = self.read.variants.iter().find(|sql| sql.variant == *variant)?;
        let piece = sql.code.get(range.clone()).filter(|piece| !piece.is_empty())?;
        let file = self.sources.file(hook.file);
        let text = file.text.get(hook.start as usize..hook.end as usize)?;
        let mut found = text.match_indices(piece);
        let (first, _) = found.next().filter(|_| found.next().is_none())?;
        let start = hook.start as usize + first;
        Some(Span::new(hook.file, start, start + piece.len()))
    }

    /// The place of a piece of the SQL that stands in a template as it was compiled.
    pub(super) fn literal(&self, at: &At, range: &Range<usize>) -> Option<Span> {
        let At::Sql(variant, _) = at else { return None };
        if self.read.hook.is_some() {
            return None;
        }
        let (place, is_literal) = self.in_sql(*variant, range)?;
        is_literal.then_some(place.span)
    }

    fn in_sql(&self, variant: Variant, range: &Range<usize>) -> Option<(Place, bool)> {
        let at = self.read.variants.iter().position(|sql| sql.variant == variant)?;
        let code = &self.read.variants[at].code;
        let map = self.maps[at]
            .get_or_init(|| self.marker.map(&self.read.node, self.connection, variant, code));
        let origin = map.as_ref()?.origin(range.start)?;
        let line = origin.span;
        let file = self.sources.file(line.file);
        let literal = literal(&file.text, line, code, range);
        let token = || {
            let start = line.start as usize;
            let text = file.text.get(start..line.end as usize)?;
            let token = caret::in_template(text, code, range.start)?;
            Some(start + token.start..start + token.end)
        };
        let is_literal = literal.is_some();
        let span = literal.or_else(token);
        let span = span.map_or(line, |span| Span::new(line.file, span.start, span.end));
        Some((Place { span, called: origin.called, is_whole: false }, is_literal))
    }
}

/// The first place of a word in the node's own text.
fn word_in(node: &Node, word: &str) -> Option<Place> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let (at, _) = node.raw_code.match_indices(word).find(|(at, _)| {
        let text = &*node.raw_code;
        !text[..*at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part)
    })?;
    let start = node.span.start as usize + at;
    let span = Span::new(node.span.file, start, start + word.len());
    Some(Place { span, called: None, is_whole: false })
}

/// Where a piece of the compiled SQL stands in a template as it is: it begins in the line, as often as in the line of the
/// compiled SQL.
fn literal(template: &str, line: Span, code: &str, range: &Range<usize>) -> Option<Range<usize>> {
    let piece = code.get(range.clone()).filter(|piece| !piece.is_empty())?;
    let compiled = caret::line_at(code, range.start);
    let written = line.start as usize..line.end as usize;
    let in_code = starts(code, &compiled, piece);
    let in_template = starts(template, &written, piece);
    let nth = in_code.iter().position(|at| *at == range.start)?;
    let at = *in_template.get(nth).filter(|_| in_code.len() == in_template.len())?;
    let found = at..at + piece.len();
    is_surrounded_alike((code, range), (template, &found)).then_some(found)
}

/// Whether the same stands before and after two pieces, as far as a template's tags let it be seen.
fn is_surrounded_alike(
    (code, made): (&str, &Range<usize>),
    (template, written): (&str, &Range<usize>),
) -> bool {
    let before = |text: &str, end: usize| -> Vec<char> {
        text[..end].chars().rev().take(SURROUNDINGS).collect()
    };
    let after = |text: &str, start: usize| -> Vec<char> {
        text[start..].chars().take(SURROUNDINGS).collect()
    };
    let agree = |made: Vec<char>, written: Vec<char>, tag: char| {
        let seen = written.into_iter().take_while(|c| *c != tag && *c != '\n' && *c != '\r');
        made.into_iter().zip(seen).all(|(made, written)| made == written)
    };
    agree(before(code, made.start), before(template, written.start), '}')
        && agree(after(code, made.end), after(template, written.end), '{')
}

/// Where a piece begins within a line; it may end in a later one.
fn starts(text: &str, line: &Range<usize>, piece: &str) -> Vec<usize> {
    let rest = text.get(line.start..).unwrap_or_default();
    let found = rest.match_indices(piece).map(|(at, _)| line.start + at);
    found.take_while(|at| *at < line.end).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_piece_is_found_where_it_stands_as_often_as_in_the_sql() {
        let template = "select 1\nwhere {{ x }} a != b or a != b\n";
        let code = "select 1\nwhere y or a != b or a != b\n";
        let sources = SourceMap::new();
        let id = sources.add("m.sql", Path::new("m.sql"), template);
        let line = Span::new(id, 9, template.len() - 1);
        let second = code.rfind("a != b").unwrap();
        let at = literal(template, line, code, &(second..second + 6)).unwrap();
        assert_eq!(at.start, template.rfind("a != b").unwrap());
        let once = "select 1\nwhere a != b\n";
        assert_eq!(literal(once, Span::new(id, 9, 21), code, &(second..second + 6)), None);
    }
}
