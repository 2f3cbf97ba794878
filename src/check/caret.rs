//! Which characters of a template's line a caret marks, when the engine told a place in the compiled SQL.
//!
//! A word may stand in a line more than once: the same occurrence is marked in the template as the engine saw in
//! the compiled line. Invariant: nothing is marked that could be another occurrence; then the whole line is.

use std::ops::Range;

/// The word, number or sign at an offset.
pub(super) fn token_at(code: &str, offset: usize) -> &str {
    let offset = crate::source::floor_char_boundary(code, offset);
    let rest = &code[offset..];
    let is_part = |c: char| is_word(c) || matches!(c, '.' | '"');
    let end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
    match &rest[..end] {
        "" => rest.chars().next().map_or("", |c| &rest[..c.len_utf8()]),
        quoted if quoted.starts_with('"') => quoted,
        word => word.split('"').next().unwrap_or(word),
    }
}

/// The token at `offset` of the compiled SQL, found in the line of the template that made it.
pub(super) fn in_template(template_line: &str, code: &str, offset: usize) -> Option<Range<usize>> {
    let token = token_at(code, offset);
    let line = line_at(code, offset);
    let compiled: Vec<usize> = occurrences(&code[line.clone()], token).collect();
    let written: Vec<usize> = occurrences(template_line, token).collect();
    let names = names_of_tables(template_line);
    let is_outside = |at: &usize| !names.iter().any(|tag| tag.contains(at));
    let outside: Vec<usize> = written.iter().copied().filter(is_outside).collect();
    let at = match written[..] {
        [only] => only,
        _ if outside.len() == compiled.len() => {
            let nth = compiled.iter().position(|at| line.start + at == offset)?;
            outside[nth]
        }
        _ if written.len() == compiled.len() => {
            let nth = compiled.iter().position(|at| line.start + at == offset)?;
            written[nth]
        }
        _ => return None,
    };
    Some(at..at + token.len())
}

/// The tags of a template's line that make the name of a table, and nothing else.
fn names_of_tables(line: &str) -> Vec<Range<usize>> {
    let opens = line.match_indices("{{").filter(|(at, _)| {
        let call = line[at + 2..].trim_start_matches('-').trim_start();
        ["ref(", "source("].iter().any(|name| call.starts_with(name))
    });
    let tag = |(open, _): (usize, &str)| {
        open..line[open..].find("}}").map_or(line.len(), |end| open + end + 2)
    };
    opens.map(tag).collect()
}

/// The only place of the token at `offset` of the compiled SQL in a line that hands it to a macro.
pub(super) fn in_call(line: &str, code: &str, offset: usize) -> Option<Range<usize>> {
    let token = token_at(code, offset);
    let mut found = occurrences(line, token).filter(|_| token.starts_with(is_word));
    let at = found.next()?;
    found.next().is_none().then(|| at..at + token.len())
}

/// Where SQL reads a table: its name as a word, outside of strings and comments, best behind `from` or `join`.
pub(super) fn of_table(code: &str, name: &str) -> Option<usize> {
    let opaque = opaque(code);
    let places: Vec<usize> = occurrences(code, name)
        .filter(|at| !opaque.iter().any(|range| range.contains(at)))
        .collect();
    let is_read = |at: &&usize| {
        let before = code[..**at].trim_end_matches('"');
        let before = before.trim_end_matches(|c| is_word(c) || matches!(c, '.' | '"'));
        let word = before.trim_end().rsplit(|c| !is_word(c)).next();
        word.is_some_and(|word| ["from", "join"].iter().any(|w| word.eq_ignore_ascii_case(w)))
    };
    places.iter().find(is_read).or(places.first()).copied()
}

/// The words behind a table's name that can be its aliases.
pub(super) fn aliases<'c>(code: &'c str, name: &'c str) -> impl Iterator<Item = &'c str> {
    occurrences(code, name).filter_map(move |at| {
        let rest = code[at + name.len()..].trim_start_matches('"').trim_start();
        let rest = match rest.get(..3) {
            Some(word) if word.eq_ignore_ascii_case("as ") => rest[3..].trim_start(),
            _ => rest,
        };
        let rest = rest.trim_start_matches('"');
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        (end > 0).then(|| &rest[..end])
    })
}

/// The start of the qualified name whose last part begins at an offset.
pub(super) fn qualified(code: &str, offset: usize) -> usize {
    let mut start = offset;
    while let Some(before) = code[..start].strip_suffix('.') {
        let word = before.trim_end_matches(is_word);
        if word.len() == before.len() {
            break;
        }
        start = word.len();
    }
    start
}

/// The line around an offset.
pub(super) fn line_at(code: &str, offset: usize) -> Range<usize> {
    let offset = crate::source::floor_char_boundary(code, offset);
    let start = code[..offset].rfind('\n').map_or(0, |at| at + 1);
    let end = code[offset..].find('\n').map_or(code.len(), |at| offset + at);
    start..end
}

/// Where a token stands as a whole word.
fn occurrences(text: &str, token: &str) -> impl Iterator<Item = usize> {
    let starts = token.starts_with(is_word);
    let ends = token.ends_with(is_word);
    let found = (!token.is_empty()).then(|| text.match_indices(token));
    found.into_iter().flatten().map(|(at, _)| at).filter(move |at| {
        let goes_on_before = starts && text[..*at].ends_with(is_word);
        let goes_on_behind = ends && text[at + token.len()..].starts_with(is_word);
        !goes_on_before && !goes_on_behind
    })
}

/// Strings and comments of SQL.
fn opaque(code: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = code[at..].chars().next() {
        let rest = &code[at..];
        let closed = |open: usize, close: &str| {
            let end = rest[open..].find(close).map(|end| open + end + close.len());
            end.unwrap_or(rest.len())
        };
        let len = match c {
            '\'' => closed(1, "'"),
            '-' if rest.starts_with("--") => closed(2, "\n"),
            '/' if rest.starts_with("/*") => closed(2, "*/"),
            _ => {
                at += c.len_utf8();
                continue;
            }
        };
        found.push(at..at + len);
        at += len;
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_occurrence_that_the_engine_saw_is_marked() {
        let code = "select 1 as a1,\n1 qualify 1";
        let last = code.len() - 1;
        assert_eq!(in_template("1 qualify 1", code, last), Some(10..11));
        assert_eq!(in_template("{{ one }} qualify 1", code, last), Some(18..19));
        assert_eq!(in_template("{{ one(1) }}, 1, 1", code, last), None);
        let nested = "a in (select b from \"t\")";
        assert_eq!(in_template("a in (select b from {{ ref('t') }})", nested, 5), Some(5..6));
    }

    #[test]
    fn a_table_is_looked_for_outside_of_strings() {
        let code = "select 'ab' as x, ab.y -- ab\nfrom \"main\".\"ab\"";
        assert_eq!(of_table(code, "ab"), Some(code.len() - 3));
        assert_eq!(of_table("select 'ab', abc from ab", "ab"), Some(22));
        assert_eq!(of_table("select 'ab'", "ab"), None);
    }

    #[test]
    fn a_token_has_no_half_of_a_quoted_name() {
        assert_eq!(token_at("from \"main\".\"ab\"", 13), "ab");
        assert_eq!(token_at("from \"main\".\"ab\"", 5), "\"main\".\"ab\"");
        assert_eq!(token_at("a + b", 2), "+");
    }
}
