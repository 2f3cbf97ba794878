//! What flows where, query by query. `=` stands for a column as it is, `~` for one that is transformed, `?` for one that
//! only decides; what is behind `|` decides about the rows.

use super::{Catalog, Kind, Lineage, Unknown, of_sql};
use crate::adapters::Adapter;
use crate::adapters::sqlite::SqliteAdapter;

fn read(sql: &str) -> Result<Lineage, Unknown> {
    let mut catalog = Catalog::default();
    catalog.add_name(Some("main"), "o", "o", &["id", "customer", "amount", "day"]);
    catalog.add_name(Some("main"), "c", "c", &["customer", "email"]);
    catalog.add_name(Some("main"), "Odd \"name\".x", "odd", &["a.b", "ä\"", "名前"]);
    of_sql(sql, &catalog, SqliteAdapter::in_memory().syntax())
}

fn shown(lineage: &Lineage) -> String {
    let outputs = lineage.columns.iter().map(|output| {
        let inputs = output.inputs.iter().map(|input| {
            let sign = match input.kind {
                Kind::PassThrough => '=',
                Kind::Transformed => '~',
                Kind::Filter => '?',
            };
            format!(" {sign}{}.{}", input.column.relation, input.column.name)
        });
        format!("{}:{}", output.name, inputs.collect::<String>())
    });
    let filters = lineage.filters.iter().map(|c| format!(" {}.{}", c.relation, c.name));
    let filters: String = filters.collect();
    let bar = if filters.is_empty() { "" } else { " |" };
    format!("{}{bar}{filters}", outputs.collect::<Vec<_>>().join("; "))
}

#[track_caller]
fn check(sql: &str, expected: &str) {
    let lineage = read(sql).unwrap_or_else(|unknown| panic!("{unknown}: {sql}"));
    assert_eq!(shown(&lineage), expected, "{sql}");
}

#[test]
fn a_column_passes_through_or_is_transformed() {
    check(
        "select id, amount * 2 as twice, (day) d from o",
        "id: =o.id; twice: ~o.amount; d: =o.day",
    );
    check(
        "select case when day > 1 then amount end as x, +id, 'a' as k, count(*) from o",
        "x: ~o.amount ~o.day; +id: ~o.id; k:; count(*):",
    );
    check("select O.ID, \"Amount\" from main.O", "ID: =o.id; Amount: =o.amount");
}

#[test]
fn what_decides_about_rows_is_kept_apart() {
    check(
        "select sum(amount) s from o where day > 1 group by customer having max(id) > 1 limit 3",
        "s: ~o.amount | o.id o.customer o.day",
    );
    check("select amount as a from o group by 1 order by a", "a: =o.amount | o.amount");
    check("select distinct customer from o", "customer: =o.customer | o.customer");
    check(
        "select row_number() over (partition by customer order by day desc) n, lag(amount) over w l \
         from o window w as (order by id)",
        "n: ?o.customer ?o.day; l: ?o.id ~o.amount",
    );
    check(
        "select count(*) filter (where day > 1) n, group_concat(amount order by id) g from o",
        "n: ?o.day; g: ?o.id ~o.amount",
    );
}

#[test]
fn stars_and_joins() {
    check(
        "select * from o join c using (customer)",
        "id: =o.id; customer: =o.customer; amount: =o.amount; day: =o.day; email: =c.email \
         | o.customer c.customer",
    );
    check(
        "select customer, email from o natural full join c",
        "customer: =o.customer =c.customer; email: =c.email | o.customer c.customer",
    );
    check(
        "select x.*, y.email from o as x left join c y on y.customer = x.customer and x.day = 1",
        "id: =o.id; customer: =o.customer; amount: =o.amount; day: =o.day; email: =c.email \
         | o.customer o.day c.customer",
    );
    check("select email from o, (c) where id = 1", "email: =c.email | o.id");
    check(
        "select e.email from (o join c on o.customer = c.customer) join c e",
        "email: =c.email | o.customer c.customer",
    );
}

#[test]
fn ctes_are_followed_and_shadow_tables() {
    check(
        "with a as (select id, amount + 1 as m from o where day = 1), b (x, y) as (select * from a) \
         select y, x from b",
        "y: ~o.amount; x: =o.id | o.day",
    );
    check("with c as (select id as email from o) select email from c", "email: =o.id");
    check("with c as (select id as email from o) select email from main.c", "email: =c.email");
    check("with b as (select * from a), a as (select id from o) select * from b", "id: =o.id");
    check(
        "with a as (select id from o) select (with a as (select email from c) select email from a) e, \
         id from a",
        "e: =c.email; id: =o.id",
    );
    // Nobody names it: its tables are not read.
    check("with a as (select * from nowhere) select id from o", "id: =o.id");
}

#[test]
fn recursion_ends_when_nothing_new_flows() {
    check(
        "with recursive t (n, total) as (select id, amount from o union all \
         select n + 1, total from t where n < 9) select * from t",
        "n: ~o.id; total: =o.amount | o.id",
    );
    check(
        "with recursive t as (select id as a, day as b, amount as c from o union \
         select b, c, a from t) select a from t",
        "a: =o.id =o.amount =o.day | o.id o.amount o.day",
    );
    check(
        "with recursive t as (select id from o union all select * from \
         (with x as (select * from t) select amount from x, o where x.id < 1)) select id from t",
        "id: =o.id =o.amount | o.id o.amount",
    );
}

#[test]
fn compound_queries_meet_by_position() {
    check("select id a from o union all select email from c", "a: =o.id =c.email");
    check("select id from o union select email from c", "id: =o.id =c.email | o.id c.email");
    check("select id from o except select email from c", "id: =o.id | o.id c.email");
    // The engine takes operators from left to right; `intersect` does not bind tighter.
    check(
        "select id from o union all select day from o intersect select email from c",
        "id: =o.id =o.day | o.id o.day c.email",
    );
    check(
        "select id, day from o union all select 1, 2 order by 2 limit 1",
        "id: =o.id; day: =o.day | o.day",
    );
    check("values (1, 2), (3, 4)", "column1:; column2:");
    check("select column2 from (values (1, 2))", "column2:");
}

#[test]
fn subqueries_see_the_queries_around() {
    check(
        "select (select max(email) from c where c.customer = o.customer) e, id from o",
        "e: ?o.customer ?c.customer ~c.email; id: =o.id",
    );
    check(
        "select id from o where exists (select 1 from c where customer = o.customer and email = day)",
        "id: =o.id | o.customer o.day c.customer c.email",
    );
    check("select id in (select email from c) i from o", "i: ~o.id ~c.email");
    check(
        "select id from o where (id, day) in (select customer, email from c)",
        "id: =o.id | o.id o.day c.customer c.email",
    );
    check("select d.m from (select max(amount) m from o) d", "m: ~o.amount");
    check("select \"max(amount)\" from (select max( amount ) from o)", "max(amount): ~o.amount");
    check("select \"id:1\" from (select id, day as id from o)", "id:1: =o.day");
}

#[test]
fn functions_that_give_rows_are_made_of_their_arguments() {
    check(
        "select id, value, j.key from o, json_each(o.amount) j where j.type = 'x'",
        "id: =o.id; value: ~o.amount; key: ~o.amount | o.amount",
    );
    check("select value from generate_series(1, 3)", "value:");
}

#[test]
fn names_in_any_script_and_row_numbers() {
    check(
        "select \"a.b\", [ä\"], `名前` as \"😀\", rowid from main.\"Odd \"\"name\"\".x\"",
        "a.b: =odd.a.b; ä\": =odd.ä\"; 😀: =odd.名前; rowid: =odd.rowid",
    );
    check("select count(_rowid_) n from o", "n: ~o.rowid");
}

#[test]
fn aliases_count_behind_tables_and_outside_of_outputs() {
    check("select amount as x from o where x > 1", "x: =o.amount | o.amount");
    check("select amount as day from o where day > 1", "day: =o.amount | o.day");
    check("select amount as day from o order by day", "day: =o.amount | o.amount");
}

#[test]
fn what_is_not_known_is_said() {
    check("select a, u.b from unknown u", "a: =unknown.a; b: =unknown.b");
    assert_eq!(read("select * from unknown"), Err(Unknown::Star("unknown".into())));
    assert_eq!(read("select nope from o"), Err(Unknown::Column("nope".into())));
    assert_eq!(read("select from where"), Err(Unknown::Unreadable));
    assert_eq!(read("select 1; select 2"), Err(Unknown::NoQuery));
    assert_eq!(read("delete from o"), Err(Unknown::NoQuery));
}

#[test]
fn operators_of_the_engine_are_read() {
    check(
        "select id is customer as a, id is not day as b, id isnull as c, id notnull as d from o",
        "a: ~o.id ~o.customer; b: ~o.id ~o.day; c: ~o.id; d: ~o.id",
    );
    check(
        "select amount -> '$.a' as a, amount ->> 'b' as b, id not glob day as g, id << 2 as s from o",
        "a: ~o.amount; b: ~o.amount; g: ~o.id ~o.day; s: ~o.id",
    );
    check(
        "select id from o where day is null and amount is not null",
        "id: =o.id | o.amount o.day",
    );
}

#[test]
fn depth_does_not_end_the_process() {
    let chain = vec!["id"; 20_000].join(" || ");
    check(&format!("select {chain} as x from o"), "x: ~o.id");
    let nested = format!("select {}id{} as x from o", "(".repeat(150), ")".repeat(150));
    check(&nested, "x: =o.id");
    let deep = format!("select {}id{} as x from o", "(".repeat(50_000), ")".repeat(50_000));
    assert_eq!(read(&deep), Err(Unknown::Unreadable));
    let arms = vec!["select id from o"; 3_000].join(" union all ");
    check(&arms, "id: =o.id");
    let mut chained = "with a0 as (select id from o)".to_owned();
    for at in 1..200 {
        chained += &format!(", a{at} as (select x.id from a{} x join a{} y)", at - 1, at - 1);
    }
    check(&format!("{chained} select id from a199"), "id: =o.id");
}

#[test]
fn wide_tables_and_long_queries_are_read() {
    let columns: Vec<String> = (0..500).map(|at| format!("c{at}")).collect();
    let mut catalog = Catalog::default();
    catalog.add_name(None, "wide", "wide", &columns);
    let mut sql = "with q0 as (select * from wide)".to_owned();
    for at in 1..40 {
        let before = at - 1;
        sql += &format!(",\nq{at} as (\n  select x.*,\n");
        let made = (0..50)
            .map(|column| format!("    coalesce(x.c{column}, y.c{column}) as m{at}_{column}"));
        sql += &made.collect::<Vec<_>>().join(",\n");
        sql += &format!("\n  from q{before} x left join wide y on x.c1 = y.c2\n)");
    }
    sql += &format!("\nselect *, {} as hash from q39", columns.join(" || "));
    assert!(sql.lines().count() > 2_000);
    let lineage = of_sql(&sql, &catalog, SqliteAdapter::in_memory().syntax()).unwrap();
    assert_eq!(lineage.columns.len(), 500 + 39 * 50 + 1);
    assert_eq!(lineage.columns.last().unwrap().inputs.len(), 500);
    assert_eq!(lineage.filters.len(), 2);
}
