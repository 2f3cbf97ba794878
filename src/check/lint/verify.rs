//! Whether the edits of a template change its SQL where they mean to, and nowhere else.
//!
//! Where a piece of SQL stands in a template is found by looking at texts. Before it is replaced, the template is
//! rendered as it would be then: what comes out has to be the SQL of before with the fixes made.
//! Invariant: an edit that is kept was seen to do what its finding says; one in a macro is judged by its surroundings.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use super::fix::{Edit, Fix};
use super::read::Read;
use super::sql::Sql;
use crate::compile::{Compiler, Variant};
use crate::jinja::contexts::Connection;
use crate::manifest::Node;
use crate::source::Span;

/// A fix of a variant's SQL, and the edit of the template that is to make it.
pub(super) struct Proposal<'p> {
    pub(super) variant: Variant,
    pub(super) fix: &'p Fix,
    pub(super) edit: &'p Edit,
}

/// What templates are rendered with.
pub(super) struct Renderer<'r> {
    pub(super) compiler: &'r Compiler,
    pub(super) connection: &'r Arc<Connection>,
}

impl Renderer<'_> {
    /// The places of the edits of a node's own template that do what they mean to.
    pub(super) fn verified(&self, read: &Read, proposals: &[Proposal<'_>]) -> HashSet<Span> {
        let all: HashSet<Span> = proposals.iter().map(|one| one.edit.span).collect();
        if all.is_empty() || self.holds(read, proposals, &all) {
            return all;
        }
        let alone = |span: &Span| self.holds(read, proposals, &HashSet::from([*span]));
        let sound: HashSet<Span> = all.into_iter().filter(alone).collect();
        match self.holds(read, proposals, &sound) {
            true => sound,
            false => HashSet::new(),
        }
    }

    fn holds(&self, read: &Read, proposals: &[Proposal<'_>], spans: &HashSet<Span>) -> bool {
        let made: Vec<&Proposal<'_>> =
            proposals.iter().filter(|one| spans.contains(&one.edit.span)).collect();
        let edits = made.iter().map(|one| (one.edit.span, one.edit.text.as_str()));
        let Some(raw_code) = edited(&read.node, edits) else { return false };
        let node = Arc::new(Node { raw_code: raw_code.into(), ..Node::clone(&read.node) });
        read.variants.iter().all(|sql| {
            let fixes = made.iter().filter(|one| one.variant == sql.variant).map(|one| one.fix);
            let compiled = self.compiler.compile(&node, self.connection, sql.variant);
            compiled.is_ok_and(|compiled| Some(compiled.rendered) == fixed(sql, fixes))
        })
    }
}

/// The text of a node with edits made.
fn edited<'e>(node: &Node, edits: impl Iterator<Item = (Span, &'e str)>) -> Option<String> {
    let base = node.span.start as usize;
    let edits = edits.map(|(span, text)| {
        let start = (span.start as usize).checked_sub(base)?;
        Some((start..start + (span.end - span.start) as usize, text))
    });
    replaced(&node.raw_code, edits.collect::<Option<Vec<_>>>()?)
}

/// The SQL of a variant with fixes made.
fn fixed<'f>(sql: &Sql, fixes: impl Iterator<Item = &'f Fix>) -> Option<String> {
    replaced(&sql.code, fixes.map(|fix| (fix.range.clone(), fix.text.as_str())).collect())
}

/// A text with pieces replaced; none where two of them touch the same text.
fn replaced(text: &str, mut pieces: Vec<(Range<usize>, &str)>) -> Option<String> {
    pieces.sort_by_key(|(range, _)| range.start);
    pieces.dedup();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (range, new) in pieces {
        out.push_str(text.get(done..range.start)?);
        out.push_str(new);
        done = range.end;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_replaced_and_must_not_overlap() {
        let pieces = vec![(4..5, "x"), (0..1, "yy"), (4..5, "x")];
        assert_eq!(replaced("a b c", pieces).as_deref(), Some("yy b x"));
        assert_eq!(replaced("a b c", vec![(0..3, "x"), (2..5, "y")]), None);
        assert_eq!(replaced("a", vec![(0..3, "x")]).as_deref(), None);
    }
}
