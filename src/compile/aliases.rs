//! The alias of a relation that was cut to a subquery yields to the one that the template gives it.
//!
//! dbt writes `(select …) _dbt_et_filter_subq_orders`; where the template goes on with `as o`, dbt 1.12 makes SQL that
//! no engine takes. Invariant: text without such a subquery is not touched.

use std::borrow::Cow;

/// What the names of such subqueries begin with.
const NAMES: [&str; 2] = ["_dbt_limit_subq_", "_dbt_et_filter_subq_"];

/// Words behind a relation that are no alias.
const KEYWORDS: [&str; 24] = [
    "cross",
    "end",
    "except",
    "fetch",
    "for",
    "full",
    "group",
    "having",
    "indexed",
    "inner",
    "intersect",
    "join",
    "left",
    "limit",
    "natural",
    "not",
    "offset",
    "on",
    "order",
    "right",
    "union",
    "using",
    "where",
    "window",
];

/// The SQL with one alias for each relation.
pub(super) fn settle(sql: &str) -> Cow<'_, str> {
    if !NAMES.iter().any(|name| sql.contains(name)) {
        return Cow::Borrowed(sql);
    }
    let (mut out, mut rest) = (String::with_capacity(sql.len()), sql);
    while let Some(at) = NAMES.iter().filter_map(|name| rest.find(name)).min() {
        let name = rest[at..].find(|c: char| !is_word(c)).unwrap_or(rest.len() - at);
        let (before, behind) = (&rest[..at], &rest[at + name..]);
        out.push_str(before);
        if !(before.ends_with(") ") && !is_comment(before) && names_itself(behind)) {
            out.push_str(&rest[at..at + name]);
        }
        rest = behind;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Whether what follows the text is in a comment up to the end of the line.
fn is_comment(before: &str) -> bool {
    before.rsplit('\n').next().is_some_and(|line| line.contains("--"))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// Whether an alias stands at the start of the text.
fn names_itself(text: &str) -> bool {
    let text = skip_blanks(text);
    if text.starts_with(['"', '`', '[']) {
        return true;
    }
    let word = &text[..text.find(|c: char| !is_word(c)).unwrap_or(text.len())];
    let is_name = word.starts_with(|c: char| c.is_alphabetic() || c == '_');
    is_name && !KEYWORDS.contains(&word.to_ascii_lowercase().as_str())
}

/// The text behind blanks, comments and the marks of the source map.
fn skip_blanks(mut text: &str) -> &str {
    const ENDS: [(&str, &str); 3] = [("--", "\n"), ("/*", "*/"), ("\u{f8f0}", "\u{f8f1}")];
    loop {
        text = text.trim_start();
        let Some((_, end)) = ENDS.into_iter().find(|(start, _)| text.starts_with(start)) else {
            return text;
        };
        text = text.find(end).map_or("", |at| &text[at + end.len()..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUT: &str = "(select * from \"a\" where false limit 0)";

    #[test]
    fn an_alias_of_the_template_wins() {
        for alias in ["as o", "o", "\n  -- the orders\n  o on 1 = 1", "\"o\"", "AS o, x", "[o]"] {
            let sql = format!("from {CUT} _dbt_limit_subq_a {alias}");
            assert_eq!(settle(&sql), format!("from {CUT}  {alias}"));
        }
    }

    #[test]
    fn without_one_the_text_is_dbts() {
        let behind = ["", "\n", "where x", ", b", ")", "left join b", "UNION all", ";", "-- as o"];
        for behind in behind {
            let sql = format!("from {CUT} _dbt_limit_subq_a {behind}");
            assert_eq!(settle(&sql), sql);
        }
        let comment = format!("-- {CUT} _dbt_limit_subq_a\nselect 1");
        assert!(matches!(settle(&comment), Cow::Owned(same) if same == comment));
        let plain = "select '_dbt_limit_subq_a' as o";
        assert_eq!(settle(plain), plain);
    }

    #[test]
    fn a_subquery_in_a_subquery_keeps_its_inner_name() {
        let sql = format!(
            "from (select * from {CUT} _dbt_limit_subq_a where t >= 'x') _dbt_et_filter_subq_a o"
        );
        assert_eq!(settle(&sql), sql.replace("_dbt_et_filter_subq_a", ""));
    }
}
