//! Where the parts of a unit test are written, found when a mistake has to be shown: the property file is read again.

use crate::source::yaml::{self, Node as YamlNode, Yaml};
use crate::source::{FileId, SourceMap, Span};

/// A part of a unit test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// An entry of `given`.
    Given(usize),
    /// `given` itself.
    AllGiven,
    /// `expect`
    Expect,
    /// `expect_final`
    ExpectFinal,
    /// `overrides`
    Overrides,
    /// The test itself.
    Test,
}

/// The place of a part of the test whose name stands at `name`; the name's where the part is not found.
pub fn of_part(sources: &SourceMap, name: Span, part: Part) -> Span {
    if part == Part::AllGiven {
        let key =
            entry(sources, name).and_then(|entry| Some(entry.as_map()?.entry("given")?.0.span));
        return key.unwrap_or(name);
    }
    entry(sources, name).and_then(|entry| inner(&entry, part).map(|yaml| yaml.span)).unwrap_or(name)
}

/// The place of a key or of a column in a part of the test.
pub fn of_column(sources: &SourceMap, name: Span, part: Part, column: &str) -> Span {
    let found = entry(sources, name).and_then(|entry| {
        let part = inner(&entry, part)?;
        if let Some((key, _)) = part.as_map().and_then(|map| map.entry(column)) {
            return Some(key.span);
        }
        match &part.get("rows")?.node {
            YamlNode::Seq(rows) => {
                let mut keys = rows.iter().filter_map(|row| row.as_map()?.entry(column));
                keys.next().map(|(key, _)| key.span)
            }
            YamlNode::Str(_) => word(sources, part.get("rows")?.span, column),
            _ => None,
        }
    });
    found.unwrap_or_else(|| of_part(sources, name, part))
}

/// The place of a line of text inside of a part.
pub(super) fn of_line(sources: &SourceMap, name: Span, part: Part, line: &str) -> Span {
    let within = of_part(sources, name, part);
    word(sources, within, line.trim()).unwrap_or(within)
}

/// The place of the line `number`, from 1, of a file.
pub fn line_of(sources: &SourceMap, file: FileId, number: u64) -> Span {
    let text = sources.file(file).text.clone();
    let before = usize::try_from(number).unwrap_or(1).saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(before).map(str::len).sum();
    let length = text.get(start..).and_then(|rest| rest.lines().next()).map_or(0, str::len);
    Span::new(file, start, start + length)
}

/// The first place of a text inside of a span.
fn word(sources: &SourceMap, within: Span, word: &str) -> Option<Span> {
    let text = sources.file(within.file).text.clone();
    let start = within.start as usize;
    let at =
        start + text.get(start..within.end as usize)?.find(word).filter(|_| !word.is_empty())?;
    Some(Span::new(within.file, at, at + word.len()))
}

fn entry(sources: &SourceMap, name: Span) -> Option<Yaml> {
    let file = sources.file(name.file);
    let root = yaml::parse(name.file, &file.text).ok()?.root;
    let tests = root.get("unit_tests")?.as_seq()?;
    tests.iter().find(|test| test.get("name").is_some_and(|found| found.span == name)).cloned()
}

fn inner(entry: &Yaml, part: Part) -> Option<&Yaml> {
    match part {
        Part::AllGiven => entry.get("given"),
        Part::Given(at) => entry.get("given")?.as_seq()?.get(at),
        Part::Expect => entry.get("expect"),
        Part::ExpectFinal => entry.get("expect_final"),
        Part::Overrides => entry.get("overrides"),
        Part::Test => Some(entry),
    }
}
