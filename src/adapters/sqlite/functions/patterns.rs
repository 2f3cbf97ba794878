//! Regular expressions: `regexp(pattern, text)` behind SQLite's `text regexp pattern`, and the `regexp_…` family of
//! Snowflake: `regexp_like`, `regexp_instr`, `regexp_substr`, `regexp_count`, `regexp_replace`.
//!
//! Patterns are those of the `regex` crate: no back references, no look-around. A replacement refers to groups as `\1`
//! or `$1`. Flags are letters: `i` ignores case, `m` and `s` as usual. Positions count characters, from 1.

use std::sync::Arc;

use regex::Regex;
use rusqlite::functions::Context;
use rusqlite::types::Value;
use rusqlite::{Connection, Result};

use super::{ANY, failure, integer_of, strict, text_of};

pub(super) fn register(connection: &Connection) -> Result<()> {
    strict(connection, "regexp", 2, |context| {
        let regex = compiled(context, 0, "")?;
        Ok(Some(regex.is_match(&text_of(context, 1))))
    })?;
    strict(connection, "regexp_like", ANY, |context| {
        arity(context, "regexp_like", 2, 3)?;
        let regex = compiled(context, 1, &optional_text(context, 2))?;
        Ok(Some(regex.is_match(&text_of(context, 0))))
    })?;
    strict(connection, "regexp_count", ANY, |context| {
        arity(context, "regexp_count", 2, 4)?;
        let regex = compiled(context, 1, &optional_text(context, 3))?;
        let (text, start) = from_position(context, "regexp_count")?;
        Ok(Some(regex.find_iter(&text[start..]).count() as i64))
    })?;
    strict(connection, "regexp_instr", ANY, |context| Ok(Some(position_of_match(context)?)))?;
    strict(connection, "regexp_substr", ANY, |context| {
        Ok(text_of_match(context)?.map(Value::Text))
    })?;
    strict(connection, "regexp_replace", ANY, |context| {
        arity(context, "regexp_replace", 3, 4)?;
        let regex = compiled(context, 1, &optional_text(context, 3).replace('g', ""))?;
        let replacement = with_dollar_groups(&text_of(context, 2));
        // PostgreSQL replaces the first match without `g`; Snowflake, BigQuery and DuckDB's users expect all.
        Ok(Some(regex.replace_all(&text_of(context, 0), replacement.as_str()).into_owned()))
    })
}

/// `regexp_instr(text, pattern [, position, occurrence, after, flags])`: where a match begins or, with `after` 1, the
/// character behind it; 0 for none.
fn position_of_match(context: &Context<'_>) -> Result<i64> {
    arity(context, "regexp_instr", 2, 6)?;
    let regex = compiled(context, 1, &optional_text(context, 5))?;
    let (text, start) = from_position(context, "regexp_instr")?;
    let wanted = optional_integer(context, 3, 1, "regexp_instr")?;
    let after = optional_integer(context, 4, 0, "regexp_instr")?;
    let found = regex.find_iter(&text[start..]).nth(wanted.saturating_sub(1));
    Ok(found.map_or(0, |found| {
        let byte = start + if after == 1 { found.end() } else { found.start() };
        text[..byte].chars().count() as i64 + 1
    }))
}

/// `regexp_substr(text, pattern [, position, occurrence, flags, group])`: a match or one of its groups.
fn text_of_match(context: &Context<'_>) -> Result<Option<String>> {
    arity(context, "regexp_substr", 2, 6)?;
    let flags = optional_text(context, 4);
    let regex = compiled(context, 1, &flags.replace('e', ""))?;
    let (text, start) = from_position(context, "regexp_substr")?;
    let wanted = optional_integer(context, 3, 1, "regexp_substr")?;
    // Snowflake: the flag `e` alone asks for the first group.
    let group = optional_integer(context, 5, usize::from(flags.contains('e')), "regexp_substr")?;
    let found = regex.captures_iter(&text[start..]).nth(wanted.saturating_sub(1));
    Ok(found.and_then(|found| found.get(group)).map(|found| found.as_str().to_owned()))
}

fn arity(context: &Context<'_>, function: &str, least: usize, most: usize) -> Result<()> {
    match context.len() {
        count if (least..=most).contains(&count) => Ok(()),
        count => {
            Err(failure(format!("{function}() takes {least} to {most} arguments, not {count}")))
        }
    }
}

fn optional_text(context: &Context<'_>, index: usize) -> String {
    if context.len() > index { text_of(context, index) } else { String::new() }
}

fn optional_integer(
    context: &Context<'_>,
    index: usize,
    default: usize,
    function: &str,
) -> Result<usize> {
    if context.len() <= index {
        return Ok(default);
    }
    Ok(usize::try_from(integer_of(context, index, function)?).unwrap_or(0))
}

/// The text of the first argument and the byte at which the search begins, by the position in the third.
fn from_position(context: &Context<'_>, function: &str) -> Result<(String, usize)> {
    let text = text_of(context, 0);
    let skipped = optional_integer(context, 2, 1, function)?.saturating_sub(1);
    let start = text.char_indices().nth(skipped).map_or(text.len(), |(byte, _)| byte);
    Ok((text, start))
}

/// The pattern at `index`, compiled once for each statement when it is a constant.
fn compiled(context: &Context<'_>, index: usize, flags: &str) -> Result<Arc<Regex>> {
    let pattern = text_of(context, index);
    // `c` asks for what is the default anyway: upper and lower case differ.
    let flags = flags.replace('c', "");
    let source = match flags.as_str() {
        "" => pattern,
        flags => format!("(?{flags}){pattern}"),
    };
    let compile = |source: &str| {
        Regex::new(source)
            .map_err(|error| failure(format!("the pattern `{source}` is not valid: {error}")))
    };
    let kept: Arc<Regex> = context.get_or_create_aux(index as i32, |_| compile(&source))?;
    // The flags of another row may differ while the pattern is the same.
    if kept.as_str() == source { Ok(kept) } else { Ok(Arc::new(compile(&source)?)) }
}
/// `\1` becomes `${1}`; a lone dollar stays one.
fn with_dollar_groups(replacement: &str) -> String {
    let mut text = String::with_capacity(replacement.len());
    let mut chars = replacement.chars().peekable();
    while let Some(char) = chars.next() {
        match (char, chars.peek().copied()) {
            ('\\' | '$', Some(digit)) if digit.is_ascii_digit() => {
                text.push_str(&format!("${{{digit}}}"));
                chars.next();
            }
            ('\\', Some('\\')) => {
                text.push('\\');
                chars.next();
            }
            ('$', _) => text.push_str("$$"),
            _ => text.push(char),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, try_value};

    #[test]
    fn patterns_match_and_replace() {
        check(&[
            ("'abc' regexp '^a.c$'", "1"),
            ("'abc' regexp 'd'", "0"),
            ("null regexp 'd'", "NULL"),
            ("regexp_replace('a1b22', '[0-9]+', '#')", "a#b#"),
            ("regexp_replace('John Smith', '(\\w+) (\\w+)', '\\2 $1 $')", "Smith John $"),
            ("regexp_replace('ABC', 'b', 'x', 'gi')", "AxC"),
        ]);
        let flags =
            "group_concat(regexp_like('A', 'a', f)) from (select '' as f union all select 'i')";
        check(&[(flags, "0,1")]);
        let error = try_value("'a' regexp '('").unwrap_err().to_string();
        assert!(error.contains("the pattern `(` is not valid"), "{error}");
    }

    #[test]
    fn matches_are_found_by_place_and_number() {
        check(&[
            ("regexp_like('Abc', '^a')", "0"),
            ("regexp_like('Abc', '^a', 'i')", "1"),
            ("regexp_like(null, 'a')", "NULL"),
            ("regexp_count('a1b22c333', '[0-9]+')", "3"),
            ("regexp_count('aaa', 'a', 2)", "2"),
            ("regexp_instr('häuser', 'u')", "3"),
            ("regexp_instr('abab', 'b', 3)", "4"),
            ("regexp_instr('abab', 'b', 1, 2)", "4"),
            ("regexp_instr('abab', 'ba', 1, 1, 1)", "4"),
            ("regexp_instr('abab', 'B', 1, 1, 0, 'i')", "2"),
            ("regexp_instr('abab', 'x')", "0"),
            ("regexp_substr('order 12 of 34', '[0-9]+')", "12"),
            ("regexp_substr('order 12 of 34', '[0-9]+', 1, 2)", "34"),
            ("regexp_substr('key=value', '(\\w+)=(\\w+)', 1, 1, 'e', 2)", "value"),
            ("regexp_substr('key=value', '(\\w+)=(\\w+)', 1, 1, 'e')", "key"),
            ("regexp_substr('abc', '[0-9]')", "NULL"),
            ("regexp_substr('abc', 'a', 99)", "NULL"),
        ]);
        assert!(try_value("regexp_like('a')").is_err());
    }
}
