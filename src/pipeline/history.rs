//! `history`: what the ledger of the target's database tells.

use std::collections::BTreeMap;

use super::World;
use super::prepare::{connect, load};
use crate::adapters::{Adapter, Session, TryLock};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::execute::failure_of_adapter;
use crate::execute::ledger::{LedgerReader, LoggedBatch, LoggedNode, LoggedRun};
use crate::names::did_you_mean;
use crate::project::FlagOverrides;

/// What to tell.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// The last runs.
    Runs,
    /// The nodes and batches of one run, by its number.
    Run(i64),
    /// The last runs of one node, by its name or id.
    Node(String),
}

/// What the ledger told; the newest comes first.
#[derive(Clone, Debug)]
pub enum History {
    /// Runs, and how many of their nodes ended how.
    Runs(Vec<(LoggedRun, BTreeMap<String, i64>)>),
    /// One run.
    Run(Box<LoggedRun>, Vec<LoggedNode>, Vec<LoggedBatch>),
    /// One node.
    Node(String, Vec<LoggedNode>),
}

/// Reads the ledger; a database that is not there yet has no runs.
pub fn history(
    world: &World,
    flags: &FlagOverrides,
    wanted: &Wanted,
    limit: usize,
) -> Result<History, Diagnostics> {
    let project = load(world, flags)?;
    let adapter = connect(world, &project)?;
    if !adapter.exists() {
        return Ok(History::Runs(Vec::new()));
    }
    let mut session =
        adapter.reader().map_err(|error| Diagnostics::from(*failure_of_adapter(&error)))?;
    match wanted {
        Wanted::Runs => runs(&mut *session, limit).map(|told| settled(told, &*adapter)),
        Wanted::Run(number) => run(&mut *session, *number).map(|told| settled(told, &*adapter)),
        Wanted::Node(name) => node(&mut *session, name, limit),
    }
}

/// A run that says that it is running while nobody holds the database was killed; tests hold nothing.
fn settled(mut told: History, adapter: &dyn Adapter) -> History {
    let runs: Vec<&mut LoggedRun> = match &mut told {
        History::Runs(runs) => runs.iter_mut().map(|(run, _)| run).collect(),
        History::Run(run, ..) => vec![&mut **run],
        History::Node(..) => Vec::new(),
    };
    let open: Vec<_> =
        runs.into_iter().filter(|run| run.status == "running" && run.command != "test").collect();
    if !open.is_empty() && matches!(adapter.try_lock("`forge history`"), TryLock::Held(_)) {
        open.into_iter().for_each(|run| "killed".clone_into(&mut run.status));
    }
    told
}

type Found = Result<History, Diagnostics>;

fn runs(session: &mut dyn Session, limit: usize) -> Found {
    let mut ledger = LedgerReader(session);
    let mut told = Vec::new();
    for run in ledger.runs(limit).map_err(failed)? {
        let counts = ledger.counts_of_run(&run.run_id).map_err(failed)?;
        told.push((run, counts));
    }
    Ok(History::Runs(told))
}

fn run(session: &mut dyn Session, number: i64) -> Found {
    let mut ledger = LedgerReader(session);
    let Some(run) = ledger.run(number).map_err(failed)? else {
        let message = format!("the ledger has no run {number}");
        return Err(Diagnostic::error(codes::NO_MATCH, message)
            .hint("`forge history` lists the runs with their numbers")
            .into());
    };
    let nodes = ledger.nodes_of_run(&run.run_id).map_err(failed)?;
    let batches = ledger.batches_of_run(&run.run_id).map_err(failed)?;
    Ok(History::Run(Box::new(run), nodes, batches))
}

fn node(session: &mut dyn Session, name: &str, limit: usize) -> Found {
    let mut ledger = LedgerReader(session);
    let known = ledger.node_ids().map_err(failed)?;
    let Some(id) = find(&known, name) else {
        let names = known.iter().filter_map(|id| id.splitn(3, '.').nth(2));
        return Err(Diagnostic::error(codes::NO_MATCH, format!("the ledger has no node `{name}`"))
            .suggest(did_you_mean(name, names))
            .into());
    };
    let runs = ledger.runs_of_node(id, limit).map_err(failed)?;
    Ok(History::Node(id.to_owned(), runs))
}

/// The id itself, or the one whose last part is the name; what is built comes before tests of that name.
fn find<'i>(known: &'i [String], name: &str) -> Option<&'i str> {
    let is_named = |id: &&String| id.splitn(3, '.').nth(2) == Some(name);
    let exact = known.iter().find(|id| *id == name);
    exact
        .or_else(|| known.iter().filter(is_named).find(|id| !id.starts_with("test.")))
        .or_else(|| known.iter().find(is_named))
        .or_else(|| known.iter().find(|id| id.split('.').nth(2) == Some(name)))
        .map(String::as_str)
}

fn failed(error: crate::adapters::AdapterError) -> Diagnostics {
    Diagnostics::from(*failure_of_adapter(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_found_by_id_and_by_name() {
        let known = ["test.shop.a", "model.shop.a", "model.shop.dim.v2", "test.shop.unique_a.1f2e"];
        let known = known.map(str::to_owned);
        assert_eq!(find(&known, "test.shop.a"), Some("test.shop.a"));
        assert_eq!(find(&known, "a"), Some("model.shop.a"));
        assert_eq!(find(&known, "dim.v2"), Some("model.shop.dim.v2"));
        assert_eq!(find(&known, "unique_a"), Some("test.shop.unique_a.1f2e"));
        assert_eq!(find(&known, "b"), None);
    }
}
