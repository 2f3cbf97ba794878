//! `--hermetic`: what is read is built and tested in memory.

use std::fs;

use serde_json::Value as Json;

use crate::scratch::Scratch;

const PROJECT: &str = "
//- seeds/orders.csv
id,amount
1,10
2,
//- models/paid.sql
{{ config(materialized='incremental', unique_key='id') }}
select id, amount from {{ ref('orders') }} where amount is not null
//- models/report.sql
{{ config(materialized='table') }}
select p.id, c.name from {{ ref('paid') }} p left join {{ source('crm', 'customers') }} c using (id)
//- models/other.sql
select 1 as id
//- models/schema.yml
sources:
  - name: crm
    tables:
      - name: customers
        columns: [{name: id, data_type: integer}, {name: name}]
models:
  - name: report
    columns:
      - {name: id, data_tests: [unique, not_null]}
      - {name: name, data_tests: [not_null]}
";

#[test]
fn tests_run_without_a_database_and_leave_none() {
    let scratch = Scratch::new(PROJECT);
    let outcome = scratch.forge(&["test", "--hermetic"]).expect(
        1,
        &["PASS=5 WARN=0 ERROR=1", "not_null_report_name", "`crm.customers` has no rows"],
    );
    // What no test reads is not built.
    assert!(!outcome.stderr.contains("main.other"), "{}", outcome.stderr);
    assert!(!scratch.path("shop.db").exists());
    scratch.forge(&["retry"]).expect(2, &["the last run was hermetic"]);
}

#[test]
fn a_real_database_is_not_touched() {
    let scratch = Scratch::new(PROJECT);
    scratch.forge(&["build", "--select", "+paid"]).expect(0, &[]);
    let before = fs::read(scratch.path("shop.db")).unwrap();
    scratch.write("seeds/orders.csv", "id,amount\n7,7\n");
    scratch.forge(&["build", "--hermetic", "--exclude", "not_null_report_name"]).expect(0, &[]);
    assert_eq!(fs::read(scratch.path("shop.db")).unwrap(), before);
    let results: Json = serde_json::from_str(&scratch.read("target/run_results.json")).unwrap();
    assert_eq!(results["args"]["hermetic"], true);
}

#[test]
fn schemas_that_are_files_are_in_memory_too() {
    let scratch = Scratch::new(PROJECT);
    scratch.write(
        "dbt_project.yml",
        "name: shop\nversion: '1.0'\nprofile: shop\nmodels: {+schema: marts}\n",
    );
    scratch.write(
        "profiles.yml",
        "
shop:
  target: dev
  outputs:
    dev:
      type: sqlite
      threads: 2
      database: database
      schema: main
      schemas_and_paths: {main: data/main.db, crm: data/crm.db}
      schema_directory: data
",
    );
    let excluded = ["--exclude", "not_null_report_name", "other"];
    let arguments = [&["build", "--hermetic"][..], &excluded].concat();
    scratch.forge(&arguments).expect(0, &["main_marts.report"]);
    assert!(!scratch.path("data").exists());
}

#[test]
fn nothing_is_read_from_elsewhere() {
    let scratch = Scratch::new(PROJECT);
    scratch.forge(&["test", "--hermetic", "--defer"]).expect(2, &["cannot be used with"]);
}
