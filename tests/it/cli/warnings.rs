//! `--warn-error` and `--warn-error-options`: what nodes warn of while they run, and names that nobody knows.

use crate::scratch::Scratch;

const SHOP: &str = "\
//- models/hashed.sql
{{ config(materialized='view') }} select md5('a') as a
";

#[test]
fn a_warning_of_a_run_can_fail_it_or_be_silent() {
    let scratch = Scratch::new(SHOP);
    let run = |options: &str| scratch.forge(&["run", "--warn-error-options", options]);
    scratch.forge(&["run"]).expect(0, &["warning[E0709]"]);
    scratch.forge(&["run", "--warn-error"]).expect(1, &["error[E0709]"]);
    run("{error: [engine-function]}").expect(1, &["error[E0709]"]);
    run("{error: all, warn: [E0709]}").expect(0, &["warning[E0709]"]);
    run("{silence: [engine-function]}").expect(0, &[]).without(&["E0709"]);
}

#[test]
fn names_that_nobody_knows_get_a_suggestion() {
    let scratch = Scratch::new(SHOP);
    let parse = |options: &str| scratch.forge(&["parse", "--warn-error-options", options]);
    parse("{error: [NoNodesForSelectionCriterium]}")
        .expect(2, &["is the name of no warning", "did you mean `NoNodesForSelectionCriteria`?"]);
    parse("{silent: [no-match]}").expect(2, &["no key `silent`", "did you mean `silence`?"]);
    parse("{error: [no-match], warn: [E0709]}").expect(2, &["`error: all`"]);
    parse("{silence: [MainReportVersion, Deprecations]}").expect(0, &[]);
    let set = [("DBT_WARN_ERROR_OPTIONS", "{\"error\": \"most\"}")];
    scratch.forge_with(&["parse"], &set).expect(2, &["`error`", "or `all`"]);
}
