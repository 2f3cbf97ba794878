//! `--defer`, `--favor-state`, and two targets of one file, where a golden case cannot look.

use rusqlite::types::Value;

use crate::scratch::Scratch;

const SHOP: &str = "\
//- dbt_project.yml
name: shop
version: '1.0'
profile: shop
//- profiles.yml
shop:
  target: dev
  outputs:
    dev: {type: sqlite, path: shop.db, schema: dev}
    prod: {type: sqlite, path: shop.db, schema: prod}
    elsewhere: {type: sqlite, path: other.db, schema: dev}
//- models/base.sql
{{ config(materialized='table') }} select '{{ target.name }}' as built_in
//- models/step.sql
{{ config(materialized='ephemeral') }} select built_in from {{ ref('base') }}
//- models/child.sql
{{ config(materialized='view') }} select built_in from {{ ref('step') }}
//- models/schema.yml
models:
  - name: base
    columns: [{name: built_in, data_tests: [not_null]}]
";

/// A project that was built in `prod`, with that run's manifest in `prior`.
fn built() -> Scratch {
    let scratch = Scratch::new(SHOP);
    scratch.forge(&["run", "--target", "prod"]).expect(0, &[]);
    let manifest = std::fs::read_to_string(scratch.path("target/manifest.json")).unwrap();
    std::fs::create_dir(scratch.path("prior")).unwrap();
    scratch.write("prior/manifest.json", &manifest);
    scratch
}

fn built_in(scratch: &Scratch, relation: &str) -> String {
    match scratch.value(&format!("select built_in from {relation}")) {
        Value::Text(text) => text,
        other => panic!("not a text: {other:?}"),
    }
}

#[test]
fn two_targets_of_one_file_keep_their_tables_apart() {
    let scratch = built();
    scratch.forge(&["run", "--select", "base"]).expect(0, &[]);
    assert_eq!([built_in(&scratch, "base"), built_in(&scratch, "dev__base")], ["prod", "dev"]);
    scratch.forge(&["run", "--target", "prod", "--select", "base"]).expect(0, &[]);
    assert_eq!(scratch.rows("shop.db").keys().collect::<Vec<_>>(), ["base", "child", "dev__base"]);
}

#[test]
fn what_is_not_built_here_is_read_from_the_other_run_also_through_ephemeral_models() {
    let scratch = built();
    let defer = ["--defer", "--state", "prior"];
    scratch.forge(&[&["run", "--select", "child"][..], &defer].concat()).expect(0, &[]);
    assert_eq!(built_in(&scratch, "dev__child"), "prod");
    // The test of a model that is not built here looks at the other run's.
    scratch.forge(&[&["test", "--select", "base"][..], &defer].concat()).expect(0, &[]);
    scratch.forge(&["test", "--select", "base"]).expect(1, &["base"]);
    scratch.forge(&["run", "--select", "base"]).expect(0, &[]);
    let shown = |arguments: &[&str]| {
        let asked = [&["show", "--select", "child", "--quiet", "--output", "json"][..], arguments];
        scratch.forge(&asked.concat()).expect(0, &[]).stdout.clone()
    };
    assert!(shown(&defer).contains("\"dev\""));
    assert!(shown(&[&defer[..], &["--favor-state"]].concat()).contains("\"prod\""));
    assert!(shown(&[&defer[..], &["--favor-state", "--no-defer"]].concat()).contains("\"dev\""));
}

#[test]
fn variables_of_the_environment_defer_too() {
    let scratch = built();
    let environment =
        [("DBT_DEFER", "true"), ("DBT_STATE", "nowhere"), ("DBT_DEFER_STATE", "prior")];
    scratch.forge_with(&["run", "--select", "child"], &environment).expect(0, &[]);
    assert_eq!(built_in(&scratch, "dev__child"), "prod");
}

#[test]
fn a_state_must_be_named_and_be_another_one() {
    let scratch = built();
    scratch
        .forge(&["run", "--defer"])
        .expect(2, &["E0620", "--state or --defer-state are required"]);
    scratch
        .forge(&["run", "--defer", "--state", "nowhere"])
        .expect(2, &["E0620", "no such folder"]);
    scratch.forge(&["run", "--defer", "--state", "target"]).expect(2, &["E0620", "are the same"]);
    scratch.write("prior/manifest.json", "{\"nodes\": 3}");
    scratch.forge(&["run", "--defer", "--state", "prior"]).expect(2, &["E0620", "manifest.json"]);
}

#[test]
fn another_file_is_out_of_reach_and_the_message_says_so() {
    let scratch = built();
    let line = ["run", "-t", "elsewhere", "--select", "child", "--defer", "--state", "prior"];
    scratch.forge(&line).expect(1, &["is not in this database", "schemas_and_paths", "prod__base"]);
}

#[test]
fn a_view_reaches_no_other_attached_file() {
    let scratch = built();
    scratch.write(
        "profiles.yml",
        "shop:\n  target: dev\n  outputs:\n    dev: &dev\n      type: sqlite\n      schema: main\n      \
         database: d\n      schemas_and_paths: {main: main.db, prod: prod.db}\n      schema_directory: dbs\n    \
         prod:\n      <<: *dev\n      schema: prod\n",
    );
    scratch.forge(&["run", "--target", "prod"]).expect(0, &[]);
    let manifest = std::fs::read_to_string(scratch.path("target/manifest.json")).unwrap();
    scratch.write("prior/manifest.json", &manifest);
    let line = ["run", "--select", "child", "--defer", "--state", "prior"];
    scratch
        .forge(&line)
        .expect(1, &["`child`", "a view cannot read another attached file", "make it a table"]);
    scratch.write(
        "models/child.sql",
        "{{ config(materialized='table') }} select * from {{ ref('step') }}",
    );
    scratch.forge(&line).expect(0, &[]);
}
