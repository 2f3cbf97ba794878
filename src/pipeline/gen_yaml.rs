//! `gen yaml` and `source schema`: property files completed with the columns that are really there.
//!
//! Nothing is rewritten: columns and entries are put into the text that the user wrote.

use std::path::{Path, PathBuf};

use indexmap::{IndexMap, IndexSet};

use super::check::checked;
use super::choose::selected;
use super::compile::reading;
use super::{Prepared, Selection, World};
use crate::adapters::{Column, tables};
use crate::check::shadow::Checked;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::{self, Node, ResourceType, SourceTable};
use crate::names::UniqueId;
use crate::project::File;
use crate::source::edit::{self, Insertion, NewColumn};
use crate::source::yaml::{self, Yaml};
use crate::source::{FileId, SourceFile, Span};

mod inherit;

use inherit::Inheritance;

/// A property file as it would be.
#[derive(Clone, Debug, Default)]
pub struct PropertyFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its path below the project.
    pub shown: String,
    /// Its text; empty when it is not there yet.
    pub old: String,
    /// The text with what was missing.
    pub new: String,
    /// What was missing, for people: `` 3 columns of `orders` ``.
    pub added: Vec<String>,
}

/// Whether columns get what is said of those that they take their values from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Inherit {
    /// No.
    #[default]
    Nothing,
    /// Descriptions and `meta`.
    Labels,
}

/// Additions to one file.
#[derive(Default)]
struct Draft {
    insertions: Vec<Insertion>,
    /// How many of the insertions, from the first on, are about columns that are written down already.
    facts: usize,
    /// New entries by the key that they belong below, for a file that has no such key.
    entries: IndexMap<&'static str, Vec<String>>,
    added: Vec<String>,
}

/// Additions by file: its path below the project and on disk, its id when it is there.
type Drafts = IndexMap<PathBuf, (String, Option<FileId>, Draft)>;

/// The property files of the selected models, seeds and snapshots of the project with every column.
///
/// # Errors
/// The columns of a node are not known.
pub fn gen_yaml(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
    inherit: Inherit,
) -> Result<Vec<PropertyFile>, Diagnostics> {
    let kinds = [ResourceType::Model, ResourceType::Seed, ResourceType::Snapshot];
    let wanted = selected(world, prepared, selection, &kinds)?;
    let root = &prepared.project.root().name;
    let is_own = |id: &UniqueId| {
        prepared.manifest.nodes.get(id).is_some_and(|node| node.package_name == *root)
    };
    let wanted: IndexSet<UniqueId> = wanted.into_iter().filter(is_own).collect();
    let checked = checked(prepared, &wanted)?;
    let inherited = match inherit {
        Inherit::Nothing => Inheritance::default(),
        Inherit::Labels => Inheritance::new(prepared, &checked),
    };
    let mut unknown = Diagnostics::new();
    let mut drafts = Drafts::new();
    for node in wanted.iter().filter_map(|id| prepared.manifest.nodes.get(id)) {
        if node.model().is_some_and(|model| model.is_versioned) {
            unknown.push(refusal(node, "has versions, whose columns depend on each other"));
            continue;
        }
        match columns_of(&checked, node) {
            Some(columns) => {
                let columns = inherited.labelled(node, &columns);
                complete_node(world, prepared, node, &columns, &mut drafts);
            }
            None => unknown.push(refusal(node, "has columns that are not known")),
        }
    }
    match unknown.is_empty() {
        true => Ok(finished(world, drafts)),
        false => Err(unknown),
    }
}

/// The property files of the selected sources with the columns that their tables have.
///
/// # Errors
/// A table is not in the database.
pub fn source_schema(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
) -> Result<Vec<PropertyFile>, Diagnostics> {
    let wanted = selected(world, prepared, selection, &[ResourceType::Source])?;
    let root = &prepared.project.root().name;
    let connection = reading(prepared);
    let mut missing = Diagnostics::new();
    let mut drafts = Drafts::new();
    for id in &wanted {
        let Some(source) = prepared.manifest.sources.get(id) else { continue };
        if source.package_name != *root {
            continue;
        }
        let relation = prepared.compiler.relation(id);
        let columns = relation
            .and_then(|relation| connection.with(|session| session.columns(&relation)).ok())
            .flatten()
            .unwrap_or_default();
        match columns.is_empty() {
            true => missing.push(not_there(source)),
            false => complete_source(world, source, &columns, &mut drafts),
        }
    }
    match missing.is_empty() {
        true => Ok(finished(world, drafts)),
        false => Err(missing),
    }
}

/// Writes the files.
///
/// # Errors
/// One of them cannot be written; those before it are.
pub fn save_property_files(world: &World, files: &[PropertyFile]) -> Result<(), Diagnostics> {
    for file in files {
        world.host.write(&file.path, &file.new).map_err(|error| {
            let message = format!("cannot write `{}`: {error}", file.shown);
            Diagnostics::from(Diagnostic::error(codes::NOT_WRITTEN, message))
        })?;
    }
    Ok(())
}

fn refusal(node: &Node, reason: &str) -> Diagnostic {
    let message = format!("{} `{}` {reason}", node.resource_type, node.name);
    Diagnostic::error(codes::UNCHECKED, message)
        .at(node.span_start(), "")
        .hint(format!("`forge check --select {}` tells more", node.name))
}

fn not_there(source: &SourceTable) -> Diagnostic {
    let name = format!("{}.{}", source.source_name, source.name);
    let message = format!("the table of source `{name}` is not in the database");
    Diagnostic::error(codes::MISSING_RELATION, message)
        .at(source.span, "")
        .hint("name a target that has it: `--target NAME`")
}

/// The columns of a node, with types as far as the engine can tell them.
pub(super) fn columns_of(checked: &Checked, node: &Node) -> Option<Vec<Column>> {
    let known = checked.nodes.get(&node.unique_id)?;
    let typed = known.variants.first().and_then(|variant| {
        let connection = checked.connection.as_ref()?;
        let columns = connection.with(|session| session.result_columns(&variant.compiled.code));
        columns.ok().flatten()
    });
    let typed = typed.unwrap_or_default();
    let with_type = |column: &Column| {
        let known = typed.iter().find(|one| one.name == column.name && column.dtype.is_empty());
        known.unwrap_or(column).clone()
    };
    Some(known.columns.iter().map(with_type).collect())
}

/// What the engine tells of columns.
fn told(columns: &[Column]) -> Vec<NewColumn> {
    let new = |column: &Column| NewColumn {
        name: column.name.clone(),
        data_type: Some(tables::written_type(column).to_lowercase())
            .filter(|text| !text.is_empty()),
        ..NewColumn::default()
    };
    columns.iter().map(new).collect()
}

fn missing(columns: &[NewColumn], written: &IndexMap<String, manifest::Column>) -> Vec<NewColumn> {
    let is_missing = |column: &&NewColumn| {
        !written.values().any(|known| known.name.eq_ignore_ascii_case(&column.name))
    };
    columns.iter().filter(is_missing).cloned().collect()
}

fn complete_node(
    world: &World,
    prepared: &Prepared,
    node: &Node,
    columns: &[NewColumn],
    drafts: &mut Drafts,
) {
    if let Some(span) = node.patch_span {
        inherit::complete_columns(world, (span, node), columns, drafts);
    }
    let columns = missing(columns, &node.columns);
    if let Some(span) = node.patch_span {
        return complete_entry(world, span, (&node.name, &columns), drafts);
    }
    let key = match node.resource_type {
        ResourceType::Seed => "seeds",
        ResourceType::Snapshot => "snapshots",
        _ => "models",
    };
    let (path, shown, file) = home(prepared, node, key);
    let (_, _, draft) = drafts.entry(path).or_insert((shown, file, Draft::default()));
    draft.added.push(format!("`{}` with {}", node.name, counted(columns.len())));
    let list = file.and_then(|id| Some((id, tree(world, id)?.get(key)?.clone())));
    let into_list = list.and_then(|(id, list)| {
        edit::add_entry(&world.sources.file(id).text, &list, &node.name, &columns)
    });
    match into_list {
        Some(insertion) => draft.insertions.push(insertion),
        None => {
            draft.entries.entry(key).or_default().push(edit::new_entry(&node.name, &columns, 2));
        }
    }
}

fn complete_source(world: &World, source: &SourceTable, columns: &[Column], drafts: &mut Drafts) {
    let name = format!("{}.{}", source.source_name, source.name);
    let columns = missing(&told(columns), &source.columns);
    complete_entry(world, source.span, (&name, &columns), drafts);
}

/// Adds columns to the entry whose name stands at `span`.
fn complete_entry(
    world: &World,
    span: Span,
    (name, columns): (&str, &[NewColumn]),
    drafts: &mut Drafts,
) {
    let file = world.sources.file(span.file);
    let Some(root) = tree(world, span.file) else { return };
    let insertion =
        edit::entry_at(&root, span).and_then(|entry| edit::add_columns(&file.text, entry, columns));
    let Some(insertion) = insertion else { return };
    let draft = draft_of(&file, drafts);
    draft.added.push(format!("{} of `{name}`", counted(columns.len())));
    // Columns belong in front of an entry that is put behind them, and behind what is said of those before them.
    draft.insertions.insert(draft.facts, insertion);
}

fn draft_of<'d>(file: &SourceFile, drafts: &'d mut Drafts) -> &'d mut Draft {
    let place = (file.path.to_string(), Some(file.id), Draft::default());
    &mut drafts.entry(file.absolute.to_path_buf()).or_insert(place).2
}

fn tree(world: &World, file: FileId) -> Option<Yaml> {
    yaml::parse(file, &world.sources.file(file).text).ok().map(|document| document.root)
}

fn counted(columns: usize) -> String {
    if columns == 1 { "1 column".to_owned() } else { format!("{columns} columns") }
}

/// The property file for a node that is in none: one of its folder that has such entries, else any of its folder, else
/// a new one, named for the folder.
fn home(prepared: &Prepared, node: &Node, key: &str) -> (PathBuf, String, Option<FileId>) {
    let package = prepared.project.root();
    let folder = node.original_file_path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_near = |file: &&File| {
        file.original_file_path.rsplit_once('/').map_or("", |(folder, _)| folder) == folder
    };
    let near: Vec<&File> = package.files.properties.iter().filter(is_near).collect();
    let has_key = |file: &&&File| {
        let text = prepared.project.sources.file(file.id).text.clone();
        yaml::parse(file.id, &text).is_ok_and(|document| document.root.get(key).is_some())
    };
    if let Some(file) = near.iter().find(has_key).or(near.first()) {
        return (file.absolute.clone(), file.original_file_path.clone(), Some(file.id));
    }
    let name = folder.rsplit('/').next().unwrap_or_default();
    let shown = format!("{folder}/_{name}.yml");
    (package.root.join(Path::new(&shown)), shown, None)
}

fn finished(world: &World, drafts: Drafts) -> Vec<PropertyFile> {
    let one = |(path, (shown, file, draft)): (PathBuf, (String, Option<FileId>, Draft))| {
        let old = file.map_or_else(String::new, |id| world.sources.file(id).text.to_string());
        let mut new = edit::apply(&old, draft.insertions);
        for (key, entries) in draft.entries {
            if !new.is_empty() && !new.ends_with('\n') {
                new.push('\n');
            }
            new.push_str(&format!("{key}:\n{}\n", entries.join("\n")));
        }
        PropertyFile { path, shown, old, new, added: draft.added }
    };
    drafts.into_iter().map(one).filter(|file| file.old != file.new).collect()
}
