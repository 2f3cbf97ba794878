//! `forge lint`: the examples on the pages of its rules, settings, allowances, places and fixes.
//!
//! Invariant: every rule has an example that it finds and one in which no rule finds anything.

mod examples;
mod findings;
mod fixes;
mod precision;

use serde_json::Value as Json;

use crate::scratch::{Outcome, Scratch};

/// What the examples read.
const SEEDS: &str = "
//- models/sources.yml
sources:
  - name: shop
    schema: main
    tables:
      - name: raw_orders
        columns: [{name: order_id, data_type: integer}, {name: amount, data_type: real}]
//- seeds/raw_orders.csv
order_id,amount
1,2.5
//- seeds/orders.csv
order_id,line_id,customer_id,status,amount,ordered_at,loaded_at
1,1,7,paid,2.5,2026-01-01 10:00:00,2026-01-02 00:00:00
//- seeds/customers.csv
customer_id,city
7,Rome
//- seeds/old_customers.csv
customer_id,city
7,Oslo
//- seeds/partner_customers.csv
city,customer_id
Bern,8
//- seeds/history.csv
customer_id,city,valid_from,valid_to
7,Oslo,2025-01-01 00:00:00,2026-01-01 00:00:00
//- seeds/text_keys.csv
customer_id,city
A7,Rome
";

/// A project with what the examples read, and with these files.
fn project(files: &str) -> Scratch {
    Scratch::new(&format!("{SEEDS}{files}"))
}

/// What `lint` finds, in order of place, as `CODE file:line:column`.
fn found(scratch: &Scratch, arguments: &[&str]) -> (Vec<String>, Outcome) {
    let outcome = scratch.forge(&[&["lint", "--sarif", "found.sarif"][..], arguments].concat());
    let sarif: Json = serde_json::from_str(&scratch.read("found.sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let shown = |result: &Json| {
        let place = &result["locations"][0]["physicalLocation"];
        let file = place["artifactLocation"]["uri"].as_str().unwrap_or_default();
        let region = &place["region"];
        let code = result["ruleId"].as_str().unwrap();
        format!("{code} {file}:{}:{}", region["startLine"], region["startColumn"])
    };
    (results.iter().map(shown).collect(), outcome)
}

/// Holds what `lint` finds against `CODE file:line:column`.
#[track_caller]
fn expect(scratch: &Scratch, arguments: &[&str], expected: &[&str]) -> Outcome {
    let (places, outcome) = found(scratch, arguments);
    assert_eq!(places, expected, "{}", outcome.stderr);
    outcome
}
