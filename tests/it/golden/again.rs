//! Running a case's project again on the same input changes no relation, unless that is what its model is for.

use std::path::Path;

use serde_json::Value as Json;

use super::case::Case;
use super::{binary, case_folders, name, observe};

/// Relations that grow with every run because their models append without a condition, or say with a predicate that known
/// rows stay, as the cases want it.
const GROW: &[(&str, &str)] = &[
    ("241_materialization_precedence", "main.as_incremental"),
    ("41_mat_incremental_append", "main.locked"),
    ("43_incremental_core_strategies", "main.appender"),
    ("43_incremental_core_strategies", "main.one_key_pred"),
];

#[test]
fn a_second_run_on_the_same_input_changes_nothing() {
    let (mut looked_at, mut changed) = (0, Vec::new());
    for folder in case_folders(None).iter().filter(|folder| is_incremental(folder)) {
        let case = Case::load(folder);
        let Some([first, second]) = observe::again(&case, &binary()) else {
            continue;
        };
        looked_at += 1;
        for (relation, before) in first.as_object().unwrap() {
            let grows = GROW.contains(&(name(folder), relation.as_str()));
            if (second.get(relation) == Some(before)) == grows {
                changed.push(format!(
                    "{} {relation}: {before} then {:?}",
                    name(folder),
                    second.get(relation)
                ));
            }
        }
    }
    assert!(changed.is_empty(), "{}", changed.join("\n"));
    assert!(looked_at >= 6, "only {looked_at} cases with incremental models were run twice");
}

/// Whether a model or snapshot of the project keeps what earlier runs wrote.
fn is_incremental(folder: &Path) -> bool {
    let entries = ["models", "snapshots"].into_iter().flat_map(|below| {
        walkdir::WalkDir::new(folder.join("project").join(below)).into_iter().flatten()
    });
    let mut texts = entries.filter_map(|entry| std::fs::read_to_string(entry.path()).ok());
    texts.any(|text| {
        ["incremental'", ": incremental", "snapshots:", "{% snapshot"]
            .iter()
            .any(|word| text.contains(word))
    })
}

/// The tables after one run more and after another one; none when the runs fail.
pub(super) type Twice = [Json; 2];
