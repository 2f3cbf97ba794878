//! Every built-in macro of dbt is there under its name, with dbt's arguments and defaults.
//!
//! `testdata/macros.txt` lists those of dbt-core 1.12.6, dbt-adapters 1.24.5 and dbt-sqlite 1.10.0 as its manifest has
//! them, without blanks, in lower case. Left out are five of dbt-sqlite that work around what only it has (`ref`,
//! `source`, `sqlite__get_test_sql`, an empty `sqlite__get_catalog`, `sqlite__datediff_broken`).

use crate::scratch::Scratch;

const EXPECTED: &str = include_str!("testdata/macros.txt");

#[test]
fn built_in_macros_have_the_names_and_arguments_of_dbt() {
    let project = Scratch::new("//- models/a.sql\nselect 1 as a\n");
    project.forge(&["parse"]).expect(0, &[]);
    let manifest: serde_json::Value =
        serde_json::from_str(&project.read("target/manifest.json")).unwrap();
    let found: Vec<String> = manifest["macros"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(id, one)| id.clone() + &arguments(one["macro_sql"].as_str().unwrap()))
        .collect();
    let missing: Vec<&str> =
        EXPECTED.lines().filter(|line| !found.iter().any(|one| one == line)).collect();
    assert!(EXPECTED.lines().count() > 400, "the list of expected macros is too short");
    assert!(missing.is_empty(), "not there, or with other arguments:\n{}", missing.join("\n"));
}

/// `(a,b='x')` of `{% macro name(a, b="x") %}`; nothing for other blocks.
fn arguments(source: &str) -> String {
    let Some((_, rest)) =
        source.trim_start().split_once("macro ").filter(|(before, _)| before.len() <= 5)
    else {
        return String::new();
    };
    let open = rest.find('(').unwrap();
    let (mut depth, mut quote, mut end) = (0, None, open);
    for (at, char) in rest[open..].char_indices() {
        match (quote, char) {
            (Some(inside), _) if inside == char => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(char),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, _) => {}
        }
        if depth == 0 {
            end = open + at;
            break;
        }
    }
    let text: String = rest[open..=end].chars().filter(|char| !char.is_whitespace()).collect();
    text.replace('"', "'").to_lowercase()
}
