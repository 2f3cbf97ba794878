//! Unit tests where forge does more than dbt: nothing is built before, mistakes have places, the final table, the clock.

use crate::scratch::{Outcome, Scratch};

const MODELS: &str = "//- models/src.sql\nselect 1 as id, cast('x' as text) as name, 1.5 as amount\n\
     //- models/a.sql\nselect id, upper(name) as name, amount from {{ ref('src') }} where id > 0\n";

/// One unit test `t` of the model `a`, its keys given.
fn of_a(keys: &str) -> Scratch {
    let keys: String = keys.trim().lines().map(|line| format!("    {line}\n")).collect();
    Scratch::new(&format!(
        "{MODELS}//- models/u.yml\nunit_tests:\n  - name: t\n    model: a\n{keys}"
    ))
}

fn fails_parsing(keys: &str, texts: &[&str]) {
    of_a(keys).forge(&["test"]).expect(2, texts).mentions(&["E0540"]);
}

fn fails_running(keys: &str, texts: &[&str]) -> Outcome {
    of_a(keys).forge(&["test"]).expect(1, texts)
}

#[test]
fn nothing_has_to_be_built_and_nothing_is_written() {
    let scratch = of_a(
        "given:\n  - input: ref('src')\n    rows: [{id: 1, name: b}, {id: -1}]\n\
         expect:\n  rows: [{id: 1, name: B, amount: null}]",
    );
    scratch.forge(&["test"]).expect(0, &["pass unit test t"]);
    assert!(scratch.rows("shop.db").is_empty());
}

#[test]
fn what_differs_is_shown_cell_by_cell() {
    let keys = "given:\n  - input: ref('src')\n    rows: [{id: 1, name: b, amount: 2}, {id: 2, name: c}]\n\
                expect:\n  rows: [{id: 1, name: B, amount: 3}, {id: 7, name: X}]";
    let outcome =
        fails_running(keys, &["E0801", "1 row differs, 1 is missing, 1 was not expected"]);
    outcome.mentions(&[
        "~ 1 B 3 → 2",
        "- 7 X NULL",
        "+ 2 C NULL",
        "~ expected → actual; - expected, not there; + there, not expected",
    ]);
}

#[test]
fn the_difference_is_the_message_of_the_result() {
    let scratch = of_a(
        "given: [{input: ref('src'), rows: [{id: 1, name: b}]}]\nexpect: {rows: [{id: 1, name: C}]}",
    );
    scratch.forge(&["test"]).expect(1, &[]);
    let results: serde_json::Value =
        serde_json::from_str(&scratch.read("target/run_results.json")).unwrap();
    let result = &results["results"][0];
    assert_eq!(result["unique_id"], "unit_test.shop.a.t");
    assert_eq!((&result["status"], &result["failures"]), (&"fail".into(), &1.into()));
    let message = "actual differs from expected: 1 row differs\n\n  id  name\n~ 1   C → B\n";
    assert_eq!(result["message"], message);
    assert!(result["compiled_code"].as_str().unwrap().contains("__dbt__cte__src"));
}

#[test]
fn values_are_compared_by_the_type_of_their_column() {
    let scratch = Scratch::new(
        "//- models/s.yml\nsources:\n  - name: app\n    tables:\n      - name: t\n        columns:\n\
         \x20         - {name: i, data_type: integer}\n          - {name: n, data_type: 'numeric(10,2)'}\n\
         \x20         - {name: b, data_type: boolean}\n          - {name: d, data_type: timestamp}\n\
         \x20         - {name: t, data_type: varchar(3)}\n\
         unit_tests:\n  - name: t\n    model: m\n    given:\n      - input: source('app', 't')\n        format: csv\n\
         \x20       rows: |\n          i,n,b,d,t\n          007,1.10,true,2026-03-01,007\n          8,,no,,longer\n\
         \x20   expect:\n      rows:\n        - {i: 7, n: 1.1, b: true, d: 2026-03-01T00:00:00Z, t: '007', f: 0.3}\n\
         \x20       - {i: '8', n: null, b: 'false', d: null, t: longer, f: 0.3}\n\
         //- models/m.sql\nselect *, 0.1 + 0.2 as f from {{ source('app', 't') }}\n",
    );
    scratch.forge(&["test"]).expect(0, &[]);
    let wrong = scratch.read("models/s.yml").replace("t: longer", "t: lon");
    scratch.write("models/s.yml", &wrong);
    scratch.forge(&["test"]).expect(1, &["lon → longer"]);
}

#[test]
fn columns_of_what_was_never_built_come_from_far_above() {
    let scratch = Scratch::new(
        "//- seeds/raw.csv\nid,flag\n1,true\n//- models/eph.sql\n\
         {{ config(materialized='ephemeral') }}\nselect id, flag, 'x' || id as code from {{ ref('raw') }}\n\
         //- models/mid.sql\nselect * from {{ ref('eph') }}\n//- models/top.sql\nselect * from {{ ref('mid') }}\n\
         //- models/u.yml\nunit_tests:\n  - name: t\n    model: top\n    given:\n\
         \x20     - {input: ref('mid'), rows: [{id: 5}, {CODE: x9, flag: true}]}\n\
         \x20   expect:\n      rows: [{id: 5, flag: null, code: null}, {id: null, flag: 1, code: x9}]\n",
    );
    scratch.forge(&["test"]).expect(0, &[]);
    // A table that is older than its model does not make a new column an unknown one.
    scratch.forge(&["run", "-s", "mid", "eph"]).expect(1, &[]);
    scratch.forge(&["build"]).expect(0, &[]);
    scratch.write("models/mid.sql", "select *, 1 as fresh from {{ ref('eph') }}\n");
    let test = scratch.read("models/u.yml").replace("{id: 5}", "{id: 5, fresh: 2}");
    scratch.write("models/u.yml", &test);
    scratch.forge(&["test", "-s", "test_type:unit"]).expect(0, &[]);
}

#[test]
fn mistakes_have_their_place_and_a_suggestion() {
    let given =
        |rows: &str| format!("given:\n  - input: ref('src')\n{rows}\nexpect:\n  rows: [{{id: 1}}]");
    for (keys, texts) in [
        (given("    rows: [{id: 1, nmae: a}]"), &["models/u.yml:6:24", "`src` has no column `nmae`", "`name`"]),
        (
            "given: [{input: ref('src'), rows: []}]\nexpect:\n  format: csv\n  rows: |\n    id,nam\n    1,x".to_owned(),
            &["models/u.yml:8:12", "`a` has no column `nam`", "did you mean `name`?"],
        ),
        (
            "given: []\nexpect: {rows: []}".to_owned(),
            &["models/a.sql:1:", "reads `ref('src')`, which `given` does not list", "`rows: []` for none"],
        ),
        (
            "given: [{input: ref('scr'), rows: []}]\nexpect: {rows: []}".to_owned(),
            &["models/u.yml:4:13", "the input `ref('scr')` does not exist", "did you mean `src`?"],
        ),
        (
            "given: [{input: ref('src'), rows: []}]\nexpect: {rows: []}\noverrides: {clock: noon}".to_owned(),
            &["models/u.yml:6:16", "`clock: noon` is no moment", "2026-03-01T08:30:00"],
        ),
        (
            "given: [{input: ref('src'), format: sql, rows: select 1 as id from nowhere}]\nexpect: {rows: []}".to_owned(),
            &["models/u.yml:4:13", "the rows of `ref('src')`", "nowhere"],
        ),
    ] {
        fails_running(&keys, &["E0540"]).mentions(texts);
    }
}

#[test]
fn fixtures_that_cannot_be_read_say_why() {
    let given =
        |rows: &str| format!("given:\n  - input: ref('src')\n{rows}\nexpect:\n  rows: [{{id: 1}}]");
    for (keys, texts) in [
        (
            given("    format: csv\n    rows: |\n      id,name\n      1,a\n      2,b,c"),
            ["models/u.yml:10:11", "line 3 of the rows: 3 values for 2 columns"],
        ),
        (
            given("    rows: text"),
            ["models/u.yml:6:9", "with `format: dict`, `rows` is a list of mappings"],
        ),
        (
            given("    format: cvs\n    rows: text"),
            ["`cvs` is not a format of rows", "did you mean `csv`?"],
        ),
        (
            given("    format: csv\n    fixture: missing"),
            ["there is no fixture `missing.csv`", "models/u.yml:7:18"],
        ),
        (given("    row: []"), ["unknown key `row`", "did you mean `rows`?"]),
        (
            "given: [{rows: []}]\nexpect: {rows: []}".to_owned(),
            ["has no `input`", "source('…', '…')"],
        ),
        (
            "given: []\nexpekt: {rows: []}".to_owned(),
            ["unknown key `expekt`", "did you mean `expect`?"],
        ),
        (
            "given: rows\nexpect: {rows: []}".to_owned(),
            ["`given` must be a list of inputs", "models/u.yml:4:5"],
        ),
        (
            "given: []\nexpect: {rows: []}\noverrides: {vars: 3}".to_owned(),
            ["`vars` of `overrides` must be a mapping", "models/u.yml:6:17"],
        ),
    ] {
        fails_parsing(&keys, &texts);
    }
}

#[test]
fn two_tests_of_one_model_need_two_names() {
    let test = "given: []\nexpect: {rows: []}";
    let scratch = of_a(test);
    let twice = scratch.read("models/u.yml");
    let again = twice.replace("unit_tests:\n", "");
    scratch.write("models/u.yml", &format!("{twice}\n{again}"));
    scratch.forge(&["test"]).expect(2, &["E0303", "two unit tests of model `a` have the name `t`"]);
}

#[test]
fn a_source_has_the_columns_of_the_node_that_fills_it() {
    let scratch = Scratch::new(
        "//- seeds/raw.csv\nid,name\n1,x\n//- models/s.yml\nsources:\n  - name: app\n    schema: main\n    tables:\n\
         \x20     - {name: raw}\n      - {name: other, columns: [{name: customer}]}\n\
         //- models/stg.sql\nselect id, name, 'x' as more from {{ source('app', 'raw') }} -- {{ source('app', 'other') }}\n\
         //- models/top.sql\nselect * from {{ ref('stg') }}\n\
         //- models/u.yml\nunit_tests:\n  - name: t\n    model: top\n    given: [{input: ref('stg'), rows: [{more: 7}]}]\n\
         \x20   expect: {rows: [{id: null, name: null, more: '7'}]}\n\
         \x20 - name: o\n    model: stg\n    given:\n      - {input: \"source('app', 'raw')\", rows: [{name: 5}]}\n\
         \x20     - {input: \"source('app', 'other')\", rows: [{amount: 1}]}\n    expect: {rows: [{name: '5'}]}\n",
    );
    scratch.forge(&["test"]).expect(0, &[]);
    // Not all columns of `other` are known; what is nearly a known one is a mistake all the same.
    let test = scratch.read("models/u.yml").replace("amount: 1", "custmer: 1");
    scratch.write("models/u.yml", &test);
    scratch.forge(&["test"]).expect(1, &["`other` has no column `custmer`", "`customer`"]);
}

#[test]
fn a_broken_fixture_file_is_shown_itself() {
    let scratch =
        of_a("given:\n  - {input: ref('src'), format: csv, fixture: f}\nexpect: {rows: []}");
    scratch.write("tests/fixtures/f.csv", "id,name\n1,a\n2,b,c\n");
    scratch.forge(&["test"]).expect(2, &["tests/fixtures/f.csv:3:1", "3 values for 2 columns"]);
}

#[test]
fn sql_that_the_engine_refuses_leads_to_the_model() {
    let scratch = of_a("given: [{input: ref('src'), rows: []}]\nexpect: {rows: []}");
    scratch.write("models/a.sql", "select id\n  , nmae\nfrom {{ ref('src') }}\n");
    scratch
        .forge(&["test"])
        .expect(1, &["unit test `t`: model `a`", "models/a.sql:2:5", "did you mean `name`?"]);
    scratch.write("models/a.sql", "select 1 as id from main.src -- {{ ref('src') }}\n");
    scratch
        .forge(&["test"])
        .expect(1, &["there is no table or view `main.src`", "tables of its `given` only"]);
}

const TOTALS: &str = "//- models/src.sql\nselect 1 as id, 1 as n\n//- models/inc.sql\n\
     {{ config(materialized='incremental', unique_key='id') }}\nselect id, n from {{ ref('src') }}\n\
     {% if is_incremental() %}where n > (select max(n) from {{ this }}){% endif %}\n";

#[test]
fn the_final_table_is_what_the_strategy_makes_of_it() {
    let scratch = Scratch::new(&format!(
        "{TOTALS}//- models/u.yml\nunit_tests:\n  - name: t\n    model: inc\n    given:\n\
         \x20     - {{input: ref('src'), rows: [{{id: 1, n: 9}}, {{id: 2, n: 1}}, {{id: 3, n: 8}}]}}\n\
         \x20     - {{input: this, rows: [{{id: 1, n: 5}}, {{id: 4, n: 2}}]}}\n\
         \x20   expect_final:\n      rows: [{{id: 1, n: 9}}, {{id: 4, n: 2}}, {{id: 3, n: 8}}]\n"
    ));
    scratch.forge(&["test"]).expect(0, &[]);
    scratch.forge(&["build", "--full-refresh"]).expect(0, &[]);
    let test = scratch.read("models/u.yml");
    scratch.write("models/u.yml", &test.replace("{id: 4, n: 2}, {id: 3, n: 8}", "{id: 4, n: 3}"));
    scratch
        .forge(&["test"])
        .expect(1, &["the final table is not as expected", "~ 4 3 → 2", "+ 3 8"]);
    scratch.write(
        "models/u.yml",
        &test.replace("- {input: this, rows: [{id: 1, n: 5}, {id: 4, n: 2}]}", ""),
    );
    scratch.forge(&["test"]).expect(1, &["+ 2 1", "- 4 2"]);
}

#[test]
fn the_final_table_has_what_expectations_keep_and_no_hook_runs() {
    let scratch = Scratch::new(
        "//- models/src.sql\nselect 1 as id\n//- models/m.sql\n\
         {{ config(materialized='table', pre_hook='drop table nowhere', post_hook='drop table nowhere') }}\n\
         select id from {{ ref('src') }}\n//- models/u.yml\nmodels:\n  - name: m\n    expectations:\n\
         \x20     - {name: positive, expression: id > 0, on_violation: drop}\n\
         unit_tests:\n  - name: t\n    model: m\n    given: [{input: ref('src'), rows: [{id: 1}, {id: -1}]}]\n\
         \x20   expect: {rows: [{id: 1}, {id: -1}]}\n    expect_final: {rows: [{id: 1}]}\n",
    );
    scratch.forge(&["test"]).expect(0, &["pass unit test t"]);
}

#[test]
fn what_failed_is_tried_again() {
    let scratch = of_a("given: [{input: ref('src'), rows: [{id: 1}]}]\nexpect: {rows: [{id: 2}]}");
    scratch.forge(&["build"]).expect(1, &["skip view main.a"]);
    let test = scratch.read("models/u.yml").replace("id: 2", "id: 1");
    scratch.write("models/u.yml", &test);
    let outcome = scratch.forge(&["retry"]).expect(0, &["pass unit test t", "view main.a"]);
    outcome.without(&["main.src"]);
}

#[test]
fn the_query_and_the_final_table_can_be_expected_at_once() {
    let scratch = Scratch::new(&format!(
        "{TOTALS}//- models/u.yml\nunit_tests:\n  - name: t\n    model: inc\n    given:\n\
         \x20     - {{input: ref('src'), rows: [{{id: 1, n: 9}}, {{id: 2, n: 1}}]}}\n\
         \x20     - {{input: this, rows: [{{id: 1, n: 5}}]}}\n\
         \x20   overrides: {{macros: {{is_incremental: true}}}}\n\
         \x20   expect: {{rows: [{{id: 1, n: 9}}]}}\n    expect_final: {{rows: [{{id: 1, n: 9}}]}}\n"
    ));
    scratch.forge(&["build"]).expect(0, &["pass unit test t", "incremental"]);
}

#[test]
fn the_clock_stands_still_everywhere() {
    let scratch = Scratch::new(
        "//- models/m.sql\nselect date('now') as a, current_timestamp as b, {{ dbt.current_timestamp() }} as c,\n\
         '{{ run_started_at.strftime(\"%Y-%m-%d\") }}' as d, '{{ modules.datetime.date.today() }}' as e, forge_now() as f\n\
         //- models/u.yml\nunit_tests:\n  - name: t\n    model: m\n    given: []\n    overrides: {clock: 2020-02-29T10:20:30}\n\
         \x20   expect:\n      rows:\n        - {a: 2020-02-29, b: 2020-02-29 10:20:30, c: 2020-02-29 10:20:30, d: 2020-02-29,\n\
         \x20          e: 2020-02-29, f: 2020-02-29 10:20:30}\n",
    );
    scratch.forge(&["test"]).expect(0, &[]);
}

#[test]
fn macros_that_ask_the_database_see_the_inputs() {
    let scratch = of_a(
        "given: [{input: ref('src'), rows: [{id: 3}]}]\nexpect: {rows: [{n: 3, names: 'id,name,amount'}]}",
    );
    scratch.write(
        "models/a.sql",
        "{% set columns = adapter.get_columns_in_relation(ref('src')) | map(attribute='name') | join(',') %}\n\
         {% set most = run_query('select max(id) from ' ~ ref('src')).columns[0].values()[0] if execute %}\n\
         select {{ most or 0 }} as n, '{{ columns }}' as names\n",
    );
    scratch.forge(&["test"]).expect(0, &[]);
}

#[test]
fn a_failing_unit_test_skips_its_model_and_a_disabled_model_has_none() {
    let scratch = of_a("given: [{input: ref('src'), rows: [{id: 1}]}]\nexpect: {rows: [{id: 2}]}");
    scratch.write("models/below.sql", "select * from {{ ref('a') }}\n");
    let outcome = scratch.forge(&["build"]).expect(1, &["skip view main.a"]);
    outcome.mentions(&["skip view main.below", "unit test `t` failed", "view main.src"]);
    scratch.write("models/below.sql", "select 1 as id\n");
    scratch.write("models/a.sql", "{{ config(enabled=false) }}select * from {{ ref('src') }}\n");
    scratch.forge(&["build"]).expect(0, &[]).without(&["unit test t"]);
}

#[test]
fn an_override_of_nothing_and_an_input_of_nobody_are_said() {
    let scratch = of_a(
        "given: [{input: ref('src'), rows: []}, {input: ref('other'), rows: []}]\nexpect: {rows: []}\n\
         overrides: {macros: {is_incremantal: true}}",
    );
    scratch.write("models/other.sql", "select 1 as id\n");
    scratch.forge(&["test"]).expect(
        0,
        &[
            "overrides the macro `is_incremantal`",
            "`is_incremental`",
            "model `a` does not read `ref('other')`",
        ],
    );
}
