//! Macros, generic tests and materializations of all packages and of forge itself.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::jinja::contexts::Globals;
use crate::jinja::diagnose::Root;
use crate::jinja::macros::MacroDef;
use crate::jinja::rewrite::{self, Block, BlockKind};
use crate::manifest::{DependsOn, Macro, MacroArgument};
use crate::names::UniqueId;
use crate::parallel;
use crate::project::Project;
use crate::source::{FileId, Span};
use crate::templates;
use indexmap::IndexMap;

/// The packages that forge brings: those of the engine first.
pub(crate) fn internal_packages(engine: &str) -> [String; 2] {
    [format!("dbt_{engine}"), "dbt".to_owned()]
}

/// Every macro, for the template engine and for the manifest.
pub(crate) struct Collected {
    pub(crate) defs: Vec<MacroDef>,
    pub(crate) macros: IndexMap<UniqueId, Macro>,
}

/// As many macros as forge brings, and some more: lists that grow are copied again and again.
const ROOM: usize = 700;

/// Reads the macro blocks of all packages.
pub(crate) fn collect(project: &Project, now: f64, diagnostics: &mut Diagnostics) -> Collected {
    let mut out =
        Collected { defs: Vec::with_capacity(ROOM), macros: IndexMap::with_capacity(ROOM) };
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
    link(&mut out, project);
    out.defs.extend(query_comment(project));
    out
}

/// The id of the macro that the query comment is.
pub(crate) const QUERY_COMMENT: &str = "macro.query-comment.query_comment";

/// dbt: the query comment is the body of a macro, so that it can `return` a value. No template can call this one,
/// since its package cannot be named.
fn query_comment(project: &Project) -> Option<MacroDef> {
    let comment = project.root().config.query_comment.as_ref()?;
    let (head, tail) = ("{%- macro query_comment(connection_name, node) -%}", "{% endmacro %}");
    let source = format!("{head}\n{}\n{tail}", comment.comment);
    // A comment that is no template is told when the run renders it.
    let block = rewrite::blocks(&source).ok()?.into_iter().next()?;
    Some(MacroDef {
        unique_id: QUERY_COMMENT.to_owned(),
        package: "query-comment".to_owned(),
        name: "query_comment".to_owned(),
        source: source[block.span.clone()].into(),
        arguments: block.arguments,
        path: "dbt_project.yml".to_owned(),
        offset: 0,
    })
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
        // dbt: below `tests/generic` only tests are read.
        let is_read = has_arguments || block.kind == BlockKind::Test;
        if matches!(block.kind, BlockKind::Docs | BlockKind::Snapshot) || !is_read {
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
        // Most are published as they are, and then the text is there once.
        let macro_sql: Arc<str> = source.text[published.clone()].into();
        let text = match published == block.span {
            true => macro_sql.clone(),
            false => source.text[block.span.clone()].into(),
        };
        out.macros.insert(
            unique_id.clone(),
            Macro {
                unique_id: unique_id.clone(),
                package_name: package.clone(),
                name: name.clone(),
                original_file_path: path.to_owned(),
                macro_sql,
                span,
                depends_on: DependsOn::default(),
                description: String::new(),
                meta: serde_json::Map::new(),
                docs: serde_json::Map::new(),
                languages: languages(&block),
                arguments: if has_arguments { arguments(&block) } else { Vec::new() },
                patch_path: None,
                created_at: now,
            },
        );
        out.defs.push(MacroDef {
            unique_id: unique_id.to_string(),
            package: package.to_string(),
            name,
            source: text,
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
        // dbt: the languages are the argument of the macro that a materialization is.
        let name = "supported_languages".to_owned();
        let argument = MacroArgument { name, ..MacroArgument::default() };
        return block.supported_languages.iter().take(1).map(|_| argument.clone()).collect();
    }
    block
        .arguments
        .iter()
        .map(|argument| MacroArgument { name: argument.name.clone(), ..MacroArgument::default() })
        .collect()
}

fn languages(block: &Block) -> Vec<String> {
    match block.supported_languages.is_empty() {
        true => vec!["sql".to_owned()],
        false => block.supported_languages.clone(),
    }
}

/// Mistakes in the syntax of macros; forge's own have none.
pub(crate) fn check(globals: &Globals, macros: &IndexMap<UniqueId, Macro>) -> Diagnostics {
    let own = |one: &&Macro| globals.places.internal.iter().any(|own| **own == *one.package_name);
    let users: Vec<&Macro> = macros.values().filter(|one| !own(one)).collect();
    let found = parallel::map(users, |one| {
        let error = globals.engine.check(one.unique_id.as_str()).err()?;
        let root = Root { template: "", span: Some(one.span), is_opaque: true };
        Some(globals.places.diagnostic(&error, &root))
    });
    let mut diagnostics = Diagnostics::new();
    Extend::extend(&mut diagnostics, found.into_iter().flatten());
    diagnostics
}

/// Fills `depends_on.macros` from what the text of each macro calls.
fn link(out: &mut Collected, project: &Project) {
    let names = Names::of(&out.macros, project);
    let users = out.macros.values().filter(|one| !names.is_internal(&one.package_name));
    let users: Vec<&Macro> = users.collect();
    let found = parallel::map(users, |one| (one.unique_id.clone(), called(one, &names)));
    for (id, calls) in found {
        if let Some(one) = out.macros.get_mut(&id) {
            one.depends_on.macros = calls;
        }
    }
}

/// What a macro calls, each once, outer calls before those in their arguments.
fn called(one: &Macro, names: &Names<'_>) -> Vec<UniqueId> {
    let mut calls = rewrite::macro_calls(&one.macro_sql).unwrap_or_default();
    calls.sort_by_key(|call| (call.span.start, std::cmp::Reverse(call.span.end)));
    let mut found: Vec<UniqueId> = Vec::new();
    let mut add = |package: Option<&str>, name: &str| {
        // dbt: a call of a macro's own bare name is not noted, `package.name` is.
        if package.is_none() && name == one.name {
            return;
        }
        if let Some(id) = names.find(package.unwrap_or(&one.package_name), name)
            && !found.contains(id)
        {
            found.push(id.clone());
        }
    };
    for call in &calls {
        if let Some((name, package)) = call.dispatched() {
            // dbt notes the name itself too, and what it leads to.
            add(None, name);
            if let Some((package, name)) = names.dispatched(package, name) {
                add(Some(package), name);
            }
            continue;
        }
        match call.path.as_slice() {
            [name] if !NOT_MACROS.contains(&name.as_str()) => add(None, name),
            [package, name] if package != "adapter" => add(Some(package), name),
            _ => {}
        }
    }
    found
}

/// Names of dbt's own that are never taken for macros, whatever macros there are (1.12).
const NOT_MACROS: &[&str] = &[
    "source",
    "ref",
    "config",
    "env_var",
    "var",
    "return",
    "log",
    "print",
    "tojson",
    "fromjson",
    "toyaml",
    "fromyaml",
    "set",
    "set_strict",
    "zip",
    "zip_strict",
    "local_md5",
    "diff_of_two_dicts",
];

/// Macros by name, in the order in which dbt 1.12's `MacroResolver` finds them.
struct Names<'m> {
    by_package: HashMap<(&'m str, &'m str), &'m Macro>,
    /// Of the root package, else of any package, else of dbt.
    by_name: HashMap<&'m str, &'m Macro>,
    internal: [String; 2],
    project: &'m Project,
    engine: &'m str,
}

impl<'m> Names<'m> {
    fn of(macros: &'m IndexMap<UniqueId, Macro>, project: &'m Project) -> Self {
        let engine = project.target.adapter_type.as_str();
        let internal = internal_packages(engine);
        let root = &project.root().name;
        let rank = |one: &Macro| match internal.iter().position(|p| **p == *one.package_name) {
            Some(at) => 1 - at.min(1),
            None if one.package_name == *root => 3,
            None => 2,
        };
        let mut by_name: HashMap<&str, &Macro> = HashMap::new();
        for one in macros.values() {
            let known = by_name.entry(&one.name).or_insert(one);
            if rank(one) >= rank(known) {
                *known = one;
            }
        }
        let by_package = macros.values().map(|one| ((&*one.package_name, one.name.as_str()), one));
        Names { by_package: by_package.collect(), by_name, internal, project, engine }
    }

    fn is_internal(&self, package: &str) -> bool {
        self.internal.iter().any(|internal| internal == package)
    }

    fn find(&self, package: &str, name: &str) -> Option<&'m UniqueId> {
        let own = self.by_package.get(&(package, name));
        own.or_else(|| self.by_name.get(name)).map(|one| &one.unique_id)
    }

    /// The implementation that `adapter.dispatch` finds: its package and its name.
    fn dispatched(&self, namespace: Option<&str>, name: &str) -> Option<(&'m str, &'m str)> {
        let root = &self.project.root();
        let order: Vec<Option<&str>> = match namespace {
            None => vec![None],
            Some(namespace) => match root.config.dispatch.get(namespace) {
                Some(order) => order.iter().map(|package| Some(package.as_str())).collect(),
                None if self.is_installed(namespace) => vec![Some(&root.name), Some(namespace)],
                None => vec![None],
            },
        };
        let found = order.into_iter().find_map(|package| {
            [self.engine, "default"].iter().find_map(|prefix| {
                let name = format!("{prefix}__{name}");
                let of = |package: &str| self.by_package.get(&(package, name.as_str())).copied();
                match package {
                    None => self.by_name.get(name.as_str()).copied(),
                    // dbt: `dbt` stands for all that it brings.
                    Some("dbt") => self.internal.iter().find_map(|package| of(package)),
                    Some(package) => of(package),
                }
            })
        })?;
        Some((&found.package_name, &found.name))
    }

    fn is_installed(&self, package: &str) -> bool {
        self.is_internal(package) || self.project.package(package).is_some()
    }
}
