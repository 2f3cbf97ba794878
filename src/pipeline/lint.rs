//! `lint`: hazards in compiled SQL, and the rules that a project states itself; `--fix` mends what can be mended.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexSet;

use self::overlay::Overlay;
use super::check::checked;
use super::choose::selected;
use super::compile::reading;
use super::prepare::{prepare, settle, settle_all};
use super::{Prepared, Selection, World};
use crate::check::lint::{self, Coverage, Edit, Edited, Linted, Question, Settings};
use crate::diagnostics::{Diagnostic, Diagnostics, Severity, codes};
use crate::events::{Event, Silent};
use crate::manifest::ResourceType;
use crate::names::UniqueId;
use crate::project::FlagOverrides;
use crate::source::SourceMap;

mod overlay;

/// What is looked at.
const LINTED: &[ResourceType] =
    &[ResourceType::Model, ResourceType::Snapshot, ResourceType::Test, ResourceType::Analysis];

/// What some editors put at the start of a file; it is no part of the text that is read, and stays.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// How often fixes are looked for: one can show another.
const ROUNDS: usize = 3;

/// How a lint ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct LintReport {
    /// How many nodes were looked at.
    pub looked_at: usize,
    /// Errors that were told.
    pub errors: usize,
    /// Warnings that were told.
    pub warnings: usize,
    /// Findings that `--fix` can mend.
    pub fixable: usize,
}

/// A file that was mended.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// Its path, as users see it.
    pub path: String,
    /// The text before.
    pub old: String,
    /// The text now.
    pub new: String,
    /// How many findings were mended.
    pub count: usize,
}

/// Looks at the selected nodes; what is found goes to the sink, sorted by place.
///
/// # Errors
/// The selection or `forge_lint.yml` is wrong.
pub fn lint(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
) -> Result<LintReport, Diagnostics> {
    let linted = linted(world, prepared, selection)?;
    let told = settle_all(world, &prepared.project.flags, linted.diagnostics);
    let count = |severity| told.iter().filter(|one| **one == severity).count();
    Ok(LintReport {
        looked_at: linted.looked_at,
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        fixable: linted.edits.len(),
    })
}

fn linted(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
) -> Result<Linted, Diagnostics> {
    let project = &prepared.project;
    let (settings, found) = Settings::read(&*world.host, &project.sources, &project.root().root);
    settle(world, &project.flags, found)?;
    let mut wanted = selected(world, prepared, selection, LINTED)?;
    let coverage = coverage(prepared, &wanted);
    if coverage == Coverage::Whole {
        // Hooks of the project are in no graph.
        let nodes = prepared.manifest.nodes.values();
        let hooks = nodes.filter(|node| node.resource_type == ResourceType::Operation);
        wanted.extend(hooks.map(|node| node.unique_id.clone()));
    }
    let dag = &prepared.dag;
    let start = dag.indices_of(wanted.iter().map(|id| id.as_str()));
    let above = dag.ancestors(&start, None);
    let above = dag.order().iter().filter(|at| above.contains(**at)).map(|at| dag.key(*at).clone());
    // What cannot be checked is told by `check`; here it only means that less is known.
    let shadow = checked(prepared, &wanted).unwrap_or_default();
    let columns = shadow.nodes.into_iter().map(|(id, node)| (id, node.columns));
    let is_built = prepared.compiler.globals.adapter.exists();
    let connection = shadow.connection.filter(|_| !is_built);
    Ok(lint::lint(&Question {
        compiler: &prepared.compiler,
        connection: &connection.unwrap_or_else(|| reading(prepared)),
        settings: &settings,
        wanted: &wanted,
        above: &above.collect::<Vec<UniqueId>>(),
        columns: &columns.collect(),
        coverage,
    }))
}

/// Whether the wanted nodes are all that could be looked at.
fn coverage(prepared: &Prepared, wanted: &IndexSet<UniqueId>) -> Coverage {
    let mut nodes = prepared.manifest.nodes.values();
    let is_missing = |id: &UniqueId, kind| LINTED.contains(&kind) && !wanted.contains(id);
    match nodes.any(|node| is_missing(&node.unique_id, node.resource_type)) {
        true => Coverage::Selected,
        false => Coverage::Whole,
    }
}

/// Mends what can be mended, and writes the files. What is wrong with the project is left to whoever looks next.
///
/// # Errors
/// A file could not be written.
pub fn fix(
    world: &World,
    flags: &FlagOverrides,
    selection: &Selection,
) -> Result<Vec<Fixed>, Diagnostics> {
    let mut overlay = Overlay::new(world.host.clone());
    let mut counts: Vec<(Edited, usize)> = Vec::new();
    for _ in 0..ROUNDS {
        let Some(edited) = mended(&overlay, world, flags, selection) else { break };
        if let Err(reason) = is_sound(&overlay, world, flags, &edited) {
            world.sink.emit(Event::Diagnostic(refused(&reason)));
            break;
        }
        overlay = overlay.with(&edited);
        for file in edited {
            let count = file.edits.len();
            match counts.iter_mut().find(|(known, _)| known.file.absolute == file.file.absolute) {
                Some((known, sum)) => (known.text, *sum) = (file.text, *sum + count),
                None => counts.push((file, count)),
            }
        }
    }
    counts.into_iter().map(|(edited, count)| written(world, edited, count)).collect()
}

/// What would be written; none when there is nothing to mend.
fn mended(
    overlay: &Overlay,
    world: &World,
    flags: &FlagOverrides,
    selection: &Selection,
) -> Option<Vec<Edited>> {
    let quiet = quiet(overlay, world);
    let prepared = prepare(&quiet, &lenient(flags)).ok()?;
    let linted = linted(&quiet, &prepared, selection).ok()?;
    let root = &prepared.project.root().root;
    let is_own = |edit: &&Edit| {
        let file = quiet.sources.file(edit.span.file);
        file.absolute.starts_with(root) && file.absolute.is_absolute()
    };
    let edits: Vec<Edit> = linted.edits.iter().filter(is_own).cloned().collect();
    let edited = lint::apply(&quiet.sources, &edits);
    (!edited.is_empty()).then_some(edited)
}

/// Whether the project with the edits has no mistake that it did not have before; else the first one.
fn is_sound(
    overlay: &Overlay,
    world: &World,
    flags: &FlagOverrides,
    edited: &[Edited],
) -> Result<(), String> {
    let before: HashSet<String> = mistakes(overlay, world, flags).into_iter().collect();
    let after = mistakes(&overlay.clone().with(edited), world, flags);
    match after.into_iter().find(|mistake| !before.contains(mistake)) {
        Some(news) => Err(news),
        None => Ok(()),
    }
}

/// What is wrong with the project as a whole.
fn mistakes(overlay: &Overlay, world: &World, flags: &FlagOverrides) -> Vec<String> {
    let quiet = quiet(overlay, world);
    let all = |prepared: &Prepared| prepared.manifest.nodes.keys().cloned().collect();
    let found = prepare(&quiet, &lenient(flags))
        .and_then(|prepared| checked(&prepared, &all(&prepared)).map(|one| one.diagnostics))
        .unwrap_or_else(|mistakes| mistakes);
    let errors = found.into_sorted().into_iter().filter(|one| one.severity == Severity::Error);
    errors.map(|one| one.message).collect()
}

fn quiet(overlay: &Overlay, world: &World) -> World {
    World {
        host: Arc::new(overlay.clone()),
        sources: Arc::new(SourceMap::new()),
        sink: Arc::new(Silent),
        stop: world.stop.clone(),
    }
}

/// Warnings stay warnings while nobody hears them.
fn lenient(flags: &FlagOverrides) -> FlagOverrides {
    FlagOverrides { strict: Some(false), warn_error: Some(false), ..flags.clone() }
}

fn refused(reason: &str) -> Diagnostic {
    let message = format!("no file was changed, as the project would be wrong then: {reason}");
    Diagnostic::warning(codes::FIX_REFUSED, message)
        .hint("mend the findings by hand, or select fewer nodes")
}

fn written(world: &World, edited: Edited, count: usize) -> Result<Fixed, Diagnostics> {
    let Edited { file, text, .. } = edited;
    let bytes = world.host.read_bytes(&file.absolute).unwrap_or_default();
    let mark = if bytes.starts_with(BYTE_ORDER_MARK.as_bytes()) { BYTE_ORDER_MARK } else { "" };
    world.host.write(&file.absolute, &format!("{mark}{text}")).map_err(|error| {
        let message = format!("cannot write {}: {error}", file.path);
        Diagnostics::from(Diagnostic::error(codes::NOT_WRITTEN, message))
    })?;
    Ok(Fixed { path: file.path.to_string(), old: file.text.to_string(), new: text, count })
}
