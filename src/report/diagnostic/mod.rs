//! Diagnostics as text: in full with the source, on one line, as JSON, and many of them at once.

use serde_json::{Value as Json, json};

use super::style::{Paint, Style, thousands};
use crate::diagnostics::{Diagnostic, Diagnostics, Label, Severity};
use crate::source::SourceMap;

mod excerpt;

/// How many diagnostics are shown in full.
const SHOWN: usize = 50;

/// The diagnostic in full: heading, source with labels, notes, hint.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> String {
    let mut text = heading(diagnostic, style);
    text.push('\n');
    text += &excerpt::render(diagnostic, sources, style);
    for note in &diagnostic.notes {
        text += &format!("  = {}\n", note.trim_end().replace('\n', "\n    "));
    }
    if let Some(hint) = &diagnostic.hint {
        let hint = hint.trim_end().replace('\n', "\n      ");
        text += &format!("{} {hint}\n", style.paint(Paint::Accent, "hint:"));
    }
    text
}

/// The diagnostic on one line, its place first.
pub fn one_line(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> String {
    let first = diagnostic.message.lines().next().unwrap_or_default();
    let heading = heading_of(diagnostic, first, style);
    match &diagnostic.primary {
        Some(label) => format!("{}: {heading}", sources.place(label.span)),
        None => heading,
    }
}

/// The diagnostic as an object: `code`, `name`, `severity`, `message`, `place`, `labels`, `notes`, `hint`.
pub fn json(diagnostic: &Diagnostic, sources: &SourceMap) -> Json {
    let labels = diagnostic.secondary.iter().map(|label| place(label, sources));
    json!({
        "code": diagnostic.code.id(),
        "name": diagnostic.code.name(),
        "severity": word(diagnostic.severity),
        "message": diagnostic.message,
        "place": diagnostic.primary.as_ref().map(|label| place(label, sources)),
        "labels": labels.collect::<Vec<_>>(),
        "notes": diagnostic.notes,
        "hint": diagnostic.hint,
    })
}

fn place(label: &Label, sources: &SourceMap) -> Json {
    let file = sources.file(label.span.file);
    let (line, column) = file.position(label.span.start as usize);
    let (end_line, end_column) = file.position(label.span.end as usize);
    json!({
        "file": &*file.path, "line": line, "column": column,
        "end_line": end_line, "end_column": end_column, "text": label.text,
    })
}

/// Many diagnostics: sorted, doubles once, the first [`SHOWN`] in full, and their count.
pub fn render_all(diagnostics: Diagnostics, sources: &SourceMap, style: Style) -> String {
    let mut list = diagnostics.into_sorted();
    let tally = tally(&list);
    let hidden = list.len().saturating_sub(SHOWN);
    if hidden > 0 {
        // What stops the run must not drown in what does not.
        list.sort_by_key(|d| std::cmp::Reverse(d.severity));
    }
    let mut text = String::new();
    for diagnostic in list.iter().take(SHOWN) {
        text += &render(diagnostic, sources, style);
        text.push('\n');
    }
    if hidden > 0 {
        text += &format!("{} more not shown\n", thousands(hidden as i64));
    }
    text + &tally + "\n"
}

/// `3 errors, 1 warning`.
pub fn tally(list: &[Diagnostic]) -> String {
    let of = |severity| list.iter().filter(|d| d.severity == severity).count() as i64;
    let kinds = [Severity::Error, Severity::Warning, Severity::Note];
    let parts = kinds.map(|severity| (of(severity), word(severity)));
    let parts = parts.into_iter().filter(|(number, _)| *number > 0);
    parts.map(|(number, word)| super::style::count(number, word)).collect::<Vec<_>>().join(", ")
}

fn heading(diagnostic: &Diagnostic, style: Style) -> String {
    heading_of(diagnostic, diagnostic.message.trim_end(), style)
}

fn heading_of(diagnostic: &Diagnostic, message: &str, style: Style) -> String {
    let head = format!("{}[{}]", word(diagnostic.severity), diagnostic.code.id());
    let head = style.paint(paint(diagnostic.severity), &head);
    format!("{head} {}: {message}", style.paint(Paint::Bold, diagnostic.code.name()))
}

fn paint(severity: Severity) -> Paint {
    match severity {
        Severity::Error => Paint::Error,
        Severity::Warning => Paint::Warning,
        Severity::Note => Paint::Accent,
    }
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

#[cfg(test)]
mod tests;
