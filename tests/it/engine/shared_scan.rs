//! Tests that share a scan end as each of them would end by itself.

use serde_json::Value as Json;

use super::rows;
use crate::scratch::Scratch;

const PROJECT: &str = "//- models/t.sql
{{ config(materialized='table') }}
select * from {{ ref('s') }}
//- models/e.sql
{{ config(materialized='ephemeral') }}
select * from {{ ref('s') }}
//- models/v.sql
select id, kind, amount, label as \"a label\" from {{ ref('e') }}
//- models/t.yml
models:
  - name: t
    data_tests:
      - not_null: {name: expression, arguments: {column_name: \"nullif(label, '')\"}}
    columns:
      - name: id
        data_tests: [not_null, unique]
      - name: kind
        data_tests:
          - not_null: {config: {severity: warn}}
          - accepted_values: {arguments: {values: [a, b]}}
          - accepted_values: {arguments: {values: [a, b, c]}, name: wide, config: {warn_if: '> 1', error_if: '> 2'}}
      - name: amount
        data_tests:
          - not_null: {config: {where: \"kind = 'a'\"}}
          - not_null: {name: all_amounts, config: {limit: 1}}
          - accepted_values: {arguments: {values: [1, 2, 3], quote: false}}
      - name: label
        data_tests:
          - not_null: {config: {store_failures: true}}
          - accepted_values: {arguments: {values: [\"it's\", x]}}
  - name: v
    columns:
      - {name: id, data_tests: [not_null]}
      - {name: a label, quote: true, data_tests: [not_null]}
      - {name: kind, data_tests: [not_null, accepted_values: {arguments: {values: [a, b]}}]}
      - {name: nope, data_tests: [not_null: {config: {enabled: \"{{ var('broken', false) }}\"}}]}
  - name: e
    columns:
      - {name: id, data_tests: [not_null]}
      - {name: kind, data_tests: [not_null]}
";

/// What every node ended with; of those that were skipped not why, as that is whichever test failed first.
fn ended(scratch: &Scratch, more: &[&str]) -> Vec<String> {
    let outcome = scratch.forge(&[&["build"], more].concat());
    assert!(matches!(outcome.code, Some(0 | 1)), "{outcome}");
    let results: Json = serde_json::from_str(&scratch.read("target/run_results.json")).unwrap();
    let told = |result: &Json| {
        if result["status"] == "skipped" {
            return format!("{} skipped", result["unique_id"]);
        }
        let keys =
            ["unique_id", "status", "failures", "message", "adapter_response", "compiled_code"];
        keys.map(|key| result[key].to_string()).join(" ")
    };
    let mut all: Vec<String> = results["results"].as_array().unwrap().iter().map(told).collect();
    all.sort();
    all
}

/// The rows that the tests of the last run stepped over.
fn scanned(scratch: &Scratch) -> i64 {
    let sql = "select sum(rows_scanned) from _forge_costs join _forge_runs using (run_id) \
               where unique_id like 'test.%' and number = (select max(number) from _forge_runs)";
    rows(scratch, sql)[0].parse().unwrap()
}

#[test]
fn what_tests_say_is_the_same_with_and_without() {
    let good = "id,kind,amount,label\n1,a,1,x\n2,b,2,x\n3,a,3,x\n";
    let bad = "id,kind,amount,label\n1,a,,x\n,c,2,\n3,d,3,x\n3,,9,y\n";
    for (seed, broken) in [(good, "false"), (bad, "false"), (good, "true")] {
        let scratch = Scratch::new(PROJECT);
        scratch.write("seeds/s.csv", seed);
        for threads in ["1", "3"] {
            let flags = ["--threads", threads, "--vars", &format!("broken: {broken}")];
            let single = ended(&scratch, &[&flags[..], &["--no-batch-tests"]].concat());
            let before = scanned(&scratch);
            assert_eq!(ended(&scratch, &flags), single);
            assert!(single.len() > 15, "{single:?}");
            if seed == good && broken == "false" {
                assert!(scanned(&scratch) < before, "{} {before}", scanned(&scratch));
            }
        }
    }
}

#[test]
fn a_project_with_tests_of_its_own_keeps_them() {
    let scratch = Scratch::new(PROJECT);
    scratch.write("seeds/s.csv", "id,kind,amount,label\n1,a,1,x\n");
    let own = "{% macro default__test_not_null(model, column_name) %}select 1 as one from {{ model }}{% endmacro %}";
    scratch.write("macros/own.sql", own);
    let failed = ended(&scratch, &[]);
    let count = failed.iter().filter(|told| told.contains("\"fail\"")).count();
    assert!(count >= 4, "{failed:?}");
    assert_eq!(ended(&scratch, &["--no-batch-tests"]), failed);
    let own = "{% macro default__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) %}\
               select 7 as failures, true as should_warn, true as should_error{% endmacro %}";
    scratch.write("macros/own.sql", own);
    let failed = ended(&scratch, &[]);
    assert!(failed.iter().filter(|told| told.contains("Got 7 results")).count() >= 4, "{failed:?}");
    assert_eq!(ended(&scratch, &["--no-batch-tests"]), failed);
    // The name of a project says nothing about whose its macros are.
    scratch.write("dbt_project.yml", "name: dbt_shop\n");
    let failed = ended(&scratch, &[]);
    assert_eq!(ended(&scratch, &["--no-batch-tests"]), failed);
}
