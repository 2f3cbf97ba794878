//! For people: what each column is made of, and what is made of it, one line each.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::resource;
use crate::check::lineage::graph::{Direction, Edge, Graph, Link, Vertex};
use crate::check::lineage::labels;
use crate::check::lineage::{Answer, Asked, Kind};
use crate::compile::Variant;
use crate::report::style::{Paint, Style};

/// The lines of a tree, from deep to shallow: prefix, and what is to be written.
type Open = Vec<(String, bool, Line)>;

/// A line.
enum Line {
    /// A vertex at the other end of an edge.
    Next(usize),
    /// A sentence.
    Said(String),
}

/// One way along the edges that were met.
struct Walk<'w> {
    graph: &'w Graph,
    met: HashSet<usize>,
    direction: Direction,
    style: Style,
    /// Vertices that have their lines already.
    seen: HashSet<usize>,
    /// Nodes of which it was said what decides about their rows.
    told: HashSet<usize>,
}

/// The answer in lines.
pub fn tree(answer: &Answer, style: Style) -> String {
    let mut out = String::new();
    for asked in &answer.asked {
        let columns = asked.start.iter().filter(|place| has_lines(&answer.graph, **place));
        columns.for_each(|place| of_column(&mut out, answer, asked, (*place, style)));
        if asked.start.is_empty() {
            let _ = writeln!(out, "{}\n  nothing is known of its columns", asked.name);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The rows of a node are no column; what decides about them is said at its columns.
fn has_lines(graph: &Graph, place: usize) -> bool {
    !matches!(graph.at(place), Vertex::Rows(id) if !graph.columns(id).is_empty())
}

fn of_column(out: &mut String, answer: &Answer, asked: &Asked, (place, style): (usize, Style)) {
    let graph = &answer.graph;
    let name = named(graph, place);
    let _ = writeln!(out, "{}", style.paint(Paint::Bold, &name));
    let ways = [(Direction::Up, &asked.up, "made of"), (Direction::Down, &asked.down, "used by")];
    for (direction, edges, heading) in ways {
        let Some(edges) = edges else { continue };
        let met = edges.iter().copied().collect();
        let (seen, told) = (HashSet::from([place]), HashSet::new());
        let lines = Walk { graph, met, direction, style, seen, told }.lines(place);
        match lines.is_empty() {
            true => {
                let _ = writeln!(out, "  {heading}: {}", nothing(graph, place, direction));
            }
            false => {
                let _ = write!(out, "  {heading}\n{lines}");
            }
        }
    }
}

fn nothing(graph: &Graph, place: usize, direction: Direction) -> String {
    let id = graph.at(place).resource();
    match (graph.unknown(id), direction) {
        (Some(reason), Direction::Up) => format!("unknown here: {reason}"),
        _ => "nothing".to_owned(),
    }
}

impl Walk<'_> {
    fn lines(mut self, start: usize) -> String {
        let mut out = String::new();
        let mut open: Open = self.below(start, "  ");
        while let Some((prefix, is_last, line)) = open.pop() {
            let [branch, gap] = self.glyphs(is_last);
            match line {
                Line::Said(text) => {
                    let text = self.style.paint(Paint::Dim, &text);
                    let _ = writeln!(out, "{prefix}{branch}{text}");
                }
                Line::Next(edge) => {
                    let next = self.graph.next(edge, self.direction);
                    let edge = self.graph.edge(edge);
                    let is_new = !edge.link.carries() || self.seen.insert(next);
                    let text = self.text(edge, next, is_new);
                    let _ = writeln!(out, "{prefix}{branch}{text}");
                    if is_new && edge.link.carries() {
                        open.extend(self.below(next, &format!("{prefix}{gap}")));
                    }
                }
            }
        }
        out
    }

    /// The lines below a vertex, the first one last.
    fn below(&mut self, place: usize, prefix: &str) -> Open {
        let edges = self.graph.edges_of(place, self.direction);
        let met = edges.iter().copied().filter(|edge| self.met.contains(edge));
        let is_deciding = |edge: &usize| {
            let link = self.graph.edge(*edge).link;
            self.direction == Direction::Up && link == Link::Reads(Kind::Filter)
        };
        let (deciding, values): (Vec<usize>, Vec<usize>) = met.partition(is_deciding);
        let mut lines: Vec<Line> = values.into_iter().map(Line::Next).collect();
        lines.extend(self.said("decided by", &deciding));
        if self.direction == Direction::Up
            && let Some(rows) = self.graph.rows_of(place)
            && self.told.insert(rows)
        {
            let edges = self.graph.edges_of(rows, Direction::Up);
            let (unknown, deciding): (Vec<usize>, Vec<usize>) =
                edges.iter().partition(|edge| self.graph.edge(**edge).link == Link::Unknown);
            lines.extend(self.said("rows decided by", &deciding));
            if !unknown.is_empty() {
                lines.push(Line::Said(nothing(self.graph, place, Direction::Up)));
            }
        }
        let count = lines.len();
        let with_prefix = |(at, line)| (prefix.to_owned(), at + 1 == count, line);
        lines.into_iter().enumerate().map(with_prefix).rev().collect()
    }

    fn said(&self, what: &str, edges: &[usize]) -> Option<Line> {
        let name = |edge: &usize| {
            let edge = self.graph.edge(*edge);
            format!("{}{}", named(self.graph, edge.from), only(edge.variant))
        };
        let names: Vec<String> = edges.iter().map(name).collect();
        (!names.is_empty()).then(|| Line::Said(format!("{what} {}", names.join(", "))))
    }

    fn text(&self, edge: Edge, next: usize, is_new: bool) -> String {
        let name = named(self.graph, next);
        let kind = match edge.link {
            Link::Shown => String::new(),
            Link::Unknown => {
                let id = self.graph.at(edge.to).resource();
                let reason = self.graph.unknown(id).map(ToString::to_string);
                format!("unknown here: {}", reason.unwrap_or_default())
            }
            link => link.as_str().to_owned(),
        };
        // An exposure has nothing below it that was shown before.
        let again = if is_new || edge.link == Link::Shown { "" } else { "  (see above)" };
        let kind = self.style.paint(Paint::Dim, &kind).into_owned();
        format!("{name}  {kind}{}{again}", only(edge.variant)).trim_end().to_owned()
    }

    fn glyphs(&self, is_last: bool) -> [&'static str; 2] {
        match (self.style.unicode, is_last) {
            (true, false) => ["├─ ", "│  "],
            (true, true) => ["└─ ", "   "],
            (false, false) => ["|- ", "|  "],
            (false, true) => ["`- ", "   "],
        }
    }
}

fn named(graph: &Graph, place: usize) -> String {
    match graph.at(place) {
        column @ Vertex::Column(..) => labels::name(column),
        Vertex::Rows(id) if graph.unknown(id).is_some() => resource(id),
        Vertex::Rows(id) => format!("{} (rows)", resource(id)),
        Vertex::Exposure(id) => resource(id),
    }
}

fn only(variant: Option<Variant>) -> &'static str {
    match variant {
        Some(Variant::FullRefresh) => " (full refresh only)",
        Some(Variant::Incremental) => " (incremental only)",
        Some(Variant::Auto) | None => "",
    }
}
