//! Macros, generic tests and materializations of all packages and of forge itself.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use rayon::prelude::*;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::jinja::contexts::Globals;
use crate::jinja::diagnose::Root;
use crate::jinja::macros::MacroDef;
use crate::jinja::rewrite::{self, Block, BlockKind};
use crate::manifest::{DependsOn, Macro, MacroArgument};
use crate::names::UniqueId;
use crate::project::Project;
use crate::source::{FileId, Span};
use crate::templates;

/// The packages that forge brings: those of the engine first.
pub(crate) fn internal_packages(engine: &str) -> [String; 2] {
    [format!("dbt_{engine}"), "dbt".to_owned()]
}

/// Every macro, for the template engine and for the manifest.
pub(crate) struct Collected {
    pub(crate) defs: Vec<MacroDef>,
    pub(crate) macros: IndexMap<UniqueId, Macro>,
}

/// Reads the macro blocks of all packages.
pub(crate) fn collect(project: &Project, now: f64, diagnostics: &mut Diagnostics) -> Collected {
    let mut out = Collected { defs: Vec::new(), macros: IndexMap::new() };
    for embedded in templates::all(&project.target.adapter_type) {
        let path = format!("macros/{}", embedded.path);
        let shown = format!("{}/{path}", embedded.package);
        let id = project.sources.add(&shown, Path::new(&shown), embedded.source);
        let package: Arc<str> = embedded.package.into();
        let place = Place { package: &package, file: id, path: &path, has_arguments: true };
        add_file(project, &place, &mut out, now, diagnostics);
    }
    for package in &project.packages {
        let files = &package.files;
        // dbt: macros below `tests/generic` are published without their arguments.
        let all = (files.macros.iter().map(|file| (file, true)))
            .chain(files.generic_tests.iter().map(|file| (file, false)));
        for (file, has_arguments) in all {
            let (package, path) = (&package.name, &file.original_file_path);
            let place = Place { package, file: file.id, path, has_arguments };
            add_file(project, &place, &mut out, now, diagnostics);
        }
    }
    link(&mut out, &project.target.adapter_type);
    out
}

/// A file with macros.
struct Place<'a> {
    package: &'a Arc<str>,
    file: FileId,
    path: &'a str,
    has_arguments: bool,
}

fn add_file(
    project: &Project,
    place: &Place<'_>,
    out: &mut Collected,
    now: f64,
    diagnostics: &mut Diagnostics,
) {
    let Place { package, file, path, has_arguments } = *place;
    let source = project.sources.file(file);
    let blocks = match rewrite::blocks(&source.text) {
        Ok(blocks) => blocks,
        Err(error) => {
            let span = Span::new(file, error.span.start, error.span.end);
            diagnostics.push(Diagnostic::error(codes::JINJA_SYNTAX, error.message).at(span, ""));
            return;
        }
    };
    let mut taken = 0;
    for block in blocks {
        let published = published(&source.text, &block, taken);
        taken = published.end;
        if matches!(block.kind, BlockKind::Docs | BlockKind::Snapshot) {
            continue;
        }
        let name = block.internal_name();
        let unique_id = UniqueId::from(format!("macro.{package}.{name}"));
        let span = Span::new(file, block.span.start, block.span.end);
        let name_span = Span::new(file, block.name_span.start, block.name_span.end);
        if let Some(first) = out.macros.get(&unique_id) {
            diagnostics.push(
                Diagnostic::error(
                    codes::DUPLICATE_MACRO,
                    format!("two macros of package `{package}` have the name `{name}`"),
                )
                .at(name_span, "this one")
                .and_at(first.span, "and this one"),
            );
            continue;
        }
        let text: Arc<str> = source.text[block.span.clone()].into();
        out.macros.insert(
            unique_id.clone(),
            Macro {
                unique_id: unique_id.clone(),
                package_name: package.clone(),
                name: name.clone(),
                original_file_path: path.to_owned(),
                macro_sql: source.text[published].into(),
                span,
                depends_on: DependsOn::default(),
                description: String::new(),
                meta: serde_json::Map::new(),
                arguments: if has_arguments { arguments(&block) } else { Vec::new() },
                patch_path: None,
                created_at: now,
            },
        );
        out.defs.push(MacroDef {
            unique_id: unique_id.to_string(),
            package: package.to_string(),
            name,
            source: text.to_string(),
            arguments: block.arguments,
            path: path.to_owned(),
            offset: block.span.start,
        });
    }
}

/// Where the text of a block is as dbt publishes it; `taken` is where the text before it ended.
// dbt: a tag that opens with `{%-` brings along the whitespace in front of it, one that closes with `-%}` the
// whitespace behind it; at the ends of the file there is none, because files are read stripped (1.12).
fn published(text: &str, block: &Block, taken: usize) -> Range<usize> {
    let own = &text[block.span.clone()];
    let Range { mut start, mut end } = block.span;
    if own.starts_with("{%-") {
        let first = text.len() - text.trim_start().len();
        start = text[..start].trim_end().len().max(taken).max(first);
    }
    if own.ends_with("-%}") {
        let last = text.trim_end().len();
        end = (text.len() - text[end..].trim_start().len()).min(last);
    }
    start..end
}

fn arguments(block: &Block) -> Vec<MacroArgument> {
    if block.kind == BlockKind::Materialization {
        return Vec::new();
    }
    block
        .arguments
        .iter()
        .map(|argument| MacroArgument { name: argument.name.clone(), ..MacroArgument::default() })
        .collect()
}

/// Mistakes in the syntax of macros; forge's own have none.
pub(crate) fn check(globals: &Globals, macros: &IndexMap<UniqueId, Macro>) -> Diagnostics {
    let own = |one: &&Macro| globals.places.internal.iter().any(|own| **own == *one.package_name);
    let users: Vec<&Macro> = macros.values().filter(|one| !own(one)).collect();
    let found: Vec<Diagnostic> = users
        .into_par_iter()
        .filter_map(|one| {
            let error = globals.engine.check(one.unique_id.as_str()).err()?;
            let root = Root { template: "", span: Some(one.span), is_opaque: true };
            Some(globals.places.diagnostic(&error, &root))
        })
        .collect();
    let mut diagnostics = Diagnostics::new();
    Extend::extend(&mut diagnostics, found);
    diagnostics
}

/// Fills `depends_on.macros` from what the text of each macro calls.
fn link(out: &mut Collected, engine: &str) {
    let mut by_name: HashMap<(&str, &str), &UniqueId> = HashMap::new();
    let mut any: HashMap<&str, Vec<&Macro>> = HashMap::new();
    for one in out.macros.values() {
        by_name.insert((&one.package_name, &one.name), &one.unique_id);
        any.entry(&one.name).or_default().push(one);
    }
    let own = internal_packages(engine);
    let internal = |package: &str| own.iter().any(|own| own == package);
    let mut found: Vec<(UniqueId, Vec<UniqueId>)> = Vec::new();
    for one in out.macros.values().filter(|one| !internal(&one.package_name)) {
        let mut calls: Vec<UniqueId> = Vec::new();
        for call in rewrite::macro_calls(&one.macro_sql).unwrap_or_default() {
            for (package, name) in called_names(&call, engine) {
                // dbt: a call of a macro's own bare name is not noted, `package.name` is.
                if package.is_none() && name == one.name {
                    continue;
                }
                let direct = by_name.get(&(package.unwrap_or(&one.package_name), name.as_str()));
                let fallback =
                    || any.get(name.as_str()).and_then(|all| all.first()).map(|m| &m.unique_id);
                if let Some(id) = direct.copied().or_else(fallback)
                    && !calls.contains(id)
                {
                    calls.push(id.clone());
                }
            }
        }
        found.push((one.unique_id.clone(), calls));
    }
    for (id, calls) in found {
        if let Some(one) = out.macros.get_mut(&id) {
            one.depends_on.macros = calls;
        }
    }
}

/// Package and name of what a call can mean: itself, or the implementations that `adapter.dispatch` finds.
fn called_names<'c>(call: &'c rewrite::MacroCall, engine: &str) -> Vec<(Option<&'c str>, String)> {
    if let Some((name, package)) = call.dispatched() {
        return [engine, "default"].map(|prefix| (package, format!("{prefix}__{name}"))).into();
    }
    match call.path.as_slice() {
        [object, _] if object == "adapter" => Vec::new(),
        [name] => vec![(None, name.clone())],
        [package, name] => vec![(Some(package), name.clone())],
        _ => Vec::new(),
    }
}
