//! Where findings are told, how much they count, and how they are allowed.

use super::{expect, project};

#[test]
fn a_finding_in_a_macro_is_told_there_once_with_the_line_that_led_there() {
    let scratch = project(
        "
//- macros/recent.sql
{% macro recent(column) %}
    {{ column }} >=
        date('now', '-7 days')
{% endmacro %}
//- models/a.sql
{{ config(materialized='table') }}
select order_id
from {{ ref('orders') }}
where {{ recent('ordered_at') }}
//- models/b.sql
{{ config(materialized='table') }}
select order_id from {{ ref('orders') }} where {{ recent('loaded_at') }}
",
    );
    let outcome = expect(&scratch, &[], &["E1006 macros/recent.sql:3:9"]);
    outcome.expect(0, &["in macro `recent`, called at models/a.sql:4:1", "1 warning"]);
}

#[test]
fn the_incremental_variant_and_ephemeral_models_are_read_once() {
    let scratch = project(
        "
//- models/base.sql
{{ config(materialized='ephemeral') }}
select order_id, status, ordered_at, loaded_at from {{ ref('orders') }} where status = null
//- models/inc.sql
{{ config(materialized='incremental', unique_key='order_id') }}
select order_id, ordered_at, loaded_at from {{ ref('base') }}
where ordered_at is not null
{% if is_incremental() %}
  and loaded_at > (select max(ordered_at) from {{ this }})
{% endif %}
//- models/other.sql
select order_id from {{ ref('base') }}
",
    );
    expect(&scratch, &[], &["E1014 models/base.sql:2:79", "E1001 models/inc.sql:5:7"]);
}

#[test]
fn folders_say_what_counts() {
    let files = "
//- models/staging/a.sql
select order_id from {{ ref('orders') }} limit 3
//- models/marts/b.sql
select order_id from {{ ref('orders') }} limit 3
//- models/c.sql
select order_id from {{ ref('orders') }} limit 3
//- forge_lint.yml
rules:
  limit-without-order: error
folders:
  models/staging: {E1016: off}
  models/marts: {E1016: warn}
";
    let places = ["E1016 models/c.sql:1:48", "E1016 models/marts/b.sql:1:48"];
    let outcome = expect(&project(files), &[], &places);
    outcome.expect(1, &["linted 3 nodes: 1 error, 1 warning"]);
}

#[test]
fn warnings_are_errors_when_asked_for() {
    let scratch = project("//- models/c.sql\nselect order_id from {{ ref('orders') }} limit 3\n");
    for (arguments, code) in [
        (&[][..], 0),
        (&["--strict"][..], 1),
        (&["--warn-error"][..], 1),
        (&["--warn-error-options", "{error: [limit-without-order]}"][..], 1),
        (&["--select", "orders"][..], 0),
    ] {
        let outcome = scratch.forge(&[&["lint"][..], arguments].concat());
        assert_eq!(outcome.code, Some(code), "{arguments:?}: {outcome}");
    }
    let github = scratch.forge(&["lint", "--github", "--junit", "out.xml"]);
    github.expect(0, &["file=models/c.sql", "E1016"]);
}

#[test]
fn mistakes_in_the_settings_are_told_before_anything_is_looked_at() {
    let scratch = project("//- forge_lint.yml\nrules:\n  limit-without-oder: off\nlayer: []\n");
    scratch.forge(&["lint"]).expect(
        2,
        &[
            "forge_lint.yml:2:3",
            "there is no lint rule `limit-without-oder`",
            "did you mean `limit-without-order`?",
            "forge_lint.yml has no key `layer`",
            "did you mean `layers`?",
        ],
    );
}

#[test]
fn comments_allow_findings_and_are_told_when_they_allow_nothing() {
    let scratch = project(
        "
//- macros/top.sql
{% macro top() %}limit 3 {# forge: allow E1016 any three will do #}{% endmacro %}
//- macros/idle.sql
{% macro idle() %}
-- forge: allow E1006
{% endmacro %}
//- models/a.sql
select order_id from {{ ref('orders') }} {{ top() }}
//- models/b.sql
{# forge: allow limit-without-order a sample #}
select order_id from {{ ref('orders') }} where status = null limit 3 -- forge: allow E1014,E1009 both
//- models/c.sql
select order_id from {{ ref('orders') }} -- forge: allow E1O16
",
    );
    let places =
        ["E1041 macros/idle.sql:2:17", "E1041 models/b.sql:2:92", "E1041 models/c.sql:1:58"];
    let outcome = expect(&scratch, &[], &places);
    outcome.expect(0, &["there is no lint rule `E1O16` to allow", "did you mean `E1016`?"]);
    expect(&scratch, &["--select", "b"], &["E1041 models/b.sql:2:92"]);
}

#[test]
fn what_is_said_of_a_node_is_allowed_anywhere_in_its_file() {
    let scratch = project(
        "
//- forge_lint.yml
names: [{path: models, pattern: '^x_'}]
//- models/models.yml
models:
  - {name: a, config: {materialized: incremental}}
  - {name: x_b, config: {materialized: incremental}}
//- models/a.sql
-- forge: allow name-rule, blind-append as before
select order_id from {{ ref('orders') }}
//- models/x_b.sql
select order_id from {{ ref('orders') }}
",
    );
    expect(&scratch, &[], &["E1005 models/x_b.sql:1:1"]);
}

#[test]
fn sql_that_the_parser_cannot_read_is_a_note() {
    let scratch = project(
        "
//- models/odd.sql
select order_id from {{ ref('orders') }} match_recognize (a) ((
//- models/fine.sql
select order_id from {{ ref('orders') }} limit 3
",
    );
    let outcome =
        expect(&scratch, &[], &["E1016 models/fine.sql:1:48", "E1042 models/odd.sql:1:1"]);
    outcome.expect(0, &["note[E1042] not-linted: model `odd` was not looked at"]);
}

#[test]
fn a_template_that_cannot_be_compiled_is_a_note_too() {
    let scratch = project(
        "
//- models/asks.sql
{% set n = run_query('select city from customers').columns[0].values()[0].split(',') if execute %}
select '{{ n | first }}' as city
//- models/may_ask.sql
{% set cities = run_query('select city from ' ~ ref('customers')).columns[0].values() if execute else [] %}
select '{{ cities | join(',') }}' as cities from {{ ref('customers') }} limit 1
",
    );
    let places = ["E1042 models/asks.sql:1:1", "E1016 models/may_ask.sql:2:79"];
    expect(&scratch, &[], &places).expect(0, &["it cannot be compiled here: "]);
    scratch.forge(&["seed"]).expect(0, &[]);
    expect(&scratch, &[], &places[1..]);
}

#[test]
fn a_mart_may_pass_on_what_is_listed_and_is_told_once() {
    let scratch = project(
        "
//- models/marts/listed.sql
with orders as (select * from {{ ref('orders') }}),
final as (select order_id, amount from orders)
select * from final
//- models/marts/kept.sql
select * from {{ ref('orders') }}
//- models/marts/kept.yml
models:
  - name: kept
    config: {contract: {enforced: true}}
    columns:
      - {name: order_id, data_type: integer}
      - {name: line_id, data_type: integer}
      - {name: customer_id, data_type: integer}
      - {name: status, data_type: text}
      - {name: amount, data_type: real}
      - {name: ordered_at, data_type: text}
      - {name: loaded_at, data_type: text}
//- models/marts/open.sql
with orders as (select * from {{ ref('orders') }} as o)
select 1 as one, orders.* from orders
union all
select 2 as one, orders.* from orders
//- models/gold.sql
select * from {{ ref('orders') }}
//- models/shown/all.sql
select * from {{ ref('orders') }}
",
    );
    expect(&scratch, &[], &["E1008 models/marts/open.sql:2:18"]);
    let layers = "layers: [{name: marts, path: models/shown, may_read: [seed]}]\n";
    scratch.write("forge_lint.yml", layers);
    let places = ["E1008 models/marts/open.sql:2:18", "E1008 models/shown/all.sql:1:8"];
    expect(&scratch, &[], &places);
}

#[test]
fn layers_let_a_sql_file_read_what_they_say() {
    let scratch = project(
        "
//- forge_lint.yml
layers:
  - {name: staging, path: models/staging, may_read: [source]}
  - {name: marts, path: models/marts, may_read: [staging]}
//- models/staging/stg.sql
select order_id from {{ ref('revenue') }}
//- models/marts/revenue.sql
select order_id from {{ source('shop', 'raw_orders') }}
//- models/free.sql
select * from {{ ref('stg') }}
",
    );
    let places = ["E1032 models/marts/revenue.sql:1:41", "E1032 models/staging/stg.sql:1:30"];
    expect(&scratch, &[], &places);
}

#[test]
fn generic_tests_of_the_project_are_looked_at_in_their_files() {
    let scratch = project(
        "//- tests/generic/settled.sql
{% test settled(model, column_name) %}
select * from {{ model }}
where {{ column_name }} = 'open'
   or status = null -- forge: allow E1016 not this one
{% endtest %}
//- models/schema.yml
seeds:
  - name: orders
    columns:
      - name: status
        data_tests: [settled, unique]
      - name: amount
        data_tests: [settled]
",
    );
    let places = ["E1014 tests/generic/settled.sql:4:7", "E1041 tests/generic/settled.sql:4:37"];
    expect(&scratch, &[], &places).expect(0, &["linted 2 nodes"]);
}

#[test]
fn hooks_are_looked_at_where_they_are_written() {
    let scratch = project(
        "//- dbt_project.yml
name: shop
version: '1.0'
on-run-end:
  - delete from orders where city = null
  - pragma optimize
//- models/a.sql
{{ config(post_hook=\"update orders set status = 'x' where status = null\") }}
select order_id from {{ ref('orders') }}
//- models/schema.yml
models:
  - name: a
    config:
      pre-hook: [\"insert into log select 1 from {{ ref('orders') }} where status = null\"]
",
    );
    let places =
        ["E1014 dbt_project.yml:4:30", "E1014 models/a.sql:1:59", "E1014 models/schema.yml:4:75"];
    expect(&scratch, &[], &places).expect(0, &["3 warnings"]);
}
