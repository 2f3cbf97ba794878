//! What a query that the engine accepts should be warned of.

use super::Run;
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Event;
use crate::manifest::{Node, ResourceType};

/// Warns of what a node's compiled query does on this engine.
pub(super) fn of_query(run: &Run<'_>, node: &Node, code: &str) {
    of_functions(run, node, code);
    of_date_casts(run, node, code);
}

/// A view that calls a function which only forge has cannot be read by other programs.
fn of_functions(run: &Run<'_>, node: &Node, code: &str) {
    if node.resource_type != ResourceType::Model || node.materialized() != "view" {
        return;
    }
    let found = run.compiler.globals.adapter.foreign_functions(code);
    if !found.is_empty() {
        let all: Vec<String> = found.iter().map(|name| format!("`{name}`")).collect();
        let message =
            format!("view `{}` calls {}, which only forge has", node.name, all.join(", "));
        let warning = Diagnostic::warning(codes::ENGINE_FUNCTION, message)
            .at(node.span_start(), "other programs cannot read this view")
            .hint("materialize it as a table, or use functions of the engine");
        run.emit(Event::Diagnostic(warning));
    }
}

/// A cast that gives a number where a date was meant goes unnoticed: nothing fails.
fn of_date_casts(run: &Run<'_>, node: &Node, code: &str) {
    if run.compiler.globals.adapter.casts_dates_to_numbers(code) {
        let message = format!(
            "{} `{}` casts to a date or a timestamp, which gives a number on this engine",
            node.resource_type, node.name
        );
        let warning = Diagnostic::warning(codes::DATE_CAST, message)
            .at(node.span_start(), "")
            .hint("use `date(…)` or `{{ dbt.cast(…, 'date') }}`, or set `iso_casts: true` in the profile");
        run.emit(Event::Diagnostic(warning));
    }
}
