//! How a node ended, in words: one line while the run goes on, the details at its end.

use std::time::Duration;

use super::diagnostic;
use super::style::{Paint, Style, columns, count, cut, cut_middle, pad, pad_left};
use super::{row_diff, table};
use crate::events::{NodeOutcome, Sample, Status};
use crate::source::SourceMap;

/// Columns of the rows and of the time.
const ROWS: usize = 14;
const TIME: usize = 8;
/// Columns of the status and the blank behind it.
const WORD: usize = 6;
/// A title is never shorter than this.
const LEAST_TITLE: usize = 16;

/// The node on one line: `ok    table main.orders    1,204 rows    0.02s`.
pub fn line(outcome: &NodeOutcome, style: Style) -> String {
    let word = style.paint(paint(outcome.status), &pad(word(outcome.status), 5)).into_owned();
    if outcome.status == Status::Skipped {
        return style.paint(Paint::Dim, &skipped(outcome, style)).into_owned();
    }
    let rows = rows(outcome);
    let taken = match rows.is_empty() {
        true => 0,
        false => columns(&rows).max(ROWS) + 1,
    };
    let room = width(style) - WORD - TIME - 1 - taken;
    let title = pad(&shorten(&outcome.title, room, style), room);
    let rows = match rows.is_empty() {
        true => rows,
        false => format!(" {}", pad_left(&rows, ROWS)),
    };
    let time = pad_left(&seconds(outcome.elapsed), TIME);
    format!("{word} {title}{rows} {}", style.paint(Paint::Dim, &time))
}

/// The reason begins where rows do, as long as there is room.
fn skipped(outcome: &NodeOutcome, style: Style) -> String {
    let word = pad(word(outcome.status), 5);
    let reason = first_line(outcome.message.as_deref().unwrap_or_default());
    let column = width(style) - WORD - ROWS - TIME - 2;
    if !style.cut {
        return format!("{word} {}  {reason}", pad(&outcome.title, column)).trim_end().to_owned();
    }
    let room = (width(style) - WORD - 2).saturating_sub(columns(reason)).max(LEAST_TITLE);
    let title = pad(&cut_middle(&outcome.title, room, style), column.min(room));
    cut(format!("{word} {title}  {reason}").trim_end(), style.width, style)
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
    Some(format!("      {}", style.paint(Paint::Error, first_line(message))))
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
    if let Some(sample) = outcome.sample.as_ref().filter(|sample| !sample.columns.is_empty()) {
        text += &table::render(sample, style, 4);
        text += &rest(outcome, sample.rows.len());
    }
    if let Some(diff) = &outcome.diff {
        text += &row_diff::render(diff, style);
    }
    text + &show_command(outcome, style)
}

/// Whether [`details`] has something to say at the end of the run.
pub fn has_details(outcome: &NodeOutcome) -> bool {
    matches!(outcome.status, Status::Error | Status::Fail | Status::Warn | Status::PartialSuccess)
}

fn heading(outcome: &NodeOutcome, style: Style) -> String {
    let word = style.paint(paint(outcome.status), word(outcome.status)).into_owned();
    let rows = rows(outcome);
    let rows = if rows.is_empty() { rows } else { format!(": {rows}") };
    let mut text = format!("{word} {}{rows}\n", outcome.title);
    if let Some(message) = &outcome.message {
        text += &format!("  = {}\n", message.trim_end().replace('\n', "\n    "));
    }
    text
}

/// How many rows the sample leaves out. One that is not full has all rows: the count is then what `fail_calc` made.
fn rest(outcome: &NodeOutcome, shown: usize) -> String {
    if shown < Sample::ROWS {
        return String::new();
    }
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
    format!("{} all of them: {command}\n", style.paint(Paint::Accent, "hint:"))
}

fn rows(outcome: &NodeOutcome) -> String {
    match (outcome.status, outcome.rows) {
        (Status::Fail | Status::Warn, Some(rows)) => count(rows, "failure"),
        (Status::Success | Status::PartialSuccess, Some(rows)) if rows >= 0 => {
            count(rows, "row") + &aside(outcome)
        }
        _ => String::new(),
    }
}

/// The rows that are not in the table: `, 3 quarantined, 1 dropped`.
fn aside(outcome: &NodeOutcome) -> String {
    let one = |rows: Option<i64>, word| match rows {
        Some(rows) if rows > 0 => format!(", {} {word}", super::style::thousands(rows)),
        _ => String::new(),
    };
    one(outcome.quarantined, "quarantined") + &one(outcome.dropped, "dropped")
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
        Status::PartialSuccess => "part",
        Status::Skipped => "skip",
    }
}

fn paint(status: Status) -> Paint {
    match status {
        Status::Success | Status::Pass => Paint::Good,
        Status::Warn => Paint::Warning,
        Status::Fail | Status::Error | Status::PartialSuccess => Paint::Error,
        Status::Skipped => Paint::Dim,
    }
}

/// The columns of a line: not so many that the eye loses it.
fn width(style: Style) -> usize {
    style.width.clamp(50, 110)
}

/// A title that fits; where lines may be long, it is left whole.
fn shorten(title: &str, room: usize, style: Style) -> String {
    match style.cut {
        true => cut_middle(title, room, style),
        false => title.to_owned(),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().find(|line| columns(line.trim()) > 0).unwrap_or_default().trim()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn outcome(status: Status, title: &str) -> NodeOutcome {
        NodeOutcome {
            id: format!("model.shop.{title}").into(),
            status,
            title: title.into(),
            message: None,
            rows: None,
            quarantined: None,
            dropped: None,
            elapsed: Duration::from_millis(20),
            diagnostics: vec![],
            sample: None,
            keys: None,
            diff: None,
            show_command: None,
        }
    }

    #[test]
    fn a_line_has_status_title_rows_and_time() {
        let table =
            NodeOutcome { rows: Some(1204), ..outcome(Status::Success, "table main.orders") };
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
    fn long_titles_leave_the_columns_where_they_are() {
        let style = Style { cut: true, unicode: true, width: 60, ..Style::PLAIN };
        let title = "test relationships_accounts_customer_id__customer_id__ref_customers_";
        let test = outcome(Status::Pass, title);
        let table = NodeOutcome {
            rows: Some(1_204_000),
            ..outcome(Status::Success, "incremental main.accounts_of_all_branches")
        };
        let skipped = NodeOutcome {
            message: Some("because model accounts_of_all_branches failed".into()),
            ..outcome(Status::Skipped, title)
        };
        assert_eq!(
            [&test, &table, &skipped].map(|o| line(o, style)),
            [
                "pass  test relationships_acc…mer_id__ref_customers_    0.02s",
                "ok    incremental mai…f_all_branches 1,204,000 rows    0.02s",
                "skip  test rel…tomers_  because model accounts_of_all_branc…",
            ]
        );
        assert!(line(&test, Style { cut: false, ..style }).contains(title));
    }

    #[test]
    fn a_failed_test_shows_rows_and_where_the_rest_is() {
        let failed = NodeOutcome {
            rows: Some(7),
            message: Some("Got 7 results, configured to fail if != 0".into()),
            sample: Some(Sample {
                columns: vec!["id".into()],
                rows: [Some("1"), None, None, None, None]
                    .map(|cell| vec![cell.map(str::to_owned)])
                    .into(),
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
    NULL
    NULL
    NULL
    and 2 more
hint: all of them: forge show -s not_null_orders_id --limit -1
"
        );
    }

    #[test]
    fn a_count_that_is_no_number_of_rows_promises_no_more() {
        let failed = NodeOutcome {
            rows: Some(2),
            sample: Some(Sample {
                columns: vec!["n_records".into()],
                rows: vec![vec![Some("2".into())]],
            }),
            ..outcome(Status::Fail, "test unique_orders_id")
        };
        let text = details(&failed, &SourceMap::new(), Style::PLAIN);
        assert!(!text.contains("more"), "{text}");
    }

    #[test]
    fn long_times_are_in_minutes() {
        assert_eq!(seconds(Duration::from_millis(1999)), "2.00s");
        assert_eq!(seconds(Duration::from_secs(62)), "1m 02s");
    }
}
