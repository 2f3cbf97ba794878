//! No false alarm: `forge check` finds no error in a project that dbt runs.

use super::case::Case;
use super::{binary, case_folders, each, name, observe};

#[test]
fn check_finds_no_error_in_what_dbt_runs() {
    let filter = std::env::var("GOLDEN").ok();
    let folders = case_folders(filter.as_deref());
    let alarms = each(&folders, |folder| {
        let alarms = observe::alarms(&Case::load(folder), &binary());
        alarms.iter().map(|alarm| format!("{}: {alarm}\n", name(folder))).collect::<String>()
    });
    let alarms = alarms.concat();
    assert!(alarms.is_empty(), "false alarms:\n{alarms}");
}
