//! Sequences the stages. The command line, the tests and the language server call it.
//!
//! ```text
//! load → parse → resolve → select → compile → execute → report
//! ```
//! Invariant: no stage is called from anywhere else.

use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::artifacts::run_results::RunResults;
use crate::compile::Compiler;
use crate::diagnostics::Diagnostics;
use crate::events::EventSink;
use crate::execute::Stop;
use crate::graph::Dag;
use crate::host::Host;
use crate::manifest::Manifest;
use crate::names::UniqueId;
use crate::project::Project;
use crate::report::list;
use crate::select::{Because, Selectors};
use crate::source::SourceMap;

mod backfill;
mod prepare;
mod choose;
mod write;
mod check;
mod clone;
mod judging;
mod lint;
mod compile;
mod contract;
mod cost;
mod operation;
mod requeue;
mod rest;
mod revision;
mod run;
mod show;
mod clean;
mod debug;
mod parity;
mod plan;
mod profile;
mod past;
mod deps;
mod diff;
mod history;
mod lineage;
mod retry;
mod freshness;
mod gaps;
mod gen_yaml;
mod docs;
mod serve;

pub use backfill::{Backfill, BackfillOptions, backfill, plan_backfill};
pub use check::{CheckReport, check};
pub use clean::clean;
pub use clone::clone;
pub use compile::compile;
pub use contract::{ConstraintReport, ContractReport, Covered, Kept, explain_contract};
pub use cost::cost;
pub use debug::{DebugReport, debug};
pub use deps::deps;
pub use diff::{DiffReport, diff};
pub use docs::{DocsOptions, generate_docs};
pub use freshness::freshness;
pub use gaps::gaps;
pub use gen_yaml::{Inherit, PropertyFile, gen_yaml, save_property_files, source_schema};
pub use history::{History, Wanted, history};
pub use lineage::{Way, exposed_columns, lineage};
pub use lint::{Fixed, LintReport, fix, lint};
pub use operation::run_operation;
pub use parity::{ParityReport, parity};
pub use plan::{MissingIndex, NodePlan, Step, explain_plans};
pub use prepare::{load, load_root, prepare};
pub use requeue::requeue;
pub use rest::check_rest;
pub use retry::{Left, left, retry};
pub use run::run;
pub use serve::{ServeOptions, serve_docs};
pub use show::show;
pub use write::write_parsed;

/// Where a command works: the outside world, the texts that were read, who listens.
pub struct World {
    /// The outside world.
    pub host: Arc<dyn Host>,
    /// The texts that were read.
    pub sources: Arc<SourceMap>,
    /// Who listens.
    pub sink: Arc<dyn EventSink>,
    /// Ends a run early.
    pub stop: Arc<Stop>,
}

/// What the command line selects.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// `--select`; empty means all.
    pub select: Vec<String>,
    /// `--exclude`
    pub exclude: Vec<String>,
    /// `--selector`
    pub selector: Option<String>,
    /// `--resource-type`; empty means those of the verb.
    pub resource_types: Vec<String>,
    /// `--exclude-resource-type`
    pub exclude_resource_types: Vec<String>,
}

/// A project that was loaded, parsed and resolved.
pub struct Prepared {
    /// The project.
    pub project: Arc<Project>,
    /// Everything in it.
    pub manifest: Arc<Manifest>,
    /// Its graph.
    pub dag: Dag<UniqueId>,
    /// Its named selections.
    pub selectors: Selectors,
    /// What it was compared with so far.
    compared: past::Compared,
    /// Compiles its nodes.
    pub compiler: Compiler,
    /// What became of the warnings of a run.
    judging: Arc<judging::Judging>,
    /// How long that took.
    stages: profile::Stages,
}

/// Which SQL of an incremental model is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Variant {
    /// Whatever the database says.
    #[default]
    Auto,
    /// As if the table were built anew.
    FullRefresh,
    /// As if the table were there.
    Incremental,
    /// Both.
    Both,
}

/// How to compile.
#[derive(Clone, Debug, Default)]
pub struct CompileOptions {
    /// Which SQL of incremental models.
    pub variant: Variant,
    /// SQL of the command line.
    pub inline: Option<String>,
}

/// One compiled node.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The node.
    pub id: UniqueId,
    /// Its name.
    pub name: String,
    /// The only or the first variant.
    pub code: String,
    /// The incremental variant, when it was asked for.
    pub incremental: Option<String>,
    /// The full-refresh variant, when it was asked for.
    pub full_refresh: Option<String>,
    /// The file that was written.
    pub path: Option<PathBuf>,
}

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Models.
    Run,
    /// Tests.
    Test,
    /// Seeds.
    Seed,
    /// Snapshots.
    Snapshot,
    /// All in the order of the graph.
    Build,
}

/// What `run-operation` does.
#[derive(Clone, Copy, Debug)]
pub enum Operation<'a> {
    /// Calls a macro.
    Macro {
        /// `name` or `package.name`.
        name: &'a str,
        /// Its arguments, a YAML mapping.
        args: Option<&'a str>,
    },
    /// Runs SQL, a template.
    Sql(&'a str),
}

/// How a run ended.
#[derive(Debug, Default)]
pub struct RunSummary {
    /// How every node ended.
    pub results: RunResults,
    /// A warning that was told while nodes ran is an error.
    pub has_promoted: bool,
}

/// Rows of one node.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The node's name; `None` for SQL of the command line.
    pub name: Option<String>,
    /// Column names.
    pub columns: Vec<String>,
    /// The rows, with the engine's types.
    pub rows: Vec<Vec<Json>>,
    /// The SQL that gave them.
    pub sql: String,
}

/// Why the resources of [`list`] are selected.
pub fn explain(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
    ids: &[UniqueId],
) -> Result<IndexMap<UniqueId, Vec<Because>>, Diagnostics> {
    choose::explained(world, prepared, selection, ids)
}

/// The selected resources, in order.
pub fn list(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
) -> Result<Vec<UniqueId>, Diagnostics> {
    let told = &prepared.project.flags.resource_types;
    let types = match selection.resource_types.is_empty() && told.is_empty() {
        true => list::DEFAULT_TYPES,
        false => list::ALL_TYPES,
    };
    let ids = choose::selected(world, prepared, selection, types)?;
    Ok(ids.into_iter().collect())
}
