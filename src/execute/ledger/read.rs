//! What the ledger tells: runs, nodes of a run, runs of a node, batches.
//!
//! A database without a ledger is one without runs.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::open::REQUEUE;
use super::schema;
use crate::adapters::{Datum, Result, Session, Table};

/// A run as it was written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoggedRun {
    /// Its id.
    pub run_id: String,
    /// Its place among all runs of this database, from 1; clocks may go backwards, this does not.
    pub number: i64,
    /// dbt's word for the verb.
    pub command: String,
    /// The arguments as typed.
    pub command_line: String,
    /// Which process ran it.
    pub process: String,
    /// RFC 3339 in UTC.
    pub started_at: String,
    /// RFC 3339 in UTC; none while it runs and when it was killed.
    pub ended_at: Option<String>,
    /// `success`, `error`, `interrupted`, `running`, or `killed`: it never said how it ended.
    pub status: String,
    /// How many nodes were to run.
    pub nodes: i64,
    /// The nodes that were to run; only the last run has them.
    pub planned: Option<Vec<String>>,
    /// The flags that a repetition needs.
    pub flags: Json,
}

/// A node of a run as it was written; times as text, RFC 3339 in UTC.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoggedNode {
    /// The run.
    pub run_id: String,
    /// The run's place among all.
    pub number: i64,
    /// dbt's word for the verb of the run.
    pub command: String,
    /// The node.
    pub unique_id: String,
    /// dbt's word for its kind.
    pub resource_type: String,
    /// How it was built.
    pub materialized: Option<String>,
    /// Its rendered relation.
    pub relation: Option<String>,
    /// The word of `run_results.json`.
    pub status: String,
    /// What the user read.
    pub message: Option<String>,
    /// When it began.
    pub started_at: String,
    /// When it ended.
    pub ended_at: String,
    /// Wall time.
    pub seconds: f64,
    /// Rows that its query gave.
    pub rows_in: Option<i64>,
    /// Rows that were written.
    pub rows_out: Option<i64>,
    /// Rows that were set aside.
    pub quarantined: Option<i64>,
    /// Rows that were dropped.
    pub dropped: Option<i64>,
    /// Failures of a test.
    pub failures: Option<i64>,
}

/// A batch of a run as it was written; times as text, RFC 3339 in UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoggedBatch {
    /// The run.
    pub run_id: String,
    /// The run's place among all.
    pub number: i64,
    /// The model.
    pub unique_id: String,
    /// Its rendered relation.
    pub relation: Option<String>,
    /// Inclusive start.
    pub start: String,
    /// Exclusive end.
    pub end: String,
    /// `hour`, `day`, `month` or `year`.
    pub size: String,
    /// `success`, `error`, `skipped`, `sampled`, `missing` or `replaced`.
    pub status: String,
    /// Why it failed.
    pub message: Option<String>,
    /// When it began.
    pub started_at: String,
    /// When it ended.
    pub ended_at: String,
    /// Rows that its query gave.
    pub rows_in: Option<i64>,
    /// Rows that were written.
    pub rows_out: Option<i64>,
}

/// Reads the ledger of the database behind a session.
pub struct LedgerReader<'s>(pub &'s mut dyn Session);

const RUN: &str = "select run_id, number, command, command_line, process, started_at, ended_at, status, nodes, \
                   planned, flags from _forge_runs";
const NODE: &str = "select node.run_id, run.number, run.command, node.unique_id, node.resource_type, \
                    node.materialized, node.relation, node.status, node.message, node.started_at, node.ended_at, \
                    node.seconds, node.rows_in, node.rows_out, node.quarantined, node.dropped, node.failures \
                    from _forge_node_runs as node join _forge_runs as run on run.run_id = node.run_id";
const BATCH: &str = "select batch.run_id, run.number, batch.unique_id, batch.relation, batch.batch_start, \
                     batch.batch_end, batch.batch_size, batch.status, batch.message, batch.started_at, \
                     batch.ended_at, batch.rows_in, batch.rows_out \
                     from _forge_batches as batch join _forge_runs as run on run.run_id = batch.run_id";

impl LedgerReader<'_> {
    /// The last runs, the newest first.
    pub fn runs(&mut self, limit: usize) -> Result<Vec<LoggedRun>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = format!("{RUN} order by number desc limit ?");
        Ok(self.rows(&sql, &[limit.into()])?.rows.iter().map(|row| run(row)).collect())
    }

    /// The last run of a project and target; one that was begun is a run, however it ended. Rows that were requeued
    /// since do not hide what a run left undone.
    pub fn last_run(&mut self, project: &str, target: &str) -> Result<Option<LoggedRun>> {
        let sql = format!(
            "{RUN} where project = ? and target = ? and command <> ? order by number desc limit 1"
        );
        let found = self.rows(&sql, &[project.into(), target.into(), REQUEUE.into()])?;
        Ok(found.rows.first().map(|row| run(row)))
    }

    /// One run, by its number.
    pub fn run(&mut self, number: i64) -> Result<Option<LoggedRun>> {
        let found = self.rows(&format!("{RUN} where number = ?"), &[number.into()])?;
        Ok(found.rows.first().map(|row| run(row)))
    }

    /// How many nodes of a run ended with which status.
    pub fn counts_of_run(&mut self, run_id: &str) -> Result<BTreeMap<String, i64>> {
        let sql = "select status, count(*) from _forge_node_runs where run_id = ? group by status";
        let found = self.rows(sql, &[run_id.into()])?;
        Ok(found.rows.iter().map(|row| (text(&row[0]), row[1].as_i64().unwrap_or(0))).collect())
    }

    /// The nodes that the ledger knows, sorted.
    pub fn node_ids(&mut self) -> Result<Vec<String>> {
        let sql = "select distinct unique_id from _forge_node_runs order by unique_id";
        Ok(self.rows(sql, &[])?.rows.iter().map(|row| text(&row[0])).collect())
    }

    /// The nodes of a run, in the order in which they ended.
    pub fn nodes_of_run(&mut self, run_id: &str) -> Result<Vec<LoggedNode>> {
        let sql = format!("{NODE} where node.run_id = ? order by node.ended_at, node.unique_id");
        Ok(self.rows(&sql, &[run_id.into()])?.rows.iter().map(|row| node(row)).collect())
    }

    /// The last runs of a node, the newest first.
    pub fn runs_of_node(&mut self, unique_id: &str, limit: usize) -> Result<Vec<LoggedNode>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = format!("{NODE} where node.unique_id = ? order by run.number desc limit ?");
        let found = self.rows(&sql, &[unique_id.into(), limit.into()])?;
        Ok(found.rows.iter().map(|row| node(row)).collect())
    }

    /// The batches of a run, in the order of their periods.
    pub fn batches_of_run(&mut self, run_id: &str) -> Result<Vec<LoggedBatch>> {
        let sql =
            format!("{BATCH} where batch.run_id = ? order by batch.unique_id, batch.batch_start");
        Ok(self.rows(&sql, &[run_id.into()])?.rows.iter().map(|row| batch(row)).collect())
    }

    /// All known batches of a model's relation, in the order of their periods, then of runs.
    pub fn batches_of_model(
        &mut self,
        unique_id: &str,
        relation: &str,
    ) -> Result<Vec<LoggedBatch>> {
        let sql = format!(
            "{BATCH} where batch.unique_id = ? and batch.relation = ? order by batch.batch_start, run.number"
        );
        let found = self.rows(&sql, &[unique_id.into(), relation.into()])?;
        Ok(found.rows.iter().map(|row| batch(row)).collect())
    }

    /// Whether a node that keeps what earlier runs wrote was ever built in this relation.
    pub fn has_built(&mut self, unique_id: &str, relation: &str) -> Result<bool> {
        let sql = "select 1 from _forge_node_runs where unique_id = ?1 and relation = ?2 and status = 'success' \
                   and materialized in ('incremental', 'snapshot') union all \
                   select 1 from _forge_batches where unique_id = ?1 and relation = ?2 and status = 'success' limit 1";
        Ok(!self.rows(sql, &[unique_id.into(), relation.into()])?.rows.is_empty())
    }

    pub(super) fn rows(&mut self, sql: &str, bindings: &[Datum]) -> Result<Table> {
        match schema::version(self.0)? {
            Some(schema::VERSION) => self.0.query(sql, bindings),
            _ => Ok(Table::default()),
        }
    }
}

fn run(row: &[Datum]) -> LoggedRun {
    let planned = opt(&row[9]).and_then(|text| serde_json::from_str(&text).ok());
    let flags = opt(&row[10]).and_then(|text| serde_json::from_str(&text).ok());
    LoggedRun {
        run_id: text(&row[0]),
        number: row[1].as_i64().unwrap_or(0),
        command: text(&row[2]),
        command_line: text(&row[3]),
        process: text(&row[4]),
        started_at: text(&row[5]),
        ended_at: opt(&row[6]),
        status: text(&row[7]),
        nodes: row[8].as_i64().unwrap_or(0),
        planned,
        flags: flags.unwrap_or(Json::Null),
    }
}

fn node(row: &[Datum]) -> LoggedNode {
    LoggedNode {
        run_id: text(&row[0]),
        number: row[1].as_i64().unwrap_or(0),
        command: text(&row[2]),
        unique_id: text(&row[3]),
        resource_type: text(&row[4]),
        materialized: opt(&row[5]),
        relation: opt(&row[6]),
        status: text(&row[7]),
        message: opt(&row[8]),
        started_at: text(&row[9]),
        ended_at: text(&row[10]),
        seconds: row[11].to_json().as_f64().unwrap_or(0.0),
        rows_in: row[12].as_i64(),
        rows_out: row[13].as_i64(),
        quarantined: row[14].as_i64(),
        dropped: row[15].as_i64(),
        failures: row[16].as_i64(),
    }
}

fn batch(row: &[Datum]) -> LoggedBatch {
    LoggedBatch {
        run_id: text(&row[0]),
        number: row[1].as_i64().unwrap_or(0),
        unique_id: text(&row[2]),
        relation: opt(&row[3]),
        start: text(&row[4]),
        end: text(&row[5]),
        size: text(&row[6]),
        status: text(&row[7]),
        message: opt(&row[8]),
        started_at: text(&row[9]),
        ended_at: text(&row[10]),
        rows_in: row[11].as_i64(),
        rows_out: row[12].as_i64(),
    }
}

pub(super) fn text(datum: &Datum) -> String {
    opt(datum).unwrap_or_default()
}

pub(super) fn opt(datum: &Datum) -> Option<String> {
    (!datum.is_null()).then(|| datum.to_string())
}
