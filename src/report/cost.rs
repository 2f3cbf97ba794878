//! What nodes cost, as a table and as JSON.

use serde_json::{Value as Json, json};

use super::Style;
use super::history::{render, short};
use crate::execute::ledger::{LoggedCost, NodeCost};

/// The runs of the nodes, a line each.
pub fn text(nodes: &[NodeCost], style: Style) -> String {
    let columns =
        ["node", "run", "seconds", "rows scanned", "rows written", "steps", "grew by", "on disk"];
    let rows = nodes
        .iter()
        .flat_map(|node| node.runs.iter().enumerate().map(|(at, run)| line(node, run, at == 0)));
    render(&columns, rows.collect(), style)
}

/// A run of a node; what belongs to the node as a whole stands beside its newest run.
fn line(node: &NodeCost, run: &LoggedCost, is_newest: bool) -> Vec<Option<String>> {
    let cost = &run.row.cost;
    vec![
        Some(if is_newest { short(node.id.as_str()) } else { String::new() }),
        Some(run.number.to_string()),
        Some(format!("{:.3}", run.seconds)),
        Some(cost.rows_scanned.to_string()),
        run.rows_written.map(|rows| rows.to_string()),
        Some(cost.steps.to_string()),
        run.row.bytes.map(size),
        node.bytes.filter(|_| is_newest).map(|bytes| size(bytes as i64)),
    ]
}

/// A number of bytes for people.
fn size(bytes: i64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let (mut value, mut unit) = (bytes as f64, 0);
    while value.abs() >= 1024.0 && unit + 1 < units.len() {
        value /= 1024.0;
        unit += 1;
    }
    match unit {
        0 => format!("{bytes} B"),
        _ => format!("{value:.1} {}", units[unit]),
    }
}

/// The nodes for programs.
pub fn json(nodes: &[NodeCost]) -> Json {
    let node = |node: &NodeCost| {
        let runs: Vec<Json> = node.runs.iter().map(run_json).collect();
        json!({"unique_id": node.id, "bytes_on_disk": node.bytes, "runs": runs})
    };
    nodes.iter().map(node).collect()
}

fn run_json(run: &LoggedCost) -> Json {
    let cost = &run.row.cost;
    json!({
        "run": run.number, "command": run.command, "ended_at": run.ended_at, "status": run.status,
        "mode": run.row.mode.as_str(), "seconds": run.seconds, "rows_scanned": cost.rows_scanned,
        "rows_written": run.rows_written, "steps": cost.steps, "sorts": cost.sorts,
        "rows_indexed": cost.rows_indexed, "bytes_grown": run.row.bytes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        let shown = [0, 1023, 4096, -8192, 1_572_864, i64::MAX].map(size);
        assert_eq!(shown, ["0 B", "1023 B", "4.0 KiB", "-8.0 KiB", "1.5 MiB", "8388608.0 TiB"]);
    }
}
