//! Casts to dates, which SQLite makes numbers: `cast('2026-01-31' as date)` is 2026.
//!
//! With the setting `iso_casts` a session reads `cast(x as date)` as `date(x)` and `cast(x as timestamp)` as
//! `datetime(x)`. Nothing else of a statement is touched; line breaks stay, so that lines in messages fit. Text and
//! comments are skipped. Without the setting the engine reads what was written, and the caller can warn.

use std::borrow::Cow;
use std::ops::Range;

/// A cast to a date or a timestamp.
#[derive(Debug, Clone, PartialEq, Eq)]
struct DateCast {
    /// The word `cast`.
    word: Range<usize>,
    /// From behind the operand to the closing parenthesis.
    target: Range<usize>,
    /// The function that gives ISO text.
    function: &'static str,
}

/// Whether a statement casts to a date or a timestamp.
pub(super) fn casts_to_date(sql: &str) -> bool {
    !date_casts(sql).is_empty()
}

/// The statement with functions in place of its casts to dates and timestamps.
pub(super) fn to_iso(sql: &str) -> Cow<'_, str> {
    let casts = date_casts(sql);
    if casts.is_empty() {
        return Cow::Borrowed(sql);
    }
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for cast in casts {
        let lines = sql[cast.target.clone()].matches('\n').count();
        edits.push((cast.word, cast.function.to_owned()));
        edits.push((cast.target, "\n".repeat(lines)));
    }
    edits.sort_by_key(|(range, _)| range.start);
    let mut out = String::with_capacity(sql.len());
    let mut at = 0;
    for (range, text) in edits {
        out.push_str(&sql[at..range.start]);
        out.push_str(&text);
        at = range.end;
    }
    out.push_str(&sql[at..]);
    Cow::Owned(out)
}

/// An open parenthesis: the `cast` before it, and the last `as` directly inside.
#[derive(Default)]
struct Open {
    cast: Option<Range<usize>>,
    alias: Option<Range<usize>>,
}

fn date_casts(sql: &str) -> Vec<DateCast> {
    let mut found = Vec::new();
    // Most statements cast nothing, and each is looked at before it runs.
    if !sql.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"cast")) {
        return found;
    }
    let mut open: Vec<Open> = Vec::new();
    let mut word: Option<Range<usize>> = None;
    let mut at = 0;
    while let Some(token) = next_token(sql, at) {
        at = token.end;
        let text = &sql[token.clone()];
        match text {
            "(" => {
                let is_cast =
                    |range: &Range<usize>| sql[range.clone()].eq_ignore_ascii_case("cast");
                open.push(Open { cast: word.take().filter(is_cast), alias: None });
            }
            ")" => found.extend(open.pop().and_then(|last| closed(sql, last, token.start))),
            _ if text.eq_ignore_ascii_case("as") => {
                if let Some(last) = open.last_mut() {
                    last.alias = Some(token.clone());
                }
            }
            _ => {}
        }
        if text != "(" {
            word = Some(token);
        }
    }
    found
}

fn closed(sql: &str, open: Open, end: usize) -> Option<DateCast> {
    let (word, alias) = (open.cast?, open.alias?);
    let function = function_for(&sql[alias.end..end])?;
    let operand = sql[..alias.start].trim_end().len();
    Some(DateCast { word, target: operand..end, function })
}

/// The function whose result stands for a value of the type.
fn function_for(type_name: &str) -> Option<&'static str> {
    let name = type_name.trim().to_ascii_lowercase();
    let is = |prefix: &str| {
        name.strip_prefix(prefix).is_some_and(|rest| {
            matches!(rest, "tz" | "_tz" | "_ntz" | "_ltz" | "2") || !rest.starts_with(is_word)
        })
    };
    if name == "date" {
        Some("date")
    } else if is("timestamp") || is("datetime") {
        Some("datetime")
    } else {
        None
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The next word, parenthesis or other sign; text in quotes counts as one sign, comments and blanks are skipped.
fn next_token(sql: &str, mut at: usize) -> Option<Range<usize>> {
    loop {
        let rest = &sql[at..];
        let first = rest.chars().next()?;
        let length = match first {
            _ if first.is_whitespace() => {
                at += first.len_utf8();
                continue;
            }
            '-' if rest.starts_with("--") => {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            '/' if rest.starts_with("/*") => {
                at += rest.find("*/").map_or(rest.len(), |end| end + 2);
                continue;
            }
            '\'' | '"' | '`' => 1 + rest[1..].find(first).map_or(rest.len() - 1, |end| end + 1),
            '[' => rest.find(']').map_or(rest.len(), |end| end + 1),
            _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        return Some(at..at + length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn casts_to_dates_become_functions() {
        for (sql, expected) in [
            ("select cast(a as date) from t", "select date(a) from t"),
            ("CAST ( a AS TIMESTAMP )", "datetime ( a)"),
            ("cast(a as timestamp without time zone)", "datetime(a)"),
            ("cast(a as timestamp(6))", "datetime(a)"),
            ("cast(a as timestamptz)", "datetime(a)"),
            ("cast(cast(a as datetime) as date)", "date(datetime(a))"),
            ("cast((select max(b) as m from t) as date)", "date((select max(b) as m from t))"),
            (
                "cast(case when a = 'as )' then 1 end\nas\ndate)",
                "date(case when a = 'as )' then 1 end\n\n)",
            ),
            ("cast(cast(a as integer) as date)", "date(cast(a as integer))"),
            ("cast('it''s' as date)", "date('it''s')"),
        ] {
            assert_eq!(to_iso(sql), expected, "{sql}");
        }
    }

    #[test]
    fn everything_else_stays() {
        for sql in [
            "select cast(a as text), 'cast(a as date)' from t -- cast(a as date)",
            "select /* cast(a as date) */ cast(a as dated), cast(a as timestamps)",
            "select my_cast(a as date), broadcast(a), (a) as date",
            "select \"cast\"(a as date), cast(a as",
            "select ')' || cast",
            "select 'open",
            "/* open",
            "",
        ] {
            assert!(matches!(to_iso(sql), Cow::Borrowed(_)), "{sql}");
            assert!(!casts_to_date(sql));
        }
    }
}
