//! `diff BASE`: what is different since a git revision, in other artifacts, or in another target.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};
use serde_json::Value as Json;

use super::check::checked;
use super::compile::reading;
use super::gen_yaml::columns_of;
use super::prepare::prepare;
use super::{Prepared, World, revision};
use crate::adapters::{Column, Syntax, tables};
use crate::check::diff::meaning::{self, Known, Meaning, Relations};
use crate::check::diff::reach::{self, Reached, Reader};
use crate::check::diff::{self, NodeDiff, Side, SideColumn, SideNode};
use crate::check::shadow::{Checked, CheckedNode};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::events::Silent;
use crate::manifest::{Manifest, Node, ResourceType};
use crate::names::UniqueId;
use crate::source::SourceMap;
use crate::state;

/// What begins a base that is a target.
const TARGET: &str = "target:";

/// The stack of the thread that reads queries: syntax trees are walked by recursion.
const STACK: usize = 128 << 20;

/// What is different.
#[derive(Clone, Debug, Default)]
pub struct DiffReport {
    /// The base, for people.
    pub base: String,
    /// What is not compared, and why.
    pub notes: Vec<String>,
    /// The nodes that differ, with what that reaches.
    pub nodes: Vec<(NodeDiff, Vec<Reached>)>,
}

/// Compares the project with a base: a git revision, a folder with artifacts, or `target:NAME`.
///
/// # Errors
/// The base cannot be read.
pub fn diff(world: &World, prepared: &Prepared, base: &str) -> Result<DiffReport, Diagnostics> {
    let mut report = DiffReport { base: base.to_owned(), ..DiffReport::default() };
    let now = all_checked(prepared)?;
    if now.diagnostics.has_errors() {
        report.notes.push(
            "the project has mistakes that hide differences: `forge check` tells them".to_owned(),
        );
    }
    let new = side(prepared, &now);
    let old = match base.strip_prefix(TARGET) {
        Some(target) => of_target(world, prepared, target)?,
        None if is_folder(world, base) => of_artifacts(world, prepared, base, &mut report.notes)?,
        None => {
            let then =
                revision::project(world, prepared, base).map_err(|d| Diagnostics::from(*d))?;
            side(&then, &all_checked(&then)?)
        }
    };
    for one in diff::compare(&old, &new) {
        // What is gone was read in the old state; all else is read in the new one, and what it lost in the old.
        let is_gone = one.fate == diff::Fate::Removed;
        let mut reached = if is_gone { Vec::new() } else { reach::of(&one, &new) };
        if one.is_breaking() {
            let before = reach::of(&one, &old).into_iter();
            let news: Vec<Reached> =
                before.filter(|reached_before| !reached.contains(reached_before)).collect();
            reached.extend(news);
        }
        report.nodes.push((one, reached));
    }
    Ok(report)
}

fn is_folder(world: &World, base: &str) -> bool {
    let path = world.host.cwd().join(base);
    world.host.is_dir(&path) && world.host.exists(&path.join(state::MANIFEST))
        || path.file_name().is_some_and(|name| name == state::MANIFEST) && world.host.exists(&path)
}

/// Everything in the shadow.
fn all_checked(prepared: &Prepared) -> Result<Checked, Diagnostics> {
    let manifest = &prepared.manifest;
    let all: IndexSet<UniqueId> =
        manifest.nodes.keys().chain(manifest.sources.keys()).cloned().collect();
    checked(prepared, &all)
}

fn side(prepared: &Prepared, checked: &Checked) -> Side {
    side_with(prepared, checked, &|node| columns_of(checked, node))
}

/// A state of the project; `columns` tells those of a node.
fn side_with(
    prepared: &Prepared,
    checked: &Checked,
    columns: &dyn Fn(&Node) -> Option<Vec<Column>>,
) -> Side {
    let manifest = &prepared.manifest;
    let relations = relations(prepared, checked);
    let syntax = prepared.compiler.globals.adapter.syntax();
    let meanings = meanings(syntax, checked, &relations);
    let mut side = Side { exposures: exposures(manifest), ..Side::default() };
    for (id, node) in &manifest.nodes {
        if let Some(known) = checked.nodes.get(id) {
            side.readers.push(reader(node, known, &relations));
        }
        let is_relation = matches!(
            node.resource_type,
            ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot
        );
        if is_relation {
            let meaning = meanings.get(id).cloned();
            let meaning = meaning.filter(|_| node.resource_type != ResourceType::Seed);
            let one = SideNode { meaning, ..side_node(node, columns(node)) };
            side.nodes.insert(id.clone(), one);
        }
    }
    for (id, source) in &manifest.sources {
        let columns = checked.nodes.get(id).map(|known| side_columns(&known.columns));
        let one = SideNode {
            name: format!("{}.{}", source.source_name, source.name),
            kind: "source".to_owned(),
            file: source.original_file_path.clone(),
            columns,
            ..SideNode::default()
        };
        side.nodes.insert(id.clone(), one);
    }
    side
}

fn side_node(node: &Node, columns: Option<Vec<Column>>) -> SideNode {
    SideNode {
        name: node.name.clone(),
        kind: node.resource_type.to_string(),
        file: node.original_file_path.clone(),
        materialized: node.materialized().to_owned(),
        text: node.raw_code.to_string(),
        has_contract: node.config.contract_enforced(),
        columns: columns.map(|columns| side_columns(&columns)),
        meaning: None,
    }
}

fn side_columns(columns: &[Column]) -> Vec<SideColumn> {
    let one = |column: &Column| SideColumn {
        name: column.name.clone(),
        data_type: tables::written_type(column),
    };
    columns.iter().map(one).collect()
}

/// The relations of a state by the names of their tables.
fn relations(prepared: &Prepared, checked: &Checked) -> Relations {
    let known = checked.nodes.iter().filter_map(|(id, node)| {
        let table = prepared.compiler.relation(id)?.physical().name.to_lowercase();
        let columns = node.columns.iter().map(|column| column.name.clone()).collect();
        Some((table, Known { id: Arc::from(id.as_str()), columns }))
    });
    known.collect()
}

fn reader(node: &Node, known: &CheckedNode, relations: &Relations) -> Reader {
    let mut reads: IndexSet<(UniqueId, String)> = IndexSet::new();
    for (table, column) in known.variants.iter().flat_map(|variant| &variant.reads) {
        if let Some(relation) = relations.get(&table.to_lowercase()) {
            reads.insert((UniqueId::from(&*relation.id), column.clone()));
        }
    }
    Reader {
        id: node.unique_id.clone(),
        name: node.name.clone(),
        kind: node.resource_type.to_string(),
        reads: reads.into_iter().collect(),
    }
}

fn exposures(manifest: &Manifest) -> Vec<(String, Vec<UniqueId>)> {
    let one = |exposure: &crate::manifest::Exposure| {
        (exposure.name.clone(), exposure.depends_on.nodes.clone())
    };
    manifest.exposures.values().map(|exposure| one(exposure)).collect()
}

/// What the queries mean, read on a thread that has room for deep ones.
fn meanings(
    syntax: Syntax,
    checked: &Checked,
    relations: &Relations,
) -> IndexMap<UniqueId, Vec<Meaning>> {
    let read = || {
        let of_node = |node: &CheckedNode| -> Option<Vec<Meaning>> {
            let codes = node.variants.iter().map(|variant| variant.compiled.code.as_str());
            codes.map(|code| meaning::of_sql(syntax, code, relations)).collect()
        };
        let known = checked.nodes.iter().filter(|(_, node)| !node.variants.is_empty());
        known.filter_map(|(id, node)| Some((id.clone(), of_node(node)?))).collect()
    };
    on_deep_stack(read)
}

fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.expect("invariant: a thread can be started");
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The project in another target, with the columns that its database has.
fn of_target(world: &World, prepared: &Prepared, target: &str) -> Result<Side, Diagnostics> {
    let quiet = World {
        host: world.host.clone(),
        sources: Arc::new(SourceMap::new()),
        sink: Arc::new(Silent),
        stop: Arc::default(),
    };
    let mut flags = (*prepared.project.flags.given).clone();
    flags.target = Some(target.to_owned());
    let other = prepare(&quiet, &flags)?;
    let connection = reading(&other);
    let checked = all_checked(&other)?;
    let columns = |node: &Node| {
        let relation = other.compiler.relation(&node.unique_id)?;
        let columns = connection.with(|session| session.columns(&relation)).ok().flatten()?;
        (!columns.is_empty()).then_some(columns)
    };
    let mut side = side_with(&other, &checked, &columns);
    // What was never built there is not there.
    side.nodes.retain(|id, node| {
        let is_built = node.columns.is_some() || node.materialized == "ephemeral";
        is_built || other.manifest.sources.contains_key(id)
    });
    Ok(side)
}

/// The state of a `manifest.json`, with the `catalog.json` beside it.
fn of_artifacts(
    world: &World,
    prepared: &Prepared,
    base: &str,
    notes: &mut Vec<String>,
) -> Result<Side, Diagnostics> {
    let path = world.host.cwd().join(base);
    let folder = if world.host.is_dir(&path) {
        path
    } else {
        path.parent().unwrap_or(Path::new(".")).to_owned()
    };
    let manifest = json(world, &folder, state::MANIFEST)?;
    let catalog = json(world, &folder, "catalog.json").ok();
    if catalog.is_none() {
        notes.push(format!(
            "there is no catalog.json beside the manifest of `{base}`: columns are not compared (`docs generate` writes it)"
        ));
    }
    let syntax = prepared.compiler.globals.adapter.syntax();
    Ok(on_deep_stack(|| of_json(syntax, &manifest, catalog.as_ref())))
}

fn json(world: &World, folder: &Path, name: &str) -> Result<Json, Diagnostics> {
    let text = state::text(&*world.host, folder, name).map_err(|d| Diagnostics::from(*d))?;
    serde_json::from_str(&text).map_err(|error| {
        let message = format!("`{}` cannot be read: {error}", folder.join(name).display());
        Diagnostics::from(Diagnostic::error(codes::BAD_STATE, message))
    })
}

fn of_json(syntax: Syntax, manifest: &Json, catalog: Option<&Json>) -> Side {
    let text = |json: &Json, key: &str| json[key].as_str().unwrap_or_default().to_owned();
    let mut relations: Relations = HashMap::new();
    let mut side = Side::default();
    let entries = ["nodes", "sources"].into_iter().filter_map(|key| manifest[key].as_object());
    let entries: Vec<(&String, &Json)> = entries.flatten().collect();
    for (id, entry) in &entries {
        let kind = text(entry, "resource_type");
        if !["model", "seed", "snapshot", "source"].contains(&kind.as_str()) {
            continue;
        }
        let columns = catalog.and_then(|catalog| catalog_columns(catalog, id));
        if let Some(relation) = entry["relation_name"].as_str() {
            let table = relation.rsplit('.').next().unwrap_or_default().trim_matches('"');
            let known = columns.iter().flatten();
            let columns = known.map(|column| column.name.clone()).collect();
            relations.insert(table.to_lowercase(), Known { id: Arc::from(id.as_str()), columns });
        }
        let name = match kind.as_str() {
            "source" => format!("{}.{}", text(entry, "source_name"), text(entry, "name")),
            _ => text(entry, "name"),
        };
        side.nodes.insert(
            UniqueId::from(id.as_str()),
            SideNode {
                name,
                kind,
                file: text(entry, "original_file_path"),
                materialized: text(&entry["config"], "materialized"),
                text: text(entry, "raw_code"),
                has_contract: entry["config"]["contract"]["enforced"].as_bool().unwrap_or(false),
                columns,
                meaning: None,
            },
        );
    }
    for (id, entry) in &entries {
        let code = entry["compiled_code"].as_str();
        let meaning = code.and_then(|code| meaning::of_sql(syntax, code, &relations));
        if let Some(node) = side.nodes.get_mut(&UniqueId::from(id.as_str())) {
            // Artifacts have one variant only.
            let is_whole = node.kind == "model" && node.materialized != "incremental";
            node.meaning = meaning.filter(|_| is_whole).map(|one| vec![one]);
        }
    }
    side
}

fn catalog_columns(catalog: &Json, id: &str) -> Option<Vec<SideColumn>> {
    let entry = ["nodes", "sources"].iter().find_map(|key| catalog[*key].get(id))?;
    let columns = entry["columns"].as_object()?.values().map(|column| SideColumn {
        name: column["name"].as_str().unwrap_or_default().to_owned(),
        data_type: column["type"]
            .as_str()
            .filter(|t| *t != "UNKNOWN")
            .unwrap_or_default()
            .to_owned(),
    });
    Some(columns.collect())
}
