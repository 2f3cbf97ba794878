//! The shadow: every relation of the project in a database in memory, with its columns and without rows.
//!
//! Nodes are compiled and prepared there in the order of the graph, so the engine itself says what is wrong with them,
//! which columns come out and which are read. Nothing runs: what a node gives becomes an empty table that its readers
//! are prepared against. What depends on a node that cannot be known is left alone, so one mistake is told once.
//! Invariant: the user's database is asked for the columns of sources only, unless templates may query it.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indexmap::{IndexMap, IndexSet};
use rayon::prelude::*;

use super::rules;
use super::shapes::Shapes;
use crate::adapters::{self, Column, Relation, Session};
use crate::compile::{CompiledNode, Compiler, Variant};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::events::Silent;
use crate::graph::Dag;
use crate::jinja::contexts::{Connection, Globals};
use crate::manifest::{Language, Node, ResourceType};
use crate::names::UniqueId;

mod inputs;
mod missing;
mod partial;
mod query;

pub use query::Prepared;

/// Who answers what templates ask while they are rendered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answers {
    /// The shadow: relations have columns and no rows.
    #[default]
    Shadow,
    /// The user's database.
    Database,
}

/// What was found.
#[derive(Default)]
pub struct Checked {
    /// Mistakes.
    pub diagnostics: Diagnostics,
    /// What is known of the nodes that could be prepared, in the order of the graph.
    pub nodes: IndexMap<UniqueId, CheckedNode>,
    /// Nodes that were left alone, and why.
    pub unchecked: IndexMap<UniqueId, Unchecked>,
    /// Columns that sources were taken to have although their property files do not list them.
    pub unlisted: IndexMap<UniqueId, Vec<String>>,
    /// The shadow itself, for further questions.
    pub connection: Option<Arc<Connection>>,
}

/// A node that could be prepared.
#[derive(Clone, Debug, Default)]
pub struct CheckedNode {
    /// The columns of its relation, or of the rows that it finds.
    pub columns: Vec<Column>,
    /// Its SQL: of an incremental model first as a full refresh, then as an incremental run; of what has no SQL, none.
    pub variants: Vec<CheckedVariant>,
}

/// One variant of a node.
#[derive(Clone, Debug)]
pub struct CheckedVariant {
    /// Which.
    pub variant: Variant,
    /// Its SQL.
    pub compiled: CompiledNode,
    /// Its output columns.
    pub columns: Vec<Column>,
    /// Table and column of all that the engine reads; an empty column when none of the table is read.
    pub reads: Vec<(String, String)>,
}

/// Why a node was left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unchecked {
    /// It reads this node or source, of which the columns are not known.
    Reads(UniqueId),
    /// Its template asks the database for rows, and there are none.
    NeedsRows,
    /// Its mistake is told.
    Wrong,
    /// Nothing tells its columns.
    NoColumns,
    /// It is not written in SQL.
    NotSql,
}

/// What checking needs.
pub struct Shadow<'s> {
    pub(super) compiler: Compiler,
    dag: &'s Dag<UniqueId>,
    /// The database in memory.
    pub(super) connection: Arc<Connection>,
    /// The user's database.
    real: &'s Arc<Connection>,
    answers: Answers,
    /// SQL whose templates asked no database.
    compiled: HashMap<(UniqueId, Variant), CompiledNode>,
    /// Tables that were made, in lower case.
    made: HashSet<String>,
    /// Tables that nodes of the project fill, as they are written in SQL.
    filled: HashSet<String>,
    /// Nodes and sources by the name of their table, in lower case.
    pub(super) tables: HashMap<String, UniqueId>,
    /// Sources of which only the property file tells columns, and what selects their star.
    pub(super) partial: HashSet<UniqueId>,
    /// The columns that those were found to have.
    unlisted: HashMap<UniqueId, Vec<String>>,
    /// Columns that the project's own text tells.
    shapes: Shapes,
    /// Columns of property files that their relations do not have, in lower case.
    pub(super) unknown_columns: HashSet<(UniqueId, String)>,
    pub(super) found: Checked,
    /// What may make a table by hand, as one text.
    making: OnceCell<String>,
}

/// Checks the wanted nodes, and prepares what they read.
///
/// # Errors
/// The database in memory cannot be made.
pub fn check(
    compiler: &Compiler,
    dag: &Dag<UniqueId>,
    wanted: &IndexSet<UniqueId>,
    real: &Arc<Connection>,
    answers: Answers,
) -> adapters::Result<Checked> {
    let start = dag.indices_of(wanted.iter().map(|id| id.as_str()));
    let mut all = dag.ancestors(&start, None);
    all.add(&start);
    let order: Vec<&UniqueId> =
        dag.order().iter().filter(|at| all.contains(**at)).map(|at| dag.key(*at)).collect();
    let mut shadow = Shadow::new(compiler, dag, real, answers)?;
    shadow.compiled = precompiled(compiler, &order);
    for id in order {
        shadow.visit(id, wanted.contains(id));
    }
    rules::hooks::of_project(&mut shadow);
    Ok(Checked { connection: Some(shadow.connection), ..shadow.found })
}

impl<'s> Shadow<'s> {
    fn new(
        compiler: &Compiler,
        dag: &'s Dag<UniqueId>,
        real: &'s Arc<Connection>,
        answers: Answers,
    ) -> adapters::Result<Self> {
        let manifest = &compiler.manifest;
        let schemas = manifest.nodes.values().map(|node| node.schema.as_str());
        let schemas = schemas.chain(manifest.sources.values().map(|source| source.schema.as_str()));
        let schemas: IndexSet<&str> = schemas.collect();
        let schemas: Vec<&str> = schemas.into_iter().collect();
        let session = compiler.globals.adapter.scratch_at(None, &schemas)?;
        let ids = manifest.nodes.keys().chain(manifest.sources.keys());
        let named = ids.filter_map(|id| Some((table_of(&compiler.relation(id)?), id.clone())));
        Ok(Shadow {
            compiler: silent(compiler),
            dag,
            connection: Arc::new(Connection::over(session)),
            real,
            answers,
            compiled: HashMap::new(),
            made: HashSet::new(),
            filled: manifest.nodes.values().filter_map(|node| node.relation_name.clone()).collect(),
            tables: named.collect(),
            partial: HashSet::new(),
            unlisted: HashMap::new(),
            shapes: Shapes::default(),
            unknown_columns: HashSet::new(),
            found: Checked::default(),
            making: OnceCell::new(),
        })
    }

    /// Prepares a node; tells its mistakes when it is wanted.
    fn visit(&mut self, id: &UniqueId, is_wanted: bool) {
        let told = self.found.diagnostics.len();
        let manifest = self.compiler.manifest.clone();
        if let Some(source) = manifest.sources.get(id) {
            self.source(source);
        } else if let Some(node) = manifest.nodes.get(id) {
            let outcome = self.node(node);
            self.keep(node, outcome);
        }
        if !is_wanted {
            self.found.diagnostics.truncate(told);
        }
    }

    fn node(&mut self, node: &Arc<Node>) -> Result<CheckedNode, Unchecked> {
        match node.resource_type {
            ResourceType::Seed => self.seed(node),
            ResourceType::Model | ResourceType::Snapshot | ResourceType::Test => self.sql(node),
            _ => Err(Unchecked::NotSql),
        }
    }

    /// Remembers what is known of a node, and makes its table.
    fn keep(&mut self, node: &Arc<Node>, outcome: Result<CheckedNode, Unchecked>) {
        match outcome {
            Ok(known) => {
                rules::columns::check(self, node, &known.columns);
                self.found.nodes.insert(node.unique_id.clone(), known);
            }
            Err(reason) => {
                self.found.unchecked.insert(node.unique_id.clone(), reason);
            }
        }
    }

    fn sql(&mut self, node: &Arc<Node>) -> Result<CheckedNode, Unchecked> {
        if node.language() != Language::Sql {
            return Err(Unchecked::NotSql);
        }
        if self.tests_unknown_column(node) {
            return Err(Unchecked::Wrong);
        }
        if node.resource_type == ResourceType::Test && !rules::tests::check(self, node) {
            return Err(Unchecked::Wrong);
        }
        if let Some(unknown) = self.unknown_parent(node) {
            self.compile(node, Variant::Auto)?;
            return Err(Unchecked::Reads(unknown));
        }
        let is_incremental =
            node.resource_type == ResourceType::Model && node.materialized() == "incremental";
        let first = if is_incremental { Variant::FullRefresh } else { Variant::Auto };
        let told = self.found.diagnostics.len();
        let first = self.variant(node, first)?;
        if node.materialized() == "ephemeral" && self.found.diagnostics.len() > told {
            // Its text, mistakes and all, is in that of its readers.
            return Err(Unchecked::Wrong);
        }
        let columns = match node.resource_type {
            ResourceType::Snapshot => self.of_snapshot(node, &first.columns),
            _ => first.columns.clone(),
        };
        let columns = match self.partial.contains(&node.unique_id) {
            true => self.with_listed(node, columns),
            false => columns,
        };
        if node.relation_name.is_some() && node.resource_type != ResourceType::Test {
            self.create(&node.unique_id, &columns);
            self.quarantine(node, &columns);
        }
        let mut known = CheckedNode { columns, variants: vec![first] };
        if is_incremental {
            let second = self.variant(node, Variant::Incremental);
            known.variants.extend(second.ok());
        }
        rules::of_node(self, node, &known);
        Ok(known)
    }

    /// A node above, through ephemeral models, of which the columns are not known.
    fn unknown_parent(&self, node: &Node) -> Option<UniqueId> {
        let is_unknown = |id: &&UniqueId| self.found.unchecked.contains_key(*id);
        node.depends_on.nodes.iter().find(is_unknown).cloned()
    }

    /// Whether it is a test of a column that its model does not have, which is told at the column.
    fn tests_unknown_column(&self, node: &Node) -> bool {
        let Some(test) = node.test() else { return false };
        // A test of a source is attached to no node.
        let tested = test.attached_node.as_ref().or(node.depends_on.nodes.first());
        let (Some(tested), Some(column)) = (tested, &test.column_name) else { return false };
        self.unknown_columns.contains(&(tested.clone(), column.to_lowercase()))
    }

    /// Compiles and prepares one variant; its mistakes are told.
    fn variant(&mut self, node: &Arc<Node>, variant: Variant) -> Result<CheckedVariant, Unchecked> {
        let (compiled, asked) = self.compile(node, variant)?;
        if compiled.code.trim().is_empty() {
            return Err(Unchecked::NotSql);
        }
        let prepared = self.prepare(node, variant, &compiled.code);
        if asked && !prepared.mistakes.is_empty() {
            return Err(Unchecked::NeedsRows);
        }
        if prepared.is_partial {
            self.partial.insert(node.unique_id.clone());
        }
        match rules::names::explain(self, node, &prepared.mistakes) {
            Some(mistake) => self.tell(mistake),
            None => self.found.diagnostics.extend(prepared.mistakes),
        }
        let Some(described) = prepared.described else {
            return Err(prepared.reason.unwrap_or(Unchecked::Wrong));
        };
        if described.columns.is_empty() && is_query(node) {
            let mistake = self.no_query(node, (variant, &compiled.code));
            self.tell(mistake);
            return Err(Unchecked::Wrong);
        }
        Ok(CheckedVariant { variant, compiled, columns: described.columns, reads: described.reads })
    }

    /// The SQL of a variant, and whether its template asked for rows of the shadow.
    fn compile(
        &mut self,
        node: &Arc<Node>,
        variant: Variant,
    ) -> Result<(CompiledNode, bool), Unchecked> {
        if let Some(known) = self.compiled.remove(&(node.unique_id.clone(), variant)) {
            return Ok((known, false));
        }
        let connection = self.rendering();
        let of_batch = self.for_first_batch(node);
        let compiler = of_batch.as_ref().unwrap_or(&self.compiler);
        let (compiled, asked) =
            undone(connection, |connection| compiler.compile(node, connection, variant));
        let asked = asked && self.answers == Answers::Shadow;
        match compiled {
            Ok(compiled) => Ok((compiled, asked)),
            Err(_) if asked => Err(Unchecked::NeedsRows),
            // A template that writes; a check does not.
            Err(mistake) if mistake.code == codes::READ_ONLY => Err(Unchecked::NeedsRows),
            Err(mistake) => {
                self.tell(*mistake);
                Err(Unchecked::Wrong)
            }
        }
    }

    /// The connection that templates are rendered with.
    pub(super) fn rendering(&self) -> &Arc<Connection> {
        match self.answers {
            Answers::Shadow => &self.connection,
            Answers::Database => self.real,
        }
    }

    /// Makes the empty table of a node or a source, in place of one that is there.
    fn create(&mut self, id: &UniqueId, columns: &[Column]) {
        let Some(relation) = self.compiler.relation(id) else { return };
        let columns = &self.in_table(id, columns);
        // The engine looks through its whole catalog for what is to be dropped.
        let is_new = self.made.insert(table_of(&relation));
        // A table that cannot be made is one that its readers do not find: they tell.
        let _ = self.connection.with(|session| {
            if !is_new {
                session.drop_relation(&relation)?;
            }
            create(session, &relation, columns)
        });
    }

    pub(super) fn tell(&mut self, mistake: Diagnostic) {
        self.found.diagnostics.push(mistake);
    }

    /// The graph.
    pub(super) fn dag(&self) -> &'s Dag<UniqueId> {
        self.dag
    }
}

/// Renders with a connection, undoes what the templates changed there, and says whether they ran statements.
pub(super) fn undone<T>(
    connection: &Arc<Connection>,
    render: impl FnOnce(&Arc<Connection>) -> T,
) -> (T, bool) {
    // Where no transaction can be begun, nothing can be written either.
    let _ = connection.with(|session| session.begin());
    let made = render(connection);
    let asked = !connection.take_statements().is_empty();
    let _ = connection.rollback();
    (made, asked)
}

/// Whether the SQL of a node has to give rows; what other materializations do with theirs is their affair.
fn is_query(node: &Node) -> bool {
    const KINDS: [&str; 6] = ["view", "table", "incremental", "ephemeral", "snapshot", "test"];
    KINDS.contains(&node.materialized())
}

fn create(
    session: &mut dyn Session,
    relation: &Relation,
    columns: &[Column],
) -> adapters::Result<()> {
    adapters::tables::create(session, relation, &distinct(columns))
}

/// Columns under names that can stand in one table: a second `id` is `id:1`, as the engine names it.
fn distinct(columns: &[Column]) -> Vec<Column> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let rename = |column: &Column| {
        let count = seen.entry(column.name.to_lowercase()).or_insert(0);
        let name = match *count {
            0 => column.name.clone(),
            number => format!("{}:{number}", column.name),
        };
        *count += 1;
        Column { name, ..column.clone() }
    };
    columns.iter().map(rename).collect()
}

/// The name of a relation's table, as the engine tells it, in lower case.
fn table_of(relation: &Relation) -> String {
    relation.physical().name.to_lowercase()
}

/// The compiler whose templates say nothing: each is rendered more than once.
fn silent(compiler: &Compiler) -> Compiler {
    let globals = Globals { sink: Arc::new(Silent), ..Globals::clone(&compiler.globals) };
    compiler.adjusted(globals, Arc::new(|_| {}))
}

/// The SQL of the nodes whose templates ask no database, made on all cores.
fn precompiled(
    compiler: &Compiler,
    ids: &[&UniqueId],
) -> HashMap<(UniqueId, Variant), CompiledNode> {
    let compiler = silent(compiler);
    let nodes = ids.par_iter().filter_map(|id| compiler.manifest.nodes.get(*id));
    let wanted = nodes.flat_map_iter(|node| {
        let variants: &[Variant] = match node.materialized() {
            _ if node.resource_type == ResourceType::Seed || node.is_microbatch() => &[],
            "incremental" => &[Variant::FullRefresh, Variant::Incremental],
            _ => &[Variant::Auto],
        };
        variants.iter().map(move |variant| (node, *variant))
    });
    let compiled = wanted.filter_map(|(node, variant)| {
        let touched = Arc::new(AtomicBool::new(false));
        let asked = touched.clone();
        let nothing = Connection::new(Box::new(move || {
            asked.store(true, Ordering::Relaxed);
            Ok(None)
        }));
        let compiled = compiler.compile(node, &Arc::new(nothing), variant).ok()?;
        let is_sound = !touched.load(Ordering::Relaxed);
        is_sound.then(|| ((node.unique_id.clone(), variant), compiled))
    });
    compiled.collect()
}
