//! Windows of event time on the command line: `--event-time-start`, `--event-time-end`, `--sample`.
//!
//! Source: dbt 1.12, `_validate_event_time_configs` and `SampleWindow`. Times are UTC, ends are exclusive.

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::diagnostics::{Diagnostic, codes};
use crate::manifest::batch::parse_moment;
use crate::manifest::{BatchSize, Window};

/// The window of two flags, each with the name under which it was given.
pub(super) fn between(
    start: Option<(String, String)>,
    end: Option<(String, String)>,
) -> Result<Option<Window>, Diagnostic> {
    match (start, end) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(bad("`--event-time-start` needs `--event-time-end`")
            .hint("the end is exclusive: `--event-time-end 2026-04-01` ends with 31 March")),
        (None, Some(_)) => Err(bad("`--event-time-end` needs `--event-time-start`")),
        (Some(start), Some(end)) => {
            let window = Window { start: moment(&start)?, end: moment(&end)? };
            let names = [start.0.as_str(), end.0.as_str()];
            ordered(names, window).map(Some)
        }
    }
}

/// The window between two arguments, each with its name.
///
/// # Errors
/// One of them is no moment, or they are not in their order.
pub fn event_window(start: (&str, &str), end: (&str, &str)) -> Result<Window, Diagnostic> {
    let owned = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
    let window = Window { start: moment(&owned(start))?, end: moment(&owned(end))? };
    ordered([start.0, end.0], window)
}

/// The moment that a flag says.
fn moment((name, text): &(String, String)) -> Result<Timestamp, Diagnostic> {
    parse_moment(text).ok_or_else(|| {
        bad(&format!("`{name}` is `{text}`, which is no date or time"))
            .hint("write it as in `2026-03-01` or `2026-03-01T06:00:00`; it is UTC")
    })
}

/// A window whose start is before its end.
fn ordered(names: [&str; 2], window: Window) -> Result<Window, Diagnostic> {
    let [start, end] = names;
    match window.start < window.end {
        true => Ok(window),
        false => Err(bad(&format!("`{start}` must be before `{end}`"))
            .note(format!("the window would be from {} to {}", window.start, window.end))),
    }
}

/// The window of `--sample`: `3 days` up to now, or a mapping with `start` and `end`.
pub(super) fn sample(
    name: &str,
    text: &str,
    now: Timestamp,
    mapping: Option<serde_json::Map<String, Json>>,
) -> Result<Window, Diagnostic> {
    let Some(mapping) = mapping else {
        return relative(name, text, now);
    };
    let bound = |key: &str| {
        let value = mapping.get(key).and_then(Json::as_str);
        let value = value.ok_or_else(|| wrong(name, text))?;
        moment(&(format!("{key}` of `{name}"), value.to_owned()))
    };
    let window = Window { start: bound("start")?, end: bound("end")? };
    ordered(["start", "end"], window)
}

fn relative(name: &str, text: &str, now: Timestamp) -> Result<Window, Diagnostic> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [count, size] = words.as_slice() else {
        return Err(wrong(name, text));
    };
    let size = size.to_lowercase();
    let size = BatchSize::parse(size.strip_suffix('s').unwrap_or(&size));
    let start = count.parse::<i64>().ok().zip(size).and_then(|(count, size)| {
        let count = count.checked_neg().filter(|count| *count < 0)?;
        size.shift(now, count)
    });
    let start = start.ok_or_else(|| wrong(name, text))?;
    Ok(Window { start, end: now })
}

fn wrong(name: &str, text: &str) -> Diagnostic {
    bad(&format!("`{name}` is `{text}`, which is no window of time")).hint(
        "write `3 days` (or hours, months, years), or `{'start': '2026-03-01', 'end': '2026-03-03'}`",
    )
}

fn bad(message: &str) -> Diagnostic {
    Diagnostic::error(codes::BAD_WINDOW, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(name: &str, text: &str) -> Option<(String, String)> {
        Some((name.to_owned(), text.to_owned()))
    }

    #[test]
    fn both_ends_are_needed_in_their_order() {
        let [start, end] = ["--event-time-start", "--event-time-end"];
        let message = |from, to| between(from, to).expect_err("wrong").message;
        let one = given(start, "2026-03-01");
        assert_eq!(message(one.clone(), None), "`--event-time-start` needs `--event-time-end`");
        assert_eq!(message(None, one.clone()), "`--event-time-end` needs `--event-time-start`");
        let wrong = "`--event-time-start` must be before `--event-time-end`";
        assert_eq!(message(one.clone(), given(end, "2026-03-01")), wrong);
        assert!(message(one.clone(), given(end, "soon")).contains("no date"));
        assert!(between(one, given(end, "2026-03-01 01:00:00")).expect("a window").is_some());
    }

    #[test]
    fn a_sample_is_relative_or_a_mapping() {
        let now = parse_moment("2026-03-31T06:00:00").expect("a moment");
        let of = |text: &str| sample("--sample", text, now, None);
        let start = |text: &str| of(text).expect("a window").start.to_string();
        assert_eq!(start("3 days"), "2026-03-28T06:00:00Z");
        assert_eq!(start("1 Month"), "2026-02-28T06:00:00Z");
        for text in ["", "3", "days", "0 days", "-1 day", "3 weeks", "99999999999 years"] {
            assert!(of(text).is_err(), "{text}");
        }
    }
}
