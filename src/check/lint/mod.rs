//! `forge lint`: hazards in the compiled SQL of nodes, and what a project states about its names and layers.
//!
//! Every node is compiled, an incremental model in both variants, and read by a parser; [`rules`] look at the trees.
//! A finding is told in the template or the macro that made the line. SQL that the parser cannot read is a note.
//! Invariant: a rule that is not sure says nothing; it is advice on what the engine accepts.

mod allow;
mod block;
mod dml;
mod facts;
mod fix;
mod place;
mod read;
pub mod rules;
mod run;
pub mod settings;
mod sql;
mod trace;
mod verify;

use std::ops::Range;
use std::sync::Arc;

pub use fix::{Edit, Edited, apply};
pub use run::{Coverage, Linted, Question, lint};
pub use settings::Settings;

use block::Block;
use facts::Facts;
use fix::Fix;
use sql::Sql;

use super::expr;
use crate::manifest::Node;

/// What a rule looks at.
struct Subject<'s> {
    facts: &'s Facts<'s>,
    node: &'s Arc<Node>,
    /// Its SQL: of an incremental model first as a full refresh, then as an incremental run.
    variants: &'s [Sql],
}

impl Subject<'_> {
    /// The selects of every variant.
    fn blocks(&self) -> impl Iterator<Item = (&Sql, &Arc<Block>)> {
        self.variants.iter().flat_map(|sql| sql.blocks.iter().map(move |block| (sql, block)))
    }
}

/// Something that a rule found.
struct Finding {
    at: At,
    message: String,
    hint: &'static str,
    fix: Option<Fix>,
}

/// Where it is.
enum At {
    /// In the SQL of a variant.
    Sql(crate::compile::Variant, Range<usize>),
    /// The first of these words in the node's own text, else the node itself.
    Word(String),
    /// The node itself.
    Node,
}

impl Finding {
    /// A finding in the SQL of a variant.
    fn in_sql(sql: &Sql, range: Range<usize>, message: impl Into<String>) -> Self {
        let at = At::Sql(sql.variant, range);
        Finding { at, message: message.into(), hint: "", fix: None }
    }

    /// A finding about a node.
    fn at(at: At, message: impl Into<String>) -> Self {
        Finding { at, message: message.into(), hint: "", fix: None }
    }

    /// With what to do.
    fn hint(self, hint: &'static str) -> Self {
        Finding { hint, ..self }
    }

    /// With what to write instead of a piece of the SQL.
    fn fix(self, range: Range<usize>, text: String) -> Self {
        Finding { fix: Some(Fix { range, text }), ..self }
    }
}
