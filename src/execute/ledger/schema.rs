//! The tables of the ledger, and how old entries leave them.
//!
//! Names begin with the reserved prefix, so that they are neither listed nor dropped with a schema.
//! Invariant: the tables are made in the transaction of the run's first entry, so they are all there or none is.

use crate::adapters::{Datum, Result, Session};

/// What the tables below are; a ledger with another number is left alone.
pub(super) const VERSION: i64 = 1;

/// How many runs are kept at most.
const RUNS: i64 = 200;
/// How many entries of nodes are kept at most, as far as more than [`FEWEST`] runs are there.
const NODE_RUNS: i64 = 50_000;
/// How many runs are kept whatever their size.
const FEWEST: i64 = 10;

// Keys instead of indexes with names: dbt-sqlite drops a schema relation by relation and stumbles over an index that
// went with its table.
const TABLES: &[&str] = &[
    "create table if not exists _forge_ledger (version integer not null)",
    "create table if not exists _forge_runs (run_id text primary key, number integer not null, project text not null, \
     target text not null, command text not null, \
     command_line text not null, process text not null, started_at text not null, ended_at text, status text not null, \
     nodes integer not null, planned text, flags text)",
    "create table if not exists _forge_node_runs (run_id text not null, unique_id text not null, \
     resource_type text not null, materialized text, relation text, status text not null, message text, \
     started_at text not null, ended_at text not null, seconds real not null, rows_in integer, rows_out integer, \
     quarantined integer, dropped integer, failures integer, primary key (run_id, unique_id), \
     unique (unique_id, run_id))",
    "create table if not exists _forge_batches (run_id text not null, unique_id text not null, \
     batch_start text not null, batch_end text not null, batch_size text not null, status text not null, \
     rows_in integer, rows_out integer, message text, started_at text not null, ended_at text not null, \
     relation text, primary key (run_id, unique_id, batch_start), unique (unique_id, batch_start, run_id))",
    "create table if not exists _forge_costs (run_id text not null, unique_id text not null, mode text not null, \
     steps integer not null, rows_scanned integer not null, sorts integer not null, rows_indexed integer not null, \
     bytes integer, primary key (run_id, unique_id))",
];

/// Makes the tables that are missing.
pub(super) fn create(session: &mut dyn Session) -> Result<()> {
    for table in TABLES {
        session.execute(table)?;
    }
    if version(session)?.is_none() {
        session.query("insert into _forge_ledger (version) values (?)", &[VERSION.into()])?;
    }
    Ok(())
}

/// The number of the tables; `None` when there are none yet.
pub(super) fn version(session: &mut dyn Session) -> Result<Option<i64>> {
    let table = match session.query("select max(version) from _forge_ledger", &[]) {
        Err(error) if error.missing_relation().is_some() => return Ok(None),
        found => found?,
    };
    Ok(table.scalar().and_then(Datum::as_i64))
}

/// Drops what is older than the runs that are kept. The last success of each node and of each batch in each relation
/// stays: the guard against silent rebuilds and the search for gaps read it.
pub(super) fn prune(session: &mut dyn Session) -> Result<()> {
    let Some(oldest) = oldest_kept(session)? else {
        return Ok(());
    };
    let old = "run_id in (select run_id from _forge_runs where number < ?)";
    let newest = |table: &str, key: &str| {
        format!(
            "delete from {table} where {old} and status <> 'missing' and not (status = 'success' and not exists (\
             select 1 from {table} as later join _forge_runs as run on run.run_id = later.run_id \
             where later.status = 'success' and {key} and run.number > (\
             select number from _forge_runs as own where own.run_id = {table}.run_id)))"
        )
    };
    // Two targets in one file have the same nodes in other relations.
    let node = "later.unique_id = _forge_node_runs.unique_id \
                and later.relation is _forge_node_runs.relation";
    let batch = "later.unique_id = _forge_batches.unique_id \
                 and later.batch_start = _forge_batches.batch_start \
                 and later.relation is _forge_batches.relation";
    session.query(&newest("_forge_node_runs", node), &[oldest.into()])?;
    session.query(&newest("_forge_batches", batch), &[oldest.into()])?;
    session.query(&format!("delete from _forge_costs where {old}"), &[oldest.into()])?;
    let empty = "delete from _forge_runs where number < ? \
                 and run_id not in (select run_id from _forge_node_runs) \
                 and run_id not in (select run_id from _forge_batches)";
    session.query(empty, &[oldest.into()])?;
    Ok(())
}

/// The number of the oldest run that is kept whole; `None` when all are.
fn oldest_kept(session: &mut dyn Session) -> Result<Option<i64>> {
    let sql = "select number, nodes from _forge_runs order by number desc limit ?";
    let runs = session.query(sql, &[(RUNS + 1).into()])?;
    let (mut kept, mut nodes) = (0, 0);
    for row in &runs.rows {
        nodes += row[1].as_i64().unwrap_or(0);
        if kept >= RUNS || (kept >= FEWEST && nodes > NODE_RUNS) {
            return Ok(row[0].as_i64().map(|number| number + 1));
        }
        kept += 1;
    }
    Ok(None)
}
