//! Expectations: where rows go, what stays true about their number, what is refused, and `forge requeue`.

use super::{model, rows};
use crate::scratch::Scratch;

/// Seed `raw` and the model `orders` over it.
fn project(config: &str, expectations: &str) -> Scratch {
    let scratch = Scratch::new(
        "//- seeds/raw.csv\nid,customer,amount\n1,a,10\n2,b,-5\n3,c,\n4,,7\n4,,7\n5,,-1\n",
    );
    scratch.write("models/orders.sql", &model(config, "select * from {{ ref('raw') }}"));
    describe(&scratch, expectations);
    scratch
}

fn describe(scratch: &Scratch, expectations: &str) {
    let text = format!("models:\n  - name: orders\n    expectations:\n{expectations}");
    scratch.write("models/orders.yml", &text);
}

fn feed(scratch: &Scratch, csv: &str) {
    scratch.write("seeds/raw.csv", &format!("id,customer,amount\n{csv}"));
    scratch.forge(&["seed", "--full-refresh"]).expect(0, &[]);
}

const TABLE: &str = "materialized='table'";
const POSITIVE: &str =
    "      - {name: positive, expression: amount > 0, on_violation: quarantine}\n";
const NAMED: &str = "      - {not_null: customer, on_violation: drop}\n";

fn table(scratch: &Scratch) -> Vec<String> {
    rows(scratch, "select * from orders order by 1, 2, 3")
}

fn held(scratch: &Scratch) -> Vec<String> {
    rows(
        scratch,
        "select id, customer, amount, _forge_reason from orders__quarantine order by 1, 2, 3",
    )
}

#[test]
fn each_row_goes_where_its_strongest_violation_sends_it() {
    let scratch = project(TABLE, &format!("{POSITIVE}{NAMED}"));
    scratch.forge(&["build"]).expect(0, &["1 row, 3 quarantined, 2 dropped"]);
    assert_eq!(table(&scratch), ["1|a|10"]);
    // A null is not greater than 0, and drop is weaker than quarantine.
    assert_eq!(
        held(&scratch),
        ["2|b|-5|positive", "3|c|~|positive", "5|~|-1|positive, not_null_customer"]
    );
    let ledger = "select rows_in, rows_out, quarantined, dropped from _forge_node_runs \
                  where unique_id = 'model.shop.orders'";
    assert_eq!(rows(&scratch, ledger), ["6|1|3|2"]);
    let results = scratch.read("target/run_results.json");
    assert!(
        results.contains("\"rows_quarantined\":3") || results.contains("\"rows_quarantined\": 3")
    );
    assert!(rows(&scratch, "select name from sqlite_temp_master").is_empty());
}

#[test]
fn a_second_run_changes_nothing_and_a_repaired_row_leaves() {
    let scratch = project(TABLE, POSITIVE);
    scratch.forge(&["build"]).expect(0, &[]);
    let all = "select * from orders__quarantine order by 1, 2, 3";
    let first = rows(&scratch, all);
    scratch.forge(&["build"]).expect(0, &["3 quarantined"]);
    assert_eq!(rows(&scratch, all), first);
    feed(&scratch, "2,b,5\n3,c,\n6,d,-1\n6,d,-1\n");
    scratch.forge(&["run"]).expect(0, &["1 row, 3 quarantined"]);
    assert_eq!(held(&scratch), ["3|c|~|positive", "6|d|-1|positive", "6|d|-1|positive"]);
    assert!(rows(&scratch, all).contains(&first[1]), "the row that stayed is as it was");
}

#[test]
fn fail_writes_nothing_and_shows_the_rows() {
    let fail = POSITIVE.replace("quarantine", "fail");
    let scratch = project(TABLE, &format!("{fail}{NAMED}"));
    scratch.forge(&["seed"]).expect(0, &[]);
    scratch.forge(&["run"]).expect(
        1,
        &[
            "E0820",
            "3 rows violate `positive`, nothing was written",
            "id = 2, customer = 'b', amount = -5",
        ],
    );
    assert!(rows(&scratch, "select name from sqlite_master where name glob 'orders*'").is_empty());
}

#[test]
fn warn_keeps_the_rows_and_counts_them() {
    let warn = POSITIVE.replace("quarantine", "warn");
    let scratch = project(TABLE, &warn);
    scratch
        .forge(&["build"])
        .expect(0, &["warning[E0820]", "model `orders`: 3 rows violate `positive`", "6 rows"]);
    assert_eq!(table(&scratch).len(), 6);
    assert!(
        rows(&scratch, "select 1 from sqlite_master where name = 'orders__quarantine'").is_empty()
    );
}

#[test]
fn mistakes_are_shown_at_their_line_before_anything_runs() {
    let cases = [
        (
            "{name: p, expression: amount > 0, on_violation: quarantin}",
            "did you mean `quarantine`?",
            2,
        ),
        ("{name: p, expresion: amount > 0, on_violation: drop}", "did you mean `expression`?", 2),
        ("{name: p, expression: 'amount > 0; select 1', on_violation: drop}", "has a semicolon", 2),
        (
            "{name: p, expression: 'amount > 0) or (1 = 1', on_violation: drop}",
            "closes a parenthesis",
            2,
        ),
        ("{name: p, expression: amuont > 0, on_violation: drop}", "did you mean `amount`?", 1),
        ("{name: p, expression: max(amount) > 0, on_violation: drop}", "is an aggregate", 1),
        ("{name: p, expression: amount > > 0, on_violation: drop}", "one SQL condition", 1),
        ("{not_null: [costumer], on_violation: drop}", "did you mean `customer`?", 1),
    ];
    let scratch = project(TABLE, POSITIVE);
    scratch.forge(&["build"]).expect(0, &[]);
    let before = table(&scratch);
    for (entry, wanted, code) in cases {
        describe(&scratch, &format!("{POSITIVE}      - {entry}\n"));
        scratch.forge(&["run"]).expect(code, &["E0520", "models/orders.yml:5:", wanted]);
        assert_eq!(table(&scratch), before);
    }
}

#[test]
fn views_seeds_and_foreign_tables_are_refused() {
    let scratch = project("materialized='view'", POSITIVE);
    scratch.forge(&["parse"]).expect(2, &["E0520", "is a view", "materialize it as `table`"]);
    let scratch = project("materialized='ephemeral'", POSITIVE);
    scratch.forge(&["parse"]).expect(2, &["E0520", "`ephemeral` cannot hold"]);
    let scratch = project(TABLE, POSITIVE);
    scratch.write("models/orders__quarantine.sql", "select 1 as id");
    scratch.forge(&["parse"]).expect(2, &["E0304", "keeps its quarantined rows"]);
    let scratch = project(TABLE, POSITIVE);
    scratch.forge(&["seed"]).expect(0, &[]);
    scratch.db().execute_batch("create table orders__quarantine (id)").unwrap();
    scratch.forge(&["run"]).expect(1, &["E0304", "another relation has that name"]);
    let scratch = project(TABLE, POSITIVE);
    scratch.write("models/orders.sql", &model(TABLE, "select 1 as amount, 2 as _forge_x"));
    scratch.forge(&["build"]).expect(1, &["E0520", "are forge's own"]);
}

#[test]
fn expressions_are_templates_that_can_read_other_models() {
    let known = "      - name: known\n        on_violation: quarantine\n        expression: >\n          \
                 {{ 'customer' }} in (select customer from {{ ref('customers') }})\n";
    let scratch = project(TABLE, known);
    scratch.write("models/customers.sql", &model(TABLE, "select 'a' as customer union select 'b'"));
    let reads = "select count(*) as lines from {{ quarantine_of('orders') }}";
    scratch.write("models/lines.sql", &model(TABLE, reads));
    scratch.forge(&["build"]).expect(0, &["2 rows, 4 quarantined"]);
    assert_eq!(rows(&scratch, "select * from lines"), ["4"]);
    scratch
        .forge(&["ls", "-s", "+lines", "--resource-type", "model"])
        .expect(0, &["customers", "orders"]);
    scratch.write(
        "models/customers.sql",
        &model("materialized='ephemeral'", "select 'a' as customer"),
    );
    scratch.forge(&["run"]).expect(1, &["E0520", "reads an ephemeral model"]);
}

#[test]
fn folders_add_up_with_the_model() {
    let scratch = project(TABLE, POSITIVE);
    scratch.write(
        "dbt_project.yml",
        "name: shop\nversion: '1.0'\nmodels:\n  shop:\n    +expectations:\n      - {not_null: [customer], on_violation: drop}\n",
    );
    scratch.forge(&["build"]).expect(0, &["1 row, 3 quarantined, 2 dropped"]);
    scratch.forge(&["parse", "--strict"]).expect(0, &[]).without(&["warning"]);
}

#[test]
fn the_quarantine_gets_new_columns_and_keeps_values_as_they_are() {
    let scratch = project(TABLE, POSITIVE);
    let text = "select id, customer, amount, '007' as code from {{ ref('raw') }}";
    scratch.forge(&["build"]).expect(0, &[]);
    scratch.write("models/orders.sql", &model(TABLE, text));
    scratch.forge(&["run"]).expect(0, &["3 quarantined"]);
    assert_eq!(rows(&scratch, "select distinct code from orders__quarantine"), ["007"]);
    scratch.write("models/orders.sql", &model(TABLE, "select id, amount from {{ ref('raw') }}"));
    scratch.forge(&["run"]).expect(0, &["3 quarantined"]);
    assert_eq!(rows(&scratch, "select count(*) from orders__quarantine"), ["3"]);
}

const KEYED: &str = "materialized='incremental', unique_key='id'";

#[test]
fn incremental_models_keep_what_no_newer_row_replaced() {
    for strategy in ["delete+insert", "merge"] {
        let config = format!("{KEYED}, incremental_strategy='{strategy}'");
        let scratch = project(&config, POSITIVE);
        feed(&scratch, "1,a,10\n2,b,-5\n3,c,-6\n");
        scratch.forge(&["run"]).expect(0, &["1 row, 2 quarantined"]);
        // 2 comes again and is good, 1 is bad now: the table keeps the good version of it.
        feed(&scratch, "1,a,-1\n2,b,5\n");
        scratch.forge(&["run"]).expect(0, &["1 row, 1 quarantined"]);
        assert_eq!(table(&scratch), ["1|a|10", "2|b|5"], "{strategy}");
        assert_eq!(held(&scratch), ["1|a|-1|positive", "3|c|-6|positive"], "{strategy}");
        scratch.forge(&["run"]).expect(0, &[]);
        assert_eq!(held(&scratch).len(), 2, "{strategy}");
    }
}

#[test]
fn append_puts_equal_rows_into_quarantine_once() {
    let scratch = project("materialized='incremental', incremental_strategy='append'", POSITIVE);
    feed(&scratch, "1,a,10\n2,b,-5\n2,b,-5\n");
    scratch.forge(&["run"]).expect(0, &["1 row, 2 quarantined"]);
    scratch.forge(&["run"]).expect(0, &["1 row, 2 quarantined"]);
    feed(&scratch, "3,,-1\n");
    scratch.forge(&["run"]).expect(0, &["0 rows, 1 quarantined"]);
    assert_eq!(held(&scratch), ["2|b|-5|positive", "2|b|-5|positive", "3|~|-1|positive"]);
}

#[test]
fn a_batch_answers_for_the_rows_of_its_window() {
    let config = "materialized='incremental', incremental_strategy='microbatch', event_time='at', \
                  batch_size='day', begin='2026-02-26', lookback=1";
    let scratch = project(config, POSITIVE);
    let feed = |lines: &str| {
        scratch.write("seeds/raw.csv", &format!("id,at,amount\n{lines}"));
        scratch.forge(&["seed", "--full-refresh"]).expect(0, &[]);
    };
    scratch.write("seeds/raw.yml", "seeds:\n  - name: raw\n    config: {event_time: at}\n");
    feed("1,2026-02-26,-1\n2,2026-02-27,5\n3,2026-02-28,-3\n4,2026-03-01,-4\n4,2026-03-01,-4\n");
    scratch.forge(&["run"]).expect(0, &["1 row, 4 quarantined"]);
    let held = || rows(&scratch, "select id, amount from orders__quarantine order by 1");
    assert_eq!(held(), ["1|-1", "3|-3", "4|-4", "4|-4"]);
    // The last two days run again: 3 is repaired, one of 4 is gone; 1 is older and stays.
    feed("1,2026-02-26,1\n2,2026-02-27,5\n3,2026-02-28,3\n4,2026-03-01,-4\n");
    scratch.forge(&["run"]).expect(0, &["1 row, 1 quarantined"]);
    assert_eq!(held(), ["1|-1", "4|-4"]);
    assert_eq!(rows(&scratch, "select id from orders order by 1"), ["2", "3"]);
}

#[test]
fn requeue_moves_what_passes_today() {
    let scratch = project(TABLE, POSITIVE);
    scratch.forge(&["build"]).expect(0, &[]);
    describe(
        &scratch,
        &POSITIVE
            .replace("amount > 0", "amount > -3 or amount is null")
            .replace("positive", "fair"),
    );
    scratch
        .forge(&["requeue", "orders", "--dry-run"])
        .expect(0, &["2 requeued, 1 still in quarantine", "dry run"]);
    assert_eq!(held(&scratch).len(), 3);
    scratch.forge(&["requeue", "orders"]).expect(0, &["2 requeued, 1 still in quarantine"]);
    assert_eq!(held(&scratch), ["2|b|-5|fair"]);
    assert_eq!(table(&scratch).len(), 5);
    scratch.forge(&["requeue", "-s", "orders"]).expect(0, &["0 requeued, 1 still in quarantine"]);
    let before = table(&scratch);
    scratch.forge(&["run"]).expect(0, &["5 rows, 1 quarantined"]);
    assert_eq!(table(&scratch), before);
}

#[test]
fn requeue_replaces_by_key_and_never_rebuilds() {
    for strategy in ["delete+insert", "merge"] {
        let config = format!("{KEYED}, incremental_strategy='{strategy}', full_refresh=true");
        let scratch = project(&config, POSITIVE);
        feed(&scratch, "1,a,10\n2,b,20\n3,c,-6\n4,d,-9\n");
        scratch.forge(&["run"]).expect(0, &["2 rows, 2 quarantined"]);
        scratch
            .db()
            .execute_batch("update orders__quarantine set id = 2, amount = 30 where id = 3")
            .unwrap();
        scratch
            .forge_with(&["requeue", "orders"], &[("DBT_FULL_REFRESH", "1")])
            .expect(0, &["1 requeued"]);
        assert_eq!(table(&scratch), ["1|a|10", "2|c|30"], "{strategy}");
        assert_eq!(held(&scratch), ["4|d|-9|positive"], "{strategy}");
        scratch
            .db()
            .execute_batch("insert into orders__quarantine select 2, 'x', 5, 'r', 'r', 'r' union all select 2, 'y', 6, 'r', 'r', 'r'")
            .unwrap();
        scratch
            .forge(&["requeue", "orders"])
            .expect(1, &["several quarantined rows have the key id = 2"]);
        assert_eq!(table(&scratch), ["1|a|10", "2|c|30"], "{strategy}");
    }
}

#[test]
fn requeue_says_what_it_needs() {
    let scratch = project(TABLE, POSITIVE);
    scratch.forge(&["seed"]).expect(0, &[]);
    scratch.forge(&["requeue", "orders"]).expect(1, &["has no table", "forge run --select orders"]);
    scratch.write("models/other.sql", "select 1 as id");
    scratch
        .forge(&["requeue", "other"])
        .expect(2, &["has no expectations", "models with expectations: orders"]);
    scratch.forge(&["requeue"]).expect(2, &["MODEL"]);
}

#[test]
fn requeue_is_in_the_ledger_and_hides_nothing_from_retry() {
    let scratch = project(TABLE, POSITIVE);
    scratch.write("models/broken.sql", &model(TABLE, "select nope from {{ ref('raw') }}"));
    scratch.forge(&["build"]).expect(1, &["3 rows, 3 quarantined"]);
    describe(&scratch, &POSITIVE.replace("> 0", "> -10"));
    scratch.forge(&["requeue", "orders"]).expect(0, &["2 requeued", "1 still in quarantine"]);
    let last = "select command, rows_in, rows_out, quarantined from _forge_node_runs \
                join _forge_runs using (run_id) order by number desc limit 1";
    assert_eq!(rows(&scratch, last), ["requeue|3|2|1"]);
    scratch.write("models/broken.sql", &model(TABLE, "select id from {{ ref('raw') }}"));
    scratch.forge(&["retry"]).expect(0, &["main.broken"]).without(&["main.orders"]);
}

#[test]
fn requeue_publishes_only_what_passes_the_tests() {
    let scratch = project(&format!("{TABLE}, publish='after_tests'"), POSITIVE);
    scratch.write("tests/small.sql", "select * from {{ ref('orders') }} where amount < -4");
    scratch.forge(&["build"]).expect(0, &["3 rows, 3 quarantined", "pass test small"]);
    let before = (table(&scratch), held(&scratch));
    describe(&scratch, &POSITIVE.replace("> 0", "> -10"));
    let refused = ["was not published: test `small` failed", "fail test small"];
    scratch.forge(&["requeue", "orders", "--dry-run"]).expect(1, &refused);
    scratch.forge(&["requeue", "orders"]).expect(1, &refused);
    assert_eq!((table(&scratch), held(&scratch)), before);
    scratch.write("tests/small.sql", "select * from {{ ref('orders') }} where amount < -40");
    let passed = ["2 requeued, 1 still in quarantine", "pass test small"];
    scratch.forge(&["requeue", "orders"]).expect(0, &passed);
    assert_eq!(table(&scratch).len(), before.0.len() + 2);
}

#[test]
fn contracts_hold_the_rows_that_are_kept() {
    let scratch = project(TABLE, "      - {not_null: [customer], on_violation: quarantine}\n");
    let columns = "    config: {contract: {enforced: true}}\n    columns:\n\
                   \x20     - {name: id, data_type: integer}\n\
                   \x20     - {name: customer, data_type: varchar(9), constraints: [{type: not_null}]}\n\
                   \x20     - {name: amount, data_type: integer}\n";
    let text = scratch.read("models/orders.yml") + columns;
    scratch.write("models/orders.yml", &text);
    scratch.write(
        "seeds/raw.yml",
        "seeds:\n  - name: raw\n    config: {column_types: {customer: varchar(9)}}\n",
    );
    scratch.forge(&["build"]).expect(0, &["3 rows, 3 quarantined"]);
    scratch.write("models/orders.yml", &text.replace("varchar(9)", "integer"));
    scratch.forge(&["run"]).expect(1, &["E0730", "customer", "varchar"]);
    assert_eq!(table(&scratch), ["1|a|10", "2|b|-5", "3|c|~"]);
}

#[test]
fn hooks_self_references_and_hostile_names_work() {
    let config = "materialized='table', alias='or\"ders', pre_hook='create table if not exists log as select 1 as n', \
                  sql_header='create temporary table heads as select 1 as h;'";
    let scratch = project(config, "");
    let sql = "select id as \"row id\", amount as \"rowid\", n, h from {{ ref('raw') }}, log, heads\n-- end";
    scratch.write("models/orders.sql", &model(config, sql));
    describe(
        &scratch,
        "      - {name: it's, expression: '\"rowid\" > 0 -- why', on_violation: quarantine}\n",
    );
    scratch.forge(&["build"]).expect(0, &["3 rows, 3 quarantined"]);
    scratch.forge(&["build"]).expect(0, &["3 rows, 3 quarantined"]);
    assert_eq!(
        rows(&scratch, "select distinct _forge_reason from \"or\"\"ders__quarantine\""),
        ["it's"]
    );
}

#[test]
fn chance_in_a_query_puts_no_row_into_two_places() {
    let scratch = project(TABLE, "");
    let sql = "with recursive n as (select 1 as i union all select i + 1 from n where i < 2000)\n\
               select i as id, random() % 10 as amount from n";
    scratch.write("models/orders.sql", &model(TABLE, sql));
    describe(
        &scratch,
        "      - {name: high, expression: amount + random() % 3 > 0, on_violation: quarantine}\n      \
         - {name: odd, expression: 'amount % 2 <> 0', on_violation: drop}\n",
    );
    scratch.forge(&["build"]).expect(0, &[]);
    let kept = rows(&scratch, "select count(*), min(amount % 2 <> 0) from orders");
    assert!(kept[0].ends_with("|1"), "a row that was judged differently is in the table: {kept:?}");
    let sum = "select (select count(*) from orders) + (select count(*) from orders__quarantine) + dropped \
               from _forge_node_runs where unique_id = 'model.shop.orders'";
    assert_eq!(rows(&scratch, sum), ["2000"]);
}
