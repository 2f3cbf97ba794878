//! What a person reads, letter by letter.

use std::path::Path;

use super::*;
use crate::diagnostics::codes;
use crate::source::{FileId, Span};

const UNICODE: Style = Style { color: false, unicode: true, width: 80, cut: false };

fn source(text: &str) -> (SourceMap, FileId) {
    let sources = SourceMap::new();
    let id = sources.add("models/marts/orders.sql", Path::new("/orders.sql"), text);
    (sources, id)
}

fn span_of(id: FileId, text: &str, part: &str) -> Span {
    let start = text.find(part).expect("the part is in the text");
    Span::new(id, start, start + part.len())
}

#[test]
fn a_diagnostic_shows_place_source_notes_and_hint() {
    let text = "select\n  *\n\nfrom {{ ref('stg_order') }}\n";
    let (sources, id) = source(text);
    let diagnostic = Diagnostic::error(
        codes::UNKNOWN_REF,
        "model `orders` references `stg_order`, which does not exist",
    )
    .at(span_of(id, text, "ref('stg_order')"), "no model, seed or snapshot has this name")
    .note("in macro `union_all`, called at models/marts/orders.sql:3:1")
    .suggest(Some("stg_orders"));
    assert_eq!(
        render(&diagnostic, &sources, UNICODE),
        "\
error[E0301] unknown-ref: model `orders` references `stg_order`, which does not exist
   ┌─ models/marts/orders.sql:4:9
 4 │ from {{ ref('stg_order') }}
   ·         ^^^^^^^^^^^^^^^^ no model, seed or snapshot has this name
  = in macro `union_all`, called at models/marts/orders.sql:3:1
hint: did you mean `stg_orders`?
"
    );
}

#[test]
fn ascii_needs_no_special_characters() {
    let (sources, id) = source("select 1 form a\n");
    let diagnostic = Diagnostic::error(codes::SQL_ERROR, "near \"a\": syntax error")
        .at(Span::new(id, 9, 13), "here");
    assert_eq!(
        render(&diagnostic, &sources, Style::PLAIN),
        "\
error[E0705] sql-error: near \"a\": syntax error
   --> models/marts/orders.sql:1:10
 1 | select 1 form a
   |          ^^^^ here
"
    );
}

#[test]
fn near_labels_share_an_excerpt_and_far_ones_do_not() {
    let text = "a\nb\nc\nd\ne\nf\ng\nh\n";
    let (sources, id) = source(text);
    let diagnostic = Diagnostic::error(codes::DUPLICATE_NAME, "twice")
        .at(Span::new(id, 2, 3), "second")
        .and_at(Span::new(id, 0, 1), "first")
        .and_at(Span::new(id, 14, 15), "third");
    assert_eq!(
        render(&diagnostic, &sources, UNICODE),
        "\
error[E0303] duplicate-name: twice
   ┌─ models/marts/orders.sql:2:1
 1 │ a
   · ^
   · ╰── first
 2 │ b
   · ^
   · ╰── second
   ┌─ models/marts/orders.sql:8:1
 8 │ h
   · ^ third
"
    );
}

#[test]
fn tabs_line_ends_and_wide_characters_keep_the_carets_in_place() {
    let text = "select\t'日本' as x,\r\n\tboom\r\n";
    let (sources, id) = source(text);
    let diagnostic = Diagnostic::error(codes::SQL_ERROR, "no such column: boom")
        .at(span_of(id, text, "boom"), "");
    assert_eq!(
        render(&diagnostic, &sources, UNICODE),
        "\
error[E0705] sql-error: no such column: boom
   ┌─ models/marts/orders.sql:2:2
 2 │     boom
   ·     ^^^^
"
    );
}

#[test]
fn long_lines_are_cut_around_the_label() {
    let text = format!("{} boom {}", "a, ".repeat(100), "b, ".repeat(100));
    let (sources, id) = source(&text);
    let diagnostic =
        Diagnostic::error(codes::SQL_ERROR, "x").at(span_of(id, &text, "boom"), "here");
    let shown = render(&diagnostic, &sources, UNICODE);
    assert!(shown.lines().all(|line| crate::report::style::columns(line) <= 80), "{shown}");
    let lines: Vec<&str> = shown.lines().collect();
    let column = |line: &str, part: &str| line.find(part).map(|at| line[..at].chars().count());
    assert_eq!(column(lines[2], "boom"), column(lines[3], "^^^^"), "{shown}");
}

#[test]
fn odd_places_do_not_panic() {
    for text in ["", "\n", "é", "a\n", "日本\r\n\u{1b}[31mx"] {
        let (sources, id) = source(text);
        for (start, end) in [(0, 0), (0, 1), (1, 2), (0, 99), (99, 120), (2, 3)] {
            let diagnostic = Diagnostic::error(codes::BAD_YAML, "odd")
                .at(Span::new(id, start, end), "here")
                .and_at(Span::new(id, start, end), "and here");
            let shown = render(&diagnostic, &sources, UNICODE);
            assert!(shown.contains("models/marts/orders.sql:"), "{text:?} {start} {end}: {shown}");
            assert!(!shown.contains('\u{1b}'), "{shown:?}");
        }
    }
}

#[test]
fn many_are_cut_with_errors_first_and_counted() {
    let (sources, _) = source("");
    let mut all = Diagnostics::new();
    for number in 0..60 {
        all.push(Diagnostic::warning(codes::UNKNOWN_KEY, format!("key {number}")));
    }
    all.push(Diagnostic::error(codes::CYCLE, "a cycle"));
    all.push(Diagnostic::error(codes::CYCLE, "a cycle"));
    let shown = render_all(all, &sources, Style::PLAIN);
    assert!(shown.starts_with("error[E0306] cycle: a cycle\n"), "{shown}");
    assert!(shown.ends_with("11 more not shown\n1 error, 60 warnings\n"), "{shown}");
}

#[test]
fn the_short_forms_have_the_place() {
    let text = "select boom\n";
    let (sources, id) = source(text);
    let diagnostic = Diagnostic::error(codes::SQL_ERROR, "no such column: boom\nmore")
        .at(span_of(id, text, "boom"), "here");
    assert_eq!(
        one_line(&diagnostic, &sources, Style::PLAIN),
        "models/marts/orders.sql:1:8: error[E0705] sql-error: no such column: boom"
    );
    assert_eq!(
        json(&diagnostic, &sources)["place"],
        serde_json::json!({
            "file": "models/marts/orders.sql", "line": 1, "column": 8,
            "end_line": 1, "end_column": 12, "text": "here",
        })
    );
}
