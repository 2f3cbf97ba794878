//! Runs, nodes and batches of the ledger as tables and as JSON.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::Style;
use super::table;
use crate::events::Sample;
use crate::execute::ledger::{LoggedBatch, LoggedNode, LoggedRun};

/// How many of a run's nodes ended how.
pub type Counts = BTreeMap<String, i64>;

/// The runs, a line each.
pub fn runs(runs: &[(LoggedRun, Counts)], style: Style) -> String {
    if runs.is_empty() {
        return "no runs yet".to_owned();
    }
    let columns = [
        "run", "started", "seconds", "command", "status", "nodes", "ok", "warn", "failed",
        "skipped",
    ];
    let row = |(run, counts): &(LoggedRun, Counts)| {
        let sum = |words: &[&str]| {
            let count: i64 = words.iter().filter_map(|word| counts.get(*word)).sum();
            Some(count.to_string())
        };
        vec![
            Some(run.number.to_string()),
            Some(moment(&run.started_at)),
            run.ended_at.as_deref().and_then(|end| seconds(&run.started_at, end)),
            Some(run.command.clone()),
            Some(run.status.clone()),
            Some(run.nodes.to_string()),
            sum(&["success", "pass", "no-op"]),
            sum(&["warn"]),
            sum(&["error", "fail", "partial success"]),
            sum(&["skipped"]),
        ]
    };
    render(&columns, runs.iter().map(row).collect(), style)
}

/// One run: its facts, its nodes, its batches.
pub fn run(run: &LoggedRun, nodes: &[LoggedNode], batches: &[LoggedBatch], style: Style) -> String {
    let ended = run.ended_at.as_deref().map_or("not ended".to_owned(), moment);
    let mut text = format!(
        "run {}: {}\n{} to {ended}, {}, {}\n\n",
        run.number,
        run.command_line,
        moment(&run.started_at),
        run.process,
        run.status
    );
    let columns = ["node", "status", "seconds", "rows in", "rows out", "failures", "message"];
    let row = |node: &LoggedNode| {
        vec![
            Some(short(&node.unique_id)),
            Some(node.status.clone()),
            Some(format!("{:.2}", node.seconds)),
            number(node.rows_in),
            number(node.rows_out),
            number(node.failures),
            Some(node.message.clone().filter(|message| message != "OK").unwrap_or_default()),
        ]
    };
    text.push_str(&render(&columns, nodes.iter().map(row).collect(), style));
    if !batches.is_empty() {
        text.push('\n');
        text.push_str(&self::batches(batches, style));
    }
    text
}

/// The runs of one node.
pub fn node(nodes: &[LoggedNode], style: Style) -> String {
    let is_set_aside =
        nodes.iter().any(|node| node.quarantined.is_some() || node.dropped.is_some());
    let mut columns = vec!["run", "ended", "command", "status", "seconds", "rows in", "rows out"];
    if is_set_aside {
        columns.extend(["quarantined", "dropped"]);
    }
    columns.push("message");
    let row = |node: &LoggedNode| {
        let mut cells = vec![
            Some(node.number.to_string()),
            Some(moment(&node.ended_at)),
            Some(node.command.clone()),
            Some(node.status.clone()),
            Some(format!("{:.2}", node.seconds)),
            number(node.rows_in),
            number(node.rows_out),
        ];
        if is_set_aside {
            cells.extend([number(node.quarantined), number(node.dropped)]);
        }
        cells.push(Some(node.message.clone().filter(|text| text != "OK").unwrap_or_default()));
        cells
    };
    render(&columns, nodes.iter().map(row).collect(), style)
}

/// Batches, a line each.
pub fn batches(batches: &[LoggedBatch], style: Style) -> String {
    let columns = ["model", "batch start", "batch end", "status", "rows in", "rows out", "message"];
    let row = |batch: &LoggedBatch| {
        vec![
            Some(short(&batch.unique_id)),
            Some(moment(&batch.start)),
            Some(moment(&batch.end)),
            Some(batch.status.clone()),
            number(batch.rows_in),
            number(batch.rows_out),
            Some(batch.message.clone().unwrap_or_default()),
        ]
    };
    render(&columns, batches.iter().map(row).collect(), style)
}

/// A run for programs.
pub fn run_json(run: &LoggedRun) -> Json {
    json!({
        "run_id": run.run_id, "number": run.number, "command": run.command, "command_line": run.command_line,
        "process": run.process, "started_at": run.started_at, "ended_at": run.ended_at, "status": run.status,
        "nodes": run.nodes,
    })
}

/// A run with how many of its nodes ended how.
pub fn counted_json((run, counts): &(LoggedRun, Counts)) -> Json {
    let mut json = run_json(run);
    json["counts"] = json!(counts);
    json
}

/// A node of a run for programs.
pub fn node_json(node: &LoggedNode) -> Json {
    json!({
        "run_id": node.run_id, "number": node.number, "command": node.command, "unique_id": node.unique_id,
        "resource_type": node.resource_type, "materialized": node.materialized, "relation": node.relation,
        "status": node.status, "message": node.message, "started_at": node.started_at, "ended_at": node.ended_at,
        "seconds": node.seconds, "rows_in": node.rows_in, "rows_out": node.rows_out,
        "quarantined": node.quarantined, "dropped": node.dropped, "failures": node.failures,
    })
}

/// A batch of a run for programs.
pub fn batch_json(batch: &LoggedBatch) -> Json {
    json!({
        "run_id": batch.run_id, "number": batch.number, "unique_id": batch.unique_id, "relation": batch.relation,
        "batch_start": batch.start, "batch_end": batch.end, "batch_size": batch.size, "status": batch.status,
        "message": batch.message, "started_at": batch.started_at, "ended_at": batch.ended_at,
        "rows_in": batch.rows_in, "rows_out": batch.rows_out,
    })
}

pub(super) fn render(columns: &[&str], rows: Vec<Vec<Option<String>>>, style: Style) -> String {
    // What is not counted is left blank; NULL would be a word of the data.
    let mut rows: Vec<Vec<Option<String>>> = rows
        .into_iter()
        .map(|row| row.into_iter().map(Option::unwrap_or_default).map(Some).collect())
        .collect();
    for (at, name) in columns.iter().enumerate() {
        align_numbers(&mut rows, at, name);
    }
    let columns = columns.iter().map(|name| (*name).to_owned()).collect();
    table::render(&Sample { columns, rows }, style, 0)
}

/// Puts the numbers of a column to the right, also when some of its cells are blank.
fn align_numbers(rows: &mut [Vec<Option<String>>], at: usize, name: &str) {
    let is_blank = |cell: &str| cell.is_empty();
    let is_number = |cell: &str| is_blank(cell) || cell.parse::<f64>().is_ok();
    let cells = || rows.iter().filter_map(|row| row[at].as_deref());
    if !cells().any(is_blank) || !cells().all(is_number) || cells().all(is_blank) {
        return;
    }
    let width = cells().map(str::len).chain([name.len()]).max().unwrap_or(0);
    for cell in rows.iter_mut().filter_map(|row| row[at].as_mut()) {
        *cell = format!("{cell:>width$}");
    }
}

fn number(number: Option<i64>) -> Option<String> {
    number.map(|number| number.to_string())
}

/// `2026-03-01 12:00:00`, in UTC.
fn moment(text: &str) -> String {
    match text.parse::<jiff::Timestamp>() {
        Ok(at) => at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => text.to_owned(),
    }
}

fn seconds(from: &str, to: &str) -> Option<String> {
    let (from, to) = (from.parse::<jiff::Timestamp>().ok()?, to.parse::<jiff::Timestamp>().ok()?);
    Some(format!("{:.2}", to.duration_since(from).as_secs_f64()))
}

/// The id without its package: `model orders`, `test unique_orders_id`.
pub(super) fn short(id: &str) -> String {
    let mut parts = id.splitn(3, '.');
    match (parts.next(), parts.nth(1)) {
        (Some("test"), Some(name)) => {
            format!("test {}", name.rsplit_once('.').map_or(name, |(name, _)| name))
        }
        (Some(kind), Some(name)) => format!("{kind} {name}"),
        _ => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_lines_with_what_is_not_known_left_blank() {
        let run = LoggedRun {
            number: 2,
            command: "build".into(),
            started_at: "2026-03-01T12:00:00.25Z".into(),
            status: "running".into(),
            nodes: 3,
            ..LoggedRun::default()
        };
        let counts = Counts::from([("success".into(), 1), ("pass".into(), 1)]);
        assert_eq!(
            runs(&[(run, counts)], Style { width: 120, ..Style::PLAIN }),
            "run  started              seconds  command  status   nodes  ok  warn  failed  skipped\n\
             ---  -------------------  -------  -------  -------  -----  --  ----  ------  -------\n  \
             2  2026-03-01 12:00:00           build    running      3   2     0       0        0\n"
        );
        assert_eq!(runs(&[], Style::PLAIN), "no runs yet");
    }

    #[test]
    fn numbers_stand_right_also_beside_blanks() {
        let ran = |number, rows| LoggedNode { number, rows_out: rows, ..LoggedNode::default() };
        let shown =
            node(&[ran(1, Some(12_345)), ran(2, None)], Style { width: 120, ..Style::PLAIN });
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines[0].contains("rows out") && lines[2].contains("   12345"), "{shown}");
    }

    #[test]
    fn ids_are_shortened_to_what_a_person_reads() {
        assert_eq!(short("model.shop.orders"), "model orders");
        assert_eq!(short("test.shop.unique_a.1f2e"), "test unique_a");
        assert_eq!(short("test.shop.mine"), "test mine");
    }
}
