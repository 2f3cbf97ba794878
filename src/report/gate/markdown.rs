//! A summary in Markdown, for a pull request.

use super::{Ended, Told};
use crate::diagnostics::Severity;
use crate::events::Status;

/// Findings that are listed; the rest is counted.
const MOST: usize = 50;

/// The slowest nodes that are listed.
const SLOWEST: usize = 5;

/// The whole summary.
pub(super) fn text(told: &Told<'_>) -> String {
    let mark = if told.success { "✅" } else { "❌" };
    let mut text = format!("### {mark} `{}`\n\n", told.command.replace('`', "'"));
    if !told.nodes.is_empty() {
        text += &counts(told);
    }
    text += &findings(told);
    text += &slowest(told);
    text
}

fn counts(told: &Told<'_>) -> String {
    let count = |wanted: &[Status]| {
        told.nodes.iter().filter(|node| wanted.contains(&node.outcome.status)).count()
    };
    format!(
        "| passed | warned | failed | skipped | total | time |\n|---|---|---|---|---|---|\n\
         | {} | {} | {} | {} | {} | {:.1} s |\n\n",
        count(&[Status::Success, Status::Pass]),
        count(&[Status::Warn]),
        count(&[Status::Error, Status::Fail, Status::PartialSuccess]),
        count(&[Status::Skipped]),
        told.nodes.len(),
        told.elapsed.as_secs_f64(),
    )
}

fn findings(told: &Told<'_>) -> String {
    let shown = || told.findings.iter().filter(|one| one.severity != Severity::Note);
    if shown().next().is_none() {
        return String::new();
    }
    let mut text = "| | where | what |\n|---|---|---|\n".to_owned();
    for finding in shown().take(MOST) {
        let mark = if finding.severity == Severity::Error { "❌" } else { "⚠️" };
        let place = finding.place.as_ref();
        let place = place.map(|one| format!("{}:{}", one.file, one.line));
        let place = place.map_or_else(String::new, |place| cell(&place));
        let message = cell(&finding.message);
        text += &format!("| {mark} {} | {place} | {message} |\n", finding.code);
    }
    let hidden = shown().count().saturating_sub(MOST);
    if hidden > 0 {
        text += &format!("\n{hidden} more are not listed.\n");
    }
    text + "\n"
}

fn slowest(told: &Told<'_>) -> String {
    let mut nodes: Vec<&Ended<'_>> = told.nodes.iter().collect();
    nodes.sort_by_key(|node| std::cmp::Reverse(node.outcome.elapsed));
    if nodes.len() <= SLOWEST {
        return String::new();
    }
    let names = nodes.iter().take(SLOWEST).map(|node| {
        format!("`{}` {:.2} s", node.name.replace('`', "'"), node.outcome.elapsed.as_secs_f64())
    });
    format!("Slowest: {}\n", names.collect::<Vec<_>>().join(", "))
}

/// The first line of a text as code, in which nothing is markup; it stays in its cell.
fn cell(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    format!("`{}`", first.replace('`', "'").replace('|', "\\|"))
}
