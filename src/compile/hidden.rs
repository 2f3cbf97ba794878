//! Relations that a common table expression of the same name hides.
//!
//! `with orders as (select * from "orders") …` reads itself: where all schemas share one namespace, a relation is
//! written without a schema, and the nearest thing of that name counts. Such a node is rendered once more with the
//! engine's schema in front of every relation. Not always: a view that names its schema cannot be read by a program
//! which attaches the file under another name.

use std::sync::Arc;

use super::lines::without_marks;
use super::{CompiledNode, Compiler};
use crate::manifest::Node;

/// The common table expression of the code that hides a relation which the code may read.
pub(super) fn hiding(
    compiler: &Compiler,
    node: &Arc<Node>,
    compiled: &CompiledNode,
) -> Option<String> {
    let code = without_marks(&compiled.code);
    let names = expressions(&code);
    if names.is_empty() {
        return None;
    }
    let inlined = compiled.ctes.iter().filter_map(|(id, _)| compiler.manifest.nodes.get(id));
    let readers = inlined.chain([node]);
    let mut read = readers.flat_map(|one| one.depends_on.nodes.iter().chain([&one.unique_id]));
    read.find_map(|id| {
        let relations = compiler.relation(id).into_iter().chain(compiler.deferred(id));
        relations.into_iter().find_map(|relation| {
            let name = relation.physical().name;
            if !code.contains(&relation.render()) {
                return None;
            }
            let found = names.iter().find(|other| other.eq_ignore_ascii_case(&name));
            found.map(|found| (*found).to_owned())
        })
    })
}

/// The names of what looks like a common table expression: `name as (`, with columns or a hint between.
fn expressions(code: &str) -> Vec<&str> {
    let bodies = code.match_indices('(').map(|(at, _)| code[..at].trim_end());
    bodies.filter_map(|before| name_before(without_hint(before))).collect()
}

fn without_hint(text: &str) -> &str {
    let Some(rest) = without_word(text, "materialized") else { return text };
    without_word(rest, "not").unwrap_or(rest)
}

/// The name in front of `as` at the end of a text.
fn name_before(text: &str) -> Option<&str> {
    let rest = without_word(text, "as")?;
    // A quote that is doubled in a name is not looked for: such a name only ends earlier.
    match rest.chars().next_back()? {
        ')' => name_at_end(rest[..rest.rfind('(')?].trim_end()),
        _ => name_at_end(rest),
    }
}

fn name_at_end(text: &str) -> Option<&str> {
    let last = text.chars().next_back()?;
    let open = match last {
        '"' | '`' => last,
        ']' => '[',
        _ => {
            let start = text.trim_end_matches(is_word).len();
            return Some(&text[start..]).filter(|name| !name.is_empty());
        }
    };
    let inner = &text[..text.len() - last.len_utf8()];
    Some(&inner[inner.rfind(open)? + open.len_utf8()..])
}

/// The text in front of a word at its end.
fn without_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (rest, end) = text.split_at_checked(text.len().checked_sub(word.len())?)?;
    let is_whole = end.eq_ignore_ascii_case(word) && !rest.ends_with(is_word);
    is_whole.then(|| rest.trim_end())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_found_in_every_spelling() {
        for (code, names) in [
            ("with a as (select 1), B AS\n(select 2) select 3", &["a", "B"][..]),
            ("with recursive t(n, m) as (values (1, 2)) select n", &["t"]),
            ("with \"my t\" as materialized (select 1)", &["my t"]),
            ("with [t] as not materialized(select 1), `ü` as (select 1)", &["t", "ü"]),
            ("select max(a) as b, count(*) from x where c in (1)", &[]),
            ("(", &[]),
            ("as(", &[]),
            ("\"as (", &[]),
            (") as (", &[]),
        ] {
            assert_eq!(expressions(code), names, "{code}");
        }
    }
}
