//! Which columns an input has, and of which types, whether it was built or not.
//!
//! A relation of the database tells; what was never built is inferred: a seed from its file, a model from its SQL over
//! empty inputs, in a database in memory. Types that the project declares win. Values of a fixture never count.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::Value as Json;

use crate::adapters::seed::Seed;
use crate::adapters::{Adapter, Column, Relation, Session, tables};
use crate::compile::{Compiler, Variant};
use crate::jinja::contexts::{Connection, Globals};
use crate::manifest::{self, Node, NodeKind, ResourceType};
use crate::names::UniqueId;

/// Columns of what was looked at, by id.
#[derive(Default)]
pub struct Shapes {
    stored: Known,
    inferred: Known,
    /// The nodes by the relation that they fill.
    builders: OnceLock<HashMap<String, UniqueId>>,
}

type Known = Mutex<HashMap<UniqueId, Arc<Shape>>>;

/// What is known of the columns of a relation.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// There are no others.
    pub is_complete: bool,
}

/// The columns that a snapshot adds, as far as their types are known.
const SNAPSHOT: [(&str, &str); 4] =
    [("dbt_scd_id", "TEXT"), ("dbt_updated_at", ""), ("dbt_valid_from", ""), ("dbt_valid_to", "")];

impl Shapes {
    /// Remembers the columns of relations; the database is not asked for them any more.
    pub fn remember(&self, known: impl IntoIterator<Item = (UniqueId, Vec<Column>)>) {
        let complete = |columns| Arc::new(Shape { columns, is_complete: true });
        let known = known.into_iter().map(|(id, columns)| (id, complete(columns)));
        self.stored.lock().expect("invariant: no panic under lock").extend(known);
    }
}

/// What finding out needs.
#[derive(Clone, Copy)]
pub struct Finder<'f> {
    /// What was found out before.
    pub shapes: &'f Shapes,
    /// Knows the project and compiles models.
    pub compiler: &'f Compiler,
    /// The real database.
    pub connection: &'f Connection,
}

impl Finder<'_> {
    /// The columns of a node or a source; none when nothing tells them.
    pub fn columns(&self, id: &UniqueId) -> Arc<Shape> {
        let stored = remembered(&self.shapes.stored, id, || {
            let relation = self.compiler.relation(id);
            let stored = relation.map(|relation| self.stored(&relation)).unwrap_or_default();
            let stored = match (stored.is_empty(), self.compiler.deferred(id)) {
                (true, Some(other)) => self.stored(&other),
                _ => stored,
            };
            match stored.is_empty() {
                true => Shape::default(),
                false => Shape { columns: self.declared(id, stored), is_complete: true },
            }
        });
        match stored.is_complete {
            true => stored,
            false => self.inferred(id),
        }
    }

    /// The columns that the project's own text tells, whatever the database has.
    pub fn inferred(&self, id: &UniqueId) -> Arc<Shape> {
        remembered(&self.shapes.inferred, id, || {
            let inferred = self.infer(id);
            let is_complete = !inferred.is_empty();
            Shape { columns: self.declared(id, inferred), is_complete }
        })
    }

    /// Columns with the types that the project declares for them.
    pub fn typed(&self, id: &UniqueId, columns: Vec<Column>) -> Vec<Column> {
        let known = columns.len();
        let mut typed = self.declared(id, columns);
        typed.truncate(known);
        typed
    }

    fn stored(&self, relation: &Relation) -> Vec<Column> {
        self.connection.with(|session| session.columns(relation)).ok().flatten().unwrap_or_default()
    }

    /// The columns with the types that the project declares, and with declared ones that are not there yet.
    fn declared(&self, id: &UniqueId, mut columns: Vec<Column>) -> Vec<Column> {
        let manifest = &self.compiler.manifest;
        let declared = (manifest.nodes.get(id).map(|node| &node.columns))
            .or_else(|| manifest.sources.get(id).map(|source| &source.columns));
        let is_unknown = columns.is_empty();
        for column in declared.into_iter().flat_map(|declared| declared.values()) {
            let known = columns.iter_mut().find(|c| c.name.eq_ignore_ascii_case(&column.name));
            match (known, column.data_type.as_deref()) {
                (Some(known), Some(data_type)) => *known = described(column, data_type),
                (None, Some(data_type)) => columns.push(described(column, data_type)),
                (None, None) if is_unknown => columns.push(described(column, "")),
                (_, None) => {}
            }
        }
        columns
    }

    fn infer(&self, id: &UniqueId) -> Vec<Column> {
        let Some(node) = self.compiler.manifest.nodes.get(id) else {
            return self.of_builder(id);
        };
        match (&node.kind, node.resource_type) {
            (NodeKind::Seed(_), _) => self.of_file(node),
            (_, ResourceType::Model) => self.of_query(node).unwrap_or_default(),
            (_, ResourceType::Snapshot) => {
                let mut columns = self.of_query(node).unwrap_or_default();
                if !columns.is_empty() {
                    columns.extend(added_by_snapshot(node));
                }
                columns
            }
            _ => Vec::new(),
        }
    }

    /// The columns of a source that a node of the project fills.
    fn of_builder(&self, source: &UniqueId) -> Vec<Column> {
        let manifest = &self.compiler.manifest;
        let Some(source) = manifest.sources.get(source) else { return Vec::new() };
        let builders = self.shapes.builders.get_or_init(|| {
            let nodes = manifest.nodes.values().filter(|node| node.resource_type.is_refable());
            nodes
                .filter_map(|node| Some((node.relation_name.clone()?, node.unique_id.clone())))
                .collect()
        });
        match builders.get(&source.relation_name) {
            Some(id) => self.columns(id).columns.clone(),
            None => Vec::new(),
        }
    }

    /// The columns of a seed by the header of its file; none when it cannot be read.
    pub fn of_file(&self, node: &Node) -> Vec<Column> {
        match &node.kind {
            NodeKind::Seed(seed) => {
                self.of_seed(node, &seed.root_path.join(&node.original_file_path))
            }
            _ => Vec::new(),
        }
    }

    fn of_seed(&self, node: &Node, path: &std::path::Path) -> Vec<Column> {
        let Ok(text) = self.compiler.globals.host.read(path) else { return Vec::new() };
        let types = node.config.get("column_types").and_then(Json::as_object);
        let text_columns: Vec<String> = types.into_iter().flat_map(|t| t.keys().cloned()).collect();
        let delimiter = node.config.get_str("delimiter").and_then(|d| d.bytes().next());
        let Ok(seed) = Seed::from_csv(&text, delimiter.unwrap_or(b','), &text_columns) else {
            return Vec::new();
        };
        let columns = seed.column_names.iter().zip(seed.declared_types());
        let column = |(name, inferred): (&String, &'static str)| {
            let declared = types.and_then(|types| types.get(name)?.as_str());
            column(name, declared.unwrap_or(inferred))
        };
        columns.map(column).collect()
    }

    /// The output columns of a model's SQL over empty inputs; `None` when the engine does not take it.
    fn of_query(&self, node: &Arc<Node>) -> Option<Vec<Column>> {
        let globals = &self.compiler.globals;
        let adapter = &globals.adapter;
        let inputs = self.inputs(node);
        let schemas = inputs.iter().filter_map(|(relation, _)| relation.schema.as_deref());
        let schemas: Vec<&str> = schemas.chain([node.schema.as_str()]).collect();
        let mut session = adapter.scratch_at(None, &schemas).ok()?;
        for (relation, shape) in &inputs {
            // A source and the node that fills it are one table.
            if session.columns(relation).is_ok_and(|columns| columns.is_empty()) {
                tables::create(&mut *session, relation, &shape.columns).ok()?;
            }
        }
        let scratch = Arc::new(Connection::over(session));
        // What templates say while they are only looked at is no news, and what they learn is not true.
        let silent = Globals { sink: Arc::new(crate::events::Silent), ..Globals::clone(globals) };
        let compiler = self.compiler.adjusted(silent, Arc::new(|_| {}));
        let code = compiler.compile(node, &scratch, Variant::FullRefresh).ok()?.code;
        scratch.with(|session| Ok(of_sql(session, &**adapter, &code))).ok().flatten().flatten()
    }

    /// What a model reads, through ephemeral models, with its columns.
    fn inputs(&self, node: &Node) -> Vec<(Relation, Arc<Shape>)> {
        let nodes = &self.compiler.manifest.nodes;
        let mut found: Vec<(UniqueId, Relation)> = Vec::new();
        let mut open: Vec<UniqueId> = node.depends_on.nodes.clone();
        while let Some(id) = open.pop() {
            match self.compiler.relation(&id) {
                Some(relation) if !found.iter().any(|(known, _)| *known == id) => {
                    found.push((id, relation));
                }
                Some(_) => {}
                None => {
                    open.extend(nodes.get(&id).iter().flat_map(|n| n.depends_on.nodes.clone()));
                }
            }
        }
        let with_columns = |(id, relation)| {
            let shape = self.columns(&id);
            (!shape.columns.is_empty()).then_some((relation, shape))
        };
        found.into_iter().filter_map(with_columns).collect()
    }
}

/// The output columns of a query: types of columns that come from a table, affinities of expressions.
pub fn of_sql(session: &mut dyn Session, adapter: &dyn Adapter, code: &str) -> Option<Vec<Column>> {
    let described = session.describe(code).ok()?.columns;
    let empty = format!("select * from (\n{code}\n) limit 0");
    let shape = adapter.relation(None, "_forge_shape");
    let made = session.execute(&format!("create table {} as {empty}", shape.render()));
    let columns = match made {
        Ok(_) => session.columns(&shape).unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let _ = session.drop_relation(&shape);
    if columns.len() != described.len() {
        return Some(described);
    }
    let one = |(known, made): (Column, Column)| match known.dtype.is_empty() {
        true => Column { name: known.name, ..made },
        false => known,
    };
    Some(described.into_iter().zip(columns).map(one).collect())
}

fn remembered(known: &Known, id: &UniqueId, find: impl FnOnce() -> Shape) -> Arc<Shape> {
    let lock = || known.lock().expect("invariant: no panic under lock");
    if let Some(found) = lock().get(id) {
        return found.clone();
    }
    // Two threads may find out the same; both find the same.
    let found = Arc::new(find());
    lock().insert(id.clone(), found.clone());
    found
}

fn column(name: &str, declared: &str) -> Column {
    Column::from_description(name, declared).unwrap_or_else(|_| Column::new(name, declared))
}

fn described(written: &manifest::Column, data_type: &str) -> Column {
    column(&written.name, data_type)
}

/// The columns that a snapshot adds to those of its query.
pub fn added_by_snapshot(node: &Node) -> Vec<Column> {
    let renamed = node.config.get("snapshot_meta_column_names");
    let name = |name: &str| {
        let other = renamed.and_then(|names| names.get(name)?.as_str());
        other.unwrap_or(name).to_owned()
    };
    let mut columns: Vec<Column> =
        SNAPSHOT.iter().map(|(known, dtype)| column(&name(known), dtype)).collect();
    if node.config.get_str("hard_deletes") == Some("new_record") {
        columns.push(column(&name("dbt_is_deleted"), "TEXT"));
    }
    columns
}
