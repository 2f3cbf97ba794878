//! Text as PyYAML's dumper writes it: plain where it stays text, else in quotes, folded after 80 columns.

use std::fmt::Write as _;

use crate::source::yaml::{self, Node};

const WIDTH: usize = 80;

/// A text that begins at a column of a block; further lines are indented.
pub(super) fn scalar(text: &str, column: usize, indent: usize) -> String {
    if text.chars().any(|c| !(' '..='~').contains(&c)) {
        return escaped(text);
    }
    if is_plain(text) {
        return folded(text, column, indent, Quote::None);
    }
    let quoted = folded(&text.replace('\'', "''"), column + 1, indent, Quote::Single);
    format!("'{quoted}'")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    None,
    Single,
}

fn is_plain(text: &str) -> bool {
    let mut chars = text.chars();
    let (Some(first), second) = (chars.next(), chars.next()) else {
        return false;
    };
    let opens = match first {
        '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
        | '@' | '`' => true,
        '-' | '?' | ':' => second.is_none_or(|c| c == ' '),
        _ => false,
    };
    let breaks = text.starts_with("---")
        || text.starts_with("...")
        || text.starts_with(' ')
        || text.ends_with([' ', ':'])
        || text.contains(": ")
        || text.contains(" #");
    !opens && !breaks && is_text(text)
}

/// Whether a reader takes it for text.
fn is_text(text: &str) -> bool {
    let date = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let looks_like_a_date = (0..4).all(date) && text.as_bytes().get(4) == Some(&b'-');
    matches!(yaml::plain(text), Node::Str(_)) && !looks_like_a_date && !matches!(text, "=" | "<<")
}

/// PyYAML breaks a line at the first single blank after the width.
fn folded(text: &str, column: usize, indent: usize, quote: Quote) -> String {
    let mut out = String::new();
    let mut column = column;
    let last = text.len();
    for (at, c) in text.char_indices() {
        let alone = c == ' ' && !text[..at].ends_with(' ') && !text[at + 1..].starts_with(' ');
        let edge = at == 0 || at + 1 == last;
        if alone && column > WIDTH && !(quote == Quote::Single && edge) {
            write!(out, "\n{}", " ".repeat(indent)).expect("invariant: writing to a string works");
            column = indent;
        } else {
            out.push(c);
            column += 1;
        }
    }
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        let written = match c {
            '"' => out.write_str("\\\""),
            '\\' => out.write_str("\\\\"),
            '\n' => out.write_str("\\n"),
            '\t' => out.write_str("\\t"),
            ' '..='~' => out.write_char(c),
            c if u32::from(c) <= 0xff => write!(out, "\\x{:02X}", u32::from(c)),
            c if u32::from(c) <= 0xffff => write!(out, "\\u{:04X}", u32::from(c)),
            c => write!(out, "\\U{:08X}", u32::from(c)),
        };
        written.expect("invariant: writing to a string works");
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_as_pyyaml_writes_them() {
        for (text, want) in [
            ("../x", "../x"),
            ("1.0.0", "1.0.0"),
            ("1.0", "'1.0'"),
            ("12345e78", "12345e78"),
            ("1234", "'1234'"),
            (">=1.0.0", "'>=1.0.0'"),
            ("<2", "<2"),
            ("2024-01-01", "'2024-01-01'"),
            ("é", "\"\\xE9\""),
            ("a: b", "'a: b'"),
            ("a #b", "'a #b'"),
            ("-x", "-x"),
            ("- x", "'- x'"),
            ("-", "'-'"),
            ("x:", "'x:'"),
            ("yes", "'yes'"),
            ("~", "'~'"),
            ("", "''"),
            ("=", "'='"),
            ("'q'", "'''q'''"),
            ("a'b", "a'b"),
            ("x]", "x]"),
            ("[x]", "'[x]'"),
            ("a\tb", "\"a\\tb\""),
            ("git@github.com:a/b.git", "git@github.com:a/b.git"),
        ] {
            assert_eq!(scalar(text, 9, 6), want);
        }
        let long = "{{ env_var('DBT_ENV_SECRET_GIT_TOKEN') }}{{ env_var('DBT_ENV_SECRET_GIT_TOKEN') }} {{ a }}";
        assert_eq!(
            scalar(long, 9, 6),
            "'{{ env_var(''DBT_ENV_SECRET_GIT_TOKEN'') }}{{ env_var(''DBT_ENV_SECRET_GIT_TOKEN'')\n      }} {{ a }}'"
        );
    }
}
