//! What the ledger knows agrees with the data, and what was collected is not lost without a word.

use super::rows;
use crate::scratch::Scratch;

const PROJECT: &str = "//- seeds/s.csv
id
1
2
//- models/a.sql
{{ config(materialized='incremental', unique_key='id') }}
select id from {{ ref('s') }}
//- models/b.sql
select nope from {{ ref('a') }}
//- models/c.sql
select * from {{ ref('b') }}
//- models/s.yml
models:
  - name: a
    columns: [{name: id, data_tests: [unique]}]
";

#[test]
fn every_node_of_a_run_has_its_entry() {
    let scratch = Scratch::new(PROJECT);
    scratch.forge(&["build"]).expect(1, &[]);
    let nodes = "select unique_id, materialized, status, rows_in, rows_out from _forge_node_runs order by unique_id";
    assert_eq!(
        rows(&scratch, nodes),
        [
            "model.shop.a|incremental|success|2|2",
            "model.shop.b|view|error|~|~",
            "model.shop.c|view|skipped|~|~",
            "seed.shop.s|seed|success|2|2",
            "test.shop.unique_a_id.1fe6b19c17|~|pass|~|~",
        ]
        .map(|row| row.replace("1fe6b19c17", &test_hash(&scratch)))
    );
    let runs = "select number, command, status, nodes, ended_at from _forge_runs";
    assert_eq!(rows(&scratch, runs), ["1|build|error|5|2026-03-01T12:00:00Z"]);
    // With a clock that stands still every run has the same id, and still its own entries.
    scratch.forge(&["build"]).expect(1, &[]);
    assert_eq!(
        rows(&scratch, "select count(*), count(distinct run_id) from _forge_node_runs"),
        ["10|2"]
    );
}

fn test_hash(scratch: &Scratch) -> String {
    let id = rows(scratch, "select unique_id from _forge_node_runs where unique_id like 'test.%'");
    id[0].rsplit('.').next().unwrap().to_owned()
}

#[test]
fn a_lost_table_is_not_begun_anew_without_a_word() {
    let scratch = Scratch::new(PROJECT);
    scratch.forge(&["run", "-s", "a"]).expect(1, &["no table or view `s`"]);
    scratch.forge(&["build", "-s", "+a"]).expect(0, &[]);
    let drop = || scratch.db().execute_batch("drop table a").unwrap();
    drop();
    scratch.forge(&["run", "-s", "a"]).expect(1, &["error[E0804] lost-history", "--allow-rebuild"]);
    scratch.forge(&["run", "-s", "a", "--allow-rebuild"]).expect(0, &[]);
    drop();
    scratch.forge(&["run", "-s", "a", "--full-refresh"]).expect(0, &[]);
    // Another place is another relation.
    scratch.write(
        "dbt_project.yml",
        "name: shop\nversion: '1.0'\nmodels: {shop: {a: {+alias: a2}}}\n",
    );
    scratch.forge(&["run", "-s", "a"]).expect(0, &[]);
}

#[test]
fn a_node_that_takes_too_long_is_stopped_and_undone() {
    let scratch = Scratch::new(
        "//- models/slow.sql\n{{ config(materialized='table', timeout='0.2s') }}\nselect 1 as m\n",
    );
    scratch.forge(&["run"]).expect(0, &[]);
    let endless =
        "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) as m from n";
    scratch.write(
        "models/slow.sql",
        &format!("{{{{ config(materialized='table', timeout='0.2s') }}}}\n{endless}\n"),
    );
    scratch
        .forge(&["run"])
        .expect(1, &["error[E0805] timeout: model `slow` took longer than its `timeout` of 0.2 s"]);
    assert_eq!(rows(&scratch, "select m from slow"), ["1"]);
    scratch.write("models/slow.sql", "{{ config(timeout='soon') }}\nselect 1 as m\n");
    scratch.forge(&["run"]).expect(2, &["`timeout` of model `slow` must be seconds"]);
}

#[test]
fn the_second_run_is_told_who_holds_the_database() {
    let scratch = Scratch::new(PROJECT);
    scratch.forge(&["seed"]).expect(0, &[]);
    let held = std::fs::File::create(scratch.path("shop.db-lock")).unwrap();
    std::io::Write::write_all(&mut &held, b"`forge run`, process 7, since noon\n").unwrap();
    held.lock().unwrap();
    scratch.forge(&["run", "-s", "a", "--lock-timeout", "0"]).expect(
        2,
        &["error[E0803] another-run: another run holds the database: `forge run`, process 7, since noon"],
    );
    // What changes no relation need not wait.
    scratch.forge(&["test", "-s", "a", "--lock-timeout", "0"]).expect(1, &["no table or view `a`"]);
    drop(held);
    scratch.forge(&["run", "-s", "a", "--lock-timeout", "0"]).expect(0, &[]);
    assert!(!scratch.path("shop.db-lock").exists(), "the file goes with the run");
}

#[test]
fn a_retry_runs_what_was_left_with_the_flags_of_the_run() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect {{ var('n') }} as n\n//- models/b.sql\nselect nope from {{ ref('a') }}\n\
         //- models/c.sql\nselect {{ var('n') }} as n from {{ ref('b') }}\n",
    );
    scratch.forge(&["retry"]).expect(2, &["error[E0807] nothing-to-retry"]);
    scratch.forge(&["build", "--vars", "n: 7", "-s", "+c"]).expect(1, &["ERROR=1 SKIP=1"]);
    // The ledger is enough.
    std::fs::remove_dir_all(scratch.path("target")).unwrap();
    scratch
        .forge(&["retry"])
        .expect(1, &["retrying 2 nodes of run 1", "ERROR=1 SKIP=1", "TOTAL=2"]);
    scratch.write("models/b.sql", "select n from {{ ref('a') }}\n");
    scratch.forge(&["retry"]).expect(0, &["TOTAL=2"]).without(&["view main.a"]);
    assert_eq!(rows(&scratch, "select n from c"), ["7"]);
    scratch.forge(&["retry"]).expect(0, &["nothing to retry: run 3"]);
    // Without a ledger, the results of the last run are read.
    scratch.write("models/b.sql", "select nope from {{ ref('a') }}\n");
    scratch.forge(&["run", "--vars", "n: 8"]).expect(1, &[]);
    scratch.db().execute_batch("drop table _forge_ledger").unwrap();
    scratch.write("models/b.sql", "select n from {{ ref('a') }}\n");
    scratch.forge(&["retry"]).expect(0, &["TOTAL=2"]);
    assert_eq!(rows(&scratch, "select n from c"), ["8"]);
    scratch.forge(&["retry", "--state", "nowhere"]).expect(2, &["there is no run to retry"]);
}

#[test]
fn a_killed_run_is_retried_from_the_ledger_and_secrets_are_not_in_it() {
    let scratch = Scratch::new(PROJECT);
    scratch.write("models/b.sql", "select id from {{ ref('a') }}\n");
    let secret = [("DBT_ENV_SECRET_X", "hunter22")];
    scratch.forge_with(&["build", "--vars", "x: hunter22"], &secret).expect(0, &[]);
    assert_eq!(
        rows(&scratch, "select command_line, flags from _forge_runs"),
        ["forge build --vars 'x: *****'|null"]
    );
    let as_if_killed = "delete from _forge_node_runs where unique_id not like 'seed.%'; \
                        update _forge_runs set status = 'running', ended_at = null";
    scratch.db().execute_batch(as_if_killed).unwrap();
    scratch.forge(&["history"]).expect(0, &["build killed"]);
    scratch.forge(&["retry"]).expect(2, &["its flags hold a secret"]);
    scratch.db().execute_batch("update _forge_runs set flags = '{}'").unwrap();
    scratch.forge(&["retry"]).expect(0, &["retrying 4 nodes of run 1", "TOTAL=4"]);
    scratch
        .forge(&["history"])
        .expect(0, &["2 2026-03-01 12:00:00 0.00 build success 4", "build killed 5"]);
}

#[test]
fn a_retry_says_what_the_project_no_longer_has() {
    let scratch = Scratch::new(PROJECT);
    scratch.forge(&["build"]).expect(1, &["skip view main.c"]);
    std::fs::remove_file(scratch.path("models/b.sql")).unwrap();
    scratch.write("models/c.sql", "select * from {{ ref('a') }}");
    scratch.forge(&["retry"]).expect(0, &["no longer has them", "`model.shop.b`", "view main.c"]);
}

#[test]
fn the_history_is_told_for_people_and_for_programs() {
    let scratch = Scratch::new(PROJECT);
    scratch.forge(&["history"]).expect(0, &["no runs yet"]);
    scratch.forge(&["build"]).expect(1, &[]);
    scratch
        .forge(&["history", "a"])
        .expect(0, &["run ended command status seconds rows in rows out message", "success"]);
    scratch
        .forge(&["history", "--run", "1"])
        .expect(0, &["run 1: forge build", "model a success", "seed s success"]);
    let told = scratch.forge(&["history", "a", "--output", "json"]).expect(0, &[]).stdout;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["unique_id"], "model.shop.a");
    assert_eq!((&told["runs"][0]["rows_in"], &told["runs"][0]["rows_out"]), (&2.into(), &2.into()));
    scratch
        .forge(&["history", "aa"])
        .expect(2, &["the ledger has no node `aa`", "did you mean `a`?"]);
    scratch.forge(&["history", "--run", "9"]).expect(2, &["the ledger has no run 9"]);
}
