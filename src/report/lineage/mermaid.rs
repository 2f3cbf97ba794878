//! For Markdown: a flowchart in Mermaid's language.

use std::fmt::Write as _;

use super::{by_resource, edges, part, resource};
use crate::check::lineage::graph::Link;
use crate::check::lineage::{Answer, Kind};

/// A box for every resource with its columns in it; dotted arrows only decide.
pub fn mermaid(answer: &Answer) -> String {
    let mut out = "flowchart LR\n".to_owned();
    for (number, (id, places)) in by_resource(answer).into_iter().enumerate() {
        let _ = writeln!(out, "  subgraph r{number}[\"{}\"]", escaped(&resource(id)));
        for place in places {
            let _ = writeln!(out, "    c{place}[\"{}\"]", escaped(part(&answer.graph, place)));
        }
        out += "  end\n";
    }
    for edge in edges(answer) {
        let edge = answer.graph.edge(edge);
        let arrow = match edge.link {
            Link::Reads(Kind::Filter) | Link::Unknown => "-.->",
            Link::Reads(_) | Link::Shown => "-->",
        };
        let _ = writeln!(out, "  c{} {arrow}|{}| c{}", edge.from, edge.link.as_str(), edge.to);
    }
    out.truncate(out.trim_end().len());
    out
}

/// Mermaid's entities for what ends a label.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        match c {
            '"' | '#' | '<' | '>' | '&' | '\\' | '`' => {
                let _ = write!(out, "#{};", c as u32);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
        out
    })
}
