//! How a node ended, in words: one line while the run goes on, the details at its end.

use std::time::Duration;

use super::diagnostic;
use super::style::{Paint, Style, columns, count, pad, pad_left};
use super::table;
use crate::events::{NodeOutcome, Status};
use crate::source::SourceMap;

/// Columns of the rows and of the time.
const ROWS: usize = 14;
const TIME: usize = 8;

/// The node on one line: `ok    table main.orders    1,204 rows    0.02s`.
pub fn line(outcome: &NodeOutcome, style: Style) -> String {
    let word = style
        .paint(paint(outcome.status), &pad(word(outcome.status), 5))
        .into_owned();
    if outcome.status == Status::Skipped {
        let reason = first_line(outcome.message.as_deref().unwrap_or_default());
        let line = format!(
            "{word} {}  {reason}",
            pad(&outcome.title, title_width(style))
        );
        return style.paint(Paint::Dim, line.trim_end()).into_owned();
    }
    let rows = pad_left(&rows(outcome), ROWS);
    let time = pad_left(&seconds(outcome.elapsed), TIME);
    let title = pad(&outcome.title, title_width(style));
    format!("{word} {title} {rows} {}", style.paint(Paint::Dim, &time))
}

/// What a failed node says below its line while the run goes on.
pub fn reason(outcome: &NodeOutcome, style: Style) -> Option<String> {
    if outcome.status != Status::Error {
        return None;
    }
    let message = match outcome.diagnostics.first() {
        Some(diagnostic) => &diagnostic.message,
        None => outcome.message.as_ref()?,
    };
    Some(format!(
        "      {}",
        style.paint(Paint::Error, first_line(message))
    ))
}

/// All that is known of a node that did not end well: diagnostics, failing rows, where the rest is.
pub fn details(outcome: &NodeOutcome, sources: &SourceMap, style: Style) -> String {
    let mut text = String::new();
    for diagnostic in &outcome.diagnostics {
        text += &diagnostic::render(diagnostic, sources, style);
    }
    if outcome.diagnostics.is_empty() {
        text += &heading(outcome, style);
    }
    if let Some(sample) = outcome
        .sample
        .as_ref()
        .filter(|sample| !sample.columns.is_empty())
    {
        text += &table::render(sample, style, 4);
        text += &rest(outcome, sample.rows.len());
    }
    text + &show_command(outcome, style)
}

/// Whether [`details`] has something to say at the end of the run.
pub fn has_details(outcome: &NodeOutcome) -> bool {
    matches!(outcome.status, Status::Error | Status::Fail | Status::Warn)
}

fn heading(outcome: &NodeOutcome, style: Style) -> String {
    let word = style
        .paint(paint(outcome.status), word(outcome.status))
        .into_owned();
    let rows = rows(outcome);
    let rows = if rows.is_empty() {
        rows
    } else {
        format!(": {rows}")
    };
    let mut text = format!("{word} {}{rows}\n", outcome.title);
    if let Some(message) = &outcome.message {
        text += &format!("  = {}\n", message.trim_end().replace('\n', "\n    "));
    }
    text
}

fn rest(outcome: &NodeOutcome, shown: usize) -> String {
    let more = outcome.rows.unwrap_or(0) - shown as i64;
    if more > 0 {
        format!("    and {} more\n", super::style::thousands(more))
    } else {
        String::new()
    }
}

fn show_command(outcome: &NodeOutcome, style: Style) -> String {
    let Some(command) = &outcome.show_command else {
        return String::new();
    };
    format!(
        "{} all of them: {command}\n",
        style.paint(Paint::Accent, "hint:")
    )
}

fn rows(outcome: &NodeOutcome) -> String {
    match (outcome.status, outcome.rows) {
        (Status::Fail | Status::Warn, Some(rows)) => count(rows, "failure"),
        (Status::Success, Some(rows)) if rows >= 0 => count(rows, "row"),
        _ => String::new(),
    }
}

/// `0.02s`, `1m 02s`.
pub fn seconds(elapsed: Duration) -> String {
    let whole = elapsed.as_secs();
    if whole >= 60 {
        format!("{}m {:02}s", whole / 60, whole % 60)
    } else {
        format!("{:.2}s", elapsed.as_secs_f64())
    }
}

/// The word of a status on the terminal.
pub fn word(status: Status) -> &'static str {
    match status {
        Status::Success => "ok",
        Status::Pass => "pass",
        Status::Warn => "warn",
        Status::Fail => "fail",
        Status::Error => "error",
        Status::Skipped => "skip",
    }
}

fn paint(status: Status) -> Paint {
    match status {
        Status::Success | Status::Pass => Paint::Good,
        Status::Warn => Paint::Warning,
        Status::Fail | Status::Error => Paint::Error,
        Status::Skipped => Paint::Dim,
    }
}

fn title_width(style: Style) -> usize {
    style.width.clamp(60, 100) - 6 - ROWS - TIME - 2
}

fn first_line(text: &str) -> &str {
    text.lines()
        .find(|line| columns(line.trim()) > 0)
        .unwrap_or_default()
        .trim()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::events::Sample;

    pub(crate) fn outcome(status: Status, title: &str) -> NodeOutcome {
        NodeOutcome {
            id: format!("model.shop.{title}").into(),
            status,
            title: title.into(),
            message: None,
            rows: None,
            elapsed: Duration::from_millis(20),
            diagnostics: vec![],
            sample: None,
            show_command: None,
        }
    }

    #[test]
    fn a_line_has_status_title_rows_and_time() {
        let table = NodeOutcome {
            rows: Some(1204),
            ..outcome(Status::Success, "table main.orders")
        };
        let test = outcome(Status::Pass, "test not_null_orders_id");
        let skipped = NodeOutcome {
            message: Some("because model.shop.orders failed".into()),
            ..outcome(Status::Skipped, "view main.top")
        };
        assert_eq!(
            [&table, &test, &skipped].map(|o| line(o, Style::PLAIN)),
            [
                "ok    table main.orders                                      1,204 rows    0.02s",
                "pass  test not_null_orders_id                                              0.02s",
                "skip  view main.top                                       because model.shop.orders failed",
            ]
        );
    }

    #[test]
    fn a_failed_test_shows_rows_and_where_the_rest_is() {
        let failed = NodeOutcome {
            rows: Some(7),
            message: Some("Got 7 results, configured to fail if != 0".into()),
            sample: Some(Sample {
                columns: vec!["id".into()],
                rows: vec![vec![Some("1".into())], vec![None]],
            }),
            show_command: Some("forge show -s not_null_orders_id --limit -1".into()),
            ..outcome(Status::Fail, "test not_null_orders_id")
        };
        assert_eq!(
            details(&failed, &SourceMap::new(), Style::PLAIN),
            "\
fail test not_null_orders_id: 7 failures
  = Got 7 results, configured to fail if != 0
      id
    ----
       1
    NULL
    and 5 more
hint: all of them: forge show -s not_null_orders_id --limit -1
"
        );
    }

    #[test]
    fn long_times_are_in_minutes() {
        assert_eq!(seconds(Duration::from_millis(1999)), "2.00s");
        assert_eq!(seconds(Duration::from_secs(62)), "1m 02s");
    }
}
