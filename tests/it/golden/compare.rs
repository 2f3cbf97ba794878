//! Sets what a step did beside what dbt did, fact by fact, and renders each difference as a unified diff.
//!
//! Invariant: only facts that were recorded are compared, and every recorded fact is.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Value as Json, json};
use similar::TextDiff;

use super::case::Step;
use super::observe::Observation;
use super::python::{pretty, same, sorted};

/// How much of an output stream a report shows.
const TAIL: usize = 1200;

/// One fact that came out differently.
pub(super) struct Difference {
    step: usize,
    command: String,
    facet: String,
    label: String,
    diff: String,
    /// The ends of stdout and stderr, when they may explain it.
    tails: Option<(String, String)>,
}

impl Difference {
    /// The harness itself gave up.
    pub(super) fn of_the_harness(panic: &Box<dyn Any + Send>) -> Self {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
        Difference {
            step: 0,
            command: String::new(),
            facet: "harness".to_owned(),
            label: "panic".to_owned(),
            diff: text.unwrap_or_else(|| "a panic without a text".to_owned()),
            tails: None,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { step, command, facet, label, diff, .. } = self;
        writeln!(f, "## step {step}: {command} [{facet}] {label}\n{diff}")?;
        if let Some((stdout, stderr)) = &self.tails {
            writeln!(f, "stdout: {}\nstderr: {}", indent(stdout), indent(stderr))?;
        }
        Ok(())
    }
}

fn indent(text: &str) -> String {
    text.trim_end().replace('\n', "\n  | ")
}

/// The facts of a step that differ.
pub(super) fn compare(
    number: usize,
    step: &Step,
    expected: &BTreeMap<String, Json>,
    got: &Observation,
) -> Vec<Difference> {
    let mut list = Vec::new();
    let mut check = |facet: &str, label: &str, expected: &Json, value: &Json| {
        if !same(expected, value) {
            list.push(Difference {
                step: number,
                command: step.command.join(" "),
                facet: facet.to_owned(),
                label: label.to_owned(),
                diff: diff(expected, value, label),
                tails: matches!(facet, "exit_code" | "mentions")
                    .then(|| (tail(&got.stdout), tail(&got.stderr))),
            });
        }
    };
    let fact = |name: &str| got.facts.get(name).unwrap_or(&Json::Null);
    check("mentions", "mentions", &json!(step.mentions), fact("mentions"));
    check("mentions", "absent", &json!([]), fact("absent"));
    for (facet, expected) in expected {
        let value = fact(facet);
        match facet.as_str() {
            "tables" => {
                for (name, expected, value) in pairs(expected, value) {
                    check(facet, name, &table(expected), &table(value));
                }
            }
            "manifest" => {
                for (section, expected, value) in pairs(expected, value) {
                    for (id, expected, value) in pairs(expected, value) {
                        check(facet, &format!("{section}.{id}"), expected, value);
                    }
                }
            }
            "compiled" => {
                for (id, expected, value) in pairs(expected, value) {
                    check(facet, id, expected, value);
                }
            }
            _ => check(facet, facet, expected, value),
        }
    }
    list
}

/// The entries of two mappings side by side, null where one has none.
fn pairs<'a>(a: &'a Json, b: &'a Json) -> impl Iterator<Item = (&'a str, &'a Json, &'a Json)> {
    let keys = [a, b].into_iter().filter_map(Json::as_object).flat_map(|map| map.keys());
    let keys = keys.map(String::as_str).collect::<BTreeSet<_>>();
    keys.into_iter().map(move |key| (key, &a[key], &b[key]))
}

/// A relation as it is compared: rows as a multiset, and not the declared types, in which adapters differ.
fn table(table: &Json) -> Json {
    let mut table = table.clone();
    if let Some(map) = table.as_object_mut() {
        map.shift_remove("column_types");
        if let Some(rows) = map.get_mut("rows") {
            *rows = sorted(rows);
        }
    }
    table
}

fn diff(expected: &Json, got: &Json, label: &str) -> String {
    let (expected_text, got_text) = (pretty(expected), pretty(got));
    let text_diff = TextDiff::from_lines(&expected_text, &got_text);
    let mut diff = text_diff.unified_diff();
    let text =
        diff.context_radius(2).header(&format!("dbt/{label}"), &format!("got/{label}")).to_string();
    if text.is_empty() { format!("dbt {expected}\ngot {got}") } else { text }
}

fn tail(text: &str) -> String {
    let start = forge::source::floor_char_boundary(text, text.len().saturating_sub(TAIL));
    text[start..].to_owned()
}
