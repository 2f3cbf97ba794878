//! `forge check`: mistakes at their lines, before a row is touched.

use serde_json::Value as Json;

use crate::scratch::{Outcome, Scratch};

/// Runs `check`, and holds what it found against `CODE file:line:column`, in order of place.
fn expect(files: &str, expected: &[&str]) -> Outcome {
    let scratch = Scratch::new(files);
    found(&scratch, &[], expected)
}

fn found(scratch: &Scratch, arguments: &[&str], expected: &[&str]) -> Outcome {
    let outcome = scratch.forge(&[&["check", "--sarif", "found.sarif"][..], arguments].concat());
    let sarif: Json = serde_json::from_str(&scratch.read("found.sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let shown = |result: &Json| {
        let place = &result["locations"][0]["physicalLocation"];
        let region = &place["region"];
        format!(
            "{} {}:{}:{}",
            result["ruleId"].as_str().unwrap(),
            place["artifactLocation"]["uri"].as_str().unwrap_or_default(),
            region["startLine"],
            region["startColumn"]
        )
    };
    let places: Vec<String> = results.iter().map(shown).collect();
    assert_eq!(places, expected, "{}", outcome.stderr);
    outcome
}

const SOURCE: &str = "
//- seeds/raw.csv
id,name,amount
1,a,2";

#[test]
fn every_unknown_name_of_a_file_is_told_and_its_readers_are_not() {
    let files = "
//- models/a.sql
select
    id,
    nme,
    amont * 2 as twice,
    left_pad(name, 3) as padded
from {{ ref('raw') }}
where amont > 1
//- models/b.sql
select id, nme, twice, padded, more from {{ ref('a') }}
";
    let outcome = expect(
        &format!("{SOURCE}{files}"),
        &[
            "E0705 models/a.sql:3:5",
            "E0705 models/a.sql:4:5",
            "E0705 models/a.sql:5:5",
            "E0705 models/b.sql:1:32",
        ],
    );
    let outcome = outcome.expect(1, &["did you mean `name`?", "no such function: left_pad"]);
    assert!(outcome.stderr.contains("checked 3 resources: 4 errors"), "{}", outcome.stderr);
}

#[test]
fn nothing_is_built_and_no_database_is_made() {
    let scratch =
        Scratch::new(&format!("{SOURCE}\n//- models/a.sql\nselect id from {{{{ ref('raw') }}}}\n"));
    found(&scratch, &[], &[]).expect(0, &["checked 2 resources: no mistakes"]);
    assert!(!scratch.path("shop.db").exists() && !scratch.path("target").exists());
}

#[test]
fn both_variants_of_an_incremental_model_are_prepared() {
    let files = "
//- models/a.sql
{{ config(materialized='incremental', unique_key='idd') }}
select id, name
{%- if not is_incremental() %}, amount{% endif %}
from {{ ref('raw') }}
{% if is_incremental() %}
where id > (select max(idd) from {{ this }})
{% endif %}
";
    let outcome = expect(
        &format!("{SOURCE}{files}"),
        &["E1102 models/a.sql:1:51", "E1103 models/a.sql:3:33", "E0705 models/a.sql:6:24"],
    );
    outcome.expect(1, &["only in the full refresh: `amount`", "did you mean `id`?"]);
}

#[test]
fn columns_of_property_files_must_be_there() {
    let files = "
//- models/a.sql
select id, name from {{ ref('raw') }}
//- models/a.yml
models:
  - name: a
    columns:
      - {name: id, data_tests: [unique]}
      - name: naem
        data_tests: [unique, not_null]
      - name: described
      - name: name
        data_tests:
          - relationships: {arguments: {to: ref('raw'), field: nme}}
";
    let outcome = expect(
        &format!("{SOURCE}{files}"),
        &["E1101 models/a.yml:5:15", "E1101 models/a.yml:7:15", "E0705 models/a.yml:10:64"],
    );
    outcome.expect(1, &["model `a` has no column `naem`", "did you mean `name`?", "1 warning"]);
}

#[test]
fn what_is_read_by_its_name_is_told_with_the_reference_to_write() {
    let files = "
//- models/a.sql
select 1 as id
//- models/b.sql
-- once joined {{ ref('raw') }}
select id from main.a
//- models/c.sql
select id from raww
";
    let outcome = expect(
        &format!("{SOURCE}{files}"),
        &["E1105 models/b.sql:1:19", "E1104 models/b.sql:2:16", "E0706 models/c.sql:1:16"],
    );
    outcome.expect(1, &["write `{{ ref('a') }}`", "did you mean `raw`?"]);
}

#[test]
fn columns_of_sources_come_from_the_database_then_from_yaml_then_from_nowhere() {
    let scratch = Scratch::new(
        "
//- models/a.sql
select id, gone from {{ source('s', 'stored') }}
//- models/b.sql
select id, gone, nmae from {{ source('s', 'listed') }}
//- models/c.sql
select id, gone from {{ source('s', 'dark') }}
//- models/d.sql
select anything from {{ ref('c') }}
//- models/s.yml
sources:
  - name: s
    schema: main
    tables:
      - name: stored
        columns: [{name: id}, {name: wrong, data_type: text}]
      - name: listed
        columns: [{name: id}, {name: name}]
      - name: dark
",
    );
    let db = rusqlite::Connection::open(scratch.path("shop.db")).unwrap();
    db.execute_batch("create table stored (id integer)").unwrap();
    let expected = [
        "E0705 models/a.sql:1:12",
        "E0705 models/b.sql:1:18",
        "E1101 models/s.yml:6:38",
        "E1106 models/s.yml:7:15",
        "E1106 models/s.yml:9:15",
    ];
    let outcome = found(&scratch, &[], &expected);
    outcome.expect(
        1,
        &[
            "not checked, as they read it: `c`, `d`",
            "`s.listed` does not list `gone`",
            "3 could not be judged",
        ],
    );
}

#[test]
fn a_mistake_in_a_macro_is_in_the_macro() {
    let files = "
//- macros/m.sql
{% macro doubled(column) %}
    {{ column }} * 2,
    missing_in_macro
{% endmacro %}
//- models/a.sql
select
    {{ doubled('id') }}
from {{ ref('raw') }}
";
    let outcome = expect(&format!("{SOURCE}{files}"), &["E0705 macros/m.sql:3:5"]);
    outcome.expect(1, &["in macro `doubled`, called at models/a.sql:2:5"]);
}

#[test]
fn contracts_keys_snapshots_and_unit_tests_are_held_against_the_columns() {
    let files = "
//- models/a.sql
select id, name from {{ ref('raw') }}
//- models/a.yml
models:
  - name: a
    config: {contract: {enforced: true}}
    columns:
      - {name: id, data_type: integer}
      - {name: nam, data_type: text}
unit_tests:
  - name: u
    model: a
    given:
      - input: ref('raw')
        rows: [{id: 1, nme: x}]
    expect: {rows: [{id: 1}]}
//- snapshots/s.yml
snapshots:
  - name: s
    relation: ref('raw')
    config: {unique_key: id, strategy: check, check_cols: [name, amuont]}
//- models/t.sql
{{ config(materialized='table', indexes=[{'columns': ['id', 'nmae']}]) }}
select id, name from {{ ref('raw') }}
";
    expect(
        &format!("{SOURCE}{files}"),
        &[
            "E0730 models/a.yml:2:11",
            "E0730 models/a.yml:6:16",
            "E0540 models/a.yml:12:24",
            "E1102 models/t.sql:1:62",
            "E1102 snapshots/s.yml:4:66",
        ],
    );
}

#[test]
fn only_what_is_selected_is_told() {
    let files = "
//- models/a.sql
select nope from {{ ref('raw') }}
//- models/b.sql
select nope from {{ ref('raw') }}
";
    let scratch = Scratch::new(&format!("{SOURCE}{files}"));
    found(&scratch, &["--select", "b"], &["E0705 models/b.sql:1:8"]).expect(1, &["1 resource"]);
}

#[test]
fn a_template_that_asks_for_rows_is_asked_nothing_more_without_a_target() {
    let scratch = Scratch::new(&format!(
        "{SOURCE}
//- profiles.yml
shop: {{target: dev, outputs: {{dev: {{type: sqlite, path: shop.db, schema: main}}}}}}
//- dbt_project.yml
name: shop
version: '1.0'
profile: shop
//- models/a.sql
{{% set names = run_query('select name from ' ~ ref('raw')).columns[0].values() if execute else [] %}}
select {{% for name in names %}}nope as {{{{ name }}}}{{{{ ', ' if not loop.last }}}}{{% endfor %}} from {{{{ ref('raw') }}}}
"
    ));
    found(&scratch, &[], &["E1106 models/a.sql:1:1"]).expect(0, &["--target NAME"]);
    scratch.forge(&["seed"]).expect(0, &[]);
    found(&scratch, &["--target", "dev"], &["E0705 models/a.sql:2:31"]).expect(1, &[]);
}

#[test]
fn a_source_may_list_some_of_its_columns_only() {
    let wide: Vec<String> = (0..150).map(|number| format!("column_{number}")).collect();
    let files = format!(
        "
//- models/wide.sql
select id, created_at, {} from {{{{ source('s', 't') }}}}
//- models/below.sql
select updated_at, column_149, creatd_at from {{{{ ref('late') }}}} join {{{{ ref('narrow') }}}} n using (id)
where n.more is null
//- models/late.sql
with src as (select * from {{{{ source('s', 't') }}}}) select *, updated_at as at from src
//- models/narrow.sql
with src as (select * from {{{{ source('s', 't') }}}}) select id, seen_at from src
//- models/width.sql
select * from {{{{ source('s', 't') }}}} union all select 1, 2
//- models/s.yml
sources:
  - name: s
    tables:
      - name: t
        columns: [{{name: id}}, {{name: created_at}}]
models:
  - name: late
    columns: [{{name: of_late, data_tests: [not_null]}}, {{name: idd}}]
",
        wide.join(", ")
    );
    let places =
        ["E0705 models/below.sql:1:32", "E0705 models/below.sql:2:7", "E1106 models/s.yml:4:15"];
    let outcome = expect(&files, &places);
    outcome.expect(1, &["does not list", "more", "no such column: n.more"]);
}

#[test]
fn ephemeral_models_that_fan_out_are_walked_once() {
    let mut files = "
//- models/e0.sql
{{ config(materialized='ephemeral') }}select id, extra from {{ source('s', 't') }}
//- models/s.yml
sources: [{name: s, tables: [{name: t, columns: [{name: id}]}]}]
"
    .to_owned();
    for number in 1..=5 {
        let below = number - 1;
        files += &format!(
            "//- models/e{number}.sql
{{{{ config(materialized='ephemeral') }}}}select a.id from {{{{ ref('e{below}') }}}} a join {{{{ ref('e{below}') }}}} b on a.id = b.id
//- models/f{number}.sql
{{{{ config(materialized='ephemeral') }}}}select a.id from {{{{ ref('e{below}') }}}} a join {{{{ ref('e{number}') }}}} b on a.id = b.id
"
        );
    }
    expect(&files, &["E1106 models/s.yml:1:37"]).expect(0, &["does not list `extra`"]);
}

#[test]
fn a_join_by_the_names_of_columns_reads_what_it_joins() {
    let files = "
//- models/a.sql
select 1 as id, 2 as a
//- models/b.sql
select 1 as id, 3 as b
//- models/c.sql
select a from {{ ref('a') }} join {{ ref('b') }} using (id)
//- models/d.sql
select a from {{ ref('a') }} natural join {{ ref('b') }}
//- models/e.sql
with unused as (select * from {{ ref('b') }}) select a from {{ ref('a') }}
";
    expect(files, &["E1105 models/e.sql:1:34"]).expect(0, &["refers to `b` and does not read it"]);
}
