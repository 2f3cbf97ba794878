//! What nodes cost, and models that cost much more than they used to.
//!
//! Measured are the statements of a node: its materialization and hooks inside of its transaction, the query of a test.
//! What forge itself asks of the catalog and writes into the ledger is not counted. A growth is told when the data is
//! committed: it is right, it only became expensive.

use std::sync::Arc;

use super::ledger::{CostRow, Mode, Recent, median};
use super::{Ended, Run};
use crate::diagnostics::{Diagnostic, Severity, codes};
use crate::events::{Event, Status};
use crate::jinja::contexts::Connection;
use crate::manifest::{Node, ResourceType};

/// From which growth on there is a warning.
const NOTABLE: f64 = 2.0;
/// A model that takes so many steps more than it used to is not worth a word, whatever the factor.
const NOISE: f64 = 10_000.0;
/// How many runs there must be to compare with.
const ENOUGH: usize = 2;

/// How much of a node's rows this run builds.
pub(super) fn mode(run: &Run<'_>, node: &Node, connection: &Arc<Connection>) -> Mode {
    let flags = &run.compiler.project.flags;
    if flags.empty || flags.sample.is_some() {
        return Mode::Part;
    }
    if node.resource_type != ResourceType::Model || node.materialized() != "incremental" {
        return Mode::Whole;
    }
    if node.config.get_bool("full_refresh").unwrap_or(flags.full_refresh) {
        return Mode::Whole;
    }
    let found = connection.with(|session| session.get_relation(&node.schema, &node.alias));
    match found.ok().flatten().flatten() {
        Some(_) => Mode::Added,
        None => Mode::Whole,
    }
}

/// Tells when a model costs much more than in its recent runs of the same mode.
pub(super) fn compare(run: &Run<'_>, node: &Node, ended: &Ended, recent: &Recent) {
    let Some(cost) = &ended.cost else { return };
    // How many batches there are to build differs from run to run.
    let is_compared = ended.status == Status::Success
        && node.resource_type == ResourceType::Model
        && !node.is_microbatch();
    let past = recent.steps(node.unique_id.as_str(), cost.mode);
    if !is_compared || cost.mode == Mode::Part || past.len() < ENOUGH {
        return;
    }
    let usual = median(past);
    let (now, limit) = (cost.cost.steps as f64, run.compiler.project.flags.cost_growth);
    let growth = now / usual.max(1.0);
    let is_error = limit.is_some_and(|limit| growth > limit);
    if (is_error || growth > NOTABLE) && now - usual > NOISE {
        let severity = if is_error { Severity::Error } else { Severity::Warning };
        let told = grown(node, cost, (growth, usual, past.len()));
        run.emit(Event::Diagnostic(Diagnostic { severity, ..told }));
    }
}

fn grown(node: &Node, cost: &CostRow, (growth, usual, runs): (f64, f64, usize)) -> Diagnostic {
    let message = format!(
        "model `{}` took {growth:.1} times the work of its last runs: {} steps of the engine instead of {}",
        node.name, cost.cost.steps, usual as u64
    );
    let rows = match cost.cost.rows_scanned {
        1 => "1 row was".to_owned(),
        rows => format!("{rows} rows were"),
    };
    Diagnostic::warning(codes::COST_GROWTH, message)
        .at(node.span_start(), "")
        .note(format!("the median of {runs} runs; {rows} read in scans this time"))
        .hint(format!(
            "`forge cost {0}` shows its runs, `forge explain {0}` which indexes are missing",
            node.name
        ))
}
