//! Replays the golden cases of `tests/golden/cases`: a project, commands, and what dbt 1.12 made of them.
//!
//! `GOLDEN=40*,51*` picks cases, `FORGE_TEST_BIN=/path/to/dbt` points the harness at another program (to check the
//! harness itself against the real thing).
//! Invariant: what is compared, and how, is written once, in `observe` and `compare`.

mod again;
mod alarms;
mod case;
mod compare;
mod manifest;
mod observe;
mod python;
mod tables;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use globset::{Glob, GlobSet, GlobSetBuilder};

use self::case::Case;
use self::compare::Difference;

const THREADS: usize = 2;
/// Fewer cases than this without a filter means that the folder was not found.
const AT_LEAST: usize = 30;

#[test]
fn golden_cases_come_out_as_in_dbt() {
    let filter = std::env::var("GOLDEN").ok();
    let folders = case_folders(filter.as_deref());
    let least = if filter.is_some() { 1 } else { AT_LEAST };
    let binary = binary();
    let outcomes: Vec<_> =
        folders.iter().zip(each(&folders, |folder| run(folder, &binary))).collect();
    assert!(outcomes.len() >= least, "only {} cases ran, {least} or more expected", outcomes.len());
    let failures = outcomes.iter().filter(|(_, differences)| !differences.is_empty());
    let report =
        failures.map(|(folder, differences)| describe(folder, differences)).collect::<Vec<_>>();
    assert!(
        report.is_empty(),
        "{} of {} golden cases differ from dbt\n\n{}\nfailing: {}\n",
        report.len(),
        outcomes.len(),
        report.join("\n"),
        outcomes
            .iter()
            .filter(|(_, differences)| !differences.is_empty())
            .map(|(folder, _)| name(folder))
            .collect::<Vec<_>>()
            .join(" "),
    );
}

/// What a function makes of every item, in their order, on a few threads.
pub(crate) fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some((at, item)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    items.get(at).map(|item| (at, item))
                } {
                    let result = work(item);
                    results.lock().unwrap().push((at, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

/// The program under test: `FORGE_TEST_BIN`, or the `forge` that cargo built for these tests.
fn binary() -> PathBuf {
    std::env::var_os("FORGE_TEST_BIN")
        .map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_forge")), PathBuf::from)
}

fn case_folders(filter: Option<&str>) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/cases");
    let globs = globs(filter.unwrap_or("*"));
    let entries =
        std::fs::read_dir(&root).unwrap_or_else(|error| panic!("{}: {error}", root.display()));
    let mut folders = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("case.yml").is_file() && globs.is_match(name(path)))
        .collect::<Vec<_>>();
    folders.sort();
    folders
}

fn globs(patterns: &str) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns.split(',') {
        set.add(Glob::new(pattern.trim()).unwrap());
    }
    set.build().unwrap()
}

fn name(folder: &Path) -> &str {
    folder.file_name().and_then(|name| name.to_str()).unwrap()
}

/// One case in a folder of its own; a panic of the harness counts as a difference, so that the other cases still run.
fn run(folder: &Path, binary: &Path) -> Vec<Difference> {
    std::panic::catch_unwind(|| {
        let case = Case::load(folder);
        let observations = observe::run(&case, binary);
        let steps = case.steps.iter().zip(&observations).enumerate();
        steps
            .flat_map(|(at, (step, observation))| {
                compare::compare(at + 1, step, &case.expected(at + 1), observation)
            })
            .collect()
    })
    .unwrap_or_else(|panic| vec![Difference::of_the_harness(&panic)])
}

fn describe(folder: &Path, differences: &[Difference]) -> String {
    let mut text = format!("── {} ──\n", name(folder));
    for difference in differences {
        text.push_str(&difference.to_string());
    }
    text
}
