//! What property files say of columns, along the lineage: what may be inherited, and what must not be shown.
//!
//! A description holds for a column that takes another's values as they are. `meta: {pii: true}` holds for whatever is
//! made of the values, and must not reach an exposure without `meta: {allows: [pii]}`.

use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use super::Kind;
use super::graph::{Direction, Graph, Link, Vertex};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::{Column, Exposure, Manifest};

/// The key of `meta` that marks columns about people.
pub const PII: &str = "pii";

/// What an exposure's `meta` may show.
const ALLOWS: &str = "allows";

/// What a column can have from the columns that it takes its values from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inherited {
    /// A description, when the nearest ones agree.
    pub description: Option<String>,
    /// Entries of `meta`, each where the nearest ones agree.
    pub meta: Map<String, Json>,
}

/// What a column inherits; nothing when its values are not taken as they are.
pub fn inherited(graph: &Graph, manifest: &Manifest, place: usize) -> Inherited {
    let origins = described_origins(graph, manifest, place);
    let mut found = Inherited::default();
    let Some((first, others)) = origins.split_first() else { return found };
    let description = Some(&first.description).filter(|text| !text.is_empty());
    found.description =
        description.filter(|text| others.iter().all(|other| other.description == **text)).cloned();
    for (key, value) in &first.meta {
        if others.iter().all(|other| other.meta.get(key) == Some(value)) {
            found.meta.insert(key.clone(), value.clone());
        }
    }
    found
}

/// The nearest columns that say something, along edges that leave values alone; none when an edge does not, or when one
/// of the ways ends where nothing is said.
fn described_origins<'m>(graph: &Graph, manifest: &'m Manifest, place: usize) -> Vec<&'m Column> {
    let mut found = Vec::new();
    let mut seen = HashSet::from([place]);
    let mut open = vec![place];
    while let Some(at) = open.pop() {
        let edges = graph.edges_of(at, Direction::Up).iter().map(|edge| graph.edge(*edge));
        let mut values = edges.filter(|edge| edge.link != Link::Reads(Kind::Filter)).peekable();
        let is_pure = values.peek().is_some();
        for edge in values {
            if edge.link != Link::Reads(Kind::PassThrough) {
                return Vec::new();
            }
            let column = column(graph.at(edge.from), manifest);
            match column.filter(|column| says_something(column)) {
                Some(column) => found.push(column),
                None if seen.insert(edge.from) => open.push(edge.from),
                None => {}
            }
        }
        if !is_pure {
            return Vec::new();
        }
    }
    found
}

/// Whether the project has exposures and columns about people.
pub fn matter(manifest: &Manifest) -> bool {
    let of_nodes = manifest.nodes.values().flat_map(|node| node.columns.values());
    let of_sources = manifest.sources.values().flat_map(|source| source.columns.values());
    !manifest.exposures.is_empty() && of_nodes.chain(of_sources).any(is_pii)
}

/// Columns about people that an exposure shows without saying that it may.
pub fn exposed(graph: &Graph, manifest: &Manifest) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let mut told = HashSet::new();
    for (place, vertex) in graph.vertices() {
        if !column(vertex, manifest).is_some_and(is_pii) {
            continue;
        }
        for edge in graph.walk(&[place], Direction::Down, None) {
            let edge = graph.edge(edge);
            let Vertex::Exposure(id) = graph.at(edge.to) else { continue };
            let exposure = manifest.exposures.get(&**id).filter(|exposure| !allows(exposure));
            if let Some(exposure) = exposure
                && told.insert((edge.from, edge.to))
            {
                diagnostics.push(mistake(graph, exposure, (place, edge.from)));
            }
        }
    }
    diagnostics
}

fn mistake(graph: &Graph, exposure: &Exposure, (origin, shown): (usize, usize)) -> Diagnostic {
    let [origin, shown] = [origin, shown].map(|place| name(graph.at(place)));
    let message =
        format!("exposure `{}` shows `{shown}`, which is about people (`pii`)", exposure.name);
    let diagnostic = Diagnostic::error(codes::EXPOSED_PII, message).at(exposure.span, "");
    let diagnostic = match origin == shown {
        true => diagnostic,
        false => diagnostic.note(format!("its values come from `{origin}`")),
    };
    diagnostic.hint("leave the column out, or say `meta: {allows: [pii]}` at the exposure")
}

/// `orders.amount`: the name of a column for people.
pub fn name(vertex: &Vertex) -> String {
    let resource = vertex.resource().splitn(3, '.').nth(2).unwrap_or(vertex.resource());
    match vertex.column() {
        Some(column) => format!("{resource}.{column}"),
        None => resource.to_owned(),
    }
}

fn column<'m>(vertex: &Vertex, manifest: &'m Manifest) -> Option<&'m Column> {
    let name = vertex.column()?;
    let id: &str = vertex.resource();
    let columns = (manifest.nodes.get(id).map(|node| &node.columns))
        .or_else(|| manifest.sources.get(id).map(|source| &source.columns))?;
    columns.values().find(|column| column.name.eq_ignore_ascii_case(name))
}

fn says_something(column: &Column) -> bool {
    !column.description.is_empty() || !column.meta.is_empty()
}

fn is_pii(column: &Column) -> bool {
    column.meta.get(PII) == Some(&Json::Bool(true))
}

fn allows(exposure: &Exposure) -> bool {
    let own = exposure.meta.get(ALLOWS);
    let of_config = exposure.config.get("meta").and_then(|meta| meta.get(ALLOWS));
    [own, of_config].into_iter().flatten().any(|allowed| match allowed {
        Json::String(one) => one == PII,
        Json::Array(all) => all.iter().any(|one| one == PII),
        _ => false,
    })
}
