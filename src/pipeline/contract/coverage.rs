//! Which data tests look at what a constraint promises.
//!
//! Known are dbt's own four tests and, by name, `expression_is_true` and `unique_combination_of_columns` of the
//! packages that everybody uses. A test with a `where` looks at a part of the rows and does not count.

use serde_json::Value as Json;

use super::Covered;
use crate::manifest::constraint::bare;
use crate::manifest::{Constraint, ConstraintKind, Manifest, Node, Test};

/// The tests that look at the constraint, and how much of it they cover.
pub(super) fn of(
    manifest: &Manifest,
    node: &Node,
    constraint: &Constraint,
) -> (Vec<String>, Covered) {
    let tests: Vec<(&str, &Test)> = manifest
        .nodes
        .values()
        .filter(|other| other.config.enabled() && other.config.get_str("where").is_none())
        .filter_map(|other| Some((other.name.as_str(), other.test()?)))
        .filter(|(_, test)| test.attached_node.as_ref() == Some(&node.unique_id))
        .collect();
    let promises = promises(constraint);
    let mut names: Vec<String> = Vec::new();
    let mut kept = 0;
    for promise in &promises {
        let found = tests.iter().filter(|(_, test)| promise.is_tested_by(test));
        let before = names.len();
        names.extend(found.map(|(name, _)| (*name).to_owned()));
        kept += usize::from(names.len() > before);
    }
    names.dedup();
    let covered = match kept {
        0 => Covered::None,
        all if all == promises.len() => Covered::Whole,
        _ => Covered::Part,
    };
    (names, covered)
}

/// One thing that a test can look at.
enum Promise<'c> {
    NotNull(String),
    Unique(Vec<String>),
    Points(&'c Constraint),
    Holds(&'c Constraint),
}

fn promises(constraint: &Constraint) -> Vec<Promise<'_>> {
    let columns = constraint.bare_columns();
    let not_null = || columns.iter().cloned().map(Promise::NotNull);
    match constraint.kind {
        ConstraintKind::NotNull => not_null().collect(),
        ConstraintKind::Unique => vec![Promise::Unique(columns)],
        ConstraintKind::PrimaryKey => {
            not_null().chain([Promise::Unique(columns.clone())]).collect()
        }
        ConstraintKind::ForeignKey => vec![Promise::Points(constraint)],
        ConstraintKind::Check => vec![Promise::Holds(constraint)],
        ConstraintKind::Custom => Vec::new(),
    }
}

impl Promise<'_> {
    fn is_tested_by(&self, test: &Test) -> bool {
        let Some(metadata) = &test.metadata else { return false };
        let argument = |name: &str| metadata.kwargs.get(name);
        let is_on =
            |column: &str| test.column_name.as_deref().is_some_and(|own| same_name(own, column));
        match (self, metadata.name.as_str()) {
            (Promise::NotNull(column), "not_null") => is_on(column),
            (Promise::Unique(columns), "unique") => {
                matches!(columns.as_slice(), [one] if is_on(one))
            }
            (Promise::Unique(columns), "unique_combination_of_columns") => {
                let listed = argument("combination_of_columns").and_then(Json::as_array);
                let listed: Vec<&str> =
                    listed.into_iter().flatten().filter_map(Json::as_str).collect();
                listed.len() == columns.len()
                    && columns.iter().all(|own| listed.iter().any(|name| same_name(name, own)))
            }
            (Promise::Points(key), "relationships") => {
                let text = |name: &str| argument(name).and_then(Json::as_str).unwrap_or_default();
                matches!(key.bare_columns().as_slice(), [one] if is_on(one))
                    && matches!(key.to_columns.as_slice(), [one] if same_name(one, text("field")))
                    && squeezed(key.to.as_deref().unwrap_or_default()) == squeezed(text("to"))
            }
            (Promise::Holds(check), "expression_is_true") => {
                let given = argument("expression").and_then(Json::as_str).unwrap_or_default();
                let whole = match &test.column_name {
                    Some(column) => format!("{column} {given}"),
                    None => given.to_owned(),
                };
                squeezed(check.expression.as_deref().unwrap_or_default()) == squeezed(&whole)
            }
            (Promise::Holds(check), "accepted_values") => {
                let values = argument("values").and_then(Json::as_array);
                let quotes = argument("quote").and_then(Json::as_bool).unwrap_or(true);
                let column = test.column_name.as_deref().unwrap_or_default();
                values.is_some_and(|values| lists(check, column, (values, quotes)))
            }
            _ => false,
        }
    }
}

fn same_name(a: &str, b: &str) -> bool {
    bare(a).eq_ignore_ascii_case(bare(b))
}

/// SQL or a call without blanks, outer parentheses and kinds of quotes.
fn squeezed(text: &str) -> String {
    let mut text: String = text.split_whitespace().collect::<String>().to_lowercase();
    text = text.replace("{{", "").replace("}}", "").replace('"', "'");
    while let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        if inner.contains(['(', ')']) {
            break;
        }
        text = inner.to_owned();
    }
    text
}

/// Whether a check says `column in (…)` with these values, in any order.
fn lists(check: &Constraint, column: &str, (values, quotes): (&[Json], bool)) -> bool {
    let expression = squeezed(check.expression.as_deref().unwrap_or_default());
    let start = format!("{}in(", bare(column).to_lowercase());
    let Some(inside) = expression.strip_prefix(&start).and_then(|rest| rest.strip_suffix(')'))
    else {
        return false;
    };
    let mut written: Vec<String> = inside.split(',').map(str::to_owned).collect();
    let literal = |value: &Json| match value.as_str() {
        Some(text) if quotes => squeezed(&format!("'{text}'")),
        Some(text) => squeezed(text),
        None if quotes => format!("'{value}'"),
        None => value.to_string(),
    };
    let mut wanted: Vec<String> = values.iter().map(literal).collect();
    written.sort();
    wanted.sort();
    written == wanted
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn expressions_are_the_same_without_blanks_and_parentheses() {
        assert_eq!(squeezed("( amount >  0 )"), squeezed("amount>0"));
        assert_eq!(squeezed("ref('a')"), squeezed("{{ ref(\"a\") }}"));
        assert_ne!(squeezed("(a) > (b)"), squeezed("a > b"));
    }

    #[test]
    fn a_list_of_values_is_a_check() {
        let check = json!({"type": "check", "expression": "state in ('b', 'a')"});
        let check = Constraint::of(&check, Some("state")).unwrap();
        assert!(lists(&check, "state", (&[json!("a"), json!("b")], true)));
        assert!(!lists(&check, "state", (&[json!("a")], true)));
    }
}
