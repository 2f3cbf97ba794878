//! Finds the top-level blocks of a file: macros, tests, materializations, snapshots, docs.
//!
//! Only tags are looked at, bodies are not parsed, so that one broken macro does not hide its neighbours and a
//! markdown file may contain anything outside of its docs blocks.

use std::ops::Range;

use super::lexer::{self, Kind};
use super::{RewriteError, Rewriter, edits, headers};

/// What kind of block it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// `{% macro name(…) %}`
    Macro,
    /// `{% test name(…) %}` or `{% data_test name(…) %}`
    Test,
    /// `{% materialization name, adapter='…' %}`
    Materialization,
    /// `{% snapshot name %}`
    Snapshot,
    /// `{% docs name %}`; the body is text
    Docs,
}

/// One declared argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// The source of its type annotation.
    pub annotation: Option<String>,
    /// The source of its default.
    pub default: Option<String>,
}

/// One top-level block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The kind.
    pub kind: BlockKind,
    /// The declared name.
    pub name: String,
    /// For materializations, the adapter it is for; none means `default`.
    pub adapter: Option<String>,
    /// For materializations, the declared languages; empty when not declared.
    pub supported_languages: Vec<String>,
    /// Source of the argument list, without its parentheses.
    pub arguments_source: String,
    /// The declared arguments.
    pub arguments: Vec<Argument>,
    /// From the start of the opening tag to the end of the closing tag.
    pub span: Range<usize>,
    /// The name in the opening tag.
    pub name_span: Range<usize>,
    /// What is between the two tags.
    pub body_span: Range<usize>,
}

impl Block {
    /// The name dbt gives the macro, snapshot or document inside: a test `x` is the macro `test_x`.
    pub fn internal_name(&self) -> String {
        match self.kind {
            BlockKind::Macro | BlockKind::Docs => self.name.clone(),
            BlockKind::Test => format!("test_{}", self.name),
            BlockKind::Snapshot => format!("snapshot_{}", self.name),
            BlockKind::Materialization => {
                format!(
                    "materialization_{}_{}",
                    self.name,
                    self.adapter.as_deref().unwrap_or("default")
                )
            }
        }
    }
}

/// Finds the top-level blocks of a file.
pub fn blocks(source: &str) -> Result<Vec<Block>, RewriteError> {
    let mut scan = Scan { source, found: Vec::new(), current: None, control: Vec::new() };
    let mut pos = 0;
    while let Some(begin) = lexer::next_tag(source, pos) {
        pos = scan.tag(begin)?;
    }
    match (scan.current, scan.control.pop()) {
        (Some((keyword, block)), _) => {
            let message = format!("`{keyword}` is never closed with `{{% end{keyword} %}}`");
            Err(RewriteError::new(message, block.name_span))
        }
        _ => Ok(scan.found),
    }
}

struct Scan<'s> {
    source: &'s str,
    found: Vec<Block>,
    current: Option<(&'static str, Block)>,
    /// Open `if` and `for` tags outside of blocks.
    control: Vec<(&'static str, Range<usize>)>,
}

const KEYWORDS: [(&str, BlockKind); 6] = [
    ("macro", BlockKind::Macro),
    ("test", BlockKind::Test),
    ("data_test", BlockKind::Test),
    ("materialization", BlockKind::Materialization),
    ("snapshot", BlockKind::Snapshot),
    ("docs", BlockKind::Docs),
];

impl Scan<'_> {
    /// Looks at the tag that begins at `begin`; returns where to go on.
    fn tag(&mut self, begin: usize) -> Result<usize, RewriteError> {
        let source = self.source;
        match source.as_bytes()[begin + 1] {
            b'#' => return lexer::comment_end(source, begin),
            b'{' => return Ok(tag_end(source, begin, "}}").unwrap_or(begin + 2)),
            _ => {}
        }
        if let Some(end) = lexer::raw_end(source, begin)? {
            return Ok(end);
        }
        let mark = source[begin + 2..].starts_with(['-', '+']) as usize;
        let inner = begin + 2 + mark;
        let word_start = inner + source[inner..].len() - source[inner..].trim_start().len();
        let word_len = source[word_start..].find(|c: char| c != '_' && !c.is_alphanumeric());
        let word = &source[word_start..word_start + word_len.unwrap_or(source.len() - word_start)];
        let Some(end) = tag_end(source, begin, "%}") else {
            return Err(RewriteError::new("this tag is never closed with `%}`", begin..begin + 2));
        };
        self.keyword(word, word_start, begin..end)
    }

    fn keyword(&mut self, word: &str, at: usize, tag: Range<usize>) -> Result<usize, RewriteError> {
        let end = tag.end;
        let word_span = at..at + word.len();
        if let Some((keyword, _)) = &self.current {
            if word.strip_prefix("end") == Some(*keyword) {
                self.finish(&tag);
            } else if KEYWORDS.iter().any(|(known, _)| *known == word) {
                let message = format!("`{word}` cannot start inside of `{keyword}`");
                return Err(RewriteError::new(message, word_span));
            }
            return Ok(end);
        }
        if let Some((keyword, kind)) = KEYWORDS.into_iter().find(|(known, _)| *known == word) {
            if let Some((control, _)) = self.control.last() {
                let message = format!(
                    "`{word}` cannot be inside of `{control}`, it must be at the top level"
                );
                return Err(RewriteError::new(message, word_span));
            }
            return self.start(keyword, kind, word_span.end, tag);
        }
        match word {
            "if" => self.control.push(("if", word_span)),
            "for" => self.control.push(("for", word_span)),
            "endif" | "endfor" => match self.control.pop() {
                Some((open, _)) if word.ends_with(open) => {}
                Some((open, _)) => {
                    let message = format!("unexpected `{word}`, `{open}` is still open");
                    return Err(RewriteError::new(message, word_span));
                }
                None => {
                    return Err(RewriteError::new(
                        format!("unexpected `{word}`, no block is open"),
                        word_span,
                    ));
                }
            },
            _ => {}
        }
        Ok(end)
    }

    fn finish(&mut self, tag: &Range<usize>) {
        if let Some((_, mut block)) = self.current.take() {
            block.body_span.end = tag.start;
            block.span.end = tag.end;
            self.found.push(block);
        }
    }

    fn start(
        &mut self,
        keyword: &'static str,
        kind: BlockKind,
        after_keyword: usize,
        tag: Range<usize>,
    ) -> Result<usize, RewriteError> {
        let block = header(self.source, kind, after_keyword, tag.clone())?;
        if kind != BlockKind::Docs {
            self.current = Some((keyword, block));
            return Ok(tag.end);
        }
        // Documentation is text: nothing in it counts but its end tag.
        let mut pos = tag.end;
        while let Some(at) = self.source[pos..].find("{%") {
            let begin = pos + at;
            let rest = self.source[begin + 2..].trim_start_matches(['-', '+']).trim_start();
            if rest.starts_with("enddocs")
                && let Some(end) = tag_end(self.source, begin, "%}")
            {
                self.current = Some((keyword, block));
                self.finish(&(begin..end));
                return Ok(end);
            }
            pos = begin + 2;
        }
        Err(RewriteError::new("`docs` is never closed with `{% enddocs %}`", block.name_span))
    }
}

/// Where a tag ends, strings skipped.
fn tag_end(source: &str, begin: usize, close: &str) -> Option<usize> {
    // Bytes will do: what is looked for is ASCII, and no part of another character is.
    let (bytes, close) = (source.as_bytes(), close.as_bytes());
    let mut quote = None;
    let mut at = begin + 2;
    while let Some(&byte) = bytes.get(at) {
        match quote {
            Some(_) if byte == b'\\' => at += 1,
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if byte == b'\'' || byte == b'"' => quote = Some(byte),
            None if byte == close[0] && bytes.get(at + 1) == Some(&close[1]) => {
                return Some(at + 2);
            }
            None => {}
        }
        at += 1;
    }
    None
}

/// Parses the opening tag from behind its keyword.
fn header(
    source: &str,
    kind: BlockKind,
    after_keyword: usize,
    tag: Range<usize>,
) -> Result<Block, RewriteError> {
    let mut cursor = cursor(source, after_keyword, tag.end)?;
    let mut block = Block {
        kind,
        name: String::new(),
        adapter: None,
        supported_languages: Vec::new(),
        arguments_source: String::new(),
        arguments: Vec::new(),
        span: tag.clone(),
        name_span: 0..0,
        body_span: tag.end..tag.end,
    };
    match kind {
        BlockKind::Materialization => {
            let parsed = headers::materialization(&mut cursor)?;
            block.name = parsed.name;
            block.name_span = parsed.name_span;
            block.adapter = parsed.adapter;
            block.supported_languages = parsed.languages;
        }
        _ => {
            let name = cursor.expect_name()?;
            block.name = cursor.text(name).to_owned();
            block.name_span = name.start..name.end;
        }
    }
    if matches!(kind, BlockKind::Macro | BlockKind::Test) {
        let open = cursor.start();
        block.arguments = arguments(&mut cursor)?;
        block.arguments_source = source[open + 1..cursor.end() - 1].to_owned();
    }
    cursor.skip_op(":");
    match cursor.peek() {
        None => Ok(block),
        Some(_) => Err(cursor.unexpected("end of tag")),
    }
}

/// A cursor over the tokens of one tag, without its end.
fn cursor(source: &str, from: usize, tag_end: usize) -> Result<Rewriter<'_>, RewriteError> {
    let inner = &source[from..tag_end - 2];
    let inner = inner.strip_suffix(['-', '+']).unwrap_or(inner);
    let end = from + inner.trim_end().len();
    let mut tokens = Vec::new();
    let mut pos = from;
    loop {
        let rest = source.get(pos..end).unwrap_or_default();
        pos += rest.len() - rest.trim_start().len();
        if pos >= end {
            break;
        }
        let token = lexer::lex_token(source, pos)?;
        pos = token.end;
        tokens.push(token);
    }
    Ok(Rewriter {
        source,
        tokens,
        pos: 0,
        edits: edits::Edits::default(),
        calls: Vec::new(),
        open: Vec::new(),
        signature: None,
        late: Vec::new(),
        depth: 0,
    })
}

fn arguments(cursor: &mut Rewriter<'_>) -> Result<Vec<Argument>, RewriteError> {
    let mut found = Vec::new();
    cursor.expect_op("(")?;
    while !cursor.at_op(")") {
        if !found.is_empty() {
            cursor.expect_op(",")?;
        }
        let token = cursor.expect_name()?;
        let mut argument =
            Argument { name: cursor.text(token).to_owned(), annotation: None, default: None };
        if cursor.skip_op(":") {
            let start = cursor.start();
            while let Some(token) = cursor.peek()
                && !(token.kind == Kind::Op("=") || token.kind == Kind::Op(")"))
                && (token.kind != Kind::Op(",") || inside_brackets(cursor, start))
            {
                cursor.pos += 1;
            }
            if cursor.end() <= start {
                return Err(cursor.unexpected("a type"));
            }
            argument.annotation = Some(cursor.source[start..cursor.end()].to_owned());
        }
        if cursor.skip_op("=") {
            let start = cursor.start();
            cursor.expression()?;
            argument.default = Some(cursor.source[start..cursor.end()].to_owned());
        }
        found.push(argument);
    }
    cursor.expect_op(")")?;
    Ok(found)
}

fn inside_brackets(cursor: &Rewriter<'_>, from: usize) -> bool {
    let text = cursor.source.get(from..cursor.end()).unwrap_or_default();
    text.matches('[').count() > text.matches(']').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_kind_with_its_spans() {
        let source = "{# {% macro no() %} #}{% macro a(x, y='%}') -%} {{ x }} {%- endmacro %}\n\
            {% test b(model, n: int = 3) %}1{% endtest %}{% snapshot c %}s{% endsnapshot %}\
            {% materialization t, adapter='sqlite' %}m{% endmaterialization %}";
        let found = blocks(source).expect("parses");
        let names: Vec<_> = found.iter().map(Block::internal_name).collect();
        assert_eq!(names, ["a", "test_b", "snapshot_c", "materialization_t_sqlite"]);
        assert_eq!(&source[found[0].body_span.clone()], " {{ x }} ");
        assert_eq!(found[0].arguments_source, "x, y='%}'");
        assert_eq!(found[0].arguments[1].default.as_deref(), Some("'%}'"));
        assert_eq!(found[1].arguments[1].annotation.as_deref(), Some("int"));
        assert!(source[found[1].span.clone()].ends_with("{% endtest %}"));
    }

    #[test]
    fn docs_bodies_are_text() {
        let source = "# It's\n{% docs d %}{{ x {% if %} {% enddocs %}\nmore {{ 'text";
        let found = blocks(source).expect("parses");
        assert_eq!(&source[found[0].body_span.clone()], "{{ x {% if %} ");
    }

    #[test]
    fn unclosed_and_nested_blocks_are_errors() {
        for empty in
            ["{% macro a(x:) %}", "{% macro a(x: =3) %}", "{% macro a(x:, y) %}", "{% test a(x:"]
        {
            let whole = format!("{empty}{{% endmacro %}}");
            assert!(blocks(&whole).is_err(), "{whole}");
        }
        let error = blocks("{% macro a() %}").expect_err("error");
        assert_eq!(error.span, 9..10);
        let error = blocks("{% macro a() %}{% macro b() %}{% endmacro %}").expect_err("error");
        assert_eq!(error.message, "`macro` cannot start inside of `macro`");
        let error =
            blocks("{% if x %}{% macro b() %}{% endmacro %}{% endif %}").expect_err("error");
        assert_eq!(error.span, 13..18);
    }
}
