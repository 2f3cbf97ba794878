//! A hermetic run: sources that nothing in it fills are there without rows.
//!
//! The adapter sees to it that the database is in memory, the pipeline that all is built that is read.

use indexmap::IndexSet;

use super::{Connections, Run, failure};
use crate::adapters::tables;
use crate::check::shapes::{Finder, Shapes};
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Event;
use crate::manifest::SourceTable;

/// Makes the tables of the sources that the run reads and does not fill; says which these are.
pub(super) fn add_sources(run: &Run<'_>, connections: &Connections) -> Result<(), Box<Diagnostic>> {
    for source in read_only(run) {
        let shapes = Shapes::default();
        let finder =
            Finder { shapes: &shapes, compiler: run.compiler, connection: &connections.writer };
        let shape = finder.columns(&source.unique_id);
        run.emit(Event::Diagnostic(warning(source, shape.columns.is_empty())));
        let Some(relation) = run.compiler.relation(&source.unique_id) else { continue };
        if shape.columns.is_empty() {
            continue;
        }
        let made = connections.writer.with(|session| {
            session.create_schema(&source.schema)?;
            tables::create(session, &relation, &shape.columns)
        });
        made.map_err(|error| failure::of_adapter(&error))?;
    }
    Ok(())
}

/// The sources above the run whose table is that of no node of the run.
fn read_only<'r>(run: &'r Run<'_>) -> impl Iterator<Item = &'r SourceTable> {
    let wanted = run.dag.indices_of(run.wanted.iter().map(|id| id.as_str()));
    let above = run.dag.ancestors(&wanted, None);
    let filled = run.wanted.iter().filter_map(|id| run.node(id)?.relation_name.as_deref());
    let filled: IndexSet<&str> = filled.collect();
    let sources = run.compiler.manifest.sources.values().map(|source| &**source);
    sources.filter(move |source| {
        run.dag.index_of(&source.unique_id).is_some_and(|at| above.contains(at))
            && !filled.contains(source.relation_name.as_str())
    })
}

fn warning(source: &SourceTable, has_no_columns: bool) -> Diagnostic {
    let name = format!("{}.{}", source.source_name, source.name);
    let message = format!("`{name}` has no rows in a hermetic run: no seed or model fills it");
    let warning = Diagnostic::warning(codes::EMPTY_SOURCE, message).at(source.span, "");
    match has_no_columns {
        true => warning
            .hint("list its columns here: without them there is no table, and what reads it fails"),
        false => warning.hint("a seed with the schema and the name of the source gives it rows"),
    }
}
