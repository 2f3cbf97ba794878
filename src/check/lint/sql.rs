//! The compiled SQL of a node as the rules read it: its selects, and where in the text everything stands.

use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use sqlparser::ast::{Query, Spanned, Statement, Visit, Visitor};
use sqlparser::tokenizer::{Location, Span};

use super::block::{Block, Env, Position};
use super::dml;
use crate::adapters::Syntax;
use crate::check::tokens::{Kind, tokens};
use crate::compile::Variant;

/// One text.
pub(super) struct Sql {
    /// The variant of the model that it is.
    pub(super) variant: Variant,
    /// The text.
    pub(super) code: String,
    /// Its query, when it is one.
    pub(super) query: Option<Arc<Query>>,
    /// All selects in it, outer ones first.
    pub(super) blocks: Vec<Arc<Block>>,
    /// The arms of its set operations.
    pub(super) unions: Vec<Vec<Arc<Block>>>,
    /// Where its lines begin.
    lines: Vec<usize>,
}

impl Sql {
    /// Reads a text; `None` when the parser cannot.
    pub(super) fn read(code: String, variant: Variant, syntax: Syntax) -> Option<Self> {
        let statements = (syntax.statements)(&code)?;
        let mut collector = Collector::default();
        let _ = statements.visit(&mut collector);
        let changing = statements.iter().filter_map(|one| dml::as_select(one, syntax));
        changing.for_each(|select| collector.blocks.push(Block::of_select(&select)));
        let query = match statements.as_slice() {
            [Statement::Query(query)] => Some(Arc::new((**query).clone())),
            _ => None,
        };
        let ends = code.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(ends).collect();
        let Collector { blocks, unions, .. } = collector;
        Some(Sql { variant, code, query, blocks, unions, lines })
    }

    /// The bytes of a piece of syntax; empty at the start of the text when the parser does not know.
    pub(super) fn range(&self, of: &impl Spanned) -> Range<usize> {
        self.bytes(of.span())
    }

    /// The bytes of a span.
    pub(super) fn bytes(&self, span: Span) -> Range<usize> {
        let start = self.offset(span.start);
        start..self.offset(span.end).max(start)
    }

    /// Where a word or sign stands between two offsets, in any case; `from` when it is not there.
    pub(super) fn find(&self, word: &str, between: Range<usize>) -> usize {
        let text = self.code.get(between.clone()).unwrap_or_default().to_ascii_lowercase();
        text.find(word).map_or(between.start, |at| between.start + at)
    }

    /// Where the operator between two expressions stands. The place of a call ends before what is behind its name, and
    /// comments may be between them.
    pub(super) fn operator(&self, between: Range<usize>) -> Option<Range<usize>> {
        let tokens = tokens(self.code.get(between.clone())?);
        let mut signs = tokens.iter().rev().filter(|token| token.text != "(");
        let last = signs.next().filter(|token| token.kind == Kind::Sign)?;
        let mut start = last.start;
        for sign in signs.take_while(|token| token.kind == Kind::Sign && token.text != ")") {
            if sign.end() != start {
                break;
            }
            start = sign.start;
        }
        Some(between.start + start..between.start + last.end())
    }

    /// Whether nothing but blanks and this keyword or sign is there: no comment that a change would lose.
    pub(super) fn has_only(&self, word: &str, between: Range<usize>) -> bool {
        self.code.get(between).is_some_and(|text| text.trim().eq_ignore_ascii_case(word))
    }

    /// Keywords, in capitals where the text writes them so.
    pub(super) fn in_its_case(&self, keywords: &str) -> String {
        match self.code.contains("SELECT") {
            true => keywords.to_uppercase(),
            false => keywords.to_owned(),
        }
    }

    fn offset(&self, at: Location) -> usize {
        let line = usize::try_from(at.line).unwrap_or(0).saturating_sub(1);
        let start = self.lines.get(line).copied().unwrap_or(0);
        let column = usize::try_from(at.column).unwrap_or(0).saturating_sub(1);
        let rest = &self.code[start..];
        start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at)
    }
}

/// Finds the selects of a text, each with the common table expressions that it can see.
#[derive(Default)]
struct Collector {
    around: Vec<Arc<Env>>,
    /// How many expressions are open.
    expressions: usize,
    blocks: Vec<Arc<Block>>,
    unions: Vec<Vec<Arc<Block>>>,
}

impl Visitor for Collector {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let around = self.around.last().map(|env| env.inside(query));
        let env = Env::of(query, around.as_ref());
        let position = match (self.expressions, self.around.len()) {
            (0, 0) => Position::Outermost,
            (0, _) => Position::Table,
            _ => Position::Expression,
        };
        let arms = Block::arms(query, &env, position);
        if arms.len() > 1 {
            self.unions.push(arms.clone());
        }
        self.blocks.extend(arms);
        self.around.push(env);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.around.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, _: &sqlparser::ast::Expr) -> ControlFlow<()> {
        self.expressions += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, _: &sqlparser::ast::Expr) -> ControlFlow<()> {
        self.expressions -= 1;
        ControlFlow::Continue(())
    }
}
