//! What was asked, and what was met on the way.

use super::graph::Graph;

/// The answers to all that was asked.
#[derive(Debug)]
pub struct Answer {
    /// The columns of the nodes that were looked at.
    pub graph: Graph,
    /// What was asked, in order.
    pub asked: Vec<Asked>,
}

/// One name that was asked about.
#[derive(Debug)]
pub struct Asked {
    /// The name.
    pub name: String,
    /// The places of its columns.
    pub start: Vec<usize>,
    /// The edges to what they are made of; `None` when that was not asked.
    pub up: Option<Vec<usize>>,
    /// The edges to what is made of them.
    pub down: Option<Vec<usize>>,
}
