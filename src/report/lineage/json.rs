//! For programs: what was asked, and every edge that was met.

use serde_json::{Value as Json, json};

use super::edges;
use crate::check::lineage::Answer;
use crate::check::lineage::graph::Graph;
use crate::compile::Variant;

/// The answer as one object. A `column` that is null stands for the rows of its resource, or for an exposure; a
/// `variant` for the only one of an incremental model that has the edge.
pub fn json(answer: &Answer) -> Json {
    let graph = &answer.graph;
    let asked = answer.asked.iter().map(|asked| {
        let columns: Vec<Json> = asked.start.iter().map(|place| vertex(graph, *place)).collect();
        json!({"name": asked.name, "columns": columns})
    });
    let met = edges(answer);
    let mut unknown = indexmap::IndexMap::new();
    let ends = met.iter().flat_map(|edge| [graph.edge(*edge).from, graph.edge(*edge).to]);
    for place in answer.asked.iter().flat_map(|asked| asked.start.iter().copied()).chain(ends) {
        let id: &str = graph.at(place).resource();
        if let Some(reason) = graph.unknown(id) {
            unknown.insert(id, reason.to_string());
        }
    }
    json!({
        "asked": asked.collect::<Vec<_>>(),
        "edges": met.iter().map(|at| edge(graph, *at)).collect::<Vec<_>>(),
        "unknown": unknown,
    })
}

fn edge(graph: &Graph, at: usize) -> Json {
    let edge = graph.edge(at);
    json!({
        "from": vertex(graph, edge.from),
        "to": vertex(graph, edge.to),
        "kind": edge.link.as_str(),
        "variant": edge.variant.and_then(variant),
    })
}

fn vertex(graph: &Graph, place: usize) -> Json {
    let vertex = graph.at(place);
    json!({"resource": &**vertex.resource(), "column": vertex.column().map(|name| &**name)})
}

fn variant(variant: Variant) -> Option<&'static str> {
    match variant {
        Variant::Auto => None,
        Variant::FullRefresh => Some("full_refresh"),
        Variant::Incremental => Some("incremental"),
    }
}
