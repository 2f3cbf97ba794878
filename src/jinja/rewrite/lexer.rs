//! Splits a template into data, comments and tags, and tags into tokens.
//!
//! The rules are those of Python's Jinja2 (its `lexer.py`), which differ from the engine's own lexer in
//! string escapes, digit separators and newlines. Every token keeps its byte span in the source.

use std::ops::Range;

use super::RewriteError;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text outside of tags, a comment, or a whole raw block: copied as it is.
    Data,
    /// `{{` with its whitespace mark.
    VariableBegin,
    /// `}}` with its whitespace mark.
    VariableEnd,
    /// `{%` with its whitespace mark.
    BlockBegin,
    /// `%}` with its whitespace mark.
    BlockEnd,
    /// An identifier or keyword.
    Name,
    /// An integer literal.
    Int,
    /// A float literal.
    Float,
    /// A quoted string literal.
    Str,
    /// An operator or bracket.
    Op(&'static str),
}

/// One token and where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

const OPERATORS: [&str; 27] = [
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "[", "]", "(", ")", "{", "}",
    ">", "<", "=", ".", ":", "|", ",", ";", "!",
];

/// Tokenizes a whole template.
pub(crate) fn lex(source: &str) -> Result<Vec<Token>, RewriteError> {
    let mut tokens = Vec::new();
    let mut pos = 0;
    while pos < source.len() {
        let begin = next_tag(source, pos).unwrap_or(source.len());
        if begin > pos {
            push(&mut tokens, Kind::Data, pos..begin);
        }
        if begin == source.len() {
            break;
        }
        pos = match source.as_bytes()[begin + 1] {
            b'#' => {
                let end = comment_end(source, begin)?;
                push(&mut tokens, Kind::Data, begin..end);
                end
            }
            b'{' => lex_tag(source, begin, &mut tokens)?,
            _ => match raw_end(source, begin)? {
                Some(end) => {
                    push(&mut tokens, Kind::Data, begin..end);
                    end
                }
                None => lex_tag(source, begin, &mut tokens)?,
            },
        };
    }
    Ok(tokens)
}

/// Every tag, comment and raw block from its first to behind its last byte.
pub(crate) fn tag_spans(source: &str) -> Result<Vec<Range<usize>>, RewriteError> {
    let mut spans = Vec::new();
    let mut pos = 0;
    while let Some(begin) = next_tag(source, pos) {
        pos = match source.as_bytes()[begin + 1] {
            b'#' => comment_end(source, begin)?,
            _ => match raw_end(source, begin)? {
                Some(end) => end,
                None => lex_tag(source, begin, &mut Vec::new())?,
            },
        };
        spans.push(begin..pos);
    }
    Ok(spans)
}

fn push(tokens: &mut Vec<Token>, kind: Kind, span: Range<usize>) {
    tokens.push(Token { kind, start: span.start, end: span.end });
}

/// Offset of the next `{{`, `{%` or `{#`.
pub(crate) fn next_tag(source: &str, from: usize) -> Option<usize> {
    let bytes = source.as_bytes();
    let mut pos = from;
    loop {
        pos += source[pos..].find('{')?;
        if matches!(bytes.get(pos + 1), Some(b'{' | b'%' | b'#')) {
            return Some(pos);
        }
        pos += 1;
    }
}

/// Offset behind the `#}` of the comment that begins at `begin`.
pub(crate) fn comment_end(source: &str, begin: usize) -> Result<usize, RewriteError> {
    match source[begin + 2..].find("#}") {
        Some(at) => Ok(begin + 2 + at + 2),
        None => Err(RewriteError::new("this comment is never closed with `#}`", begin..begin + 2)),
    }
}

/// When a `raw` block begins at `begin`, the offset behind its `{% endraw %}`.
pub(crate) fn raw_end(source: &str, begin: usize) -> Result<Option<usize>, RewriteError> {
    let Some(mut pos) = bare_tag(source, begin, "raw") else {
        return Ok(None);
    };
    while let Some(at) = source[pos..].find("{%") {
        if let Some(end) = bare_tag(source, pos + at, "endraw") {
            return Ok(Some(end));
        }
        pos += at + 2;
    }
    Err(RewriteError::new("this raw block is never closed with `{% endraw %}`", begin..begin + 2))
}

/// Matches `{%- keyword -%}` without arguments and returns the offset behind it.
fn bare_tag(source: &str, begin: usize, keyword: &str) -> Option<usize> {
    let rest = source[begin..].strip_prefix("{%")?;
    let rest = rest.strip_prefix(['-', '+']).unwrap_or(rest).trim_start();
    let rest = rest.strip_prefix(keyword)?.trim_start();
    // Jinja2 knows no `{% raw +%}`.
    let marks: &[char] = if keyword == "raw" { &['-'] } else { &['-', '+'] };
    let rest = rest.strip_prefix(marks).unwrap_or(rest).strip_prefix("%}")?;
    Some(source.len() - rest.len())
}

fn lex_tag(source: &str, begin: usize, tokens: &mut Vec<Token>) -> Result<usize, RewriteError> {
    let bytes = source.as_bytes();
    let variable = bytes[begin + 1] == b'{';
    let (open, close, end_kind) = match variable {
        true => (Kind::VariableBegin, "}}", Kind::VariableEnd),
        false => (Kind::BlockBegin, "%}", Kind::BlockEnd),
    };
    let mark = matches!(bytes.get(begin + 2), Some(b'-' | b'+')) as usize;
    let mut pos = begin + 2 + mark;
    push(tokens, open, begin..pos);
    let mut brackets: Vec<(&'static str, usize)> = Vec::new();
    loop {
        pos += source[pos..].len() - source[pos..].trim_start().len();
        let rest = &source[pos..];
        if rest.is_empty() {
            let message = format!("this tag is never closed with `{close}`");
            return Err(RewriteError::new(message, begin..begin + 2));
        }
        if brackets.is_empty() {
            let marked =
                rest.strip_prefix('-').or(if variable { None } else { rest.strip_prefix('+') });
            let len = if rest.starts_with(close) {
                2
            } else if marked.is_some_and(|rest| rest.starts_with(close)) {
                3
            } else {
                0
            };
            if len > 0 {
                push(tokens, end_kind, pos..pos + len);
                return Ok(pos + len);
            }
        }
        let token = lex_token(source, pos)?;
        balance(&token, &mut brackets)?;
        pos = token.end;
        tokens.push(token);
    }
}

/// Jinja2 ignores end marks inside brackets, and rejects unbalanced ones.
fn balance(token: &Token, open: &mut Vec<(&'static str, usize)>) -> Result<(), RewriteError> {
    match token.kind {
        Kind::Op("(") => open.push((")", token.start)),
        Kind::Op("[") => open.push(("]", token.start)),
        Kind::Op("{") => open.push(("}", token.start)),
        Kind::Op(close @ (")" | "]" | "}")) => match open.pop() {
            Some((expected, _)) if expected == close => {}
            Some((expected, _)) => {
                let message = format!("unexpected `{close}`, expected `{expected}`");
                return Err(RewriteError::new(message, token.start..token.end));
            }
            None => {
                let message = format!("unexpected `{close}`");
                return Err(RewriteError::new(message, token.start..token.end));
            }
        },
        _ => {}
    }
    Ok(())
}

/// Reads the token that starts at `pos`, which is not whitespace.
pub(crate) fn lex_token(source: &str, pos: usize) -> Result<Token, RewriteError> {
    let rest = &source[pos..];
    let first = rest.chars().next().unwrap_or('\0');
    let (kind, len) = match first {
        '\'' | '"' => (Kind::Str, string_len(source, pos, first)?),
        // Behind a dot it is an index, as in `rows.1.0`, not a float.
        '0'..='9' if source[..pos].ends_with('.') => {
            (Kind::Int, rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()))
        }
        '0'..='9' => number(rest),
        c if c == '_' || c.is_alphabetic() => {
            let len = rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len());
            (Kind::Name, len)
        }
        _ => match OPERATORS.iter().find(|op| rest.starts_with(**op)) {
            Some(op) => (Kind::Op(op), op.len()),
            None => {
                let message = format!("unexpected character `{first}`");
                return Err(RewriteError::new(message, pos..pos + first.len_utf8()));
            }
        },
    };
    Ok(Token { kind, start: pos, end: pos + len })
}

fn string_len(source: &str, pos: usize, quote: char) -> Result<usize, RewriteError> {
    let mut escaped = false;
    for (at, c) in source[pos + 1..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Ok(at + 2),
            _ => {}
        }
    }
    Err(RewriteError::new("this string is never closed", pos..pos + 1))
}

fn number(text: &str) -> (Kind, usize) {
    let digits =
        |text: &str| text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
    let radix = text.get(..2).map(str::to_ascii_lowercase);
    if matches!(radix.as_deref(), Some("0x" | "0o" | "0b")) {
        let len = text[2..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        return (Kind::Int, len.map_or(text.len(), |len| len + 2));
    }
    let mut len = digits(text);
    let mut kind = Kind::Int;
    if let Some(rest) = text[len..].strip_prefix('.')
        && rest.starts_with(|c: char| c.is_ascii_digit())
    {
        len += 1 + digits(rest);
        kind = Kind::Float;
    }
    if let Some(rest) = text[len..].strip_prefix(['e', 'E']) {
        let sign = rest.starts_with(['+', '-']) as usize;
        if rest[sign..].starts_with(|c: char| c.is_ascii_digit()) {
            len += 1 + sign + digits(&rest[sign..]);
            kind = Kind::Float;
        }
    }
    (kind, len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(source: &str) -> Vec<(Kind, String)> {
        let tokens = lex(source).expect("lexes");
        tokens.iter().map(|t| (t.kind, source[t.start..t.end].to_owned())).collect()
    }

    #[test]
    fn closing_braces_of_a_dict_do_not_end_the_tag() {
        let tokens = kinds("{{ {'a': {'b': 1}} }}x");
        assert_eq!(tokens.last(), Some(&(Kind::Data, "x".into())));
        assert_eq!(tokens[tokens.len() - 2].0, Kind::VariableEnd);
    }

    #[test]
    fn raw_and_comments_are_data() {
        let tokens = kinds("{% raw %}{{ x }}{%- endraw %}{# {% if %} #}");
        assert!(tokens.iter().all(|(kind, _)| *kind == Kind::Data));
    }

    #[test]
    fn numbers_may_have_separators_and_exponents() {
        let tokens = kinds("{{ 1_000 1.5e-7 1e16 0xff 1.foo }}");
        let texts: Vec<_> = tokens.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts[1..6], ["1_000", "1.5e-7", "1e16", "0xff", "1"]);
    }

    #[test]
    fn unclosed_things_are_errors_with_a_place() {
        assert_eq!(lex("a {{ 'x }}").expect_err("error").span, 5..6);
        assert_eq!(lex("a {# x").expect_err("error").span, 2..4);
        assert_eq!(lex("a {% if x").expect_err("error").span, 2..4);
    }
}
