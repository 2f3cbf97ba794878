//! The source behind a diagnostic, with its labels, drawn by miette.
//!
//! miette draws one group of nearby lines at a time; the line above it (`┌─ path:line:column`) is ours.
//! Lines are made safe first: tabs become blanks, control characters vanish, long lines are cut to a
//! window around the label, a label that spans lines keeps its first one.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use crate::diagnostics::{Diagnostic, Label};
use crate::report::style::{Paint, Style, columns};
use crate::source::{SourceFile, SourceMap, floor_char_boundary};

/// Lines that are further apart than this are drawn as two groups.
const NEAR: usize = 3;
/// Columns left of the source: line number and frame.
const GUTTER: usize = 10;

/// All places of a diagnostic, the primary one first.
pub(super) fn render(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> String {
    let labels = diagnostic.primary.iter().chain(&diagnostic.secondary);
    let marks = labels.map(|label| Mark::new(label, sources)).collect();
    groups(marks).iter().map(|group| draw(group, style)).collect()
}

/// A label on one line of a file.
struct Mark<'d> {
    file: Arc<SourceFile>,
    /// 0-based.
    line: usize,
    /// The bytes of the line in the file, without its end.
    line_bytes: Range<usize>,
    /// The bytes of the label in the file.
    bytes: Range<usize>,
    text: &'d str,
}

impl<'d> Mark<'d> {
    fn new(label: &'d Label, sources: &SourceMap) -> Self {
        let file = sources.file(label.span.file);
        let start = floor_char_boundary(&file.text, label.span.start as usize);
        let line_bytes = line_around(&file.text, start);
        let end = floor_char_boundary(&file.text, label.span.end as usize);
        let end = end.min(line_bytes.end).max(start);
        let line = file.text[..start].matches('\n').count();
        Mark { line, line_bytes, bytes: start..end, text: &label.text, file }
    }

    fn place(&self) -> String {
        let (line, column) = self.file.position(self.bytes.start);
        format!("{}:{line}:{column}", self.file.path)
    }
}

fn line_around(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    start..end
}

/// Marks that are near each other in one file, in order of their first mark.
fn groups(marks: Vec<Mark<'_>>) -> Vec<Vec<Mark<'_>>> {
    let mut groups: Vec<Vec<Mark<'_>>> = Vec::new();
    for mark in marks {
        let near = |other: &Mark<'_>| {
            other.file.id == mark.file.id && other.line.abs_diff(mark.line) <= NEAR
        };
        match groups.iter_mut().find(|group| group.iter().any(near)) {
            Some(group) => group.push(mark),
            None => groups.push(vec![mark]),
        }
    }
    groups
}

fn draw(group: &[Mark<'_>], style: Style) -> String {
    let snippet = Snippet::new(group, style);
    let handler = GraphicalReportHandler::new_themed(theme(style))
        .with_context_lines(0)
        .with_width(style.width)
        .with_urls(false);
    let mut drawn = String::new();
    if handler.render_report(&mut drawn, &snippet).is_err() {
        return format!("  --> {}\n", group[0].place());
    }
    let source_lines = framed_lines(&drawn);
    let digits = (group.iter().map(|m| m.line + 1).max().unwrap_or(1)).to_string().len();
    let corner = if style.unicode { "┌─" } else { "-->" };
    let place = group[0].place();
    let mut text =
        format!("{}{corner} {}\n", " ".repeat(digits + 2), style.paint(Paint::Accent, &place));
    text += &source_lines.join("\n");
    text += &comment(group, &source_lines, style);
    text.push('\n');
    text
}

/// What miette drew, without its heading line and its frame above and below.
fn framed_lines(drawn: &str) -> Vec<&str> {
    let lines: Vec<&str> = drawn.lines().map(str::trim_end).filter(|l| !l.is_empty()).collect();
    let inner = lines.get(2..lines.len().saturating_sub(1)).unwrap_or_default();
    inner.to_vec()
}

/// The text of a lone label: behind its carets, or below them when it does not fit.
fn comment(group: &[Mark<'_>], lines: &[&str], style: Style) -> String {
    let [Mark { text, .. }] = group else {
        return String::new();
    };
    if text.is_empty() {
        return String::new();
    }
    let text = text.replace('\n', " ");
    let used = lines.last().map_or(0, |line| columns(&without_colour(line)));
    let gap = if used + columns(&text) < style.width { " " } else { "\n      " };
    format!("{gap}{}", style.paint(Paint::Error, &text))
}

fn without_colour(line: &str) -> String {
    let mut text = String::new();
    let mut escaped = false;
    for c in line.chars() {
        match (escaped, c) {
            (false, '\u{1b}') => escaped = true,
            (false, c) => text.push(c),
            (true, 'm') => escaped = false,
            (true, _) => {}
        }
    }
    text
}

fn theme(style: Style) -> GraphicalTheme {
    let mut characters =
        if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    characters.underline = '^';
    characters.underbar = '^';
    if !style.unicode {
        characters.vbar_break = '|';
    }
    let styles = if style.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
    GraphicalTheme { characters, styles }
}

/// The lines that miette draws, and their labels, as bytes of `text`.
#[derive(Debug)]
struct Snippet {
    text: String,
    first_line: usize,
    labels: Vec<LabeledSpan>,
}

impl Snippet {
    fn new(group: &[Mark<'_>], style: Style) -> Self {
        let first_line = group.iter().map(|m| m.line).min().unwrap_or(0);
        let last_line = group.iter().map(|m| m.line).max().unwrap_or(0);
        let mut snippet = Snippet { text: String::new(), first_line, labels: Vec::new() };
        let start = group.iter().map(|m| m.line_bytes.start).min().unwrap_or(0);
        let mut line_bytes = line_around(&group[0].file.text, start);
        for line in first_line..=last_line {
            let marks: Vec<_> = group.iter().filter(|m| m.line == line).collect();
            snippet.push_line(&group[0].file.text, line_bytes.clone(), &marks, style);
            if line < last_line {
                line_bytes = line_around(&group[0].file.text, line_bytes.end + 1);
            }
        }
        if let [_] = group {
            // The text of a lone label is put behind its carets by `comment`.
            snippet.labels =
                snippet.labels.iter().map(|l| LabeledSpan::underline(*l.inner())).collect();
        }
        snippet
    }

    fn push_line(&mut self, text: &str, bytes: Range<usize>, marks: &[&Mark<'_>], style: Style) {
        let anchor = marks.first().map_or(bytes.start, |m| m.bytes.start);
        let line = SafeLine::new(&text[bytes.clone()], anchor - bytes.start, style);
        let base = self.text.len();
        for mark in marks {
            let start = line.position(mark.bytes.start - bytes.start);
            let end = line.position(mark.bytes.end - bytes.start).max(start);
            let label = (!mark.text.is_empty()).then(|| mark.text.replace('\n', " "));
            self.labels.push(LabeledSpan::new(label, base + start, end - start));
        }
        self.text += &line.text;
        self.text.push('\n');
    }
}

/// A line that can be shown: no tabs, no control characters, not too long.
struct SafeLine {
    text: String,
    /// Where each byte of the original line went; one more than it has bytes.
    moved: Vec<usize>,
}

impl SafeLine {
    fn new(line: &str, anchor: usize, style: Style) -> Self {
        let room = style.width.saturating_sub(GUTTER).max(20);
        let window = window(line, anchor, room);
        let mut safe = SafeLine { text: String::new(), moved: Vec::with_capacity(line.len() + 1) };
        if window.start > 0 {
            safe.text += style.ellipsis();
        }
        for (at, character) in line.char_indices() {
            safe.moved.resize(at + character.len_utf8(), safe.text.len());
            if window.contains(&at) {
                safe.push(character);
            }
        }
        safe.moved.push(safe.text.len());
        if window.end < line.len() {
            safe.text += style.ellipsis();
        }
        safe
    }

    fn push(&mut self, character: char) {
        match character {
            '\t' => self.text += "    ",
            c if c.is_control() => {}
            c => self.text.push(c),
        }
    }

    fn position(&self, byte: usize) -> usize {
        self.moved.get(byte).or(self.moved.last()).copied().unwrap_or(0)
    }
}

/// The bytes of a line that fit into `room` columns, with the anchor among them.
fn window(line: &str, anchor: usize, room: usize) -> Range<usize> {
    let width = |c: char| {
        if c == '\t' { 4 } else { columns(c.encode_utf8(&mut [0; 4])) }
    };
    if line.chars().map(width).sum::<usize>() <= room {
        return 0..line.len();
    }
    let (mut start, mut before) = (anchor, 0);
    for (at, character) in line[..anchor].char_indices().rev() {
        before += width(character);
        if before > room / 3 {
            break;
        }
        start = at;
    }
    let (mut end, mut used) = (start, 0);
    for character in line[start..].chars() {
        used += width(character);
        if used > room {
            break;
        }
        end += character.len_utf8();
    }
    start..end
}

impl fmt::Display for Snippet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("source")
    }
}

impl std::error::Error for Snippet {}

impl miette::Diagnostic for Snippet {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

impl SourceCode for Snippet {
    /// All lines, whatever was asked for: a snippet is one group of lines that belong together.
    fn read_span<'a>(
        &'a self,
        _span: &SourceSpan,
        _before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let bytes = self.text.as_bytes();
        let whole = SourceSpan::from((0, bytes.len()));
        let lines = self.text.lines().count();
        Ok(Box::new(MietteSpanContents::new(bytes, whole, self.first_line, 0, lines)))
    }
}
