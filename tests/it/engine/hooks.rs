//! Hooks of nodes and of runs: in and outside of the transaction, their order, their failures.

use super::rows;
use crate::scratch::Scratch;

/// Hooks that write their name to the table `log`, in the order of the file.
const LOGGED: &str = "//- models/a.sql\n\
    {{ config(materialized='table',\n\
       pre_hook=[{'sql': \"insert into log select 'pre in', count(*) from sqlite_master where name = 'a'\", 'transaction': true},\n\
                 {'sql': \"insert into log select 'pre out', count(*) from sqlite_master where name = 'a'\", 'transaction': false}],\n\
       post_hook=[after_commit(\"insert into log select 'post out', count(*) from {{ this }}\"),\n\
                  \"insert into log select 'post in', count(*) from {{ this }}\"]) }}\n\
    select 1 as id\n\
    //- dbt_project.yml\nname: shop\nversion: '1.0'\non-run-start: create table if not exists log (what, n)\n";

#[test]
fn hooks_run_in_dbts_order() {
    let scratch = Scratch::new(LOGGED);
    scratch.forge(&["run"]).expect(0, &[]);
    assert_eq!(
        rows(&scratch, "select * from log"),
        ["pre out|0", "pre in|0", "post in|1", "post out|1"]
    );
}

#[test]
fn what_runs_outside_of_the_transaction_stays_when_the_node_fails() {
    let scratch = Scratch::new(LOGGED);
    scratch.forge(&["run"]).expect(0, &[]);
    scratch.db().execute_batch("delete from log").unwrap();
    let text = scratch.read("models/a.sql");
    scratch.write("models/a.sql", &text.replace("select 1 as id", "select nope"));
    scratch.forge(&["run"]).expect(1, &["nope", "models/a.sql:6"]);
    assert_eq!(rows(&scratch, "select * from log"), ["pre out|1"]);
    assert_eq!(rows(&scratch, "select * from a"), ["1"]);
}

#[test]
fn a_failing_hook_outside_of_the_transaction_fails_the_node() {
    let config = |key: &str| {
        format!(
            "//- models/a.sql\n{{{{ config(materialized='table', {key}={{'sql': 'insert into nope values (1)', 'transaction': false}}) }}}}\nselect 2 as id\n\
             //- models/b.sql\nselect * from {{{{ ref('a') }}}}\n"
        )
    };
    let scratch = Scratch::new(&config("pre_hook"));
    scratch.forge(&["run"]).expect(1, &["nope", "models/a.sql", "skip"]);
    assert!(scratch.rows("shop.db").is_empty());
    // The table is committed before such a hook runs: the node fails, its table is the new one.
    let scratch = Scratch::new(&config("post_hook"));
    scratch.forge(&["run"]).expect(1, &["nope", "models/a.sql", "skip"]);
    assert_eq!(rows(&scratch, "select id from a"), ["2"]);
    assert!(!scratch.rows("shop.db").contains_key("b"));
}

#[test]
fn vacuum_works_where_it_must_be_outside_of_the_transaction() {
    let scratch = Scratch::new(
        "//- models/a.sql\n{{ config(materialized='table', post_hook=after_commit('vacuum')) }}\nselect 1 as id\n\
         //- models/b.sql\n{{ config(materialized='table', pre_hook=before_begin('analyze'), post_hook=['', '  {# nothing #} ']) }}\nselect 1 as id\n",
    );
    scratch.forge(&["run"]).expect(0, &[]);
}

#[test]
fn a_hook_that_leaves_its_own_transaction_open_does_not_spoil_the_run() {
    let scratch = Scratch::new(
        "//- models/a.sql\n{{ config(materialized='table', pre_hook=before_begin('begin')) }}\nselect 1 as id\n\
         //- models/b.sql\n{{ config(materialized='table', pre_hook='commit') }}\nselect 1 as id\n\
         //- models/c.sql\n{{ config(materialized='table', post_hook='rollback') }}\nselect 1 as id\n\
         //- models/d.sql\n{{ config(materialized='table') }}\nselect 1 as id\n",
    );
    scratch
        .forge(&["run"])
        .expect(1, &["models/a.sql", "models/b.sql", "models/c.sql", "must not `begin`"]);
    assert_eq!(rows(&scratch, "select id from d"), ["1"]);
    assert!(
        !scratch.rows("shop.db").contains_key("c"),
        "a node that rolled itself back must not count as built"
    );
}

#[test]
fn hooks_of_a_run_see_its_results_and_stay() {
    let scratch = Scratch::new(
        "//- dbt_project.yml\nname: shop\nversion: '1.0'\n\
         on-run-start:\n  - create table if not exists audit (what, how)\n  - insert into audit values ('start', '{{ target.schema }}')\n\
         on-run-end:\n  - \"{% for r in results %}insert into audit values ('{{ r.node.name }}', '{{ r.status }}');{% endfor %}\"\n  - insert into audit values ('end', '{{ schemas | join }}')\n\
         //- models/a.sql\nselect 1 as id\n//- models/b.sql\n{{ config(materialized='table') }}select nope\n//- models/c.sql\nselect * from {{ ref('b') }}\n",
    );
    // With one thread the order is that of the plan.
    scratch.forge(&["run", "--threads", "1"]).expect(1, &[]);
    let found = rows(&scratch, "select * from audit where what not like 'shop-%' order by rowid");
    assert_eq!(found, ["start|main", "a|success", "b|error", "c|skipped", "end|main"]);
}

#[test]
fn a_failing_hook_at_the_start_stops_everything() {
    let scratch = Scratch::new(
        "//- dbt_project.yml\nname: shop\nversion: '1.0'\non-run-start: ['create table one (a)', 'select nope', 'create table two (a)']\n\
         on-run-end: create table ended (a)\n//- models/a.sql\nselect 1 as id\n",
    );
    scratch.forge(&["run"]).expect(1, &["nope", "on-run-start", "skip"]);
    let names: Vec<String> = scratch.rows("shop.db").into_keys().collect();
    assert!(!names.contains(&"a".to_owned()) && !names.contains(&"two".to_owned()), "{names:?}");
}

/// dbt 1.12: the behaviour flag `skip_nodes_if_on_run_start_fails`, set to false.
#[test]
fn nodes_run_after_a_failing_hook_at_the_start_when_the_project_says_so() {
    let scratch = Scratch::new(
        "//- dbt_project.yml\nname: shop\nversion: '1.0'\non-run-start: ['select nope', 'create table two (a)']\n\
         flags: {skip_nodes_if_on_run_start_fails: false}\n//- models/a.sql\nselect 1 as id\n",
    );
    scratch.forge(&["run"]).expect(1, &["nope"]);
    assert_eq!(rows(&scratch, "select id from a"), ["1"]);
    let names: Vec<String> = scratch.rows("shop.db").into_keys().collect();
    assert!(!names.contains(&"two".to_owned()), "{names:?}");
}

#[test]
fn a_failing_hook_at_the_end_fails_the_run_and_keeps_the_tables() {
    let scratch = Scratch::new(
        "//- dbt_project.yml\nname: shop\nversion: '1.0'\non-run-end: select nope\n//- models/a.sql\nselect 1 as id\n",
    );
    scratch.forge(&["run"]).expect(1, &["nope", "dbt_project.yml"]);
    assert_eq!(rows(&scratch, "select id from a"), ["1"]);
}
