//! A source map on demand: which line of a node's template made a line of its SQL.
//!
//! The template is rendered again with marks at the start of its text lines; the last mark before the offset
//! is the line. Lines that a macro made belong to the line that called it. Nothing is paid while nothing fails.

use std::sync::Arc;

use super::{Compiler, Variant};
use crate::jinja::contexts::Connection;
use crate::jinja::rewrite;
use crate::manifest::Node;
use crate::source::Span;

/// Marks stand in Unicode's private use area, which no SQL needs.
const OPEN: char = '\u{f8f0}';
const CLOSE: char = '\u{f8f1}';

/// The place in the template that made what stands at `offset` of the node's compiled SQL.
pub fn template_span(
    compiler: &Compiler,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
    variant: Variant,
    offset: usize,
) -> Option<Span> {
    if node.test().is_some_and(|test| test.metadata.is_some()) {
        return None;
    }
    let mut marked = Node::clone(node);
    marked.raw_code = mark(&node.raw_code)?.into();
    let compiled = compiler
        .compile(&Arc::new(marked), connection, variant)
        .ok()?;
    let line = line_at(&compiled.code, offset)?;
    let (start, text) = nth_line(&node.raw_code, line)?;
    let trimmed = text.trim();
    let indent = text.len() - text.trim_start().len();
    let base = node.span.start as usize + start + indent;
    Some(Span::new(node.span.file, base, base + trimmed.len().max(1)))
}

/// Puts a mark at the start of every line that begins outside of tags.
fn mark(template: &str) -> Option<String> {
    let tags = rewrite::tag_spans(template).ok()?;
    let mut out = String::with_capacity(template.len() * 2);
    let mut start = 0;
    for (number, line) in template.split_inclusive('\n').enumerate() {
        let is_text = !tags.iter().any(|tag| tag.start < start && start < tag.end);
        if is_text {
            out.push(OPEN);
            out.push_str(&number.to_string());
            out.push(CLOSE);
        }
        out.push_str(line);
        start += line.len();
    }
    Some(out)
}

/// The number of the last mark at or before `offset`, which counts without marks.
fn line_at(marked: &str, offset: usize) -> Option<usize> {
    let mut seen = 0;
    let mut line = None;
    let mut rest = marked;
    while let Some(open) = rest.find(OPEN) {
        seen += open;
        if seen > offset {
            break;
        }
        let after = &rest[open + OPEN.len_utf8()..];
        let close = after.find(CLOSE)?;
        line = after[..close].parse().ok().or(line);
        rest = &after[close + CLOSE.len_utf8()..];
    }
    line
}

fn nth_line(text: &str, number: usize) -> Option<(usize, &str)> {
    let mut start = 0;
    for (at, line) in text.split_inclusive('\n').enumerate() {
        if at == number {
            return Some((start, line));
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_mark_before_an_offset_counts() {
        let marked = format!("{OPEN}0{CLOSE}select\n{OPEN}1{CLOSE}  x\n{OPEN}3{CLOSE}from y");
        assert_eq!(line_at(&marked, 0), Some(0));
        assert_eq!(line_at(&marked, 9), Some(1));
        assert_eq!(line_at(&marked, 11), Some(3));
    }

    #[test]
    fn lines_inside_of_tags_get_no_mark() {
        let marked = mark("a\n{{ f(\n 1) }}\nb").unwrap();
        assert_eq!(marked.matches(OPEN).count(), 3);
    }
}
