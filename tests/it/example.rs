//! Runs the tutorial project as its README says: the second run changes nothing, a grown input changes what it should.

use crate::rust_text::root;
use crate::scratch::{Rows, Scratch};

/// How many relations there are at least, so that an empty database does not pass for an unchanged one.
const AT_LEAST: usize = 8;

#[test]
fn a_second_build_changes_no_row() {
    let scratch = example();
    scratch.forge(&["build"]).expect(0, &[]);
    let first = rows(&scratch);
    assert!(first.len() >= AT_LEAST, "{:?}", first.keys());
    assert!(!first["account_summary"].is_empty(), "account_summary is empty");
    scratch.forge(&["build"]).expect(0, &[]);
    assert_eq!(rows(&scratch), first);
    scratch.forge(&["test"]).expect(0, &[]);
}

#[test]
fn a_full_refresh_gives_the_same_rows() {
    let scratch = example();
    scratch.forge(&["build"]).expect(0, &[]);
    let first = rows(&scratch);
    scratch.forge(&["build", "--full-refresh"]).expect(0, &[]);
    assert_eq!(rows(&scratch), first);
}

#[test]
fn the_changed_accounts_and_no_others_are_written() {
    let scratch = example();
    let build = |change: u32| {
        let vars = format!("{{grow_to: 2000, change: {change}}}");
        scratch.forge(&["build", "--vars", &vars]).expect(0, &[]);
        let rows = rows(&scratch);
        (rows["account_summary"].clone(), rows["hist_accounts"].clone())
    };
    let (before, history_before) = build(0);
    let (after, history) = build(47);
    assert_eq!(before.len(), after.len());
    let changed = after.iter().filter(|row| before.binary_search(row).is_err()).count();
    assert_eq!(changed, 47);
    assert_eq!(history.len(), history_before.len() + 47);
    assert_eq!(build(47), (after, history));
}

#[test]
fn the_project_has_no_key_that_forge_does_not_know() {
    let scratch = example();
    scratch.forge(&["parse", "--strict"]).expect(0, &[]).without(&["warning"]);
}

fn example() -> Scratch {
    let scratch = Scratch::copy_of(&root().join("example_project"));
    for leftover in ["bank.db", "bank.db-wal", "bank.db-shm"] {
        let path = scratch.path(leftover);
        if path.exists() {
            std::fs::remove_file(path).unwrap();
        }
    }
    scratch
}

fn rows(scratch: &Scratch) -> Rows {
    scratch.rows("bank.db")
}
