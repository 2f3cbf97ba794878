//! Column lineage: where the values of a query's columns come from, and what decides which rows there are.
//!
//! [`of_sql`] reads one query; [`nodes`] all of a project, which [`graph`] connects. Everything is told by its text and by the columns of the relations in [`Catalog`];
//! nothing is run. Names are looked up as the engine looks them up: the nearest query first, tables before aliases.
//!
//! Invariants: every column that the engine reads is in [`Lineage::reads`], and a column whose values can change an
//! output is an input of that output or a filter (`tests/it/lineage/` holds both). What the parser cannot read,
//! or a name that cannot be found, makes the whole query [`Unknown`]: no lineage is better than a wrong one.

mod analysis;
mod bare;
mod answer;
mod catalog;
mod expression;
mod flow;
mod from;
mod function;
pub mod graph;
pub mod labels;
pub mod nodes;
mod query;
mod resolve;
mod scope;
mod select;
mod snapshot;
pub mod spec;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use answer::{Answer, Asked};
pub use catalog::Catalog;
pub use flow::Kind;

use super::shadow::Checked;
use crate::adapters::Syntax;
use crate::compile::Compiler;
use crate::diagnostics::Diagnostics;
use graph::Graph;

/// The stack of the thread that reads a query: syntax trees are walked and freed by recursion, and a chain of
/// operators is as deep as it is long.
const STACK: usize = 128 << 20;

/// Where the columns of a query come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lineage {
    /// Its columns, in order.
    pub columns: Vec<OutputColumn>,
    /// Columns that decide which rows there are: filters, joins, groups, order, limits. They count for every column.
    pub filters: Vec<ColumnRef>,
    /// Every column that is read, whether it reaches an output or not.
    pub reads: Vec<ColumnRef>,
    /// Every relation that is read, of some maybe no column.
    pub relations: Vec<Arc<str>>,
}

/// A column of a query's result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputColumn {
    /// Its name; the text of an expression that has none.
    pub name: Arc<str>,
    /// What its values are made of, and what decides them without being part of them (the keys of a window).
    pub inputs: Vec<Input>,
}

/// A column that is read for another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The column that is read.
    pub column: ColumnRef,
    /// What for.
    pub kind: Kind,
}

/// A column of a relation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnRef {
    /// What the catalog calls the relation; the name as written when it is not in the catalog.
    pub relation: Arc<str>,
    /// The column's declared name; `rowid` for the row's number.
    pub name: Arc<str>,
}

/// Why nothing is known of a query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// The parser does not know the language as well as the engine does.
    #[error("the parser cannot read this SQL")]
    Unreadable,
    /// It is not one query.
    #[error("this is not one query")]
    NoQuery,
    /// Syntax that lineage does not follow.
    #[error("`{0}` is not followed")]
    Construct(String),
    /// A name that no table, column or alias has.
    #[error("no table that is known has a column `{0}`")]
    Column(String),
    /// `*` of a relation whose columns are not known.
    #[error("the columns of `{0}` are not known")]
    Star(String),
}

/// Columns about people that exposures show without saying that they may, as far as nodes were checked.
pub fn exposed(compiler: &Compiler, checked: &Checked) -> Diagnostics {
    let manifest = &compiler.manifest;
    // Most projects mark no column; those pay nothing.
    if !labels::matter(manifest) {
        return Diagnostics::new();
    }
    labels::exposed(&Graph::new(&nodes::of_nodes(compiler, checked), manifest), manifest)
}

/// The lineage of one query.
pub fn of_sql(sql: &str, catalog: &Catalog, syntax: Syntax) -> Result<Lineage, Unknown> {
    let read = || analysis::lineage(sql, catalog, syntax);
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, read);
        let joined = thread.map_err(|_| Unknown::Unreadable)?.join();
        joined.expect("invariant: reading a query does not panic")
    })
}
