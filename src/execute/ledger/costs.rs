//! What nodes cost, beside their entries: a table of its own, so that ledgers of earlier versions gain it and stay
//! readable by the forge that made them.
//!
//! Invariant: the entry is written in the same transaction as that of the node.

use std::collections::HashMap;

use super::read::{LedgerReader, opt, text};
use crate::adapters::{Cost, Datum, Result, Session};
use crate::names::UniqueId;

/// How much of its rows a node built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// All of them.
    #[default]
    Whole,
    /// It added to what was there.
    Added,
    /// A sample, or none.
    Part,
}

impl Mode {
    const ALL: [Mode; 3] = [Mode::Whole, Mode::Added, Mode::Part];

    /// Its word in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Whole => "whole",
            Mode::Added => "added",
            Mode::Part => "part",
        }
    }

    fn parse(word: &str) -> Option<Mode> {
        Mode::ALL.into_iter().find(|mode| mode.as_str() == word)
    }
}

/// What a node cost in a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CostRow {
    /// The engine's counters.
    pub cost: Cost,
    /// By how many bytes the file grew, those apart that became free.
    pub bytes: Option<i64>,
    /// How much it built.
    pub mode: Mode,
}

/// What a node cost in a run as it was written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoggedCost {
    /// The run's place among all.
    pub number: i64,
    /// dbt's word for the verb of the run.
    pub command: String,
    /// The node.
    pub unique_id: String,
    /// RFC 3339 in UTC.
    pub ended_at: String,
    /// The word of `run_results.json`.
    pub status: String,
    /// Wall time.
    pub seconds: f64,
    /// Rows that were written, where the engine tells.
    pub rows_written: Option<i64>,
    /// The counters.
    pub row: CostRow,
}

/// What a node costs.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeCost {
    /// The node.
    pub id: UniqueId,
    /// Bytes of its table and indexes now; none for what is no table, and where the engine does not tell.
    pub bytes: Option<u64>,
    /// Its last runs, the newest first; at least one.
    pub runs: Vec<LoggedCost>,
}

/// What is known of nodes from the last runs, the newest first.
#[derive(Debug, Default)]
pub struct Recent {
    seconds: HashMap<String, Vec<f64>>,
    steps: HashMap<(String, Mode), Vec<f64>>,
    /// Steps, all of them and for each row that was written, the last time that a node was built whole.
    work: HashMap<String, (f64, f64)>,
}

/// How many runs of each node count.
const KEPT: usize = 5;
/// How many runs are looked through.
const RUNS: i64 = 10;
/// So many nodes are looked up one by one.
const FEW: usize = 64;
/// Shorter nodes say nothing about what to begin first, and there are many of them.
const SHORTEST: f64 = 0.001;

impl Recent {
    /// How long a node takes; none when it is not known or takes no time worth counting.
    pub fn seconds(&self, unique_id: &str) -> Option<f64> {
        self.seconds.get(unique_id).map(|seconds| super::median(seconds))
    }

    /// The steps of a node's runs of one mode.
    pub fn steps(&self, unique_id: &str, mode: Mode) -> &[f64] {
        self.steps.get(&(unique_id.to_owned(), mode)).map_or(&[], Vec::as_slice)
    }

    /// The steps of a node the last time that it was built whole: all of them, and for each row that was written.
    pub fn work(&self, unique_id: &str) -> Option<(f64, f64)> {
        self.work.get(unique_id).copied()
    }

    fn add(&mut self, row: &[Datum]) {
        let id = text(&row[0]);
        let number = |at: usize| row[at].to_json().as_f64();
        if let Some((steps, mode)) = number(2).zip(opt(&row[3]).and_then(|word| Mode::parse(&word)))
        {
            keep(self.steps.entry((id.clone(), mode)).or_default(), steps);
            if let Some(rows) = number(4).filter(|_| mode == Mode::Whole) {
                self.work.entry(id.clone()).or_insert((steps, steps / rows.max(1.0)));
            }
        }
        if let Some(seconds) = number(1).filter(|seconds| *seconds >= SHORTEST) {
            keep(self.seconds.entry(id).or_default(), seconds);
        }
    }
}

fn keep(values: &mut Vec<f64>, value: f64) {
    if values.len() < KEPT {
        values.push(value);
    }
}

/// Writes what a node cost in the open transaction, in place of an entry of the same run.
pub(super) fn record(
    session: &mut dyn Session,
    (run_id, unique_id): (&str, &str),
    row: &CostRow,
) -> Result<()> {
    // Every change of the schema makes the engine read its statements again: short ones are read faster.
    let sql = "replace into _forge_costs (run_id, unique_id, mode, steps, rows_scanned, sorts, rows_indexed, bytes) \
               values (?, ?, ?, ?, ?, ?, ?, ?)";
    let count = |count: u64| Datum::from(i64::try_from(count).unwrap_or(i64::MAX));
    let values = [
        run_id.into(),
        unique_id.into(),
        row.mode.as_str().into(),
        count(row.cost.steps),
        count(row.cost.rows_scanned),
        count(row.cost.sorts),
        count(row.cost.rows_indexed),
        row.bytes.map_or(Datum::Null, Datum::from),
    ];
    session.query(sql, &values).map(drop)
}

impl LedgerReader<'_> {
    /// What is known from the last runs of a project and target before `run_id`, of these nodes when they are few.
    pub fn recent(
        &mut self,
        (project, target): (&str, &str),
        run_id: &str,
        nodes: &[&str],
    ) -> Result<Recent> {
        let mut bindings: Vec<Datum> =
            vec![project.into(), target.into(), run_id.into(), RUNS.into()];
        let mut which = String::new();
        if nodes.len() <= FEW {
            which = format!("and node.unique_id in ({})", vec!["?"; nodes.len()].join(", "));
            bindings.extend(nodes.iter().map(|id| Datum::from(*id)));
        }
        let sql = format!(
            "select node.unique_id, node.seconds, cost.steps, cost.mode, node.rows_out \
             from (select run_id, number from _forge_runs where project = ? and target = ? and run_id <> ? \
             order by number desc limit ?) as run \
             cross join _forge_node_runs as node on node.run_id = run.run_id {which} \
             left join _forge_costs as cost on cost.run_id = node.run_id and cost.unique_id = node.unique_id \
             where node.status in ('success', 'pass', 'warn') \
             and (node.seconds >= {SHORTEST} or node.resource_type = 'model') order by run.number desc"
        );
        let mut recent = Recent::default();
        for row in &self.0.query(&sql, &bindings)?.rows {
            recent.add(row);
        }
        Ok(recent)
    }

    /// What a node cost in its last runs, the newest first. A ledger that no run has extended yet knows of no costs.
    pub fn costs_of_node(&mut self, unique_id: &str, limit: usize) -> Result<Vec<LoggedCost>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = "select run.number, run.command, node.unique_id, node.ended_at, node.status, node.seconds, \
                   node.rows_out, cost.mode, cost.steps, cost.rows_scanned, cost.sorts, cost.rows_indexed, cost.bytes \
                   from _forge_node_runs as node join _forge_runs as run on run.run_id = node.run_id \
                   join _forge_costs as cost on cost.run_id = node.run_id and cost.unique_id = node.unique_id \
                   where node.unique_id = ? order by run.number desc limit ?";
        match self.rows(sql, &[unique_id.into(), limit.into()]) {
            Err(error) if error.missing_relation().is_some() => Ok(Vec::new()),
            found => Ok(found?.rows.iter().map(|row| logged(row)).collect()),
        }
    }
}

fn logged(row: &[Datum]) -> LoggedCost {
    let count =
        |at: usize| row[at].as_i64().and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
    LoggedCost {
        number: row[0].as_i64().unwrap_or(0),
        command: text(&row[1]),
        unique_id: text(&row[2]),
        ended_at: text(&row[3]),
        status: text(&row[4]),
        seconds: row[5].to_json().as_f64().unwrap_or(0.0),
        rows_written: row[6].as_i64(),
        row: CostRow {
            mode: opt(&row[7]).and_then(|word| Mode::parse(&word)).unwrap_or_default(),
            cost: Cost {
                steps: count(8),
                rows_scanned: count(9),
                sorts: count(10),
                rows_indexed: count(11),
            },
            bytes: row[12].as_i64(),
        },
    }
}
