//! The end of a run and of a command.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::start::blank;
use super::{Entry, Journal, stamp};
use crate::events::{Level, NodeOutcome, Status};
use crate::report::style::count;
use crate::report::summary::Tally;

impl Journal {
    /// Statistics, then what did not end well, then the counts.
    pub(super) fn run_finished(&mut self, elapsed: Duration) -> Vec<Entry> {
        // dbt: what had nothing to do says so, and no more.
        if self.tally.total() == 0 {
            return Vec::new();
        }
        let mut entries = vec![blank(), self.running(elapsed), blank(), self.verdict()];
        let mut unwell = std::mem::take(&mut self.unwell);
        // dbt: errors first.
        unwell.sort_by_key(|node| node.status == Status::Warn);
        for node in &unwell {
            entries.push(blank());
            entries.extend(self.reason(node));
        }
        let Tally { pass, warn, error, skip } = self.tally;
        let stats = json!({
            "pass": pass, "warn": warn, "error": error, "skip": skip, "noop": 0, "reused": 0,
            "total": self.tally.total(),
        });
        let data = json!({"stats": stats, "execution_time": elapsed.as_secs_f64()});
        entries.push(blank());
        entries.push(Entry::info("StatsLine", self.tally.stats(), data));
        entries
    }

    fn running(&self, elapsed: Duration) -> Entry {
        let seconds = elapsed.as_secs_f64();
        let (hours, rest) = ((seconds / 3600.0).floor(), seconds % 3600.0);
        let (minutes, rest) = ((rest / 60.0).floor(), rest % 60.0);
        let execution = format!(" in {hours} hours {minutes} minutes and {rest:.2} seconds");
        let stat_line = count(self.tally.total() as i64, "node");
        let text = format!("Finished running {stat_line}{execution} ({seconds:.2}s).");
        let data = json!({
            "stat_line": stat_line, "execution": execution, "execution_time": seconds,
        });
        Entry::info("FinishedRunningStats", text, data)
    }

    fn verdict(&self) -> Entry {
        let partial = self.unwell.iter().filter(|n| n.status == Status::PartialSuccess).count();
        let errors = self.tally.error - partial;
        let warnings = self.tally.warn;
        let text = match (errors + partial, warnings) {
            (0, 0) => "Completed successfully".to_owned(),
            (0, _) => format!("Completed with {}:", count(warnings as i64, "warning")),
            _ => format!(
                "Completed with {}, {}, and {}:",
                count(errors as i64, "error"),
                if partial == 1 {
                    "1 partial success".to_owned()
                } else {
                    format!("{partial} partial successes")
                },
                count(warnings as i64, "warning"),
            ),
        };
        let data = json!({
            "num_errors": errors, "num_warnings": warnings, "num_partial_success": partial,
            "keyboard_interrupt": false,
        });
        Entry::info("EndOfRunSummary", text, data)
    }

    fn reason(&self, node: &NodeOutcome) -> [Entry; 2] {
        let id = &node.id;
        let path = self.manifest.as_ref().and_then(|manifest| manifest.nodes.get(id));
        let path = path.map(|node| node.original_file_path.as_str()).unwrap_or_default();
        let (kind, name) = (id.resource_type(), self.name(id));
        let message = node.message.as_deref().unwrap_or_default();
        let info = self.node_info(id, node.status.as_str(), "");
        let heading = json!({
            "node_name": name, "resource_type": kind, "path": path, "node_info": info,
        });
        let said = json!({"msg": message, "node_info": info});
        let (level, tag, names) = match node.status {
            Status::Warn => {
                (Level::Warn, "WARNING", ["RunResultWarning", "RunResultWarningMessage"])
            }
            _ => (Level::Error, "ERROR", ["RunResultFailure", "RunResultError"]),
        };
        let text = format!("[{tag}]: in {kind} {name} ({path})");
        [
            Entry::new(level, names[0], text, heading),
            Entry::new(level, names[1], format!("  {message}"), said),
        ]
    }
}

/// The last entry of a log.
pub(super) fn command(command: &str, success: bool, elapsed: Duration, now: Timestamp) -> Entry {
    let seconds = elapsed.as_secs_f64();
    let word = if success { "succeeded" } else { "failed" };
    let at = stamp(now);
    let text = format!("Command `{command}` {word} at {at} after {seconds:.2} seconds");
    let data = json!({
        "command": command, "success": success, "elapsed": seconds, "completed_at": at,
    });
    Entry::debug("CommandCompleted", text, data)
}
