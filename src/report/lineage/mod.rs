//! The lineage of columns: as a tree, as JSON, as pictures.

use indexmap::IndexMap;

use crate::check::lineage::Answer;
use crate::check::lineage::graph::{Graph, Vertex};
use crate::check::lineage::labels;

mod dot;
mod json;
mod mermaid;
mod tree;

pub use dot::dot;
pub use json::json;
pub use mermaid::mermaid;
pub use tree::tree;

/// All edges that were met, each once, in the order of the answers.
fn edges(answer: &Answer) -> Vec<usize> {
    let walks = answer.asked.iter().flat_map(|asked| asked.up.iter().chain(&asked.down));
    let all: indexmap::IndexSet<usize> = walks.flatten().copied().collect();
    all.into_iter().collect()
}

/// The vertices of a picture by resource: what was asked, and the ends of all edges.
fn by_resource(answer: &Answer) -> IndexMap<&str, Vec<usize>> {
    let ends = edges(answer).into_iter().flat_map(|edge| {
        let edge = answer.graph.edge(edge);
        [edge.from, edge.to]
    });
    let asked = answer.asked.iter().flat_map(|asked| asked.start.iter().copied());
    let mut found: IndexMap<&str, Vec<usize>> = IndexMap::new();
    for place in asked.chain(ends) {
        let places = found.entry(answer.graph.at(place).resource()).or_default();
        if !places.contains(&place) {
            places.push(place);
        }
    }
    found
}

/// What a vertex is called inside of its resource.
fn part(graph: &Graph, place: usize) -> &str {
    match graph.at(place) {
        Vertex::Column(_, name) => name,
        Vertex::Rows(_) => "(rows)",
        Vertex::Exposure(_) => "(exposure)",
    }
}

/// What a resource is called: `orders`, `raw.orders`, `exposure weekly`.
fn resource(id: &str) -> String {
    let name = labels::name(&Vertex::Rows(id.into()));
    match id.starts_with("exposure.") {
        true => format!("exposure {name}"),
        false => name,
    }
}
