//! `explain MODEL`: the engine's plan beside the template.

use serde_json::Value as Json;

use crate::scratch::Scratch;

const PROJECT: &str = "
//- seeds/orders.csv
id,customer_id
1,7
//- seeds/customers.csv
customer_id,name
7,x
//- models/a.sql
{{ config(materialized='table') }}
select
    o.id, c.name
from {{ ref('orders') }} as o
left join {{ ref('customers') }} as c
    on c.customer_id = o.customer_id
order by c.name
";

#[test]
fn scans_and_missing_indexes_are_named_with_their_lines() {
    let scratch = Scratch::new(PROJECT);
    scratch.forge(&["explain", "a"]).expect(2, &["E0706"]);
    scratch.forge(&["seed"]).expect(0, &[]);
    let plan = scratch.forge(&["explain", "a"]).expect(0, &[]).stdout;
    for part in [
        "a (table) models/a.sql",
        "SCAN o",
        "models/a.sql:4",
        "AUTOMATIC COVERING INDEX",
        "models/a.sql:5",
        "USE TEMP B-TREE FOR ORDER BY",
        "add `indexes: [{columns: [customer_id]}]` to the config of `customers`",
    ] {
        assert!(plan.contains(part), "{part}\n{plan}");
    }
    let json = scratch.forge(&["explain", "a", "--output", "json"]).expect(0, &[]).stdout;
    let plans: Json = serde_json::from_str(&json).unwrap();
    assert_eq!(plans[0]["missing_indexes"][0]["unique_id"], "seed.shop.customers");

    scratch.write(
        "seeds/s.yml",
        "seeds: [{name: customers, config: {indexes: [{columns: [customer_id]}]}}]\n",
    );
    scratch.forge(&["seed", "--full-refresh"]).expect(0, &[]);
    let plan = scratch.forge(&["explain", "a"]).expect(0, &[]).stdout;
    assert!(plan.contains("USING INDEX customers__idx_") && !plan.contains("AUTOMATIC"), "{plan}");
}

#[test]
fn codes_are_explained_and_slips_get_a_suggestion() {
    let scratch = Scratch::new(PROJECT);
    scratch.forge(&["explain", "E0301"]).expect(0, &[]);
    scratch.forge(&["explain", "unknown-reff"]).expect(2, &["did you mean `unknown-ref`?"]);
}
