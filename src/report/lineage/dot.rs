//! For Graphviz: a directed graph in DOT.

use std::fmt::Write as _;

use super::{by_resource, edges, part, resource};
use crate::check::lineage::graph::Link;
use crate::check::lineage::{Answer, Kind};

/// A cluster for every resource with its columns in it; dashed edges only decide.
pub fn dot(answer: &Answer) -> String {
    let mut out = "digraph lineage {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    for (number, (id, places)) in by_resource(answer).into_iter().enumerate() {
        let _ = writeln!(out, "  subgraph cluster_{number} {{");
        let _ = writeln!(out, "    label={};", quoted(&resource(id)));
        for place in places {
            let _ = writeln!(out, "    c{place} [label={}];", quoted(part(&answer.graph, place)));
        }
        out += "  }\n";
    }
    for edge in edges(answer) {
        let edge = answer.graph.edge(edge);
        let style = match edge.link {
            Link::Reads(Kind::Filter) | Link::Unknown => ", style=dashed",
            Link::Reads(_) | Link::Shown => "",
        };
        let label = quoted(edge.link.as_str());
        let _ = writeln!(out, "  c{} -> c{} [label={label}{style}];", edge.from, edge.to);
    }
    out + "}"
}

/// A string of DOT.
fn quoted(text: &str) -> String {
    let plain = text.replace(|c: char| c.is_control(), " ");
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}
