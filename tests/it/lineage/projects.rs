//! Every query of every project that is at hand: what the engine reads is in the lineage.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use forge::check::lineage::{Catalog, ColumnRef, Unknown, nodes, of_sql};
use forge::check::shadow::{self, Answers, Checked, CheckedVariant};
use forge::events::Silent;
use forge::host::{Host, RealHost};
use forge::jinja::contexts::Connection;
use forge::pipeline::{self, Prepared, World};
use forge::project::FlagOverrides;
use forge::source::SourceMap;
use rayon::prelude::*;

/// Variables that the recorded projects ask for; nothing is opened there.
const VARIABLES: [(&str, &str); 2] = [("DB_DIR", "/nowhere"), ("GOLDEN_X", "x")];

/// What was seen in a project.
#[derive(Default)]
struct Seen {
    queries: usize,
    unread: Vec<String>,
    unknown: Vec<String>,
}

#[test]
fn what_the_engine_reads_is_in_the_lineage() {
    let folders = projects_at_hand();
    let seen: Vec<Seen> = folders.par_iter().filter_map(|folder| seen_in(folder)).collect();
    let queries: usize = seen.iter().map(|seen| seen.queries).sum();
    let all =
        |texts: fn(&Seen) -> &[String]| seen.iter().flat_map(texts).cloned().collect::<Vec<_>>();
    let unread = all(|seen| &seen.unread);
    assert!(unread.is_empty(), "{}", unread.join("\n"));
    let unknown = all(|seen| &seen.unknown);
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
    assert!(seen.len() > 90 && queries > 600, "{} projects, {queries} queries", seen.len());
}

/// What is seen in a project; `None` when it cannot be read, as some recorded ones are meant to.
fn seen_in(folder: &Path) -> Option<Seen> {
    let mut seen = look(&prepare(folder)?);
    for text in seen.unread.iter_mut().chain(&mut seen.unknown) {
        *text = format!("{}: {text}", folder.display());
    }
    Some(seen)
}

fn projects_at_hand() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = std::fs::read_dir(root.join("tests/golden/cases")).unwrap();
    let cases = cases.map(|case| case.unwrap().path().join("project"));
    let mut all: Vec<PathBuf> = cases.chain([root.join("example_project")]).collect();
    all.sort();
    all
}

fn prepare(folder: &Path) -> Option<Prepared> {
    let host = RealHost::new();
    for (name, value) in VARIABLES {
        host.set_env_default(name, value);
    }
    let world = World {
        host: Arc::new(host),
        sources: Arc::new(SourceMap::new()),
        sink: Arc::new(Silent),
        stop: Arc::default(),
    };
    let has_profiles = folder.join("profiles.yml").exists();
    let dir = folder.display().to_string();
    let flags = FlagOverrides {
        which: "lineage".to_owned(),
        project_dir: Some(dir.clone()),
        profiles_dir: has_profiles.then_some(dir),
        ..FlagOverrides::default()
    };
    pipeline::prepare(&world, &flags).ok()
}

fn look(prepared: &Prepared) -> Seen {
    let adapter = prepared.compiler.globals.adapter.clone();
    let real = Arc::new(Connection::new(Box::new(move || adapter.scratch().map(Some))));
    let wanted = prepared.manifest.nodes.keys().chain(prepared.manifest.sources.keys()).cloned();
    let wanted = wanted.collect();
    let (compiler, dag) = (&prepared.compiler, &prepared.dag);
    let checked = shadow::check(compiler, dag, &wanted, &real, Answers::Shadow).unwrap();
    let catalog = nodes::catalog(compiler, &checked);
    let syntax = compiler.globals.adapter.syntax();
    let mut seen = Seen::default();
    for (id, variant) in variants(&checked) {
        seen.queries += 1;
        match of_sql(&variant.compiled.code, &catalog, syntax) {
            Ok(lineage) => {
                let missing = unread(&catalog, variant, &lineage.reads);
                seen.unread.extend(missing.into_iter().map(|read| format!("{id} reads {read}")));
                if lineage.columns.len() != variant.columns.len() {
                    seen.unknown.push(format!("{id}: other columns"));
                }
            }
            // The engine knows no such column either, and said so.
            Err(Unknown::Column(_)) if checked.diagnostics.has_errors() => {}
            Err(unknown) => {
                seen.unknown.push(format!("{id}: {unknown}\n{}", variant.compiled.code));
            }
        }
    }
    seen
}

fn variants(checked: &Checked) -> impl Iterator<Item = (&str, &CheckedVariant)> {
    let nodes = checked.nodes.iter();
    nodes.flat_map(|(id, node)| node.variants.iter().map(|variant| (id.as_str(), variant)))
}

/// Columns of the project that the engine reads and the lineage does not know.
fn unread(catalog: &Catalog, variant: &CheckedVariant, known: &[ColumnRef]) -> Vec<String> {
    let missing = variant.reads.iter().filter(|(table, column)| {
        let mut ids = catalog.ids(table).peekable();
        let is_known = |id: &str| {
            known.iter().any(|read| &*read.relation == id && read.name.eq_ignore_ascii_case(column))
        };
        !column.is_empty() && ids.peek().is_some() && !ids.any(is_known)
    });
    missing.map(|(table, column)| format!("`{table}.{column}`")).collect()
}
