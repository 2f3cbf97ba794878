//! `regexp(pattern, text)`, behind SQLite's `text regexp pattern`, and
//! `regexp_replace(text, pattern, replacement [, flags])`.
//!
//! Patterns are those of the `regex` crate: no back references, no look-around. A replacement refers to
//! groups as `\1` or `$1`.

use std::sync::Arc;

use regex::Regex;
use rusqlite::functions::Context;
use rusqlite::{Connection, Result};

use super::{ANY, failure, strict, text_of};

pub(super) fn register(connection: &Connection) -> Result<()> {
    strict(connection, "regexp", 2, |context| {
        let regex = compiled(context, 0, "")?;
        Ok(Some(regex.is_match(&text_of(context, 1))))
    })?;
    strict(connection, "regexp_replace", ANY, |context| {
        let flags = match context.len() {
            3 => String::new(),
            4 => text_of(context, 3),
            count => {
                return Err(failure(format!(
                    "regexp_replace() takes 3 or 4 arguments, not {count}"
                )));
            }
        };
        let regex = compiled(context, 1, &flags.replace('g', ""))?;
        let replacement = with_dollar_groups(&text_of(context, 2));
        // PostgreSQL replaces the first match without `g`; Snowflake, BigQuery and DuckDB's users expect all.
        Ok(Some(regex.replace_all(&text_of(context, 0), replacement.as_str()).into_owned()))
    })
}

/// The pattern at `index`, compiled once for each statement when it is a constant.
fn compiled(context: &Context<'_>, index: usize, flags: &str) -> Result<Arc<Regex>> {
    let pattern = text_of(context, index);
    let source = match flags {
        "" => pattern,
        flags => format!("(?{flags}){pattern}"),
    };
    context.get_or_create_aux(index as i32, move |_| {
        Regex::new(&source)
            .map_err(|error| failure(format!("the pattern `{source}` is not valid: {error}")))
    })
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
        let error = try_value("'a' regexp '('").unwrap_err().to_string();
        assert!(error.contains("the pattern `(` is not valid"), "{error}");
    }
}
