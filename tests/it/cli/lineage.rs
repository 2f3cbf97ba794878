//! `lineage`: what columns are made of and what is made of them, in every form; columns about people.

use serde_json::{Value as Json, json};

use crate::scratch::Scratch;

const SHOP: &str = "\
//- seeds/raw_orders.csv
id,customer_id,status,amount,day
1,1,done,10,2026-01-01
//- models/models.yml
sources:
  - name: crm
    tables:
      - name: people
        columns:
          - {name: id, data_type: integer}
          - name: email
            data_type: text
            description: where we write to
            config: {meta: {pii: true}}
exposures:
  - name: letter
    type: application
    owner: {name: a, email: a@b.c}
    depends_on: [ref('customers')]
//- models/stg_orders.sql
{{ config(materialized='ephemeral') }}
select id, customer_id, amount / 100.0 as amount, day from {{ ref('raw_orders') }} where status != 'lost'
//- models/orders.sql
{{ config(materialized='incremental', unique_key='id') }}
with o as (select * from {{ ref('stg_orders') }})
select o.*, row_number() over (partition by customer_id order by day) as n, p.email as \"the.email\"
from o left join {{ source('crm', 'people') }} p on p.id = o.customer_id
{% if is_incremental() %} where o.day > (select max(day) from {{ this }}) {% endif %}
//- models/customers.sql
select customer_id, sum(amount) as total, lower(max(\"the.email\")) as mail
from {{ ref('orders') }} group by customer_id
//- models/odd.py
def model(dbt, session):
    return dbt.ref('customers')
//- snapshots/snap.yml
snapshots:
  - name: snap
    relation: ref('customers')
    config: {strategy: check, unique_key: customer_id, check_cols: [total]}
";

#[test]
fn a_column_is_followed_both_ways_through_ephemeral_models_and_snapshots() {
    let outcome = Scratch::new(SHOP).forge(&["lineage", "orders.amount"]).expect(0, &[]);
    assert_eq!(
        outcome.stdout,
        "\
orders.amount
  made of
  ├─ stg_orders.amount  pass-through
  │  ├─ raw_orders.amount  transformed
  │  └─ rows decided by raw_orders.status
  └─ rows decided by stg_orders.customer_id, crm.people.id, stg_orders.day (incremental only), \
orders.day (incremental only)
  used by
  └─ customers.total  transformed
     ├─ snap.total  pass-through
     ├─ snap (rows)  filter
     ├─ odd  unknown here: it is not SQL
     └─ exposure letter
"
    );
}

#[test]
fn plus_signs_and_flags_choose_the_way() {
    let shop = Scratch::new(SHOP);
    let up = shop
        .forge(&["lineage", "+snap.dbt_scd_id"])
        .expect(0, &["customers.customer_id transformed"]);
    assert!(!up.stdout.contains("used by"), "{up}");
    let down = shop.forge(&["lineage", "crm.people.email", "--downstream"]).expect(
        0,
        &["orders.the.email pass-through", "customers.mail transformed", "exposure letter"],
    );
    assert!(!down.stdout.contains("made of"), "{down}");
    let near = shop.forge(&["lineage", "crm.people.email+1"]).expect(0, &["orders.the.email"]);
    assert!(!near.stdout.contains("customers"), "{near}");
    shop.forge(&["lineage", "orders.\"the.email\"+"]).expect(0, &["customers.mail"]);
    shop.forge(&["lineage", "+orders.n"])
        .expect(0, &["decided by stg_orders.customer_id, stg_orders.day"]);
    shop.forge(&["lineage", "exposure:letter"]).expect(0, &["customers.mail", "crm.people.email"]);
    shop.forge(&["lineage", "odd"]).expect(0, &["unknown here: it is not SQL"]);
}

#[test]
fn programs_and_pictures_get_every_edge() {
    let shop = Scratch::new(SHOP);
    let outcome = shop.forge(&["lineage", "+customers.mail", "--output", "json"]).expect(0, &[]);
    let found: Json = serde_json::from_str(&outcome.stdout).expect("is JSON");
    let edges = found["edges"].as_array().expect("is a list");
    let column =
        |resource: &str, column: Option<&str>| json!({"resource": resource, "column": column});
    assert!(edges.contains(&json!({
        "from": column("model.shop.orders", Some("the.email")),
        "to": column("model.shop.customers", Some("mail")),
        "kind": "transformed",
        "variant": null,
    })));
    assert!(edges.contains(&json!({
        "from": column("model.shop.orders", Some("day")),
        "to": column("model.shop.orders", None),
        "kind": "filter",
        "variant": "incremental",
    })));
    assert_eq!(found["asked"][0]["columns"][0], column("model.shop.customers", Some("mail")));
    shop.forge(&["lineage", "customers.total", "--output", "mermaid"]).expect(
        0,
        &["flowchart LR", "subgraph r0[\"customers\"]", "-->|transformed|", "-.->|filter|"],
    );
    shop.forge(&["lineage", "customers.total", "--output", "dot"]).expect(
        0,
        &["digraph lineage {", "label=\"exposure letter\"", "[label=\"filter\", style=dashed]"],
    );
}

#[test]
fn names_that_mean_nothing_are_all_told() {
    let shop = Scratch::new(SHOP);
    let all = [
        "nothing is called `ordes.amount`",
        "did you mean `orders`?",
        "`orders` has no column `amont`",
        "did you mean `amount`?",
    ];
    shop.forge(&["lineage", "ordes.amount", "orders.amont"]).expect(2, &all);
    shop.forge(&["lineage", "odd.x"])
        .expect(2, &["the columns of `odd` are not known: it is not SQL"]);
    shop.forge(&["lineage"]).expect(2, &["required"]);
}

#[test]
fn a_column_about_people_must_not_reach_an_exposure_unallowed() {
    let shop = Scratch::new(SHOP);
    let told = [
        "E1301",
        "exposure `letter` shows `customers.mail`",
        "its values come from `crm.people.email`",
        "models/models.yml:12",
    ];
    shop.forge(&["lineage", "--check"]).expect(1, &told);
    shop.forge(&["check"]).expect(1, &told);
    let allowed =
        SHOP.replace("type: application", "type: application\n    config: {meta: {allows: [pii]}}");
    Scratch::new(&allowed).forge(&["lineage", "--check"]).expect(0, &["no exposure shows"]);
    let filtered = SHOP
        .replace("lower(max(\"the.email\")) as mail", "1 as mail")
        .replace("group by customer_id", "where \"the.email\" is not null group by customer_id");
    Scratch::new(&filtered).forge(&["lineage", "--check"]).expect(0, &[]);
}

#[test]
fn sql_that_cannot_be_read_fails_nothing() {
    let shop = Scratch::new(
        "//- models/a.sql\nselect 1 as id, 2 as x\n\
         //- models/b.sql\nselect a.id from {{ ref('a') }} as a left natural join {{ ref('z') }}\n//- models/z.sql\nselect 1 as id\n\
         //- models/c.sql\nselect id as key from {{ ref('b') }}\n",
    );
    shop.forge(&["lineage", "c.key"]).expect(0, &["b.id pass-through"]);
    shop.forge(&["lineage", "+b.id"]).expect(0, &["unknown here: the parser cannot read this SQL"]);
    shop.forge(&["lineage", "a.x+"])
        .expect(0, &["b unknown here: the parser cannot read this SQL"]);
}

#[test]
fn a_source_that_a_node_fills_has_its_values() {
    let shop = Scratch::new(
        "//- models/a.sql\nselect 1 as id\n\
         //- models/b.sql\nselect id from {{ source('own', 'a') }}\n\
         //- models/s.yml\nsources: [{name: own, schema: main, tables: [{name: a, columns: [{name: id}]}]}]\n",
    );
    shop.forge(&["lineage", "a.id+"]).expect(0, &["own.a.id pass-through"]);
    shop.forge(&["lineage", "+own.a.id"]).expect(0, &["a.id pass-through"]);
}
