//! Collects insertions and replacements by byte offset, applies them, and remembers where each output byte
//! came from. Newlines are normalised to `\n` on the way, as Jinja2 does.

use std::ops::Range;

/// What an edit does at its place; the order matters where several meet at one offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    /// Closes something that ends here.
    Close,
    /// Opens something that starts here; the last one added is the outermost.
    Open,
    /// Takes the place of source text.
    Replace,
}

#[derive(Debug)]
struct Edit {
    range: Range<usize>,
    side: Side,
    text: String,
}

/// The edits of one template.
#[derive(Debug, Default)]
pub(crate) struct Edits {
    edits: Vec<Edit>,
}

impl Edits {
    /// Inserts text before what starts at `at`, outside of earlier openings.
    pub(crate) fn open(&mut self, at: usize, text: impl Into<String>) {
        self.edits.push(Edit { range: at..at, side: Side::Open, text: text.into() });
    }

    /// Inserts text after what ends at `at`, outside of earlier closings; returns a handle for [`Edits::amend`].
    pub(crate) fn close(&mut self, at: usize, text: impl Into<String>) -> usize {
        self.edits.push(Edit { range: at..at, side: Side::Close, text: text.into() });
        self.edits.len() - 1
    }

    /// Replaces source text; returns a handle for [`Edits::amend`].
    pub(crate) fn replace(&mut self, range: Range<usize>, text: impl Into<String>) -> usize {
        self.edits.push(Edit { range, side: Side::Replace, text: text.into() });
        self.edits.len() - 1
    }

    /// Changes the text of an earlier edit.
    pub(crate) fn amend(&mut self, handle: usize, text: impl Into<String>) {
        self.edits[handle].text = text.into();
    }

    /// How many edits there are, for [`Edits::truncate`].
    pub(crate) fn len(&self) -> usize {
        self.edits.len()
    }

    /// Forgets the edits made since there were this many.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.edits.truncate(len);
    }

    /// Writes the edited text and its offset map.
    pub(crate) fn apply(self, source: &str) -> (String, OffsetMap) {
        let mut order: Vec<usize> = (0..self.edits.len()).collect();
        order.sort_by_key(|&index| {
            let edit = &self.edits[index];
            let rank = if edit.side == Side::Open { usize::MAX - index } else { index };
            (edit.range.start, edit.side, rank)
        });
        let mut out = Writer::new(source);
        let mut pos = 0;
        for index in order {
            let edit = &self.edits[index];
            out.copy(pos..edit.range.start.max(pos));
            pos = pos.max(edit.range.start);
            out.insert(&edit.text, edit.range.start);
            pos = pos.max(edit.range.end);
        }
        out.copy(pos..source.len());
        (out.text, out.map)
    }
}

struct Writer<'s> {
    source: &'s str,
    text: String,
    map: OffsetMap,
}

impl<'s> Writer<'s> {
    fn new(source: &'s str) -> Self {
        Self { source, text: String::with_capacity(source.len() + 64), map: OffsetMap::default() }
    }

    fn insert(&mut self, text: &str, original: usize) {
        if !text.is_empty() {
            self.map.mark(self.text.len(), original, false);
            self.text.push_str(text);
        }
    }

    fn copy(&mut self, range: Range<usize>) {
        let mut pos = range.start;
        while pos < range.end {
            let chunk = &self.source[pos..range.end];
            let len = chunk.find('\r').unwrap_or(chunk.len());
            self.map.mark(self.text.len(), pos, true);
            self.text.push_str(&chunk[..len]);
            pos += len;
            if pos < range.end {
                self.text.push('\n');
                pos += if self.source[pos..].starts_with("\r\n") { 2 } else { 1 };
            }
        }
    }
}

/// Maps offsets of the edited text back to the source.
#[derive(Debug, Clone, Default)]
pub(crate) struct OffsetMap {
    /// Start in the edited text, start in the source, and whether what follows is copied text.
    marks: Vec<(usize, usize, bool)>,
}

impl OffsetMap {
    fn mark(&mut self, edited: usize, original: usize, copied: bool) {
        self.marks.push((edited, original, copied));
    }

    /// The source offset behind an offset of the edited text.
    pub(crate) fn original(&self, edited: usize) -> usize {
        let after = self.marks.partition_point(|mark| mark.0 <= edited);
        match after.checked_sub(1).map(|index| self.marks[index]) {
            None => edited,
            Some((start, original, true)) => original + (edited - start),
            Some((_, original, false)) => original,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_openings_and_closings_come_out_nested() {
        let mut edits = Edits::default();
        edits.open(0, "(");
        edits.close(3, ")");
        edits.open(0, "[");
        edits.close(3, "]");
        edits.replace(1..2, "-");
        let (text, map) = edits.apply("a+b");
        assert_eq!(text, "[(a-b)]");
        assert_eq!([0, 2, 3, 4].map(|at| map.original(at)), [0, 0, 1, 2]);
    }

    #[test]
    fn newlines_are_normalised() {
        let (text, map) = Edits::default().apply("a\r\nb\rc\n");
        assert_eq!(text, "a\nb\nc\n");
        assert_eq!(map.original(2), 3);
    }
}
