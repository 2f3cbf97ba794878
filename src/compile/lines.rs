//! A source map on demand: which line of a template made a place in a node's SQL.
//!
//! The node is rendered again with marks in its template and in the project's own macros, one at the start of
//! every line and one behind every tag; the last mark before the place says where it was made. White space does not
//! count, because a mark keeps a tag from trimming. Macros of packages and of forge have no marks: what they make
//! belongs to the line that calls them. Nothing is paid while nothing fails.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::{Compiler, Variant};
use crate::events::Silent;
use crate::jinja::Engine;
use crate::jinja::contexts::{Connection, Globals};
use crate::jinja::macros::MacroDef;
use crate::jinja::rewrite;
use crate::manifest::Node;
use crate::source::Span;

/// Marks stand in Unicode's private use area, which no SQL needs.
const OPEN: char = '\u{f8f0}';
const CLOSE: char = '\u{f8f1}';
/// The number of the node among the marked templates; macros come after it.
const NODE: usize = 0;

/// The place that made a piece of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The line.
    pub span: Span,
    /// When it is in a macro: the macro's name, and the line of the node that led there.
    pub called: Option<(String, Span)>,
}

/// The place in the project's templates that made what stands at `offset` of the node's compiled SQL.
pub fn origin(
    compiler: &Compiler,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
    variant: Variant,
    code: &str,
    offset: usize,
) -> Option<Origin> {
    Marker::new(compiler).map(node, connection, variant, code)?.origin(offset)
}

/// Makes source maps of many texts: macros are marked once.
pub struct Marker {
    macros: Vec<MacroDef>,
    /// Compiles with marks in the macros.
    marked: Compiler,
    /// Compiles with marks in the node only.
    plain: Compiler,
}

/// The source map of one text.
pub struct SourceLines<'m> {
    marker: &'m Marker,
    node: Arc<Node>,
    /// The text, and with marks.
    code: String,
    marked: String,
}

impl Marker {
    /// A marker for the project of a compiler.
    pub fn new(compiler: &Compiler) -> Self {
        let (macros, marked) = with_marked_macros(compiler);
        let plain = Compiler { globals: silent(&compiler.globals), ..compiler.clone() };
        Marker { macros, marked, plain }
    }

    /// The source map of a node's SQL, with ephemeral models inlined or as rendered; none when it comes out
    /// differently with marks.
    pub fn map(
        &self,
        node: &Arc<Node>,
        connection: &Arc<Connection>,
        variant: Variant,
        code: &str,
    ) -> Option<SourceLines<'_>> {
        let mut other = Node::clone(node);
        other.raw_code = mark(&node.raw_code, NODE, 0)?.into();
        let other = Arc::new(other);
        let render = |compiler: &Compiler| {
            let compiled = compiler.compile(&other, connection, variant).ok()?;
            [compiled.code, compiled.rendered].into_iter().find(|text| is_marked(text, code))
        };
        // A macro whose output is compared or measured does something else when it is marked.
        let marked = render(&self.marked).or_else(|| render(&self.plain))?;
        Some(SourceLines { marker: self, node: node.clone(), code: code.to_owned(), marked })
    }
}

impl SourceLines<'_> {
    /// The place that made what stands at an offset.
    pub fn origin(&self, offset: usize) -> Option<Origin> {
        let node = &self.node;
        let ink = ink(&self.code[..crate::source::floor_char_boundary(&self.code, offset)]);
        let (inner, outer) = marks_before(&self.marked, ink)?;
        // The text of a generic test is made from its entry in a property file, which calls the test's macro.
        let in_node = match node.test().is_some_and(|test| test.metadata.is_some()) {
            true if inner.0 == NODE => return None,
            true => Some(node.span),
            false => line_span(&node.raw_code, outer, node.span),
        };
        if inner.0 == NODE {
            return Some(Origin { span: in_node?, called: None });
        }
        let def = self.marker.macros.get(inner.0 - 1)?;
        let base = *self.marker.plain.globals.places.macros.get(&def.unique_id)?;
        let span = line_span(&def.source, inner.1, base)?;
        Some(Origin { span, called: in_node.map(|at| (def.name.clone(), at)) })
    }
}

/// The compiler with marks in the macros of the root package, and these macros in the order of their numbers.
fn with_marked_macros(compiler: &Compiler) -> (Vec<MacroDef>, Compiler) {
    let globals = &compiler.globals;
    let mut own = Vec::new();
    let mut defs = Vec::new();
    for entry in globals.engine.registry().iter() {
        let mut def = entry.def.clone();
        if *def.package == *globals.root_package {
            own.push(def.clone());
            if let Some(marked) = mark(&def.source, own.len(), 1) {
                def.source = marked.into();
            }
        }
        defs.push(def);
    }
    let engine = Engine::new(defs);
    let internal: Vec<&str> = globals.places.internal.iter().map(String::as_str).collect();
    let macros = engine.table(&globals.root_package, &internal);
    let marked = Globals { engine: Arc::new(engine), macros, ..Globals::clone(&silent(globals)) };
    (own, Compiler { globals: Arc::new(marked), ..compiler.clone() })
}

/// Nobody wants to read twice what templates log.
pub(super) fn silent(globals: &Globals) -> Arc<Globals> {
    Arc::new(Globals { sink: Arc::new(Silent), ..globals.clone() })
}

/// Marks the lines that begin outside of tags and what follows tags, the first and the last `skip` tags aside.
fn mark(template: &str, number: usize, skip: usize) -> Option<String> {
    let tags = rewrite::tag_spans(template).ok()?;
    let ends = tags.len().checked_sub(skip)?;
    let inside = |at: usize| tags.iter().any(|tag| tag.start < at && at < tag.end);
    let from = tags.first().filter(|_| skip > 0).map_or(0, |tag| tag.end);
    let to = tags.last().filter(|_| skip > 0).map_or(template.len(), |tag| tag.start);
    let mut places: Vec<usize> = line_starts(template).map(|line| line.start).collect();
    places.extend(tags[..ends].iter().map(|tag| tag.end));
    places.retain(|at| (from..=to).contains(at) && !inside(*at));
    places.sort_unstable();
    places.dedup();
    let mut out = String::with_capacity(template.len() * 2);
    let mut done = 0;
    for at in places {
        let line = template[..at].matches('\n').count();
        out.push_str(&template[done..at]);
        out.push_str(&format!("{OPEN}{number}:{line}{CLOSE}"));
        done = at;
    }
    out.push_str(&template[done..]);
    Some(out)
}

fn line_starts(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        start += line.len();
        start - line.len()..start
    })
}

/// Characters that are not white space.
fn ink(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// The pieces of a marked text: a mark, as number and line, or a character.
fn pieces(marked: &str) -> impl Iterator<Item = Result<(usize, usize), char>> {
    let mut rest = marked;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        if first == OPEN
            && let Some((mark, behind)) = rest[OPEN.len_utf8()..].split_once(CLOSE)
            && let Some((number, line)) = mark.split_once(':')
        {
            rest = behind;
            return Some(Ok((number.parse().ok()?, line.parse().ok()?)));
        }
        rest = &rest[first.len_utf8()..];
        Some(Err(first))
    })
}

/// A text without its marks.
pub(super) fn without_marks(text: &str) -> Cow<'_, str> {
    match text.contains(OPEN) {
        true => Cow::Owned(pieces(text).filter_map(Result::err).collect()),
        false => Cow::Borrowed(text),
    }
}

/// Whether a text says the same as the unmarked one.
fn is_marked(marked: &str, code: &str) -> bool {
    let ink = |c: &char| !c.is_whitespace();
    pieces(marked).filter_map(Result::err).filter(ink).eq(code.chars().filter(ink))
}

/// The last mark before the character with this many others before it, and the line of the last one of the node.
fn marks_before(marked: &str, before: usize) -> Option<((usize, usize), usize)> {
    let mut seen = 0;
    let mut inner = None;
    let mut outer = 0;
    for piece in pieces(marked) {
        match piece {
            Ok(mark) => {
                inner = Some(mark);
                if mark.0 == NODE {
                    outer = mark.1;
                }
            }
            Err(c) if c.is_whitespace() => {}
            Err(_) if seen == before => break,
            Err(_) => seen += 1,
        }
    }
    Some((inner?, outer))
}

/// The place of a line of a template that stands at `base`.
fn line_span(template: &str, line: usize, base: Span) -> Option<Span> {
    let line = line_starts(template).nth(line)?;
    let text = &template[line.clone()];
    let start = base.start as usize + line.start + (text.len() - text.trim_start().len());
    Some(Span::new(base.file, start, start + text.trim().len().max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_mark_before_a_place_counts() {
        let marked = format!(
            "{OPEN}0:0{CLOSE}select\n{OPEN}0:1{CLOSE}{OPEN}2:4{CLOSE}  x\n{OPEN}0:1{CLOSE}{OPEN}0:3{CLOSE}from y"
        );
        assert_eq!(marks_before(&marked, 0), Some(((0, 0), 0)));
        assert_eq!(marks_before(&marked, ink("select\n  ")), Some(((2, 4), 1)));
        assert_eq!(marks_before(&marked, ink("select\n  x\n")), Some(((0, 3), 3)));
        assert!(is_marked(&marked, "select x from y"));
        assert!(!is_marked(&marked, "select x from z"));
    }

    #[test]
    fn lines_inside_of_tags_get_no_mark() {
        let marked = mark("a\n{{ f(\n 1) }}\nb", NODE, 0).unwrap();
        assert_eq!(marked.matches(OPEN).count(), 4);
    }

    #[test]
    fn the_tags_of_a_macro_stay_its_first_and_last() {
        let marked = mark("{% macro m() %}x\n{{ y }}{% endmacro %}\n", 1, 1).unwrap();
        let shown = marked.replace(OPEN, "<").replace(CLOSE, ">");
        assert_eq!(shown, "{% macro m() %}<1:0>x\n<1:1>{{ y }}<1:1>{% endmacro %}\n");
    }
}
