//! What the rules know of the project: whose table a name is, what its columns keep, what its models compile to.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use indexmap::IndexMap;
use serde_json::Value as Json;
use sqlparser::ast::Query;

use super::settings::Settings;
use crate::adapters::Column;
use crate::compile::Compiler;
use crate::manifest::{ConstraintKind, Manifest, Node, expectation};
use crate::names::UniqueId;

/// A column of a node or a source, its name in lower case.
type Key = (UniqueId, String);

/// Types of columns by name in lower case; empty where nothing tells.
pub(super) type Types = IndexMap<String, String>;

/// What rules know.
pub(super) struct Facts<'f> {
    /// The project.
    pub(super) compiler: &'f Compiler,
    /// What the project states itself.
    pub(super) settings: &'f Settings,
    columns: HashMap<UniqueId, Types>,
    tables: HashMap<String, UniqueId>,
    models: HashMap<UniqueId, Arc<Query>>,
    kept: Kept,
}

/// What tests, constraints and expectations keep.
#[derive(Default)]
struct Kept {
    not_null: HashSet<Key>,
    unique: HashSet<Key>,
}

impl<'f> Facts<'f> {
    /// The facts of a project; `models` are the queries of its models.
    pub(super) fn new(
        compiler: &'f Compiler,
        settings: &'f Settings,
        columns: &HashMap<UniqueId, Vec<Column>>,
        models: HashMap<UniqueId, Arc<Query>>,
    ) -> Self {
        let manifest = &compiler.manifest;
        let ids = manifest.nodes.keys().chain(manifest.sources.keys());
        let table = |id: &UniqueId| match compiler.relation(id) {
            Some(relation) => Some((relation.physical().name.to_lowercase(), id.clone())),
            None => ephemeral(manifest, id).map(|name| (name, id.clone())),
        };
        Facts {
            compiler,
            settings,
            columns: columns
                .iter()
                .map(|(id, own)| (id.clone(), typed(manifest, id, own)))
                .collect(),
            tables: ids.filter_map(table).collect(),
            models,
            kept: Kept::of(manifest),
        }
    }

    /// The node or source whose table has this bare name.
    pub(super) fn table(&self, name: &str) -> Option<&UniqueId> {
        self.tables.get(name)
    }

    /// The query of a model.
    pub(super) fn query(&self, id: &UniqueId) -> Option<&Arc<Query>> {
        self.models.get(id)
    }

    /// Whether something keeps nulls out of a column.
    pub(super) fn is_never_null(&self, id: &UniqueId, column: &str) -> bool {
        self.kept.not_null.contains(&(id.clone(), column.to_lowercase()))
    }

    /// Whether something keeps a column unique.
    pub(super) fn is_unique(&self, id: &UniqueId, column: &str) -> bool {
        self.kept.unique.contains(&(id.clone(), column.to_lowercase()))
    }

    /// The types of the columns of a node or a source, in order; none where nothing tells its columns.
    pub(super) fn types(&self, id: &UniqueId) -> &Types {
        static NOTHING: LazyLock<Types> = LazyLock::new(Types::new);
        self.columns.get(id).unwrap_or(&NOTHING)
    }
}

/// Columns with their types, those that the project declares first of all.
fn typed(manifest: &Manifest, id: &UniqueId, columns: &[Column]) -> Types {
    let declared = manifest.nodes.get(id).map(|node| &node.columns);
    let one = |column: &Column| {
        let written = declared.and_then(|declared| {
            let mut all = declared.values();
            all.find(|one| one.name.eq_ignore_ascii_case(&column.name))?.data_type.clone()
        });
        (column.name.to_lowercase(), written.unwrap_or_else(|| column.dtype.clone()))
    };
    columns.iter().map(one).collect()
}

/// The name under which readers of an ephemeral model find its rows.
fn ephemeral(manifest: &Manifest, id: &UniqueId) -> Option<String> {
    let node = manifest.nodes.get(id).filter(|node| node.is_ephemeral())?;
    Some(crate::adapters::Relation::ephemeral_name(&node.name).to_lowercase())
}

impl Kept {
    fn of(manifest: &Manifest) -> Self {
        let mut kept = Kept::default();
        for node in manifest.nodes.values() {
            kept.add_test(node);
            kept.add_constraints(node);
            kept.add_expectations(node);
        }
        kept
    }

    fn add_test(&mut self, node: &Node) {
        let Some(metadata) = node.test().and_then(|test| test.metadata.as_ref()) else { return };
        let column = metadata.kwargs.get("column_name").and_then(Json::as_str);
        let (Some(column), Some(on)) = (column, node.depends_on.nodes.first()) else { return };
        let is_partial = node.config.get_str("where").is_some();
        let key = (on.clone(), column.to_lowercase());
        match metadata.name.as_str() {
            "not_null" if !is_partial => self.not_null.insert(key),
            "unique" if !is_partial => self.unique.insert(key),
            _ => false,
        };
    }

    fn add_constraints(&mut self, node: &Node) {
        for constraint in node.constraints() {
            let columns = constraint.bare_columns();
            let keys = || columns.iter().map(|name| (node.unique_id.clone(), name.to_lowercase()));
            let is_key = constraint.kind == ConstraintKind::PrimaryKey;
            if is_key || constraint.kind == ConstraintKind::NotNull {
                self.not_null.extend(keys());
            }
            if columns.len() == 1 && (is_key || constraint.kind == ConstraintKind::Unique) {
                self.unique.extend(keys());
            }
        }
        if let Some(key) = node.config.get_str("unique_key").filter(|_| node.test().is_none())
            && node.materialized() == "incremental"
        {
            self.unique.insert((node.unique_id.clone(), key.to_lowercase()));
        }
    }

    fn add_expectations(&mut self, node: &Node) {
        let listed = node.config.get(expectation::KEY).and_then(Json::as_array);
        for entry in listed.into_iter().flatten() {
            let warns =
                entry.get("on_violation").and_then(Json::as_str).unwrap_or("warn") == "warn";
            let columns = match entry.get("not_null") {
                Some(Json::String(one)) => vec![one.as_str()],
                Some(Json::Array(all)) => all.iter().filter_map(Json::as_str).collect(),
                _ => Vec::new(),
            };
            if !warns {
                let keys = columns.iter().map(|one| (node.unique_id.clone(), one.to_lowercase()));
                self.not_null.extend(keys);
            }
        }
    }
}
