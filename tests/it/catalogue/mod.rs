//! The catalogue of wrong projects in `tests/catalogue`: `forge check`, or the command that a case to tell every
//! mistake, at its place.
//!
//! `CATALOGUE='sql/*'` picks cases. The other half is `golden::alarms`: in what is right nothing may be told.
//! Invariant: what a case expects was thought out before the tool was asked.

mod case;

use std::fs;
use std::path::{Path, PathBuf};

use globset::Glob;
use rusqlite::Connection;
use serde_json::Value as Json;

use self::case::{Case, Expected, Found};
use crate::golden::each;
use crate::scratch::{Outcome, Scratch};

/// How many wrong projects there are at least.
const AT_LEAST: usize = 120;
/// How many places of a hundred have the right line and column.
const EXACT: usize = 95;

/// How a case came out.
#[derive(Default)]
struct Judgement {
    expected: usize,
    exact: usize,
    /// Places that are off: told, but elsewhere in the file.
    misses: Vec<String>,
    /// Mistakes that were not told, and errors that nothing is behind.
    failures: Vec<String>,
}

#[test]
fn every_mistake_of_the_catalogue_is_told_at_its_place() {
    let filter = std::env::var("CATALOGUE").ok();
    let cases = cases(filter.as_deref());
    let outcomes = each(&cases, |path| judge(&Case::read(path)));
    let sum = |count: fn(&Judgement) -> usize| outcomes.iter().map(count).sum::<usize>();
    let (expected, exact) = (sum(|outcome| outcome.expected), sum(|outcome| outcome.exact));
    let list = |lines: fn(&Judgement) -> &Vec<String>| {
        outcomes.iter().flat_map(lines).map(|line| format!("  {line}\n")).collect::<String>()
    };
    let (misses, failures) = (list(|outcome| &outcome.misses), list(|outcome| &outcome.failures));
    let report = format!(
        "{} cases, {expected} mistakes, {exact} at the exact place\nelsewhere:\n{misses}wrong:\n{failures}",
        cases.len(),
    );
    assert!(failures.is_empty(), "{report}");
    assert!(exact * 100 >= expected * EXACT, "{report}");
    assert!(filter.is_some() || cases.len() >= AT_LEAST, "{report}");
}

fn cases(filter: Option<&str>) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/catalogue");
    let glob = Glob::new(filter.unwrap_or("*")).unwrap().compile_matcher();
    let files = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter();
    files
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .filter(|path| glob.is_match(path.strip_prefix(&root).unwrap().with_extension("")))
        .collect()
}

fn judge(case: &Case) -> Judgement {
    let mut found = check(case);
    let mut outcome = Judgement { expected: case.expected.len(), ..Judgement::default() };
    let is_exact =
        |wanted: &Expected, one: &Found| wanted.is_told_by(one) && wanted.place == one.place;
    let mut open = Vec::new();
    for wanted in &case.expected {
        match found.iter().position(|one| is_exact(wanted, one)) {
            Some(at) => {
                found.remove(at);
                outcome.exact += 1;
            }
            None => open.push(wanted),
        }
    }
    for wanted in open {
        match found.iter().position(|one| wanted.is_told_by(one)) {
            Some(at) => {
                let one = found.remove(at);
                outcome.misses.push(format!("{}: {wanted}, not {one}", case.name));
            }
            None => outcome.failures.push(format!("{}: {wanted} is not told", case.name)),
        }
    }
    let alarms = found.iter().filter(|one| one.level == "error");
    outcome.failures.extend(alarms.map(|one| format!("{}: false alarm: {one}", case.name)));
    outcome
}

/// What the last command of a case tells.
fn check(case: &Case) -> Vec<Found> {
    let scratch = Scratch::new("");
    for (path, text) in &case.files {
        scratch.write_bytes(path, text);
    }
    if let Some(sql) = &case.setup {
        Connection::open(scratch.path("shop.db")).unwrap().execute_batch(sql).unwrap();
    }
    let (last, before) = case.commands.split_last().unwrap();
    let arguments = |command: &str| command.split(' ').map(str::to_owned).collect::<Vec<_>>();
    for command in before {
        run(&scratch, &arguments(command));
    }
    let told = run(&scratch, &[arguments(last), arguments("--sarif out.sarif")].concat());
    let Ok(text) = fs::read_to_string(scratch.path("out.sarif")) else {
        panic!("{}: no SARIF was written by {told}", case.name);
    };
    let sarif: Json = serde_json::from_str(&text).unwrap();
    sarif["runs"][0]["results"].as_array().unwrap().iter().map(Found::new).collect()
}

fn run(scratch: &Scratch, arguments: &[String]) -> Outcome {
    scratch.forge(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}
