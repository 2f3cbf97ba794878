//! Which batches a model has in this run.
//!
//! Source: dbt 1.12, `MicrobatchBuilder`: from `begin` when the table is built anew, else the newest batch and
//! `lookback` before it; flags replace the window. forge adds the batches that never succeeded, when it is asked to.

use std::sync::Arc;

use jiff::Timestamp;

use super::super::ledger::LedgerReader;
use super::super::{Run, failure};
use super::gaps;
use crate::diagnostics::{Diagnostic, codes};
use crate::jinja::contexts::Connection;
use crate::manifest::{Batch, Microbatch, Node, Window};

/// The batches of one model in one run.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) config: Microbatch,
    /// In the order in which they are built.
    pub(super) batches: Vec<Batch>,
    /// The table is there and stays: even the first batch is added to it.
    pub(super) is_incremental: bool,
    /// There is nothing to build yet: the one batch is an empty window.
    pub(super) is_hollow: bool,
    /// Less than what belongs into the batches is read, as `--sample` and `--empty` ask.
    pub(super) is_partial: bool,
}

/// The batches of the model.
pub(super) fn of(
    run: &Run<'_>,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
) -> Result<Plan, Box<Diagnostic>> {
    let config = Microbatch::of(node).expect("invariant: resolve has checked it");
    let flags = &run.compiler.project.flags;
    let is_table = is_table(node, connection)?;
    let rebuilds = node.config.get_bool("full_refresh").unwrap_or(flags.full_refresh);
    let request = run.batches.requests.get(&node.unique_id);
    let asked = flags.sample.or(flags.event_time);
    let now = run.batches.now.unwrap_or(run.compiler.project.started_at);
    let may_rebuild = request.is_none_or(|request| {
        let anew = window(&config, false, asked, now);
        request.may_rebuild && anew.is_some_and(|window| begins(&request.batches, window))
    });
    let is_incremental = is_table && !(rebuilds && may_rebuild);
    let is_partial = flags.sample.is_some() || flags.empty;
    let blank = Plan { config, batches: Vec::new(), is_incremental, is_hollow: false, is_partial };
    if let Some(request) = request {
        return Ok(Plan { batches: request.batches.clone(), ..blank });
    }
    let window = window(&blank.config, is_incremental, asked, now).ok_or_else(|| endless(node))?;
    let mut plan = Plan { batches: batches(node, &blank.config, window)?, ..blank };
    if plan.batches.is_empty() {
        let start = window.start;
        let batch = Batch { size: plan.config.size, start, end: start };
        return Ok(Plan { batches: vec![batch], is_hollow: true, ..plan });
    }
    if plan.config.fill_gaps && is_incremental && asked.is_none() && !is_partial {
        let until = plan.batches[0].start;
        let missing = missing(node, connection, &plan.config, until)?;
        plan.batches.splice(0..0, missing);
    }
    Ok(plan)
}

/// Whether the batch that makes the table is among these. When it is not, an earlier run has made the table, and what a
/// repetition builds is added to it, however often it fails.
fn begins(batches: &[Batch], window: Window) -> bool {
    batches.iter().any(|batch| batch.start <= window.start)
}

/// From where to where event time is built; `None` beyond the calendar.
fn window(
    config: &Microbatch,
    is_incremental: bool,
    asked: Option<Window>,
    now: Timestamp,
) -> Option<Window> {
    let size = config.size;
    let end = size.ceiling(asked.map_or(now, |window| window.end))?;
    let start = match asked {
        Some(window) => size.floor(window.start),
        None if is_incremental => size.offset(end, -(config.lookback + 1))?,
        None => size.floor(config.begin),
    };
    Some(Window { start, end })
}

fn batches(
    node: &Node,
    config: &Microbatch,
    window: Window,
) -> Result<Vec<Batch>, Box<Diagnostic>> {
    config.size.batches(window.start, window.end).ok_or_else(|| endless(node))
}

fn endless(node: &Node) -> Box<Diagnostic> {
    let message = format!("microbatch model `{}`: the window has too many batches", node.name);
    Box::new(
        Diagnostic::error(codes::BAD_MICROBATCH, message)
            .at(node.span_start(), "")
            .hint("look at `begin`, `batch_size` and `lookback`, or build a window of event time"),
    )
}

fn is_table(node: &Node, connection: &Arc<Connection>) -> Result<bool, Box<Diagnostic>> {
    let found = connection.with(|session| session.get_relation(&node.schema, &node.alias));
    let found = found.map_err(|error| failure::of_adapter(&error))?.flatten();
    Ok(found.is_some_and(|relation| relation.is_table()))
}

/// The batches before `until` that never succeeded.
fn missing(
    node: &Arc<Node>,
    connection: &Arc<Connection>,
    config: &Microbatch,
    until: Timestamp,
) -> Result<Vec<Batch>, Box<Diagnostic>> {
    let relation = node.relation_name.as_deref().unwrap_or_default();
    let known = connection
        .with(|session| LedgerReader(session).batches_of_model(node.unique_id.as_str(), relation));
    let known = known.map_err(|error| failure::of_adapter(&error))?.unwrap_or_default();
    Ok(gaps::gaps(&known, config.size, Some(until)).batches)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::BatchSize;
    use crate::manifest::batch::parse_moment;

    fn names(config: &Microbatch, is_incremental: bool, asked: Option<[&str; 2]>) -> Vec<String> {
        let at = |text: &str| parse_moment(text).expect("a moment");
        let asked = asked.map(|[start, end]| Window { start: at(start), end: at(end) });
        let window = window(config, is_incremental, asked, at("2024-01-05T10:00:00"));
        let window = window.expect("on the calendar");
        let batches = config.size.batches(window.start, window.end).expect("few");
        batches.iter().map(Batch::name).collect()
    }

    #[test]
    fn the_window_is_dbts() {
        let config = Microbatch {
            event_time: "at".into(),
            size: BatchSize::Day,
            begin: parse_moment("2024-01-03T04:00:00").expect("a moment"),
            lookback: 1,
            fill_gaps: false,
        };
        assert_eq!(names(&config, false, None), ["2024-01-03", "2024-01-04", "2024-01-05"]);
        assert_eq!(names(&config, true, None), ["2024-01-04", "2024-01-05"]);
        let none = Microbatch { lookback: 0, ..config.clone() };
        assert_eq!(names(&none, true, None), ["2024-01-05"]);
        let asked = Some(["2023-12-30T12:00:00", "2024-01-01"]);
        assert_eq!(names(&config, true, asked), ["2023-12-30", "2023-12-31"]);
        let late = Microbatch { begin: parse_moment("2025-01-01").expect("a moment"), ..config };
        assert_eq!(names(&late, false, None), [""; 0]);
    }
}
