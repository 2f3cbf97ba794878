//! The columns of a project as a graph, and the walks along it.
//!
//! What decides about rows leads to the rows of a node as a whole, not to each of its columns; there a walk ends, and
//! so it does where a lineage is not known. Invariant: an edge is there once for each kind and variant.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::nodes::{NodeLineage, Reason};
use super::{Kind, Lineage};
use crate::compile::Variant;
use crate::manifest::{Manifest, Node};
use crate::names::UniqueId;

/// Something that data flow into.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Vertex {
    /// A column of a relation.
    Column(Arc<str>, Arc<str>),
    /// Which rows a relation has.
    Rows(Arc<str>),
    /// An exposure.
    Exposure(Arc<str>),
}

impl Vertex {
    /// The id of the node, source or exposure; the name of a relation that is none of the project's.
    pub fn resource(&self) -> &Arc<str> {
        match self {
            Vertex::Column(id, _) | Vertex::Rows(id) | Vertex::Exposure(id) => id,
        }
    }

    /// The column, if it is one.
    pub fn column(&self) -> Option<&Arc<str>> {
        match self {
            Vertex::Column(_, name) => Some(name),
            Vertex::Rows(_) | Vertex::Exposure(_) => None,
        }
    }
}

/// What an edge means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Link {
    /// A column is read for a column, or for rows.
    Reads(Kind),
    /// An exposure shows it.
    Shown,
    /// It is read by a node whose lineage is not known.
    Unknown,
}

impl Link {
    /// The word for people and programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Link::Reads(kind) => kind.as_str(),
            Link::Shown => "exposure",
            Link::Unknown => "unknown",
        }
    }

    /// Whether values go along it.
    pub fn carries(self) -> bool {
        matches!(self, Link::Reads(Kind::PassThrough | Kind::Transformed) | Link::Shown)
    }
}

/// One use of one vertex for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Where it starts, as the place of the vertex.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// What it means.
    pub link: Link,
    /// The variant of an incremental model that alone has it.
    pub variant: Option<Variant>,
}

/// Which way a walk goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To what it is made of.
    Up,
    /// To what is made of it.
    Down,
}

/// The columns of a project.
#[derive(Debug, Default)]
pub struct Graph {
    vertices: IndexSet<Vertex>,
    edges: Vec<Edge>,
    incoming: Vec<Vec<usize>>,
    outgoing: Vec<Vec<usize>>,
    unknown: IndexMap<Arc<str>, Reason>,
    columns: IndexMap<Arc<str>, Vec<Arc<str>>>,
}

impl Graph {
    /// The graph of these nodes and the exposures that show them.
    pub fn new(nodes: &IndexMap<UniqueId, NodeLineage>, manifest: &Manifest) -> Self {
        let mut graph = Graph::default();
        for (id, node) in nodes {
            let id: Arc<str> = Arc::from(id.as_str());
            for name in &node.columns {
                graph.vertex(Vertex::Column(id.clone(), name.clone()));
            }
            graph.columns.insert(id, node.columns.clone());
        }
        for (id, node) in nodes {
            graph.add_node(id, node, manifest);
        }
        graph.add_filled_sources(manifest);
        graph.add_exposures(manifest);
        graph
    }

    /// The vertex at a place.
    pub fn at(&self, place: usize) -> &Vertex {
        &self.vertices[place]
    }

    /// The place of a vertex.
    pub fn place(&self, vertex: &Vertex) -> Option<usize> {
        self.vertices.get_index_of(vertex)
    }

    /// The columns of a node or a source.
    pub fn columns(&self, id: &str) -> &[Arc<str>] {
        self.columns.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Why nothing is known of a node.
    pub fn unknown(&self, id: &str) -> Option<&Reason> {
        self.unknown.get(id)
    }

    /// The edge at a place.
    pub fn edge(&self, place: usize) -> Edge {
        self.edges[place]
    }

    /// The edges that a column, or the rows, of a node are at the end of; downwards, at the start of.
    pub fn edges_of(&self, vertex: usize, direction: Direction) -> &[usize] {
        let edges = match direction {
            Direction::Up => &self.incoming,
            Direction::Down => &self.outgoing,
        };
        edges.get(vertex).map(Vec::as_slice).unwrap_or_default()
    }

    /// The edges that are met on the way from `start`, near ones first, at most `depth` steps away. Upwards, what
    /// decides about the rows of each node on the way is met as well.
    pub fn walk(&self, start: &[usize], direction: Direction, depth: Option<usize>) -> Vec<usize> {
        let mut seen: HashSet<usize> = start.iter().copied().collect();
        let mut open: VecDeque<(usize, usize)> = start.iter().map(|place| (*place, 0)).collect();
        let mut met = IndexSet::new();
        while let Some((place, steps)) = open.pop_front() {
            if depth.is_some_and(|depth| steps >= depth) {
                continue;
            }
            for edge in self.edges_of(place, direction) {
                met.insert(*edge);
                let next = self.next(*edge, direction);
                if self.edges[*edge].link.carries() && seen.insert(next) {
                    open.push_back((next, steps + 1));
                }
            }
            if direction == Direction::Up
                && let Some(rows) = self.rows_of(place)
            {
                met.extend(self.edges_of(rows, direction));
            }
        }
        met.into_iter().collect()
    }

    /// The other end of an edge.
    pub fn next(&self, edge: usize, direction: Direction) -> usize {
        match direction {
            Direction::Up => self.edges[edge].from,
            Direction::Down => self.edges[edge].to,
        }
    }

    /// The rows of a column's node.
    pub fn rows_of(&self, place: usize) -> Option<usize> {
        match self.at(place) {
            Vertex::Column(id, _) => self.place(&Vertex::Rows(id.clone())),
            Vertex::Rows(_) | Vertex::Exposure(_) => None,
        }
    }

    /// All vertices, by place.
    pub fn vertices(&self) -> impl Iterator<Item = (usize, &Vertex)> {
        self.vertices.iter().enumerate()
    }

    fn vertex(&mut self, vertex: Vertex) -> usize {
        let (place, is_new) = self.vertices.insert_full(vertex);
        if is_new {
            self.incoming.push(Vec::new());
            self.outgoing.push(Vec::new());
        }
        place
    }

    /// Adds an edge; one that both variants have belongs to none of them.
    fn connect(&mut self, from: usize, to: usize, link: Link, variant: Option<Variant>) {
        let same = |place: &&usize| {
            let edge = &self.edges[**place];
            (edge.to, edge.link) == (to, link)
        };
        if let Some(known) = self.outgoing[from].iter().find(same).copied() {
            if self.edges[known].variant != variant {
                self.edges[known].variant = None;
            }
            return;
        }
        self.outgoing[from].push(self.edges.len());
        self.incoming[to].push(self.edges.len());
        self.edges.push(Edge { from, to, link, variant });
    }

    fn add_node(&mut self, id: &UniqueId, node: &NodeLineage, manifest: &Manifest) {
        let name: Arc<str> = Arc::from(id.as_str());
        for (variant, lineage) in &node.variants {
            let variant = Some(*variant).filter(|_| node.variants.len() > 1);
            match lineage {
                Ok(lineage) => self.add_lineage(&name, lineage, variant),
                Err(reason) => {
                    self.unknown.entry(name.clone()).or_insert_with(|| reason.clone());
                    let read = manifest.nodes.get(id).map(|node| node.depends_on.nodes.as_slice());
                    self.read_whole(
                        read.unwrap_or_default(),
                        Vertex::Rows(name.clone()),
                        Link::Unknown,
                    );
                }
            }
        }
    }

    fn add_lineage(&mut self, id: &Arc<str>, lineage: &Lineage, variant: Option<Variant>) {
        let rows = self.vertex(Vertex::Rows(id.clone()));
        for column in &lineage.columns {
            let to = self.vertex(Vertex::Column(id.clone(), column.name.clone()));
            for input in &column.inputs {
                let read = &input.column;
                let from = self.vertex(Vertex::Column(read.relation.clone(), read.name.clone()));
                self.connect(from, to, Link::Reads(input.kind), variant);
            }
        }
        for read in &lineage.filters {
            let from = self.vertex(Vertex::Column(read.relation.clone(), read.name.clone()));
            self.connect(from, rows, Link::Reads(Kind::Filter), variant);
        }
    }

    /// A source whose table a node of the project fills has the node's values.
    fn add_filled_sources(&mut self, manifest: &Manifest) {
        for (node, source) in filled_sources(manifest) {
            let [node, id] = [node, source].map(|id| -> Arc<str> { Arc::from(id.as_str()) });
            for name in self.columns(&id).to_vec() {
                let from = Vertex::Column(node.clone(), name.clone());
                if let Some(from) = self.place(&from) {
                    let to = self.vertex(Vertex::Column(id.clone(), name));
                    self.connect(from, to, Link::Reads(Kind::PassThrough), None);
                }
            }
        }
    }

    fn add_exposures(&mut self, manifest: &Manifest) {
        for (id, exposure) in &manifest.exposures {
            let data = data_of(&exposure.depends_on.nodes, manifest);
            self.read_whole(&data, Vertex::Exposure(Arc::from(id.as_str())), Link::Shown);
        }
    }

    /// Lets every column of what is read lead to one vertex.
    fn read_whole(&mut self, read: &[UniqueId], to: Vertex, link: Link) {
        let to = self.vertex(to);
        for id in read {
            let id: Arc<str> = Arc::from(id.as_str());
            for name in self.columns(&id).to_vec() {
                let from = self.vertex(Vertex::Column(id.clone(), name));
                self.connect(from, to, link, None);
            }
        }
    }
}

/// Nodes with the sources whose tables they fill.
pub fn filled_sources(manifest: &Manifest) -> Vec<(&UniqueId, &UniqueId)> {
    let fills = |node: &&Arc<Node>| node.resource_type.is_refable();
    let tables: HashMap<&str, &UniqueId> = (manifest.nodes.values().filter(fills))
        .filter_map(|node| Some((node.relation_name.as_deref()?, &node.unique_id)))
        .collect();
    let sources = manifest.sources.values();
    sources.filter_map(|one| Some((*tables.get(&*one.relation_name)?, &one.unique_id))).collect()
}

/// The nodes and sources behind these resources, through metrics and semantic models.
fn data_of(read: &[UniqueId], manifest: &Manifest) -> Vec<UniqueId> {
    let mut found = IndexSet::new();
    let mut open: Vec<&UniqueId> = read.iter().rev().collect();
    let mut seen = HashSet::new();
    while let Some(id) = open.pop() {
        match manifest.definitions.get(id) {
            Some(definition) if seen.insert(id) => open.extend(&definition.depends_on.nodes),
            Some(_) => {}
            None => {
                found.insert(id.clone());
            }
        }
    }
    found.into_iter().collect()
}
