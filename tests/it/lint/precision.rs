//! Where rules speak and where they are silent: one query a line, all in one project.

use std::collections::BTreeMap;

use super::{found, project};

/// What models of the cases read besides the seeds.
const ABOVE: &str = "
//- models/above.yml
models:
  - name: keyed
    columns:
      - name: order_id
        data_tests: [not_null, unique]
      - name: status
        data_tests: [not_null]
  - name: indexed
    config: {materialized: table, indexes: [{columns: [ordered_at, order_id]}]}
//- models/keyed.sql
select order_id, line_id, customer_id, status, amount, ordered_at from {{ ref('orders') }}
//- models/indexed.sql
select order_id, ordered_at from {{ ref('orders') }}
//- models/means.sql
select customer_id, coalesce(status, '') as status, round(avg(amount), 2) as mean from {{ ref('orders') }}
group by customer_id, status
";

/// Cases: the codes that are found, and the model.
const CASES: &[(&str, &str)] = &[
    // not-in-nullable
    ("", "select 1 as a from ORDERS where customer_id not in (1, 2)"),
    (
        "",
        "select 1 as a from ORDERS where customer_id not in (select customer_id from CUSTOMERS where customer_id is not null)",
    ),
    (
        "",
        "with c as (select customer_id from CUSTOMERS where customer_id > 0) select 1 as a from ORDERS where customer_id not in (select customer_id from c)",
    ),
    ("", "select 1 as a from ORDERS where order_id not in (select order_id from KEYED)"),
    (
        "",
        "with k as (select * from KEYED) select 1 as a from ORDERS where order_id not in (select order_id from k)",
    ),
    ("", "select 1 as a from ORDERS where status not in (select status from MEANS)"),
    ("", "select 1 as a from ORDERS where status in (select city from CUSTOMERS)"),
    (
        "",
        "select 1 as a from ORDERS where customer_id not in (select c.customer_id from CUSTOMERS as c join KEYED as k on k.customer_id = c.customer_id)",
    ),
    (
        "E1002",
        "select 1 as a from ORDERS where order_id not in (select k.order_id from CUSTOMERS as c left join KEYED as k on k.customer_id = c.customer_id)",
    ),
    (
        "E1002",
        "select 1 as a from ORDERS where order_id not in (select order_id from KEYED union all select customer_id from CUSTOMERS)",
    ),
    (
        "E1002",
        "with c as (select city as name from CUSTOMERS) select 1 as a from ORDERS where status not in (select name from c)",
    ),
    // unsafe-change-test
    (
        "",
        "select a.order_id from ORDERS as a join ORDERS as b on a.customer_id = b.customer_id and a.order_id != b.order_id",
    ),
    (
        "",
        "select n.city from CUSTOMERS as n join HISTORY as h on h.customer_id = n.customer_id where n.city != h.city or n.city is null",
    ),
    (
        "",
        "select n.city from CUSTOMERS as n join HISTORY as h on h.customer_id = n.customer_id where coalesce(n.city, '') != coalesce(h.city, '')",
    ),
    (
        "",
        "select n.city from CUSTOMERS as n join HISTORY as h on h.customer_id = n.customer_id where n.city is not h.city",
    ),
    (
        "",
        "select a.status from KEYED as a join KEYED as b on a.customer_id = b.customer_id where a.status <> b.status",
    ),
    ("", "select status from ORDERS where status != 'paid'"),
    (
        "",
        "select status from (select status, lag(status, 1, '') over (order by order_id) as before from ORDERS) as o where status != before",
    ),
    (
        "E1003",
        "select status from (select status, lag(status) over (order by order_id) as before from ORDERS) as o where status != before",
    ),
    (
        "E1003",
        "select case when n.city <> h.city then 1 else 0 end as moved from CUSTOMERS as n join HISTORY as h on h.customer_id = n.customer_id",
    ),
    (
        "E1003 E1003",
        "select n.city from CUSTOMERS as n join HISTORY as h on h.customer_id = n.customer_id where n.city != h.city or n.name != h.name",
    ),
    // closed-validity
    ("", "select 1 as a from CAMPAIGNS where day between start_date and end_date"),
    (
        "",
        "with h as (select customer_id, valid_from, date(valid_to, '-1 day') as valid_to from HISTORY) select 1 as a from ORDERS as o join h on o.ordered_at between h.valid_from and h.valid_to",
    ),
    (
        "E1004",
        "select 1 as a from ORDERS as o join HISTORY as h on o.ordered_at between h.valid_from and coalesce(h.valid_to, '9999-12-31')",
    ),
    (
        "E1004",
        "select 1 as a from ORDERS as o join HISTORY as h on date(o.ordered_at) between h.dbt_valid_from and h.dbt_valid_to",
    ),
    // blind-append, repeated-boundary, mixed-clocks, wrapped-column
    (
        "",
        "APPEND select order_id from ORDERS as o where not exists (select 1 from {{ this }} as t where t.order_id = o.order_id and {{ is_incremental() }})",
    ),
    (
        "",
        "APPEND select loaded_at from ORDERS {% if is_incremental() %} where loaded_at > (select coalesce(max(loaded_at), '') from {{ this }}) {% endif %}",
    ),
    (
        "",
        "APPEND select loaded_at as seen from ORDERS {% if is_incremental() %} where loaded_at > (select max(seen) from {{ this }}) {% endif %}",
    ),
    (
        "",
        "APPEND select date(loaded_at) as day from ORDERS {% if is_incremental() %} where loaded_at > (select max(day) from {{ this }}) {% endif %}",
    ),
    (
        "",
        "MERGE select order_id, loaded_at from ORDERS {% if is_incremental() %} where loaded_at >= (select datetime(max(loaded_at), '-3 days') from {{ this }}) {% endif %}",
    ),
    (
        "",
        "MERGE select order_id, ordered_at from ORDERS {% if is_incremental() %} where loaded_at > '{{ var('from', '2026') }}' {% endif %}",
    ),
    (
        "E1001",
        "MERGE select order_id, ordered_at from ORDERS {% if is_incremental() %} where (select max(ordered_at) from {{ this }}) < loaded_at {% endif %}",
    ),
    ("E1005", "APPEND select order_id from ORDERS"),
    (
        "E1020",
        "APPEND with o as (select * from ORDERS) select loaded_at from o {% if is_incremental() %} where loaded_at >= (select max(loaded_at) from {{ this }}) {% endif %}",
    ),
    (
        "E1007",
        "MERGE select order_id, loaded_at from ORDERS {% if is_incremental() %} where date(loaded_at) > (select max(loaded_at) from {{ this }}) {% endif %}",
    ),
    ("", "select order_id from ORDERS where date(ordered_at) = '2026-01-01'"),
    ("", "select order_id from INDEXED where ordered_at >= '2026-01-01' and lower(order_id) = '1'"),
    ("E1007", "select order_id from INDEXED where date(ordered_at) = '2026-01-01'"),
    ("", "APPEND select order_id from ORDERS where ordered_at >= '{{ var('day', '2026-01-01') }}'"),
    (
        "",
        "APPEND select order_id from ORDERS where order_id > (select coalesce(max(order_id), 0) from {{ this }})",
    ),
    // clock-in-filter
    ("", "select order_id from ORDERS where ordered_at > date('now')"),
    (
        "",
        "TABLE select order_id, current_timestamp as built_at from ORDERS where date(ordered_at) > strftime('%Y', loaded_at)",
    ),
    ("E1006", "TABLE select order_id from ORDERS where ordered_at > {{ dbt.current_timestamp() }}"),
    (
        "E1006",
        "TABLE select order_id from ORDERS where strftime('%Y', 'NOW') = strftime('%Y', ordered_at)",
    ),
    (
        "E1006",
        "TABLE select 1 as a from ORDERS as o join HISTORY as h on h.customer_id = o.customer_id and h.valid_to > current_date",
    ),
    // bare-column
    ("", "select customer_id, count(*) as n from ORDERS group by 1"),
    ("", "select date(ordered_at) as day, sum(amount) as a from ORDERS group by date(ordered_at)"),
    ("", "select date(ordered_at) as day, sum(amount) as a from ORDERS group by day"),
    (
        "",
        "select o.status, 'x' as kind, count(*) * 1.0 / (select count(*) from CUSTOMERS) as a from ORDERS as o group by status",
    ),
    ("", "select upper(status) || '!' as status, count(*) as n from ORDERS group by status"),
    (
        "",
        "select customer_id, sum(sum(amount)) over (order by customer_id) as a from ORDERS group by customer_id",
    ),
    (
        "",
        "select order_id, count(*) over (partition by customer_id) as n, max(amount, 1) as m from ORDERS",
    ),
    ("", "select distinct customer_id from ORDERS group by customer_id having count(*) > 1"),
    (
        "",
        "select order_id, (select max(city) from CUSTOMERS as c where c.customer_id = o.customer_id) as city from ORDERS as o",
    ),
    ("E1009", "select max(ordered_at) as newest, status from ORDERS"),
    ("E1009", "select o.customer_id, o.status from ORDERS as o group by o.customer_id"),
    // A common table expression may have the name of the table that it reads.
    (
        "E1002",
        "with customers as (select * from CUSTOMERS) select 1 as a from ORDERS where customer_id not in (select customer_id from customers)",
    ),
    (
        "",
        "with keyed as (select * from KEYED) select 1 as a from ORDERS where order_id not in (select order_id from keyed)",
    ),
    (
        "E1010",
        "with text_keys as (select * from TEXT_KEYS), orders as (select * from ORDERS) select 1 as a from orders as o join text_keys as k on k.customer_id = o.customer_id",
    ),
    (
        "E1017",
        "with customers as (select * from CUSTOMERS union all select * from PARTNER_CUSTOMERS) select customer_id from customers",
    ),
    // crossed-key-types
    ("", "select o.order_id from ORDERS as o join CUSTOMERS as c on c.customer_id = o.customer_id"),
    (
        "",
        "select o.order_id from ORDERS as o join TEXT_KEYS as k on k.customer_id = 'A' || o.customer_id",
    ),
    (
        "E1010",
        "with k as (select * from TEXT_KEYS) select o.order_id from ORDERS as o join k on k.customer_id = o.customer_id",
    ),
    // average-of-averages
    ("", "select avg(amount) as mean from ORDERS"),
    ("", "select customer_id, avg(mean) over () as mean from MEANS"),
    (
        "",
        "select sum(mean * n) / sum(n) as mean from (select avg(amount) as mean, count(*) as n from ORDERS group by customer_id) as o",
    ),
    ("E1011", "select avg(mean) as mean from MEANS"),
    // order-with-ties
    (
        "",
        "select 1 as a from (select row_number() over (partition by customer_id order by ordered_at desc, order_id) as rn from ORDERS) as o where rn = 1",
    ),
    (
        "",
        "select 1 as a from (select row_number() over (partition by customer_id order by order_id desc) as rn from ORDERS) as o where rn = 1",
    ),
    (
        "",
        "select rn from (select row_number() over (partition by customer_id order by ordered_at) as rn from ORDERS) as o",
    ),
    (
        "",
        "select 1 as a from (select rank() over (partition by customer_id order by ordered_at) as rn from ORDERS) as o where rn = 1",
    ),
    (
        "E1012",
        "select 1 as a from (select row_number() over (partition by customer_id) as rn from ORDERS) as o where rn = 1",
    ),
    (
        "E1012",
        "with o as (select *, row_number() over (partition by customer_id order by customer_id, ordered_at desc) as rn from ORDERS) select 1 as a from o where rn <= 1",
    ),
    // null-comparison
    ("", "select order_id from ORDERS where status is null or status is not null"),
    ("E1014", "select case when status = null then 1 end as a from ORDERS"),
    ("E1014", "select order_id from ORDERS where (null <> status)"),
    ("E1014", "select order_id from ORDERS where lower(status) = null"),
    ("", "select order_id from ORDERS where (null <> null) or (null is null and status is null)"),
    // undone-outer-join
    (
        "",
        "select 1 as a from CUSTOMERS as c left join ORDERS as o on o.customer_id = c.customer_id where o.status = 'paid' or o.status is null",
    ),
    (
        "",
        "select 1 as a from CUSTOMERS as c left join ORDERS as o on o.customer_id = c.customer_id where o.order_id is null and c.city = 'Rome'",
    ),
    (
        "",
        "select 1 as a from CUSTOMERS as c left join ORDERS as o on o.customer_id = c.customer_id where coalesce(o.status, 'paid') = 'paid'",
    ),
    (
        "",
        "select 1 as a from CUSTOMERS as c join ORDERS as o on o.customer_id = c.customer_id where o.status = 'paid'",
    ),
    (
        "E1015",
        "select 1 as a from CUSTOMERS as c left join ORDERS as o on o.customer_id = c.customer_id where o.status in ('paid') and o.amount > 0",
    ),
    (
        "E1015",
        "select 1 as a from ORDERS as o right join CUSTOMERS as c on o.customer_id = c.customer_id where 5 < o.amount",
    ),
    (
        "",
        "select 1 as a from CUSTOMERS as c left join ORDERS as o on o.customer_id = c.customer_id and o.status = 'paid'",
    ),
    // limit-without-order
    ("", "select order_id from ORDERS order by order_id limit 5"),
    ("", "select order_id from ORDERS limit 0"),
    ("", "select order_id from ORDERS as o where exists (select 1 from CUSTOMERS limit 1)"),
    ("", "select count(*) as n from ORDERS limit 1"),
    (
        "E1016",
        "with o as (select order_id from ORDERS limit 5) select order_id from o order by order_id",
    ),
    // union-of-stars
    ("", "select * from CUSTOMERS union all select * from OLD_CUSTOMERS"),
    ("", "select * from CUSTOMERS union all select city, customer_id from PARTNER_CUSTOMERS"),
    (
        "",
        "select * from CUSTOMERS where city = 'a' union all select * from CUSTOMERS where city = 'b'",
    ),
    (
        "E1017",
        "with u as (select * from CUSTOMERS union select * from PARTNER_CUSTOMERS) select * from u",
    ),
    // whole-number-ratio
    ("", "select count(*) / 2 as half, sum(amount) / count(*) as mean from ORDERS"),
    ("", "select cast(count(status) as real) / count(*) as share from ORDERS"),
    (
        "E1018",
        "select sum(case when status = 'paid' then 1 else 0 end) / nullif(count(*), 0) as share from ORDERS",
    ),
    // day-end-cut-off
    ("", "select 1 as a from ORDERS where ordered_on between '2026-01-01' and '2026-01-31'"),
    (
        "",
        "select 1 as a from ORDERS where ordered_at between '2026-01-01' and '2026-01-31 23:59:59'",
    ),
    (
        "E1019",
        "select 1 as a from ORDERS as o where o.ordered_at between '2026-01-01' and '2026-01-31'",
    ),
    // idle-incremental
    ("", "select 1 as a, {{ is_incremental() | int }} as b from ORDERS"),
    ("E1021", "select 1 as a from ORDERS {%- if is_incremental() %} where 1 = 0 {% endif %}"),
];

/// The template of a case: inputs in capitals are references.
fn template(sql: &str) -> String {
    let mut text = sql.to_owned();
    for name in [
        "TEXT_KEYS",
        "PARTNER_CUSTOMERS",
        "OLD_CUSTOMERS",
        "CUSTOMERS",
        "HISTORY",
        "KEYED",
        "INDEXED",
        "MEANS",
        "ORDERS",
    ] {
        text = text.replace(name, &format!("{{{{ ref('{}') }}}}", name.to_lowercase()));
    }
    text = text.replace("CAMPAIGNS", "campaigns");
    text.replacen("APPEND", "{{ config(materialized='incremental') }}", 1)
        .replacen("MERGE", "{{ config(materialized='incremental', unique_key='order_id') }}", 1)
        .replacen("TABLE", "{{ config(materialized='table') }}", 1)
}

#[test]
fn rules_speak_where_something_is_wrong_and_nowhere_else() {
    let mut files = ABOVE.to_owned();
    for (number, (_, sql)) in CASES.iter().enumerate() {
        files += &format!("//- models/case_{number:03}.sql\n{}\n", template(sql));
    }
    let (places, outcome) = found(&project(&files), &[]);
    let mut by_file: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for place in &places {
        let (code, place) = place.split_once(' ').unwrap();
        let file = place.split(':').next().unwrap();
        by_file.entry(file).or_default().push(code);
    }
    let mut wrong = Vec::new();
    for (number, (expected, sql)) in CASES.iter().enumerate() {
        let codes = by_file.remove(format!("models/case_{number:03}.sql").as_str());
        let codes = codes.unwrap_or_default().join(" ");
        if codes != *expected {
            wrong.push(format!("`{codes}` instead of `{expected}`: {sql}"));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), outcome.stderr);
    assert!(by_file.is_empty(), "{by_file:?}");
}
