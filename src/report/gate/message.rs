//! The message to a webhook: a text that Slack and its likes show, and the quality report for programs.

use serde_json::{Value as Json, json};

use super::{Finding, Told};
use crate::diagnostics::Severity;
use crate::events::Status;

/// Findings that are listed; the rest is counted.
const MOST: usize = 10;

/// The longest line.
const WIDEST: usize = 300;

/// The message; `where_` names project and target.
pub(super) fn json(told: &Told<'_>, where_: &str, report: Json) -> Json {
    json!({"text": text(told, where_), "report": report})
}

fn text(told: &Told<'_>, where_: &str) -> String {
    let mark = if told.success { ":white_check_mark:" } else { ":x:" };
    let command = escaped(&told.command.replace('`', "'"));
    let elapsed = told.elapsed.as_secs_f64();
    let mut text =
        format!("{mark} `{command}` {}: {} in {elapsed:.1} s", escaped(where_), counts(told));
    let errors = || told.findings.iter().filter(|one| one.severity == Severity::Error);
    for finding in errors().take(MOST) {
        text += &line(finding);
    }
    match errors().count().saturating_sub(MOST) {
        0 => {}
        more => text += &format!("\n… and {more} more"),
    }
    text
}

/// `54 ok, 1 failed, 2 skipped`
fn counts(told: &Told<'_>) -> String {
    let count = |wanted: fn(Status) -> bool| {
        told.nodes.iter().filter(|node| wanted(node.outcome.status)).count()
    };
    if told.nodes.is_empty() {
        return if told.success { "done" } else { "nothing ran" }.to_owned();
    }
    let kinds = [
        (count(|status| matches!(status, Status::Success | Status::Pass)), "ok"),
        (count(|status| status == Status::Warn), "warned"),
        (count(Status::is_failure), "failed"),
        (count(|status| status == Status::Skipped), "skipped"),
    ];
    let shown = kinds.iter().filter(|(count, _)| *count > 0);
    shown.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

fn line(finding: &Finding) -> String {
    let message: String =
        finding.message.lines().next().unwrap_or_default().chars().take(WIDEST).collect();
    let place = finding.place.as_ref();
    let place = place.map(|place| format!(" ({}:{})", place.file, place.line)).unwrap_or_default();
    format!("\n• {} {}", finding.code, escaped(&format!("{message}{place}")))
}

/// Slack's three special characters.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
