//! Puts the CTEs of ephemeral models in front of a statement, to the byte as dbt 1.12 does.

use crate::names::UniqueId;

/// The statement with the CTEs: first in its own `with` list, or below a new `with`.
pub fn inject(sql: &str, ctes: &[(UniqueId, String)]) -> String {
    let joined = ctes.iter().map(|(_, cte)| cte.as_str()).collect::<Vec<_>>().join(", ");
    match end_of_with(sql) {
        Some(at) => format!("{} {joined},{}", &sql[..at], &sql[at..]),
        None => {
            let at = sql.len() - sql.trim_start().len();
            format!("{}with{joined} {}", &sql[..at], &sql[at..])
        }
    }
}

/// The end of a leading `with` or `with recursive`.
fn end_of_with(sql: &str) -> Option<usize> {
    let start = skip_blank(sql, 0, true);
    let with = keyword(sql, start, "with")?;
    let next = skip_blank(sql, with, false);
    Some(keyword(sql, next, "recursive").unwrap_or(with))
}

fn keyword(sql: &str, at: usize, word: &str) -> Option<usize> {
    let end = at + word.len();
    let found = sql.get(at..end)?.eq_ignore_ascii_case(word);
    let continues = sql[end..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
    (found && !continues).then_some(end)
}

fn skip_blank(sql: &str, mut at: usize, comments: bool) -> usize {
    loop {
        let rest = &sql[at..];
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        if comments && trimmed.starts_with("--") {
            at += trimmed.find('\n').map_or(trimmed.len(), |end| end + 1);
        } else if comments && trimmed.starts_with("/*") {
            at += trimmed.find("*/").map_or(trimmed.len(), |end| end + 2);
        } else {
            return at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(sql: &str) -> String {
        inject(sql, &[(UniqueId::from("model.p.e"), " e as (\nselect 1\n)".to_owned())])
    }

    #[test]
    fn a_statement_without_with_gets_one() {
        assert_eq!(one("\nselect * from e"), "\nwith e as (\nselect 1\n) select * from e");
    }

    #[test]
    fn an_existing_list_is_extended_in_front() {
        assert_eq!(one("with a as (x) y"), "with  e as (\nselect 1\n), a as (x) y");
        assert_eq!(
            one("-- c\nWITH recursive r as (x) y"),
            "-- c\nWITH recursive  e as (\nselect 1\n), r as (x) y"
        );
    }

    #[test]
    fn a_name_that_starts_with_with_is_not_the_keyword() {
        assert!(one("without").starts_with("with e as"));
    }
}
