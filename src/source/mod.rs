//! The texts that users wrote, and places in them.
//!
//! A [`SourceMap`] owns every file that was read; a [`Span`] names bytes in one of them. Diagnostics point
//! with spans, never with copied lines. [`yaml`] reads YAML into a tree whose every node has a span,
//! [`edit`] adds to such a text.
//! Invariant: a `FileId` stays valid for the life of its map.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

pub mod edit;
pub mod yaml;

/// A file in a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

/// A range of bytes in one file: `start` inclusive, `end` exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte offsets.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span { file, start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The empty span at the start of a file.
    pub fn start_of(file: FileId) -> Self {
        Span { file, start: 0, end: 0 }
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

/// One file that was read.
#[derive(Debug)]
pub struct SourceFile {
    /// Its id.
    pub id: FileId,
    /// The path that users see: relative to the project, with `/`.
    pub path: Arc<str>,
    /// The path on disk.
    pub absolute: PathBuf,
    /// The whole text.
    pub text: Arc<str>,
}

impl SourceFile {
    /// The 1-based line and column (in characters) of a byte offset.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let offset = floor_char_boundary(&self.text, offset);
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// The largest character boundary at or before `offset`.
pub fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// All files that were read in this run.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: RwLock<Vec<Arc<SourceFile>>>,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and returns its id.
    pub fn add(&self, path: &str, absolute: &Path, text: impl Into<Arc<str>>) -> FileId {
        let mut files = self.files.write().expect("invariant: no panic under lock");
        let id = FileId(u32::try_from(files.len()).expect("invariant: fewer than 2^32 files"));
        files.push(Arc::new(SourceFile {
            id,
            path: path.into(),
            absolute: absolute.to_owned(),
            text: text.into(),
        }));
        id
    }

    /// The file of an id.
    pub fn file(&self, id: FileId) -> Arc<SourceFile> {
        self.files.read().expect("invariant: no panic under lock")[id.0 as usize].clone()
    }

    /// `path:line:column` of a span's start.
    pub fn place(&self, span: Span) -> String {
        let file = self.file(span.file);
        let (line, column) = file.position(span.start as usize);
        format!("{}:{line}:{column}", file.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters() {
        let map = SourceMap::new();
        let id = map.add("a.sql", Path::new("/a.sql"), "é1\nx");
        assert_eq!(map.place(Span::new(id, 2, 3)), "a.sql:1:2");
        assert_eq!(map.place(Span::new(id, 4, 5)), "a.sql:2:1");
        assert_eq!(map.file(id).position(1), (1, 1), "inside a character");
    }
}
