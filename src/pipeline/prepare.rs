//! From files to a resolved project: load, parse, resolve.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::judging::Judging;
use super::past::Compared;
use super::profile::Stages;
use super::{Prepared, World};
use crate::adapters::{self, Adapter};
use crate::compile::{Compiler, Deferred};
use crate::diagnostics::{self, Diagnostic, Diagnostics, Severity, codes};
use crate::events::Event;
use crate::jinja::Engine;
use crate::jinja::builtins::yaml_value;
use crate::jinja::contexts::Globals;
use crate::jinja::diagnose::Places;
use crate::jinja::values;
use crate::manifest::Resource;
use crate::names::UniqueId;
use crate::parse;
use crate::project::{self, FlagOverrides, Flags, Project};
use crate::resolve;
use crate::select::{self, Indirect, Selectors};
use crate::source::SourceFile;
use crate::source::yaml::Mapping;

/// Loads the project; warnings go to the sink.
pub fn load(world: &World, flags: &FlagOverrides) -> Result<Project, Diagnostics> {
    let (project, warnings) = project::load(&*world.host, world.sources.clone(), flags)
        .map_err(|mistakes| sharp(world, mistakes))?;
    settle(world, &project.flags, warnings)?;
    Ok(project)
}

/// Loads the root package only, whatever is installed; warnings go to the sink.
pub fn load_root(world: &World, flags: &FlagOverrides) -> Result<Project, Diagnostics> {
    let (project, warnings) = project::load_root(&*world.host, world.sources.clone(), flags)
        .map_err(|mistakes| sharp(world, mistakes))?;
    settle(world, &project.flags, warnings)?;
    Ok(project)
}

/// Loads, parses and resolves the project; warnings go to the sink.
pub fn prepare(world: &World, flags: &FlagOverrides) -> Result<Prepared, Diagnostics> {
    let Reading { parts, referenced, mut diagnostics } = Reading::new(world, flags)?;
    // A cycle is told beside other mistakes: whoever mends those should not find it afterwards.
    let resolved = resolve::connected(referenced).map_err(|cycle| diagnostics.push(*cycle)).ok();
    if let Some(resolved) = resolved.as_ref().filter(|_| !diagnostics.has_errors()) {
        let flags = &parts.project.flags;
        let as_of = flags.as_of.unwrap_or(parts.project.started_at);
        diagnostics.extend(resolve::deprecations(&resolved.manifest, as_of));
    }
    settle(world, &parts.project.flags, diagnostics)?;
    let mut prepared = parts.prepared(resolved.ok_or_else(Diagnostics::new)?);
    defer(world, &prepared)?;
    prepared.stages.end("resolve");
    Ok(prepared)
}

/// A project that was loaded and parsed, with the mistakes that were found on the way.
pub(super) struct Reading {
    parts: Parts,
    pub(super) referenced: resolve::Referenced,
    pub(super) diagnostics: Diagnostics,
}

/// What a prepared project has besides its manifest.
struct Parts {
    project: Arc<Project>,
    globals: Arc<Globals>,
    selectors: Selectors,
    judging: Arc<Judging>,
    stages: Stages,
}

impl Reading {
    pub(super) fn new(world: &World, flags: &FlagOverrides) -> Result<Self, Diagnostics> {
        let mut stages = Stages::begin();
        let project = Arc::new(load(world, flags)?);
        stages.end("read");
        let adapter = connect(world, &project)?;
        let mut diagnostics = Diagnostics::new();
        let now = project.started_at.as_millisecond() as f64 / 1000.0;
        let collected = parse::macros::collect(&project, now, &mut diagnostics);
        let judging = Arc::new(Judging::new(world.sink.clone(), project.clone()));
        let mut globals = globals(world, &project, adapter, &collected.macros, collected.defs);
        globals.sink = judging.clone();
        let globals = Arc::new(globals);
        let (parsed, found) = parse::parse(&project, &globals, collected.macros);
        diagnostics.extend(found);
        stages.end("parse");
        let indirect = Indirect::parse(&project.flags.indirect_selection).unwrap_or_default();
        let (selectors, found) = Selectors::read(&project.root().config.selectors, indirect);
        diagnostics.extend(found);
        let mut manifest = parsed.manifest;
        manifest.selectors = select::published(&project.root().config.selectors);
        let restricts =
            |package: &str| project.package(package).is_some_and(|p| p.config.restrict_access);
        let root = root_package(&project, &restricts);
        resolve::add_nodes(&mut manifest, parsed.nodes, root.unique_names, &mut diagnostics);
        let lost = lost_files(world, &diagnostics);
        let is_lost = |name: &str| lost.iter().any(|file| may_declare(file, name));
        let (referenced, found) = resolve::references(manifest, &root, &is_lost);
        diagnostics.extend(found);
        let parts = Parts { project: project.clone(), globals, selectors, judging, stages };
        Ok(Reading { parts, referenced, diagnostics })
    }

    /// The project without what `is_bad` and what depends on that; and its cycles.
    pub(super) fn rest(
        self,
        world: &World,
        is_bad: &dyn Fn(&Resource<'_>) -> bool,
    ) -> Result<(Prepared, Diagnostics), Diagnostics> {
        let (resolved, cycles) = resolve::rest(self.referenced, is_bad);
        let prepared = self.parts.prepared(resolved);
        defer(world, &prepared)?;
        Ok((prepared, cycles))
    }
}

impl Parts {
    fn prepared(self, resolved: resolve::Resolved) -> Prepared {
        let Parts { project, globals, selectors, judging, stages } = self;
        let manifest = Arc::new(resolved.manifest);
        let compiler = Compiler::new(project.clone(), globals, manifest.clone(), resolved.lookup);
        let (dag, compared) = (resolved.dag, Compared::default());
        Prepared { project, manifest, dag, selectors, compiler, judging, compared, stages }
    }
}

fn root_package<'p>(
    project: &'p Project,
    restricts: &'p (dyn Fn(&str) -> bool + Sync),
) -> resolve::RootPackage<'p> {
    let flag = |name: &str| project.flags.behavior(name);
    resolve::RootPackage {
        name: &project.root().name,
        first: match flag("require_ref_searches_node_package_before_root") {
            true => resolve::SearchFirst::Own,
            false => resolve::SearchFirst::Root,
        },
        restricts,
        unique_names: flag("require_unique_project_resource_names"),
        spaces: match flag("require_resource_names_without_spaces") {
            true => Severity::Error,
            false => Severity::Warning,
        },
    }
}

/// The verbs whose references can lead elsewhere; to others a `DBT_DEFER` of the environment means nothing.
const DEFERRING: [&str; 11] = [
    "backfill", "build", "compile", "generate", "requeue", "retry", "run", "seed", "show",
    "snapshot", "test",
];

/// Lets references lead to the state that is deferred to.
fn defer(world: &World, prepared: &Prepared) -> Result<(), Diagnostics> {
    let flags = &prepared.project.flags;
    if flags.defer && DEFERRING.contains(&flags.which.as_str()) {
        let origins = super::past::origins(world, prepared).map_err(|d| Diagnostics::from(*d))?;
        prepared.compiler.defer(Deferred::new(origins, flags.favor_state));
    }
    Ok(())
}

/// The files with a mistake.
pub(super) fn lost_files(world: &World, diagnostics: &Diagnostics) -> Vec<Arc<SourceFile>> {
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
    let mut files: Vec<_> = errors.filter_map(|d| Some(d.primary.as_ref()?.span.file)).collect();
    files.sort_unstable();
    files.dedup();
    files.into_iter().map(|id| world.sources.file(id)).collect()
}

/// Whether a file can be where a model, seed, snapshot or source of this name was written.
pub(super) fn may_declare(file: &SourceFile, name: &str) -> bool {
    let path = Path::new(&*file.path);
    let is_sql = path.extension().is_some_and(|extension| extension == "sql");
    path.file_stem().is_some_and(|stem| stem == name)
        || (!is_sql || file.text.contains("snapshot")) && file.text.contains(name)
}

/// The diagnostics at the smallest places that can be found for them.
fn sharp(world: &World, diagnostics: Diagnostics) -> Diagnostics {
    let sharp = |diagnostic| diagnostics::sharpened(&world.sources, diagnostic);
    let mut all = Diagnostics::new();
    diagnostics.into_iter().for_each(|diagnostic| all.push(sharp(diagnostic)));
    all
}

/// Sends all to the sink, in order of place; says how bad each one was that was told.
pub(super) fn settle_all(world: &World, flags: &Flags, diagnostics: Diagnostics) -> Vec<Severity> {
    let judged = judged(world, flags, diagnostics).into_iter();
    let tell = |diagnostic: Diagnostic| {
        let severity = diagnostic.severity;
        world.sink.emit(Event::Diagnostic(diagnostic));
        severity
    };
    judged.map(tell).collect()
}

/// What is to be told, as bad as the flags say, in order of place.
pub(super) fn judged(world: &World, flags: &Flags, diagnostics: Diagnostics) -> Vec<Diagnostic> {
    let mut diagnostics = sharp(world, diagnostics);
    diagnostics.promote(|code| flags.strict || flags.promotes(&code.names()));
    let is_told =
        |one: &Diagnostic| one.severity == Severity::Error || !flags.silences(&one.code.names());
    diagnostics.into_sorted().into_iter().filter(is_told).collect()
}

/// Sends warnings to the sink; with an error among them, all come back.
pub(super) fn settle(
    world: &World,
    flags: &Flags,
    diagnostics: Diagnostics,
) -> Result<(), Diagnostics> {
    let mut diagnostics = sharp(world, diagnostics);
    diagnostics.promote(|code| flags.promotes(&code.names()));
    if flags.strict {
        let strict = [
            codes::UNKNOWN_KEY,
            codes::DUPLICATE_KEY,
            codes::UNUSED_PATCH,
            codes::UNUSED_CONFIG,
            codes::UNKNOWN_REF,
        ];
        diagnostics.promote(|code| strict.contains(&code));
    }
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    for diagnostic in diagnostics.into_sorted() {
        if flags.silences(&diagnostic.code.names()) {
            continue;
        }
        world.sink.emit(Event::Diagnostic(diagnostic));
    }
    Ok(())
}

pub(super) fn connect(world: &World, project: &Project) -> Result<Arc<dyn Adapter>, Diagnostics> {
    let target = &project.target;
    let frozen = world.host.env("FORGE_NOW").map(|_| world.host.now());
    let settings = adapters::connect::Settings {
        adapter_type: &target.adapter_type,
        database: &target.database,
        schema: &target.schema,
        other: &target.settings,
        base_dir: &target.base_dir,
        is_scratch: project.flags.hermetic,
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

pub(super) fn globals(
    world: &World,
    project: &Arc<Project>,
    adapter: Arc<dyn Adapter>,
    macros: &indexmap::IndexMap<UniqueId, crate::manifest::Macro>,
    defs: Vec<crate::jinja::macros::MacroDef>,
) -> Globals {
    let places = Places {
        sources: world.sources.clone(),
        macros: macros.iter().map(|(id, m)| (id.to_string(), m.span)).collect(),
        names: macros.values().map(|m| m.name.clone()).collect(),
        internal: parse::macros::internal_packages(adapter.type_name()).to_vec(),
    };
    let engine = Arc::new(Engine::new(defs));
    let root = project.root();
    let [own, base] = parse::macros::internal_packages(adapter.type_name());
    let table = engine.table(&root.name, &[&own, &base]);
    let vars: HashMap<String, Mapping> =
        project.packages.iter().map(|p| (p.name.to_string(), project.vars(&p.name))).collect();
    let all = project.clone();
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
        vars: Arc::new(move |package, name| vars.get(package)?.get(name).map(yaml_value)),
        host: world.host.clone(),
        sink: world.sink.clone(),
        invocation_id: project.invocation_id.clone(),
        started_at: project.started_at,
        invocation_args: Json::Object(invocation_args(project)),
        flags: values::to_mutable(&project.flags.shown(&root.root)),
        selected: Arc::default(),
        print: project.flags.print,
        promotes: Arc::new(move |names| all.flags.promotes(names)),
    }
}

/// What the command was given, with the variables of the command line.
pub(super) fn invocation_args(project: &Project) -> Map<String, Json> {
    let mut args = project.flags.arguments(&project.root().root);
    let vars = project.cli_vars.iter().map(|(name, value)| (name.to_owned(), value.to_json()));
    args.insert("vars".to_owned(), Json::Object(vars.collect()));
    args
}
