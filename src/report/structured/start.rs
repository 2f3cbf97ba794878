//! The beginning of a command and of a run.

use serde_json::{Map, Value as Json, json};

use super::{Entry, Journal};
use crate::events::Level;
use crate::project::DBT_VERSION;

/// dbt's version of the log's shape.
const LOG_VERSION: u32 = 3;

/// `MainReportVersion` says which dbt the log is like, and whose it is.
pub(super) fn command(args: &[(String, String)]) -> Vec<Entry> {
    let forge = env!("CARGO_PKG_VERSION");
    let text = format!("Running with dbt={DBT_VERSION} (forge {forge})");
    let data = json!({
        "log_version": LOG_VERSION, "version": format!("={DBT_VERSION}"), "forge_version": forge,
    });
    let args: Map<String, Json> = args.iter().map(|(k, v)| (k.clone(), json!(v))).collect();
    let shown = format!("running with arguments {}", Json::Object(args.clone()));
    vec![
        Entry::info("MainReportVersion", text, data),
        Entry::debug("MainReportArgs", shown, json!({"args": args})),
    ]
}

impl Journal {
    pub(super) fn run(&mut self, total: usize, summary: &str, threads: usize) -> Vec<Entry> {
        self.total = total;
        let mut entries = Vec::new();
        if !summary.is_empty() {
            let data = json!({"stat_line": summary});
            entries.push(Entry::info("FoundStats", format!("Found {summary}"), data));
        }
        if total == 0 {
            let text =
                "Nothing to do. Try checking your model configs and model specification args";
            entries.push(Entry::new(Level::Warn, "NothingToDo", text, json!({})));
            return entries;
        }
        let target = &self.target;
        let data = json!({"node_count": total, "num_threads": threads, "target_name": target});
        let text = format!("Concurrency: {threads} threads (target='{target}')");
        entries.push(blank());
        entries.push(Entry::info("ConcurrencyLine", text, data));
        entries.push(blank());
        entries
    }
}

/// dbt's empty line.
pub(super) fn blank() -> Entry {
    Entry::info("Formatting", "", json!({"msg": ""}))
}
