//! Sequences the stages. The command line, the tests and the language server call it.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::artifacts::run_results::RunResults;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::events::EventSink;
use crate::host::Host;
use crate::manifest::Manifest;
use crate::names::UniqueId;
use crate::project::{FlagOverrides, Project};
use crate::source::SourceMap;

/// Where a command works: the outside world, the texts that were read, who listens.
pub struct World<'a> {
    /// The outside world.
    pub host: &'a dyn Host,
    /// The texts that were read.
    pub sources: Arc<SourceMap>,
    /// Who listens.
    pub sink: Arc<dyn EventSink>,
}

/// What the command line selects.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// `--select`; empty means all.
    pub select: Vec<String>,
    /// `--exclude`
    pub exclude: Vec<String>,
    /// `--resource-type`; empty means those of the verb.
    pub resource_types: Vec<String>,
    /// `--exclude-resource-type`
    pub exclude_resource_types: Vec<String>,
}

/// A project that was loaded, parsed and resolved.
#[derive(Debug)]
pub struct Prepared {
    /// The project.
    pub project: Project,
    /// Everything in it.
    pub manifest: Manifest,
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
    /// All in the order of the graph.
    Build,
}

/// How a run ended.
#[derive(Debug, Default)]
pub struct RunSummary {
    /// How every node ended.
    pub results: RunResults,
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

/// What `debug` found: subject, finding, whether it is fine.
#[derive(Clone, Debug, Default)]
pub struct DebugReport {
    /// The lines.
    pub lines: Vec<(String, String, bool)>,
}

/// Loads the project.
pub fn load(_world: &World<'_>, _flags: &FlagOverrides) -> Result<Project, Diagnostics> {
    Err(missing())
}

/// Loads, parses and resolves the project; warnings go to the sink.
pub fn prepare(_world: &World<'_>, _flags: &FlagOverrides) -> Result<Prepared, Diagnostics> {
    Err(missing())
}

/// The selected resources, in order.
pub fn list(
    _world: &World<'_>,
    _prepared: &Prepared,
    _selection: &Selection,
) -> Result<Vec<UniqueId>, Diagnostics> {
    Err(missing())
}

/// Compiles the selected nodes and writes their files.
pub fn compile(
    _world: &World<'_>,
    _prepared: &Prepared,
    _selection: &Selection,
    _options: CompileOptions,
) -> Result<Vec<Compiled>, Diagnostics> {
    Err(missing())
}

/// Runs the selected nodes and writes the artifacts.
pub fn run(
    _world: &World<'_>,
    _prepared: &Prepared,
    _selection: &Selection,
    _verb: Verb,
) -> Result<RunSummary, Diagnostics> {
    Err(missing())
}

/// The first rows of the selected nodes or of SQL of the command line.
pub fn show(
    _world: &World<'_>,
    _prepared: &Prepared,
    _selection: &Selection,
    _inline: Option<&str>,
    _limit: Option<usize>,
) -> Result<Vec<Shown>, Diagnostics> {
    Err(missing())
}

/// Looks at the installation, the project, the profile and the database.
pub fn debug(_world: &World<'_>, _flags: &FlagOverrides) -> Result<DebugReport, Diagnostics> {
    Err(missing())
}

/// Removes the folders of `clean-targets`; never the database.
pub fn clean(_world: &World<'_>, _project: &Project) -> Result<Vec<PathBuf>, Diagnostics> {
    Err(missing())
}

fn missing() -> Diagnostics {
    Diagnostic::error(codes::UNSUPPORTED, "this command is not built yet").into()
}
