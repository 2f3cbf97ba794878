//! `check`: the whole project against an engine without rows, before anything is built.

use indexmap::{IndexMap, IndexSet};

use super::choose::selected;
use super::compile::reading;
use super::prepare::settle_all;
use super::run::run_of;
use super::{Prepared, Selection, World};
use crate::check::lineage;
use crate::check::shadow::{self, Answers, Checked, Unchecked};
use crate::diagnostics::{Diagnostic, Diagnostics, Severity, codes};
use crate::execute;
use crate::manifest::ResourceType;
use crate::names::UniqueId;

/// What is checked.
const CHECKED: &[ResourceType] = &[
    ResourceType::Model,
    ResourceType::Seed,
    ResourceType::Snapshot,
    ResourceType::Source,
    ResourceType::Test,
    ResourceType::UnitTest,
];

/// Names that are listed; of more, the number is told.
const MOST: usize = 5;

/// How a check ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckReport {
    /// How many nodes, unit tests and sources were looked at.
    pub looked_at: usize,
    /// How many of them could not be judged.
    pub unchecked: usize,
    /// Errors that were told.
    pub errors: usize,
    /// Warnings that were told.
    pub warnings: usize,
}

/// Checks the selected nodes; what is wrong goes to the sink, sorted by place.
///
/// # Errors
/// Nothing could be checked: the selection is wrong, or the database is no database.
pub fn check(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
) -> Result<CheckReport, Diagnostics> {
    let (report, diagnostics) = found(world, prepared, selection)?;
    let told = settle_all(world, &prepared.project.flags, diagnostics);
    let count = |severity| told.iter().filter(|one| **one == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    Ok(CheckReport { errors, warnings, ..report })
}

/// What is wrong with the selected nodes, and how many they are.
pub(super) fn found(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
) -> Result<(CheckReport, Diagnostics), Diagnostics> {
    let wanted = selected(world, prepared, selection, CHECKED)?;
    let checked = checked(prepared, &wanted)?;
    let mut diagnostics = unit_tests(world, prepared, &wanted, &checked);
    diagnostics.extend(unjudged(prepared, &wanted, &checked));
    diagnostics.extend(unlisted(prepared, &checked));
    diagnostics.extend(lineage::exposed(&prepared.compiler, &checked));
    let unchecked = wanted.iter().filter(|id| is_unjudged(&checked, id)).count();
    diagnostics.extend(checked.diagnostics);
    Ok((CheckReport { looked_at: wanted.len(), unchecked, ..CheckReport::default() }, diagnostics))
}

/// The wanted nodes in the shadow. A target that was asked for by name answers what templates ask.
pub(super) fn checked(
    prepared: &Prepared,
    wanted: &IndexSet<UniqueId>,
) -> Result<Checked, Diagnostics> {
    let real = reading(prepared);
    let answers = match prepared.project.flags.target.is_some() {
        true => Answers::Database,
        false => Answers::Shadow,
    };
    let checked = shadow::check(&prepared.compiler, &prepared.dag, wanted, &real, answers);
    checked.map_err(|error| Diagnostics::from(*execute::failure_of_adapter(&error)))
}

/// What is wrong with the fixtures of unit tests, whatever their rows say.
fn unit_tests(
    world: &World,
    prepared: &Prepared,
    wanted: &IndexSet<UniqueId>,
    checked: &Checked,
) -> Diagnostics {
    let shapes = checked.nodes.iter().map(|(id, node)| (id.clone(), node.columns.clone()));
    let units = execute::Units::of(&prepared.manifest).knowing(shapes);
    let run = execute::Run { units, ..run_of(world, prepared, wanted) };
    let connection = reading(prepared);
    let mut diagnostics = Diagnostics::new();
    for id in wanted {
        let Some(test) = prepared.manifest.definitions.get(id) else { continue };
        let is_known = |id: &UniqueId| !checked.unchecked.contains_key(id);
        if test.depends_on.nodes.iter().all(is_known)
            && let Some(mistake) = execute::unit_test_mistake(&run, id, &connection)
        {
            diagnostics.push(mistake);
        }
    }
    diagnostics
}

/// Says once for each source which columns its property file does not list.
fn unlisted(prepared: &Prepared, checked: &Checked) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for (id, columns) in &checked.unlisted {
        let Some(source) = prepared.manifest.sources.get(id) else { continue };
        let name = format!("{}.{}", source.source_name, source.name);
        let columns = columns.iter().map(|column| format!("`{column}`"));
        let message = format!("source `{name}` does not list {}", shortened(columns));
        let warning = Diagnostic::warning(codes::UNCHECKED, message).at(source.span, "");
        diagnostics.push(warning.note("what is read of it and not listed cannot be checked").hint(
            "list its columns; `forge source schema --write` does it from a database that has the table",
        ));
    }
    diagnostics
}

fn is_unjudged(checked: &Checked, id: &UniqueId) -> bool {
    !matches!(checked.unchecked.get(id), None | Some(Unchecked::Wrong))
}

/// Says once for each cause what could not be judged.
fn unjudged(prepared: &Prepared, wanted: &IndexSet<UniqueId>, checked: &Checked) -> Diagnostics {
    let mut by_cause: IndexMap<&UniqueId, Vec<&UniqueId>> = IndexMap::new();
    for id in checked.unchecked.keys().filter(|id| wanted.contains(*id)) {
        let cause = cause(checked, id);
        let readers = by_cause.entry(cause).or_default();
        if cause != id {
            readers.push(id);
        }
    }
    let told =
        by_cause.iter().filter_map(|(cause, readers)| told(prepared, checked, cause, readers));
    let mut diagnostics = Diagnostics::new();
    told.for_each(|one| diagnostics.push(one));
    diagnostics
}

/// The first node above that is not known for a reason of its own.
fn cause<'c>(checked: &'c Checked, id: &'c UniqueId) -> &'c UniqueId {
    let mut cause = id;
    // A cycle is not possible in the graph; a table that is read by its name can make one here.
    for _ in 0..checked.unchecked.len() {
        match checked.unchecked.get(cause) {
            Some(Unchecked::Reads(above)) if checked.unchecked.contains_key(above) => cause = above,
            _ => break,
        }
    }
    cause
}

fn told(
    prepared: &Prepared,
    checked: &Checked,
    cause: &UniqueId,
    readers: &[&UniqueId],
) -> Option<Diagnostic> {
    let manifest = &prepared.manifest;
    if let Some(source) = manifest.sources.get(cause).filter(|_| !readers.is_empty()) {
        let name = format!("{}.{}", source.source_name, source.name);
        let message = format!("nothing tells the columns of source `{name}`");
        let hint = "list its columns here; `forge source schema --write` does it from a database that has the table";
        let warning = Diagnostic::warning(codes::UNCHECKED, message).at(source.span, "");
        return Some(with_readers(prepared, warning, readers).hint(hint));
    }
    let node = manifest.nodes.get(cause)?;
    let message = match checked.unchecked.get(cause)? {
        Unchecked::NeedsRows => format!(
            "{} `{}` asks the database for rows while it is compiled, and there are none",
            node.resource_type, node.name
        ),
        _ => return None,
    };
    let note =
        Diagnostic { severity: Severity::Note, ..Diagnostic::error(codes::UNCHECKED, message) };
    let note = note
        .at(node.span_start(), "")
        .hint("with `--target NAME`, the database of that target is asked");
    Some(with_readers(prepared, note, readers))
}

fn with_readers(prepared: &Prepared, diagnostic: Diagnostic, readers: &[&UniqueId]) -> Diagnostic {
    if readers.is_empty() {
        return diagnostic;
    }
    let name = |id: &&UniqueId| {
        let resource = prepared.manifest.resource(id.as_str());
        format!("`{}`", resource.map_or(id.as_str(), |resource| resource.name()))
    };
    let names = shortened(readers.iter().map(name));
    diagnostic.note(format!("not checked, as they read it: {names}"))
}

/// The first names, and how many there are more.
fn shortened(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = match names.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", names.take(MOST).collect::<Vec<_>>().join(", "))
}
