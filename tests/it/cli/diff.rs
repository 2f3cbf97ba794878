//! `diff`: what a change does to columns and to those who read them.

use serde_json::Value as Json;

use super::changes::committed;
use crate::scratch::Scratch;

const PROJECT: &str = "
//- seeds/raw.csv
id,amount,kind
1,2.5,a
//- models/orders.sql
{{ config(materialized='table') }}
select id, amount * 2 as amount, kind from {{ ref('raw') }} where id > 0
//- models/report.sql
with src as (select * from {{ ref('orders') }})
select id, amount + 1 as more, kind from src
//- models/other.sql
select id from {{ ref('orders') }}
//- models/plain.sql
select 1 as id
//- models/schema.yml
models:
  - name: orders
    columns: [{name: kind, data_tests: [not_null]}]
  - name: report
    columns: [{name: more, data_tests: [not_null]}]
exposures:
  - name: board
    type: dashboard
    owner: {email: a@b.c}
    depends_on: [ref('report')]
";

fn json(scratch: &Scratch, arguments: &[&str]) -> Json {
    let outcome =
        scratch.forge(&[&["diff", "--output", "json", "--fail-on", "never"], arguments].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    serde_json::from_str(&outcome.stdout).unwrap()
}

fn node<'j>(diff: &'j Json, name: &str) -> &'j Json {
    let nodes = diff["nodes"].as_array().unwrap();
    nodes.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("{name}: {diff:#}"))
}

fn reached(node: &Json) -> Vec<String> {
    let of = |one: &Json| {
        let column = one["column"].as_str().map_or_else(String::new, |column| format!(".{column}"));
        format!("{}{column}", one["name"].as_str().unwrap())
    };
    node["reaches"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn nothing_and_formatting_are_told_apart_from_changes() {
    let Some(scratch) = committed(PROJECT) else { return };
    scratch.forge(&["diff", "HEAD"]).expect(0, &[]);
    scratch.write(
        "models/orders.sql",
        "{{ config(materialized='table') }}\n-- twice\nSELECT id, amount*2 AS amount,\n  kind\nFROM {{ ref('raw') }} WHERE id>0\n",
    );
    let diff = json(&scratch, &["HEAD"]);
    assert_eq!(diff["nodes"].as_array().unwrap().len(), 1);
    assert_eq!(node(&diff, "orders")["change"], "formatted");
    let text = scratch.forge(&["diff", "HEAD"]).expect(0, &[]).stdout;
    assert!(text.contains("only written differently: orders"), "{text}");
}

#[test]
fn a_column_that_means_something_else_is_followed_to_who_shows_it() {
    let Some(scratch) = committed(PROJECT) else { return };
    scratch.write(
        "models/orders.sql",
        "{{ config(materialized='table') }}\nselect id, amount * 3 as amount, kind from {{ ref('raw') }} where id > 0\n",
    );
    let diff = json(&scratch, &["HEAD"]);
    let orders = node(&diff, "orders");
    assert_eq!(orders["breaking"], false);
    assert_eq!(orders["columns"][0]["from"], "seed.shop.raw.amount * 2");
    assert_eq!(orders["columns"][0]["to"], "seed.shop.raw.amount * 3");
    assert_eq!(reached(orders), ["report.more", "board", "not_null_report_more"]);
    scratch.forge(&["diff", "HEAD"]).expect(0, &[]);
    scratch.forge(&["diff", "HEAD", "--fail-on", "meaning"]).expect(1, &[]);
}

#[test]
fn what_is_gone_or_retyped_is_breaking() {
    let Some(scratch) = committed(PROJECT) else { return };
    scratch.write(
        "models/orders.sql",
        "{{ config(materialized='view') }}\nselect cast(id as text) as id, amount * 2 as amount, 1 as extra from {{ ref('raw') }} where id > 1\n",
    );
    std::fs::remove_file(scratch.path("models/plain.sql")).unwrap();
    scratch.write("models/fresh.sql", "select 1 as id\n");
    let diff = json(&scratch, &["HEAD"]);
    let orders = node(&diff, "orders");
    let changes: Vec<String> = orders["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["name"].as_str().unwrap(), one["change"].as_str().unwrap()))
        .collect();
    assert_eq!(changes, ["kind removed", "id retyped", "id meaning", "extra added"]);
    assert_eq!((&orders["breaking"], &orders["other_rows"]), (&true.into(), &true.into()));
    assert!(reached(orders).contains(&"not_null_orders_kind".to_owned()), "{orders:#}");
    assert_eq!(node(&diff, "plain")["change"], "removed");
    assert_eq!(node(&diff, "fresh")["change"], "added");
    let outcome =
        scratch.forge(&["diff", "HEAD", "--output", "markdown"]).expect(1, &["has mistakes"]);
    assert!(outcome.stdout.contains("| ⚠️ | model `orders` |"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("`~ materialized: table → view`"), "{}", outcome.stdout);
}

#[test]
fn artifacts_and_targets_are_bases_too() {
    let scratch = Scratch::new(&format!(
        "{PROJECT}
//- profiles.yml
shop:
  target: dev
  outputs:
    dev: {{type: sqlite, path: dev.db, schema: main}}
    prod: {{type: sqlite, path: prod.db, schema: live}}
//- dbt_project.yml
name: shop
version: '1.0'
profile: shop
"
    ));
    scratch.forge(&["build", "--target", "prod"]).expect(0, &[]);
    scratch
        .forge(&["docs", "generate", "--target", "prod", "--target-path", "prod_artifacts"])
        .expect(0, &[]);
    for base in ["prod_artifacts", "target:prod"] {
        let same = json(&scratch, &[base]);
        assert_eq!(same["nodes"].as_array().unwrap().len(), 0, "{base}: {same:#}");
    }
    scratch.write(
        "models/orders.sql",
        "{{ config(materialized='table') }}\nselect id, amount * 3 as amount from {{ ref('raw') }} where id > 0\n",
    );
    // What a target was built from is not known: its columns are compared.
    for (base, count) in [("prod_artifacts", 2), ("target:prod", 1)] {
        let diff = json(&scratch, &[base]);
        let columns = node(&diff, "orders")["columns"].as_array().unwrap();
        assert_eq!((columns.len(), &columns[0]["change"]), (count, &"removed".into()), "{base}");
    }
    scratch.forge(&["diff", "target:prd"]).expect(2, &["prod"]);
    std::fs::remove_file(scratch.path("prod_artifacts/catalog.json")).unwrap();
    scratch.forge(&["diff", "prod_artifacts"]).expect(0, &["columns are not compared"]);
}
