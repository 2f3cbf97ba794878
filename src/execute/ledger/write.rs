//! Entries of nodes and batches.

use jiff::Timestamp;

use super::costs::{self, CostRow};
use super::open::Ledger;
use crate::adapters::{Datum, Result, Session};

/// How a node ended in a run.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeRow {
    /// The node.
    pub unique_id: String,
    /// dbt's word for its kind.
    pub resource_type: String,
    /// How it was built; none for what is not built.
    pub materialized: Option<String>,
    /// Its rendered relation.
    pub relation: Option<String>,
    /// The word of `run_results.json`.
    pub status: String,
    /// What the user read.
    pub message: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; of what wrote data, just before its commit.
    pub ended_at: Timestamp,
    /// Wall time.
    pub seconds: f64,
    /// Rows that its query gave.
    pub rows_in: Option<i64>,
    /// Rows that were written to its relation.
    pub rows_out: Option<i64>,
    /// Rows that were set aside by an expectation.
    pub quarantined: Option<i64>,
    /// Rows that an expectation dropped.
    pub dropped: Option<i64>,
    /// Failures of a test.
    pub failures: Option<i64>,
    /// What it cost, where that was measured.
    pub cost: Option<CostRow>,
}

/// How a batch of a microbatch model ended in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRow {
    /// The model.
    pub unique_id: String,
    /// Its rendered relation.
    pub relation: Option<String>,
    /// Inclusive start.
    pub start: Timestamp,
    /// Exclusive end.
    pub end: Timestamp,
    /// `hour`, `day`, `month` or `year`.
    pub size: String,
    /// `success`, `error`, `skipped`, `sampled` or `missing`.
    pub status: String,
    /// Why it failed.
    pub message: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Rows that its query gave.
    pub rows_in: Option<i64>,
    /// Rows that were written.
    pub rows_out: Option<i64>,
}

impl Ledger {
    /// Writes the entry of a node in the open transaction, in place of one of the same run.
    pub fn record_node(&self, session: &mut dyn Session, row: &NodeRow) -> Result<()> {
        let Some(run_id) = self.run_id() else {
            return Ok(());
        };
        let sql = "replace into _forge_node_runs (run_id, unique_id, resource_type, materialized, relation, status, \
                   message, started_at, ended_at, seconds, rows_in, rows_out, quarantined, dropped, failures) \
                   values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let values = [
            run_id.into(),
            row.unique_id.as_str().into(),
            row.resource_type.as_str().into(),
            text(row.materialized.as_deref()),
            text(row.relation.as_deref()),
            row.status.as_str().into(),
            text(row.message.as_deref()),
            time(row.started_at),
            time(row.ended_at),
            row.seconds.into(),
            number(row.rows_in),
            number(row.rows_out),
            number(row.quarantined),
            number(row.dropped),
            number(row.failures),
        ];
        session.query(sql, &values)?;
        match &row.cost {
            Some(cost) => costs::record(session, (run_id, &row.unique_id), cost),
            None => Ok(()),
        }
    }

    /// Writes the entry of a batch in the open transaction, in place of one of the same run.
    pub fn record_batch(&self, session: &mut dyn Session, row: &BatchRow) -> Result<()> {
        self.run_id().map_or(Ok(()), |run_id| insert_batch(session, run_id, row))
    }
}

/// Writes the entry of a batch, in place of one of the same run.
pub(super) fn insert_batch(session: &mut dyn Session, run_id: &str, row: &BatchRow) -> Result<()> {
    let key = [run_id.into(), row.unique_id.as_str().into(), time(row.start)];
    let delete =
        "delete from _forge_batches where run_id = ? and unique_id = ? and batch_start = ?";
    session.query(delete, &key)?;
    let [run_id, unique_id, start] = key;
    let sql = "insert into _forge_batches (run_id, unique_id, batch_start, batch_end, batch_size, status, rows_in, \
                   rows_out, message, started_at, ended_at, relation) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let values = [
        run_id,
        unique_id,
        start,
        time(row.end),
        row.size.as_str().into(),
        row.status.as_str().into(),
        number(row.rows_in),
        number(row.rows_out),
        text(row.message.as_deref()),
        time(row.started_at),
        time(row.ended_at),
        text(row.relation.as_deref()),
    ];
    session.query(sql, &values).map(drop)
}

/// Times as text that sorts: RFC 3339 in UTC.
pub(super) fn time(at: Timestamp) -> Datum {
    at.to_string().into()
}

fn text(text: Option<&str>) -> Datum {
    text.map_or(Datum::Null, Datum::from)
}

fn number(number: Option<i64>) -> Datum {
    number.map_or(Datum::Null, Datum::from)
}
