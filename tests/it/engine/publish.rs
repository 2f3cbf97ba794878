//! `publish: after_tests`: new rows are seen only after their tests have passed.

use super::rows;
use crate::scratch::Scratch;

const PROJECT: &str = "//- dbt_project.yml
name: shop
version: '1.0'
models:
  +publish: after_tests
//- seeds/s.csv
id,v
1,a
2,b
//- models/a.sql
{{ config(materialized='table') }}
select id, v from {{ ref('s') }}
//- models/b.sql
{{ config(materialized='table') }}
select id from {{ ref('a') }}
//- models/s.yml
models:
  - name: a
    columns:
      - name: id
        data_tests: [unique, not_null]
      - name: v
        data_tests:
          - accepted_values: {arguments: {values: [a, b]}, config: {severity: warn}}
  - name: b
    columns:
      - name: id
        data_tests:
          - relationships: {arguments: {to: ref('a'), field: id}}
";

#[test]
fn a_failed_test_leaves_the_old_rows_and_is_told() {
    let scratch = Scratch::new(PROJECT);
    scratch.forge(&["build"]).expect(0, &["PASS=7 WARN=0 ERROR=0"]);
    scratch.write("seeds/s.csv", "id,v\n1,a\n1,c\n");
    scratch.forge(&["build"]).expect(
        1,
        &[
            "error[E0806] not-published: model `a` was not published: test `unique_a_id` failed on its new rows",
            "fail test unique_a_id",
            "skip table main.b",
            "model `a` failed",
            // The failing rows of the relation that is not there any more.
            "unique_field n_records",
        ],
    );
    assert_eq!(rows(&scratch, "select id, v from a order by 1"), ["1|a", "2|b"]);
    assert_eq!(rows(&scratch, "select id from b order by 1"), ["1", "2"]);
    // What gates nothing was not run on the rows that were undone.
    let results: serde_json::Value =
        serde_json::from_str(&scratch.read("target/run_results.json")).unwrap();
    let of = |name: &str| {
        let results = results["results"].as_array().unwrap();
        let all: Vec<_> =
            results.iter().filter(|r| r["unique_id"].as_str().unwrap().contains(name)).collect();
        assert_eq!(all.len(), 1, "{name} is told once");
        all[0]["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        [of("model.shop.a"), of("unique_a_id"), of("not_null_a_id"), of("accepted_values_a")],
        ["error", "fail", "pass", "skipped"]
    );
    scratch.write("seeds/s.csv", "id,v\n1,a\n3,b\n");
    scratch.forge(&["build"]).expect(0, &["ERROR=0"]);
    assert_eq!(rows(&scratch, "select id from b order by 1"), ["1", "3"]);
}

#[test]
fn a_run_publishes_after_its_tests_too() {
    let scratch = Scratch::new(PROJECT);
    scratch.forge(&["seed"]).expect(0, &[]);
    scratch.forge(&["run"]).expect(0, &["pass test unique_a_id", "pass test relationships_b_id"]);
    scratch.write("seeds/s.csv", "id,v\n,a\n");
    scratch.forge(&["seed"]).expect(0, &[]);
    scratch.forge(&["run", "-s", "a"]).expect(1, &["fail test not_null_a_id"]);
    assert_eq!(rows(&scratch, "select id from a order by 1"), ["1", "2"]);
}

#[test]
fn stored_failures_outlive_the_model_that_is_undone() {
    let scratch = Scratch::new(PROJECT);
    scratch.write("seeds/s.csv", "id,v\n7,a\n7,b\n");
    scratch.forge(&["build", "--store-failures"]).expect(1, &["E0806"]);
    assert_eq!(rows(&scratch, "select count(*) from sqlite_master where name = 'a'"), ["0"]);
    let stored = "select unique_field, n_records from main_dbt_test__audit__unique_a_id";
    assert_eq!(rows(&scratch, stored), ["7|2"]);
}

#[test]
fn a_test_that_cannot_run_undoes_the_model() {
    let scratch = Scratch::new(PROJECT);
    scratch.write("tests/broken.sql", "select nope from {{ ref('a') }}\n");
    scratch
        .forge(&["build"])
        .expect(1, &["test `broken` failed on its new rows", "no such column: nope"]);
    assert_eq!(rows(&scratch, "select count(*) from sqlite_master where name = 'a'"), ["0"]);
}

#[test]
fn a_word_that_means_nothing_is_an_error_before_anything_runs() {
    let scratch = Scratch::new(PROJECT);
    scratch.write("models/c.sql", "{{ config(publish='after_test') }}\nselect 1 as id\n");
    scratch
        .forge(&["build"])
        .expect(2, &["`publish` of model `c` must be `after_tests` or `at_once`"]);
}
