//! Models computed beside the writer: a worker that has nothing else to do runs the query of a model into a file, and the
//! writer, when its turn comes, builds the model from those rows.
//!
//! Invariant: the result is that of the normal way. What cannot be sure of that is not computed aside, and whatever
//! fails while it is is forgotten: the model runs the normal way then, and its mistakes are told there.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use super::ledger::Recent;
use super::plan::Plan;
use super::{Run, lock, overridden};
use crate::adapters::Cost;
use crate::compile::{CompiledNode, Variant};
use crate::jinja::contexts::Connection;
use crate::manifest::expectation;
use crate::manifest::{Language, Node, ResourceType};
use crate::project::ComputeAside;

/// The folder below that of artifacts with the files of a run. It is removed with all that is in it, so nothing else
/// may have its name, also where artifacts go into a folder with other things.
const FOLDER: &str = ".forge_aside";
/// A model that takes less than so many steps is written as fast as it is handed over.
const LEAST_STEPS: f64 = 1_000_000.0;
/// A model that takes fewer steps for each of its rows mostly copies, and would copy twice.
const STEPS_PER_ROW: f64 = 30.0;
/// Macros that the query of a model goes through on its way into a table, or that see it on that way.
const MAKERS: &[&str] = &[
    "get_create_table_as_sql",
    "create_table_as",
    "stage_self_reference",
    "statement",
    "load_cached_relation",
    "drop_relation_if_exists",
    "create_indexes",
    "run_hooks",
    "apply_grants",
    "persist_docs",
];

/// What the names of all that make tables begin with.
const MATERIALIZATION: &str = "materialization_table";

/// Whether a model may be computed aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Chance {
    /// It must not, or it would bring nothing.
    No,
    /// Nothing is known of it.
    Unknown,
    /// It takes long, and most of that is no copying.
    Good,
}

/// What decides about computing aside in one run.
pub(super) struct Asides<'r> {
    run: &'r Run<'r>,
    plan: &'r Plan,
    writer: &'r Arc<Connection>,
    recent: &'r Recent,
    folder: PathBuf,
    files: AtomicUsize,
    /// Which vertices write a relation, by its name in lower case.
    written_by: OnceLock<HashMap<String, Vec<usize>>>,
}

/// What became of a model before its turn to be written.
#[derive(Debug, Default)]
pub(super) struct Computed {
    /// Its SQL; none when it is to be compiled on its turn.
    pub(super) compiled: Option<CompiledNode>,
    file: Option<PathBuf>,
    /// The query that gives the rows of the file.
    pub(super) rows: Option<String>,
    pub(super) cost: Cost,
    pub(super) elapsed: Duration,
    /// What of that was compiling.
    pub(super) compile_time: Duration,
    /// What of that was the engine's.
    pub(super) busy: Duration,
}

impl<'r> Asides<'r> {
    /// None when nothing is computed aside in this run.
    pub(super) fn of(
        run: &'r Run<'r>,
        plan: &'r Plan,
        (writer, recent): (&'r Arc<Connection>, &'r Recent),
    ) -> Option<Self> {
        let flags = &run.compiler.project.flags;
        let is_worth_it = match flags.compute_aside {
            ComputeAside::Never => false,
            ComputeAside::Always => true,
            ComputeAside::Auto => cores() > 1,
        };
        let is_able = run.compiler.globals.adapter.capabilities().computes_aside;
        if !is_worth_it
            || !is_able
            || run.threads < 2
            || !lock::is_needed(run)
            || overridden::is_any(run, MAKERS, MATERIALIZATION)
        {
            return None;
        }
        writer.look_for_leftovers();
        let folder = run.compiler.project.target_dir().join(FOLDER);
        let files = AtomicUsize::new(0);
        let asides = Self { run, plan, writer, recent, folder, files, written_by: OnceLock::new() };
        asides.clear();
        Some(asides)
    }

    /// How many models are computed at a time.
    pub(super) fn most(&self) -> usize {
        match self.is_forced() {
            true => self.run.threads,
            false => cores().saturating_sub(1),
        }
    }

    /// Whether everything that can be is computed aside.
    pub(super) fn is_forced(&self) -> bool {
        self.run.compiler.project.flags.compute_aside == ComputeAside::Always
    }

    /// Whether a node may be computed aside.
    pub(super) fn chance(&self, at: usize) -> Chance {
        let id = self.plan.dag.key(at);
        let Some(node) = self.run.node(id).filter(|node| qualifies(node)) else {
            return Chance::No;
        };
        match self.recent.work(node.unique_id.as_str()) {
            _ if self.is_forced() => Chance::Good,
            None => Chance::Unknown,
            Some((steps, per_row)) if steps >= LEAST_STEPS && per_row >= STEPS_PER_ROW => {
                Chance::Good
            }
            Some(_) => Chance::No,
        }
    }

    /// Computes a model.
    pub(super) fn compute(
        &self,
        at: usize,
        (reader, aside): (&Arc<Connection>, &Arc<Connection>),
    ) -> Computed {
        let (start, mut computed) = (Instant::now(), Computed::default());
        let busy = || reader.busy() + aside.busy();
        let before = busy();
        if let Some(node) = self.run.node(self.plan.dag.key(at)).filter(|_| !self.writer.differs())
        {
            computed.compiled = self.compiled(node, reader);
            computed.compile_time = start.elapsed();
            let code = computed.compiled.as_ref().and_then(|one| single(&one.code));
            let is_independent = |code: &&str| self.is_independent(at, code, reader);
            if let Some(code) = code.filter(is_independent) {
                let (file, cost) = self.rows(node, code, aside).unzip();
                (computed.file, computed.cost) = (file, cost.unwrap_or_default());
            }
        }
        computed.busy = busy().saturating_sub(before);
        computed.elapsed = start.elapsed();
        computed
    }

    /// The SQL of a model; none when it fails, and when its template asks the database: that is done on its turn.
    fn compiled(&self, node: &Arc<Node>, reader: &Arc<Connection>) -> Option<CompiledNode> {
        reader.take_statements();
        let compiled = self.run.compiler.compile(node, reader, Variant::Auto).ok()?;
        reader.take_statements().is_empty().then_some(compiled)
    }

    /// Whether the query reads nothing that this run writes without the model waiting for it, nor the model itself.
    fn is_independent(&self, at: usize, code: &str, reader: &Connection) -> bool {
        let own = self.run.compiler.relation(self.plan.dag.key(at));
        if own.is_none_or(|relation| code.contains(&relation.render())) {
            return false;
        }
        let described = reader.with(|session| session.describe(code));
        let Ok(Some(described)) = described else { return false };
        let dag = &self.plan.dag;
        let mut own = dag.none();
        own.insert(at);
        let above = dag.ancestors(&own, None);
        let is_waited_for = |by: &usize| *by != at && above.contains(*by);
        let written_by = self.written_by.get_or_init(|| self.written_by());
        described.reads.iter().all(|(relation, _)| {
            let by = written_by.get(&relation.to_lowercase());
            by.is_none_or(|by| by.iter().all(is_waited_for))
        })
    }

    fn written_by(&self) -> HashMap<String, Vec<usize>> {
        let mut written_by: HashMap<String, Vec<usize>> = HashMap::new();
        for at in self.plan.wanted.iter() {
            let relation = self.run.compiler.relation(self.plan.dag.key(at));
            if let Some(relation) = relation {
                written_by.entry(relation.physical().name.to_lowercase()).or_default().push(at);
            }
        }
        written_by
    }

    /// Runs the query into a file.
    fn rows(&self, node: &Arc<Node>, code: &str, aside: &Connection) -> Option<(PathBuf, Cost)> {
        let number = self.files.fetch_add(1, Ordering::Relaxed);
        let file = self.folder.join(format!("{}-{number}.db", std::process::id()));
        let spent = || aside.with(|session| Ok(session.cost())).ok().flatten().flatten();
        let before = spent()?;
        let comment = self.run.compiler.query_comment(Some(node));
        match aside.compute(code, &file, &comment) {
            Ok(()) => Some((file, spent()?.since(before))),
            Err(_) => {
                self.remove(&file);
                None
            }
        }
    }

    /// Hands the rows of a computed model to the writer, between two transactions.
    pub(super) fn hand_over(&self, computed: &mut Computed) {
        let take_in = |file: &PathBuf| {
            let taken = self.writer.with(|session| session.take_in(file));
            taken.ok().flatten()
        };
        let file = computed.file.as_ref().filter(|_| !self.writer.differs());
        computed.rows = file.and_then(take_in);
        if computed.rows.is_none() {
            computed.cost = Cost::default();
        }
    }

    /// Takes them back: they are not needed any more, or were not good.
    pub(super) fn take_back(&self, computed: &mut Computed) {
        let Some(file) = computed.file.take() else { return };
        if computed.rows.take().is_some() {
            let _ = self.writer.with(|session| session.let_go_of(&file));
        }
        self.remove(&file);
        computed.cost = Cost::default();
    }

    fn remove(&self, file: &Path) {
        let _ = self.run.compiler.globals.host.remove_file(file);
    }

    /// Removes what is left of this run, or of one that was killed.
    pub(super) fn clear(&self) {
        let host = &self.run.compiler.globals.host;
        if host.is_dir(&self.folder) {
            let _ = host.remove_dir_all(&self.folder);
        }
    }
}

impl Computed {
    /// The SQL that the materialization builds from, when rows were handed over.
    pub(super) fn query(&self) -> Option<CompiledNode> {
        let code = self.rows.clone()?;
        Some(CompiledNode { rendered: code.clone(), code, ..CompiledNode::default() })
    }

    /// Puts the model's own query into statements that read its rows: what was written is the same.
    pub(super) fn show_query(&self, statements: &mut [String]) {
        let (Some(rows), Some(compiled)) = (&self.rows, &self.compiled) else { return };
        for statement in statements.iter_mut().filter(|one| one.contains(rows)) {
            *statement = statement.replace(rows, &compiled.code);
        }
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The SQL when it is one statement for sure.
fn single(code: &str) -> Option<&str> {
    let code = code.trim_end().trim_end_matches(';');
    (!code.contains(';')).then_some(code)
}

/// Whether the way of a node from its query to its table is the plain one.
fn qualifies(node: &Node) -> bool {
    let config = |key: &str| node.config.effective(key, ResourceType::Model);
    let has_contract = node.config.get("contract").and_then(|contract| contract.get("enforced"));
    // A declared type converts values, and so does that of the file: not always to the same.
    let has_contract = has_contract.is_some_and(|enforced| enforced != &Json::Bool(false));
    node.resource_type == ResourceType::Model
        && node.language() == Language::Sql
        && node.materialized() == "table"
        && node.config.hooks("pre-hook").is_empty()
        && node
            .config
            .hooks("post-hook")
            .iter()
            .all(|hook| hook.transaction && !sees_sql(&hook.sql))
        && config("sql_header").is_null()
        && config("timeout").is_null()
        && !has_contract
        && !expectation::has_any(&node.config)
}

/// Whether a hook may look at the query.
fn sees_sql(hook: &str) -> bool {
    hook.contains("sql") || hook.contains("context")
}
