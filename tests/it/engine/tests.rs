//! Data tests: what counts, what is kept, what holds up what.

use super::{model, rows};
use crate::scratch::Scratch;

/// Seed `s` with ids 1 to 6, of which 2 are null and 2 the same, and tests from YAML.
fn project(tests: &str) -> Scratch {
    let scratch = Scratch::new(
        "//- seeds/s.csv\nid,kind\n1,a\n2,a\n2,b\n4,b\n,c\n,c\n//- models/below.sql\nselect * from {{ ref('s') }}\n",
    );
    scratch.write(
        "seeds/s.yml",
        &format!(
            "seeds:\n  - name: s\n    columns:\n      - name: id\n        data_tests:\n{tests}"
        ),
    );
    scratch
}

#[test]
fn the_rows_that_count_are_configured() {
    for (test, code, words) in [
        ("          - not_null\n", 1, "got 2 results, configured to fail if != 0"),
        ("          - not_null: {config: {limit: 1}}\n", 1, "got 1 result,"),
        ("          - not_null: {config: {where: \"kind <> 'c'\"}}\n", 0, "PASS=1"),
        ("          - not_null: {config: {error_if: '>2'}}\n", 0, "configured to warn if"),
        ("          - not_null: {config: {error_if: '>2', warn_if: '>5'}}\n", 0, "WARN=0"),
        ("          - not_null: {config: {error_if: '>1'}}\n", 1, "configured to fail if >1"),
        ("          - not_null: {config: {severity: warn}}\n", 0, "WARN=1"),
        ("          - unique: {config: {fail_calc: 'sum(n_records)'}}\n", 1, "got 2 results"),
        ("          - unique: {config: {fail_calc: \"max(n_records) - 2\"}}\n", 0, "PASS=1"),
        (
            "          - unique: {config: {where: 'id > 100', fail_calc: 'sum(n_records)'}}\n",
            0,
            "PASS=1",
        ),
        (
            "          - accepted_values: {arguments: {values: [1, 2, 4], quote: false}}\n",
            0,
            "PASS=1",
        ),
        (
            "          - accepted_values: {arguments: {values: [1, 2], quote: false}}\n",
            1,
            "got 1 result",
        ),
        ("          - unique: {config: {fail_calc: 'nope(n_records)'}}\n", 1, "nope"),
        ("          - unique: {config: {fail_calc: \"'many'\"}}\n", 1, "fail_calc"),
        ("          - not_null: {config: {where: 'nope = 1'}}\n", 1, "nope"),
        ("          - not_null: {config: {enabled: false}}\n", 0, ""),
    ] {
        let scratch = project(test);
        scratch.forge(&["seed"]).expect(0, &[]);
        let outcome = scratch.forge(&["test"]).expect(code, &[]);
        let failed = outcome.text().contains(words);
        assert!(failed, "{test} {words} {outcome}");
    }
}

#[test]
fn failing_rows_are_kept_and_replaced() {
    for kind in ["table", "view"] {
        let scratch = project(&format!(
            "          - not_null: {{name: no_null, config: {{store_failures: true, store_failures_as: {kind}}}}}\n          - unique: {{name: once, config: {{store_failures_as: {kind}, limit: 1}}}}\n"
        ));
        scratch.forge(&["seed"]).expect(0, &[]);
        scratch.forge(&["test"]).expect(1, &["got 2 results", "got 1 result,"]);
        assert_eq!(rows(&scratch, "select * from main_dbt_test__audit__no_null"), ["~|c", "~|c"]);
        assert_eq!(rows(&scratch, "select * from main_dbt_test__audit__once"), ["2|2"]);
        assert_eq!(
            rows(&scratch, "select distinct type from sqlite_master where name like 'main_dbt%'"),
            [kind]
        );
        scratch.write("seeds/s.csv", "id,kind\n1,a\n");
        scratch.forge(&["seed"]).expect(0, &[]);
        scratch.forge(&["test"]).expect(0, &[]);
        assert!(rows(&scratch, "select * from main_dbt_test__audit__no_null").is_empty());
    }
}

#[test]
fn the_flag_keeps_rows_too_and_the_schema_can_be_named() {
    let scratch = project("          - not_null: {name: no_null, config: {schema: bad}}\n");
    scratch.forge(&["seed"]).expect(0, &[]);
    scratch.forge(&["test", "--store-failures"]).expect(1, &["no_null"]);
    assert_eq!(rows(&scratch, "select count(*) from main_bad__no_null"), ["2"]);
    scratch.forge(&["show", "--select", "no_null"]).expect(0, &["NULL"]);
}

#[test]
fn a_failing_test_holds_up_what_is_below_and_a_warning_does_not() {
    let scratch = project("          - not_null\n");
    scratch.forge(&["build"]).expect(1, &["skip", "view main.below", "SKIP=1"]);
    assert!(!scratch.rows("shop.db").contains_key("below"));
    let scratch = project("          - not_null: {config: {severity: warn}}\n");
    scratch.forge(&["build"]).expect(0, &["WARN=1"]);
    assert!(scratch.rows("shop.db").contains_key("below"));
    scratch.forge(&["--warn-error", "build"]).expect(1, &["skip"]);
}

#[test]
fn a_custom_test_and_a_singular_one_with_odd_endings_work() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect 1 as id, 'it''s' as v -- the end\n\
         //- tests/comment.sql\nselect * from {{ ref('a') }} where id = 2 -- nothing\n\
         //- tests/with.sql\nwith x as (select * from {{ ref('a') }}) select * from x where id = 3 order by id limit 5\n\
         //- tests/generic/small.sql\n{% test small(model, column_name, than=5) %}select * from {{ model }} where {{ column_name }} >= {{ than }}{% endtest %}\n\
         //- models/s.yml\nmodels:\n  - name: a\n    columns:\n      - name: id\n        data_tests: [small, {small: {arguments: {than: 1}, name: tiny, config: {severity: warn}}}]\n      - name: v\n        data_tests: [{accepted_values: {arguments: {values: [\"it''s\"]}}}]\n",
    );
    scratch.forge(&["build"]).expect(0, &["WARN=1", "ERROR=0", "tiny"]);
    for kind in ["comment", "with"] {
        scratch.forge(&["test", "--select", kind, "--store-failures"]).expect(0, &["PASS=1"]);
        scratch.forge(&["show", "--select", kind]).expect(0, &[]);
    }
}

#[test]
fn a_test_of_what_was_never_built_names_it() {
    let scratch = project(
        "          - not_null\n          - relationships: {arguments: {to: ref('below'), field: id}}\n",
    );
    scratch.forge(&["test"]).expect(1, &["E0706", "ERROR=2"]);
}

#[test]
fn tests_work_over_relations_of_other_schemas() {
    let scratch = Scratch::new(
        "//- models/s.yml\nsources:\n  - name: raw\n    schema: outside\n    tables: [{name: t, columns: [{name: id, data_tests: [not_null]}]}]\n\
         models:\n  - name: a\n    config: {schema: mart, store_failures: false}\n    columns: [{name: id, data_tests: [{not_null: {config: {store_failures: true}}}, unique]}]\n",
    );
    scratch.write(
        "models/a.sql",
        &model(
            "materialized='incremental', unique_key='id'",
            "select id from {{ source('raw', 't') }}",
        ),
    );
    scratch.write(
        "models/b.sql",
        &model(
            "schema='other'",
            "select a.id from {{ ref('a') }} a join {{ source('raw', 't') }} t on t.id = a.id",
        ),
    );
    scratch.write("models/c.sql", "select id from {{ ref('b') }}\n");
    rusqlite::Connection::open(scratch.path("shop.db"))
        .unwrap()
        .execute_batch("create table outside__t as select 1 as id union all select 2")
        .unwrap();
    for _ in 0..2 {
        scratch.forge(&["build"]).expect(0, &["ERROR=0"]);
    }
    let names: Vec<String> = scratch.rows("shop.db").into_keys().collect();
    assert_eq!(
        names,
        ["c", "main_dbt_test__audit__not_null_a_id", "main_mart__a", "main_other__b", "outside__t"]
    );
    assert_eq!(rows(&scratch, "select id from c order by 1"), ["1", "2"]);
    scratch.forge(&["show", "--select", "b"]).expect(0, &["1", "2"]);
    scratch.forge(&["run", "--full-refresh"]).expect(0, &[]);
}

#[test]
fn a_semicolon_at_the_end_of_a_test_gets_a_hint() {
    let scratch = Scratch::new("//- tests/t.sql\nselect 1 as id;\n");
    scratch.forge(&["test"]).expect(1, &["tests/t.sql:1", "without a semicolon"]);
}
