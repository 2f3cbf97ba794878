//! Sequences the stages. The command line, the tests and the language server call it.
//!
//! ```text
//! load → parse → resolve → select → compile → execute → report
//! ```
//! Invariant: no stage is called from anywhere else.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexSet;
use rayon::prelude::*;
use serde_json::{Map, Value as Json, json};

use crate::adapters::{self, Adapter};
use crate::artifacts::manifest::{CompiledInfo, write_manifest};
use crate::artifacts::run_results::{Metadata, RunResult, RunResults};
use crate::compile::{self, CompiledNode, Compiler, written_path};
use crate::diagnostics::{Diagnostic, Diagnostics, Severity, codes};
use crate::events::{Event, EventSink};
use crate::execute;
use crate::graph::Dag;
use crate::host::secrets::Mask;
use crate::host::{Fill, Host};
use crate::jinja::Engine;
use crate::jinja::contexts::{Connection, Globals};
use crate::jinja::diagnose::Places;
use crate::jinja::values;
use crate::manifest::{Manifest, Node, Quoting, ResourceType};
use crate::names::UniqueId;
use crate::parse;
use crate::project::{self, FlagOverrides, Flags, Project};
use crate::report::list;
use crate::resolve;
use crate::select::{self, Criteria, Indirect};
use crate::source::{SourceFile, SourceMap};

mod clean;
mod debug;

pub use clean::clean;
pub use debug::{DebugReport, debug};

/// Where a command works: the outside world, the texts that were read, who listens.
pub struct World {
    /// The outside world.
    pub host: Arc<dyn Host>,
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
pub struct Prepared {
    /// The project.
    pub project: Arc<Project>,
    /// Everything in it.
    pub manifest: Arc<Manifest>,
    /// Its graph.
    pub dag: Dag<UniqueId>,
    /// Compiles its nodes.
    pub compiler: Compiler,
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

/// Loads the project; warnings go to the sink.
pub fn load(world: &World, flags: &FlagOverrides) -> Result<Project, Diagnostics> {
    let (project, warnings) = project::load(&*world.host, world.sources.clone(), flags)?;
    settle(world, &project.flags, warnings)?;
    Ok(project)
}

/// Loads, parses and resolves the project; warnings go to the sink.
pub fn prepare(world: &World, flags: &FlagOverrides) -> Result<Prepared, Diagnostics> {
    let project = Arc::new(load(world, flags)?);
    let adapter = connect(world, &project)?;
    let mut diagnostics = Diagnostics::new();
    let now = project.started_at.as_millisecond() as f64 / 1000.0;
    let collected = parse::macros::collect(&project, now, &mut diagnostics);
    let globals = Arc::new(globals(
        world,
        &project,
        adapter,
        &collected.macros,
        collected.defs,
    ));
    let (parsed, found) = parse::parse(&project, &globals, collected.macros);
    diagnostics.extend(found);
    let mut manifest = parsed.manifest;
    resolve::add_nodes(&mut manifest, parsed.nodes, &mut diagnostics);
    let lost = lost_files(world, &diagnostics);
    let is_lost = |name: &str| lost.iter().any(|file| may_declare(file, name));
    let (resolved, found) = resolve::resolve(manifest, &project.root().name, &is_lost);
    diagnostics.extend(found);
    settle(world, &project.flags, diagnostics)?;
    let Some(resolved) = resolved else {
        return Err(Diagnostics::new());
    };
    let manifest = Arc::new(resolved.manifest);
    let compiler = Compiler::new(project.clone(), globals, manifest.clone(), resolved.lookup);
    Ok(Prepared {
        project,
        manifest,
        dag: resolved.dag,
        compiler,
    })
}

/// The files with a mistake.
fn lost_files(world: &World, diagnostics: &Diagnostics) -> Vec<Arc<SourceFile>> {
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
    let mut files: Vec<_> = errors
        .filter_map(|d| Some(d.primary.as_ref()?.span.file))
        .collect();
    files.sort_unstable();
    files.dedup();
    files.into_iter().map(|id| world.sources.file(id)).collect()
}

/// Whether a file can be where a model, seed, snapshot or source of this name was written.
fn may_declare(file: &SourceFile, name: &str) -> bool {
    let path = Path::new(&*file.path);
    let is_sql = path.extension().is_some_and(|extension| extension == "sql");
    path.file_stem().is_some_and(|stem| stem == name)
        || (!is_sql || file.text.contains("snapshot")) && file.text.contains(name)
}

/// Sends warnings to the sink; with an error among them, all come back.
fn settle(world: &World, flags: &Flags, mut diagnostics: Diagnostics) -> Result<(), Diagnostics> {
    diagnostics.promote(|code| flags.promotes(&[code.id(), code.name()]));
    if flags.strict {
        let strict = [
            codes::UNKNOWN_KEY,
            codes::DUPLICATE_KEY,
            codes::UNUSED_PATCH,
            codes::UNUSED_CONFIG,
        ];
        diagnostics.promote(|code| strict.contains(&code));
    }
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    for diagnostic in diagnostics.into_sorted() {
        world.sink.emit(Event::Diagnostic(diagnostic));
    }
    Ok(())
}

fn connect(world: &World, project: &Project) -> Result<Arc<dyn Adapter>, Diagnostics> {
    let target = &project.target;
    let frozen = world.host.env("FORGE_NOW").map(|_| world.host.now());
    let settings = adapters::connect::Settings {
        adapter_type: &target.adapter_type,
        database: &target.database,
        schema: &target.schema,
        other: &target.settings,
        base_dir: &target.base_dir,
        now: frozen,
    };
    adapters::connect::connect(&settings).map_err(|error| {
        let diagnostic = Diagnostic::error(codes::BAD_PROFILE, error.to_string());
        match target.span {
            Some(span) => diagnostic.at(span, "").into(),
            None => diagnostic.into(),
        }
    })
}

fn globals(
    world: &World,
    project: &Arc<Project>,
    adapter: Arc<dyn Adapter>,
    macros: &indexmap::IndexMap<UniqueId, crate::manifest::Macro>,
    defs: Vec<crate::jinja::macros::MacroDef>,
) -> Globals {
    let places = Places {
        sources: world.sources.clone(),
        macros: macros
            .iter()
            .map(|(id, m)| (id.to_string(), m.span))
            .collect(),
        names: macros.values().map(|m| m.name.clone()).collect(),
        internal: parse::macros::internal_packages(adapter.type_name()).to_vec(),
    };
    let engine = Arc::new(Engine::new(defs));
    let root = project.root();
    let [own, base] = parse::macros::internal_packages(adapter.type_name());
    let table = engine.table(&root.name, &[&own, &base]);
    let vars: HashMap<String, Map<String, Json>> = project
        .packages
        .iter()
        .map(|p| (p.name.to_string(), project.vars(&p.name)))
        .collect();
    let flags = flags_json(project);
    Globals {
        engine,
        macros: table,
        places,
        root_package: root.name.clone(),
        packages: project.packages.iter().map(|p| p.name.clone()).collect(),
        dispatch: root.config.dispatch.clone(),
        target: values::to_mutable(&project.target.to_json()),
        quoting: parse::context::quoting(adapter.naming().quote, root.config.quoting),
        adapter,
        vars: Arc::new(move |package, name| vars.get(package)?.get(name).cloned()),
        host: world.host.clone(),
        sink: world.sink.clone(),
        invocation_id: project.invocation_id.clone(),
        started_at: project.started_at,
        invocation_args: flags.clone(),
        flags: values::to_mutable(&flags),
        print: project.flags.print,
    }
}

/// The flags as templates see them: dbt's names in upper case.
fn flags_json(project: &Project) -> Json {
    let flags = &project.flags;
    let mut all = Map::new();
    for (name, value) in &flags.other {
        all.insert(name.to_uppercase(), value.clone());
    }
    let known = json!({
        "WHICH": flags.which,
        "FULL_REFRESH": flags.full_refresh,
        "FAIL_FAST": flags.fail_fast,
        "STORE_FAILURES": flags.store_failures,
        "WARN_ERROR": flags.warn_error,
        "WARN_ERROR_OPTIONS": flags.warn_error_options,
        "QUIET": flags.quiet,
        "PRINT": flags.print,
        "LOG_FORMAT": flags.log_format,
        "LOG_LEVEL": flags.log_level,
        "WRITE_JSON": flags.write_json,
        "INDIRECT_SELECTION": flags.indirect_selection,
        "VERSION_CHECK": flags.version_check,
        "DEBUG": flags.debug,
        "TARGET": flags.target,
        "PROFILE": flags.profile,
        "PROFILES_DIR": flags.profiles_dir,
        "INVOCATION_COMMAND": flags.command_line,
        "EMPTY": false,
        "DEFER": false,
        "REQUIRE_SQL_HEADER_IN_TEST_CONFIGS": false,
    });
    if let Json::Object(known) = known {
        all.extend(known);
    }
    Json::Object(all)
}

fn criteria(prepared: &Prepared, selection: &Selection) -> Result<Criteria, Diagnostics> {
    let types = |words: &[String]| -> Result<Vec<ResourceType>, Diagnostics> {
        let mut types = Vec::new();
        for word in words {
            match word.as_str() {
                "all" | "default" => types.extend_from_slice(list::DEFAULT_TYPES),
                "unit_test" | "metric" | "semantic_model" | "saved_query" | "function" => {}
                other => match ResourceType::parse(other) {
                    Some(found) => types.push(found),
                    None => {
                        let message = format!("`{other}` is not a resource type");
                        return Err(Diagnostic::error(codes::BAD_SELECTOR, message).into());
                    }
                },
            }
        }
        Ok(types)
    };
    Ok(Criteria {
        select: selection.select.clone(),
        exclude: selection.exclude.clone(),
        resource_types: types(&selection.resource_types)?,
        exclude_resource_types: types(&selection.exclude_resource_types)?,
        indirect: Indirect::parse(&prepared.project.flags.indirect_selection).unwrap_or_default(),
    })
}

fn selected(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
    of: &[ResourceType],
) -> Result<IndexSet<UniqueId>, Diagnostics> {
    let criteria = criteria(prepared, selection)?;
    let found = select::select(&prepared.manifest, &prepared.dag, &criteria)?;
    settle(world, &prepared.project.flags, found.warnings)?;
    let is_wanted = |id: &UniqueId| {
        let resource = prepared.manifest.resource(id.as_str());
        resource.is_some_and(|r| of.contains(&r.resource_type()))
    };
    Ok(found.ids.into_iter().filter(is_wanted).collect())
}

/// The selected resources, in order; writes `manifest.json`.
pub fn list(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
) -> Result<Vec<UniqueId>, Diagnostics> {
    let ids = selected(world, prepared, selection, list::DEFAULT_TYPES)?;
    write_artifacts(world, prepared, None, &HashMap::new());
    Ok(ids.into_iter().collect())
}

/// Writes `manifest.json` of a project that was only parsed.
pub fn write_parsed(world: &World, prepared: &Prepared) {
    write_artifacts(world, prepared, None, &HashMap::new());
}

fn write_artifacts(
    world: &World,
    prepared: &Prepared,
    results: Option<&RunResults>,
    compiled: &HashMap<UniqueId, Arc<CompiledInfo>>,
) {
    let project = &prepared.project;
    if !project.flags.write_json {
        return;
    }
    let policy = prepared.compiler.globals.quoting;
    let quoting = Quoting {
        database: Some(policy.database),
        schema: Some(policy.schema),
        identifier: Some(policy.identifier),
    };
    let lookup = |id: &str| compiled.get(id).map(|info| &**info);
    let mask = Mask::of(&*world.host);
    let write = |name: &str, fill: Fill<'_>| {
        let path = project.target_dir().join(name);
        let done = match mask.is_empty() {
            true => world.host.write_with(&path, fill),
            false => masked(&mask, fill).and_then(|text| world.host.write(&path, &text)),
        };
        if let Err(error) = done {
            let message = format!("cannot write `{}`: {error}", path.display());
            world.sink.emit(Event::Diagnostic(Diagnostic::warning(
                codes::NOT_WRITTEN,
                message,
            )));
        }
    };
    write("manifest.json", &mut |out| {
        write_manifest(&prepared.manifest, quoting, &lookup, out)
    });
    if let Some(results) = results {
        write("run_results.json", &mut |out| {
            out.write_all(results.to_json().as_bytes())
        });
    }
}

/// The text of an artifact without secrets.
fn masked(mask: &Mask, fill: Fill<'_>) -> io::Result<String> {
    let mut text = Vec::new();
    fill(&mut text)?;
    Ok(mask.apply(&String::from_utf8_lossy(&text)).into_owned())
}

/// A connection that reads; as long as there is no database, an empty one answers.
fn reading(prepared: &Prepared) -> Arc<Connection> {
    let adapter = prepared.compiler.globals.adapter.clone();
    Arc::new(Connection::new(Box::new(move || match adapter.exists() {
        true => adapter.reader().map(Some),
        false => adapter.scratch().map(Some),
    })))
}

const COMPILED: &[ResourceType] = &[
    ResourceType::Model,
    ResourceType::Snapshot,
    ResourceType::Test,
    ResourceType::Analysis,
    ResourceType::Seed,
];

/// Compiles the selected nodes and writes their files. Needs no database.
pub fn compile(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
    options: CompileOptions,
) -> Result<Vec<Compiled>, Diagnostics> {
    let connection = reading(prepared);
    if let Some(sql) = &options.inline {
        let node = Arc::new(
            prepared
                .compiler
                .inline_node(sql)
                .map_err(|d| Diagnostics::from(*d))?,
        );
        let (one, _) = compile_one(world, prepared, &node, &connection, Variant::Auto)
            .map_err(|d| Diagnostics::from(*d))?;
        return Ok(vec![one]);
    }
    let ids = selected(world, prepared, selection, COMPILED)?;
    let nodes: Vec<&Arc<Node>> = ids
        .iter()
        .filter_map(|id| prepared.manifest.nodes.get(id))
        .filter(|node| node.resource_type != ResourceType::Seed)
        .collect();
    let done: Vec<_> = nodes
        .par_iter()
        .map(|node| compile_one(world, prepared, node, &connection, options.variant))
        .collect();
    let mut compiled = Vec::new();
    let mut infos = HashMap::new();
    let mut problems = Diagnostics::new();
    for (node, result) in nodes.iter().zip(done) {
        match result {
            Ok((one, info)) => {
                infos.insert(node.unique_id.clone(), Arc::new(info));
                compiled.push(one);
            }
            Err(problem) => problems.push(*problem),
        }
    }
    add_inlined(world, prepared, &mut infos);
    let results = results_of(
        world,
        prepared,
        compiled.iter().map(compiled_result).collect(),
    );
    write_artifacts(world, prepared, Some(&results), &infos);
    match problems.is_empty() {
        true => Ok(compiled),
        false => Err(problems),
    }
}

/// Ephemeral models are published too, once something inlined them.
fn add_inlined(
    world: &World,
    prepared: &Prepared,
    infos: &mut HashMap<UniqueId, Arc<CompiledInfo>>,
) {
    for (id, compiled) in prepared.compiler.inlined() {
        let Some(node) = prepared.manifest.nodes.get(&id) else {
            continue;
        };
        infos
            .entry(id)
            .or_insert_with(|| Arc::new(written(world, prepared, node, &compiled)));
    }
}

/// Writes the compiled SQL of a node to its file; says what is published about it.
fn written(
    world: &World,
    prepared: &Prepared,
    node: &Node,
    compiled: &CompiledNode,
) -> CompiledInfo {
    let below = written_path(node);
    let path = prepared.project.target_dir().join("compiled").join(&below);
    let mask = Mask::of(&*world.host);
    let _ = world
        .host
        .write_output(&path, &mask.apply(&compiled.code));
    let target = &prepared.project.root().config.target_path;
    CompiledInfo {
        compiled_code: Some(compiled.code.clone()),
        extra_ctes: compiled.ctes.clone(),
        compiled_path: Some(format!("{target}/compiled/{below}")),
        build_path: None,
        relation_name: None,
    }
}

fn compiled_result(compiled: &Compiled) -> RunResult {
    RunResult {
        status: "success".to_owned(),
        thread_id: "MainThread".to_owned(),
        unique_id: compiled.id.to_string(),
        compiled: Some(true),
        compiled_code: Some(compiled.code.clone()),
        ..RunResult::default()
    }
}

fn compile_one(
    world: &World,
    prepared: &Prepared,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
    variant: Variant,
) -> Result<(Compiled, CompiledInfo), Box<Diagnostic>> {
    let make = |variant| prepared.compiler.compile(node, connection, variant);
    let has_variants =
        node.resource_type == ResourceType::Model && node.materialized() == "incremental";
    let (main, full_refresh, incremental) = match variant {
        Variant::Both if has_variants => {
            let full = make(compile::Variant::FullRefresh)?;
            let incremental = make(compile::Variant::Incremental)?;
            let texts = (Some(full.code.clone()), Some(incremental.code));
            (full, texts.0, texts.1)
        }
        Variant::FullRefresh => (make(compile::Variant::FullRefresh)?, None, None),
        Variant::Incremental => (make(compile::Variant::Incremental)?, None, None),
        _ => (make(compile::Variant::Auto)?, None, None),
    };
    let is_file = node.resource_type != ResourceType::SqlOperation;
    let info = match is_file {
        true => written(world, prepared, node, &main),
        false => CompiledInfo::default(),
    };
    let path = prepared
        .project
        .target_dir()
        .join("compiled")
        .join(written_path(node));
    let compiled = Compiled {
        id: node.unique_id.clone(),
        name: node.name.clone(),
        code: main.code,
        incremental,
        full_refresh,
        path: is_file.then_some(path),
    };
    Ok((compiled, info))
}

fn results_of(world: &World, prepared: &Prepared, results: Vec<RunResult>) -> RunResults {
    let project = &prepared.project;
    let now = world.host.now();
    let metadata = &prepared.manifest.metadata;
    let args = match flags_json(project) {
        Json::Object(map) => map
            .into_iter()
            .map(|(k, v)| (k.to_lowercase(), v))
            .collect(),
        _ => Map::new(),
    };
    RunResults {
        metadata: Metadata {
            generated_at: now.to_string(),
            invocation_id: project.invocation_id.clone(),
            invocation_started_at: project.started_at.to_string(),
            env: metadata.env.clone(),
            ..Metadata::default()
        },
        results,
        elapsed_time: (now - project.started_at)
            .total(jiff::Unit::Second)
            .unwrap_or(0.0),
        args,
    }
}

impl Verb {
    fn resource_types(self) -> &'static [ResourceType] {
        match self {
            Verb::Run => &[ResourceType::Model],
            Verb::Test => &[ResourceType::Test],
            Verb::Seed => &[ResourceType::Seed],
            Verb::Build => &[
                ResourceType::Model,
                ResourceType::Seed,
                ResourceType::Snapshot,
                ResourceType::Test,
                ResourceType::Exposure,
            ],
        }
    }
}

/// Runs the selected nodes and writes the artifacts, also when nodes fail.
pub fn run(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
    verb: Verb,
) -> Result<RunSummary, Diagnostics> {
    let project = &prepared.project;
    let mut wanted = selected(world, prepared, selection, verb.resource_types())?;
    drop_snapshots(world, prepared, &mut wanted);
    let (exposures, wanted): (IndexSet<UniqueId>, IndexSet<UniqueId>) = wanted
        .into_iter()
        .partition(|id| prepared.manifest.exposures.contains_key(id));
    let run = execute::Run {
        compiler: &prepared.compiler,
        dag: &prepared.dag,
        wanted: &wanted,
        tests_gate: verb == Verb::Build,
        threads: project.flags.threads.unwrap_or(project.target.threads),
        target_dir: Some(project.target_dir()),
    };
    let start = std::time::Instant::now();
    let finished = execute::run(&run).map_err(|d| Diagnostics::from(*d))?;
    let mut compiled = finished.compiled;
    add_inlined(world, prepared, &mut compiled);
    let mut ended = finished.results;
    ended.extend(exposure_results(prepared, &exposures, &ended));
    let results = results_of(world, prepared, ended);
    write_artifacts(world, prepared, Some(&results), &compiled);
    world.sink.emit(Event::RunFinished {
        elapsed: start.elapsed(),
    });
    Ok(RunSummary { results })
}

/// dbt 1.12: `build` reports exposures too: nothing was done, or they were skipped as what they read failed.
fn exposure_results(
    prepared: &Prepared,
    exposures: &IndexSet<UniqueId>,
    ended: &[RunResult],
) -> Vec<RunResult> {
    let dag = &prepared.dag;
    let failed = ended
        .iter()
        .filter(|r| matches!(r.status.as_str(), "error" | "fail" | "skipped"));
    let failed = dag.indices_of(failed.map(|r| r.unique_id.as_str()));
    let below = dag.descendants(&failed, None);
    exposures
        .iter()
        .map(|id| {
            let is_skipped = dag.index_of(id).is_some_and(|at| below.contains(at));
            RunResult {
                status: if is_skipped { "skipped" } else { "no-op" }.to_owned(),
                thread_id: "MainThread".to_owned(),
                failures: (!is_skipped).then_some(0),
                unique_id: id.to_string(),
                ..RunResult::default()
            }
        })
        .collect()
}

/// Snapshots are parsed and cannot be built yet; says so once.
fn drop_snapshots(world: &World, prepared: &Prepared, wanted: &mut IndexSet<UniqueId>) {
    let before = wanted.len();
    wanted.retain(|id| {
        let node = prepared.manifest.nodes.get(id);
        node.is_none_or(|node| node.resource_type != ResourceType::Snapshot)
    });
    if wanted.len() < before {
        let message =
            "snapshots are not built yet; what reads them needs their tables from elsewhere";
        world.sink.emit(Event::Diagnostic(Diagnostic::warning(
            codes::UNSUPPORTED,
            message,
        )));
    }
}

/// The first rows of the selected nodes or of SQL of the command line.
pub fn show(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
    inline: Option<&str>,
    limit: Option<usize>,
) -> Result<Vec<Shown>, Diagnostics> {
    let connection = reading(prepared);
    let query = |node: &Arc<Node>| {
        execute::query(&prepared.compiler, node, &connection, limit)
            .map_err(|d| Diagnostics::from(*d))
    };
    if let Some(sql) = inline {
        let node = Arc::new(
            prepared
                .compiler
                .inline_node(sql)
                .map_err(|d| Diagnostics::from(*d))?,
        );
        return Ok(vec![shown(None, query(&node)?)]);
    }
    let ids = selected(world, prepared, selection, COMPILED)?;
    let mut all = Vec::new();
    for node in ids.iter().filter_map(|id| prepared.manifest.nodes.get(id)) {
        if node.resource_type == ResourceType::Test
            && selection.select.iter().all(|s| !s.contains(&*node.name))
        {
            // Tests come along with what they are on; they are shown when they are asked for.
            continue;
        }
        let rows = match node.resource_type {
            ResourceType::Seed => query(&Arc::new(seed_query(node)))?,
            _ => query(node)?,
        };
        all.push(shown(Some(node.name.clone()), rows));
    }
    Ok(all)
}

/// A seed is shown as its table.
fn seed_query(node: &Node) -> Node {
    let mut query = node.clone();
    query.raw_code = "select * from {{ this }}".into();
    query
}

fn shown(name: Option<String>, rows: execute::Rows) -> Shown {
    let table = rows.table;
    Shown {
        name,
        columns: table.column_names.clone(),
        rows: table
            .rows
            .iter()
            .map(|row| row.iter().map(adapters::Datum::to_json).collect())
            .collect(),
        sql: rows.sql,
    }
}
