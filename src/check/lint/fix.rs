//! Edits of templates that mend findings.
//!
//! Invariant: an edit replaces text that stands in the template as it was compiled; edits of a file do not overlap.

use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::diagnostics::Code;
use crate::source::{FileId, SourceFile, SourceMap, Span};

/// A piece of compiled SQL, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fix {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

/// A piece of a template, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What it mends.
    pub code: Code,
    /// The text to replace.
    pub span: Span,
    /// What to write instead.
    pub text: String,
}

/// A file with edits made.
#[derive(Clone, Debug)]
pub struct Edited {
    /// The file as it was read.
    pub file: Arc<SourceFile>,
    /// Its new text.
    pub text: String,
    /// The edits that were made, in order.
    pub edits: Vec<Edit>,
}

/// Makes the edits, file by file; of two that touch the same text, the first.
pub fn apply(sources: &SourceMap, edits: &[Edit]) -> Vec<Edited> {
    let mut by_file: IndexMap<FileId, Vec<Edit>> = IndexMap::new();
    for edit in edits {
        by_file.entry(edit.span.file).or_default().push(edit.clone());
    }
    let edited = by_file.into_iter().map(|(id, mut edits)| {
        edits.sort_by_key(|edit| edit.span);
        edits.dedup_by(|later, kept| later.span.start < kept.span.end);
        let file = sources.file(id);
        let text = edited(&file.text, &edits);
        Edited { file, text, edits }
    });
    edited.collect()
}

fn edited(text: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        out.push_str(&text[done..edit.span.start as usize]);
        out.push_str(&edit.text);
        done = edit.span.end as usize;
    }
    out.push_str(&text[done..]);
    out
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::diagnostics::codes;

    #[test]
    fn of_two_edits_of_the_same_text_the_first_is_made() {
        let sources = SourceMap::new();
        let id = sources.add("a.sql", Path::new("a.sql"), "a = null and b = null");
        let edit = |range: Range<usize>, text: &str| Edit {
            code: codes::NULL_COMPARISON,
            span: Span::new(id, range.start, range.end),
            text: text.to_owned(),
        };
        let edits = [edit(13..21, "b is null"), edit(0..8, "a is null"), edit(13..21, "b is null")];
        let edited = apply(&sources, &edits);
        assert_eq!(edited[0].text, "a is null and b is null");
        assert_eq!(edited[0].edits.len(), 2);
    }
}
