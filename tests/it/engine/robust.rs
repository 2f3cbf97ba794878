//! Failures, kills and locks: the old relation or the new one, never none or a part.

use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use super::{model, rows};
use crate::scratch::Scratch;

/// One row, then an integer overflow: SQLite notices only when it gets there.
const FAILS_MIDWAY: &str =
    "select 7 as id union all select abs(-9223372036854775807 - id) from (select 1 as id)";

fn profile(keys: &str) -> String {
    format!("shop:\n  target: dev\n  outputs:\n    dev: {{type: sqlite, schema: main, {keys}}}\n")
}

/// What is in the file, schema and rows, as text.
fn dump(scratch: &Scratch) -> Vec<String> {
    let mut all = rows(scratch, "select type, name, sql from sqlite_master order by 1, 2");
    for (name, content) in scratch.rows("shop.db") {
        all.extend(content.into_iter().map(|row| format!("{name}: {row}")));
    }
    all
}

#[test]
fn whatever_fails_in_a_node_the_old_relation_stays() {
    let good = "materialized='table', indexes=[{'columns': ['id'], 'unique': true}]";
    for (config, sql) in [
        (good.to_owned(), FAILS_MIDWAY.to_owned()),
        (good.to_owned(), "select 1 as id union all select 1".to_owned()),
        (format!("{good}, pre_hook='select nope'"), "select 2 as id".to_owned()),
        (format!("{good}, pre_hook=['delete from a', 'select nope']"), "select 2 as id".to_owned()),
        (
            format!("{good}, post_hook=['delete from {{{{ this }}}}', 'select nope']"),
            "select 2 as id".to_owned(),
        ),
        (format!("{good}, post_hook='{{{{ nope() }}}}'"), "select 2 as id".to_owned()),
        ("materialized='view'".to_owned(), "select nope as id from (select 1 as x)".to_owned()),
        ("materialized='nothing'".to_owned(), "select 2 as id".to_owned()),
        (good.to_owned(), "select 2 as id; drop table a; select".to_owned()),
    ] {
        let scratch = Scratch::new("//- models/above.sql\nselect * from {{ ref('a') }}\n");
        scratch.write("models/a.sql", &model(good, "select 1 as id"));
        scratch.forge(&["run"]).expect(0, &[]);
        let before = dump(&scratch);
        scratch.write("models/a.sql", &model(&config, &sql));
        scratch.forge(&["run"]).expect(1, &[]);
        assert_eq!(dump(&scratch), before, "{config}: {sql}");
        scratch.write("models/a.sql", &model(good, "select 3 as id"));
        scratch.forge(&["run"]).expect(0, &[]);
        assert_eq!(rows(&scratch, "select id from above"), ["3"]);
    }
}

#[test]
fn whatever_fails_in_a_seed_the_old_table_stays() {
    for (csv, config) in [
        ("id,v\n1,a,b\n", ""),
        ("", ""),
        ("id,v\n5,e\n", "post-hook: 'select nope'"),
        ("id,v\n5,e\n", "pre-hook: 'select nope'"),
        ("id,v\n5,e\n", "column_types: {id: 'int)'}"),
    ] {
        let scratch = Scratch::new("//- seeds/s.csv\nid,v\n1,a\n2,b\n");
        scratch.forge(&["seed"]).expect(0, &[]);
        let before = dump(&scratch);
        scratch.write("seeds/s.csv", csv);
        scratch.write("seeds/s.yml", &format!("seeds:\n  - name: s\n    config: {{{config}}}\n"));
        for flags in [&["seed"][..], &["seed", "--full-refresh"]] {
            scratch.forge(flags).expect(1, &[]);
            assert_eq!(dump(&scratch), before, "{csv:?} {config}");
        }
    }
}

#[test]
fn kill_at_any_time_leaves_the_old_table_or_the_new_one() {
    let scratch = Scratch::new(
        "//- models/above.sql\nselect count(*) as n, min(v) as low, max(v) as high from {{ ref('a') }}\n",
    );
    let write = |round: u64| {
        let sql = format!(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000) select i, {round} as v from n"
        );
        let config = if round.is_multiple_of(2) {
            "materialized='table'"
        } else {
            "materialized='incremental', unique_key='i'"
        };
        scratch.write("models/a.sql", &model(config, &sql));
        scratch.write(
            "models/b.sql",
            &model(
                "materialized='table'",
                &format!("select {round} as v, count(*) as n from {{{{ ref('a') }}}}"),
            ),
        );
    };
    write(0);
    scratch.forge(&["build"]).expect(0, &[]);
    for round in 1..=20 {
        write(round);
        let mut command = scratch.command(&["build"]);
        let mut forge = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Not a wait for something: any moment is as good as another, and together they cover the run.
        thread::sleep(Duration::from_millis(round * 9));
        let _ = forge.kill();
        forge.wait().unwrap();
        assert_eq!(rows(&scratch, "pragma integrity_check"), ["ok"]);
        let found = rows(&scratch, "select n, low = high from above");
        assert_eq!(found, ["20000|1"], "round {round}");
        assert_eq!(rows(&scratch, "select n from b"), ["20000"], "round {round}");
    }
    scratch.forge(&["build"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select low, high from above"), ["20|20"]);
}

#[test]
fn the_busy_timeout_of_the_profile_counts() {
    let scratch = Scratch::new(&format!(
        "//- models/a.sql\n{{{{ config(materialized='table') }}}}\nselect 1 as id\n\
         //- dbt_project.yml\nname: shop\nversion: '1.0'\nprofile: shop\n//- profiles.yml\n{}",
        profile("path: shop.db, busy_timeout: 0.2")
    ));
    scratch.forge(&["run"]).expect(0, &[]);
    for lock in ["begin immediate", "begin exclusive"] {
        let other = scratch.db();
        other.execute_batch(lock).unwrap();
        let start = std::time::Instant::now();
        scratch.forge(&["run"]).expect_failure(&["E0702", "shop.db", "locked"]);
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "waited {:?} for {lock}",
            start.elapsed()
        );
    }
    scratch.write("profiles.yml", &profile("path: shop.db, busy_timeout: -1"));
    scratch.forge(&["run"]).expect(2, &["busy_timeout"]);
    scratch.write("profiles.yml", &profile("path: shop.db, busy_timeout: soon"));
    scratch.forge(&["run"]).expect(2, &["busy_timeout"]);
}

#[test]
fn a_lock_that_goes_away_in_time_is_waited_for() {
    let scratch =
        Scratch::new("//- models/a.sql\n{{ config(materialized='table') }}\nselect 1 as id\n");
    scratch.forge(&["run"]).expect(0, &[]);
    let other = scratch.db();
    other.execute_batch("begin exclusive").unwrap();
    thread::scope(|scope| {
        let forge = scope.spawn(|| scratch.forge(&["build"]));
        thread::sleep(Duration::from_millis(700));
        other.execute_batch("rollback").unwrap();
        forge.join().unwrap().expect(0, &[]);
    });
}

#[test]
fn a_node_that_met_a_lock_is_tried_again_as_a_whole() {
    let keys = "path: shop.db, busy_timeout: 0.01, lock_retries: 1000";
    let scratch = Scratch::new(&format!(
        "//- models/a.sql\n{{{{ config(materialized='incremental', pre_hook='insert into log values (1)') }}}}\nselect 1 as id\n\
         //- dbt_project.yml\nname: shop\nversion: '1.0'\nprofile: shop\non-run-start: 'create table if not exists log (id)'\n\
         //- profiles.yml\n{}",
        profile(keys)
    ));
    scratch.forge(&["run"]).expect(0, &[]);
    let other = scratch.db();
    other.execute_batch("begin immediate").unwrap();
    thread::scope(|scope| {
        let forge = scope.spawn(|| scratch.forge(&["build"]));
        thread::sleep(Duration::from_millis(700));
        other.execute_batch("rollback").unwrap();
        let said = ["another program holds the database; trying again in"];
        forge.join().unwrap().expect(0, &said);
    });
    assert_eq!(
        rows(&scratch, "select (select count(*) from a), (select count(*) from log)"),
        ["2|2"]
    );
}

#[test]
fn a_database_in_the_old_journal_mode_that_is_locked_is_reported() {
    let scratch = Scratch::new(&format!(
        "//- models/a.sql\nselect 1 as id\n//- dbt_project.yml\nname: shop\nversion: '1.0'\nprofile: shop\n//- profiles.yml\n{}",
        profile("path: shop.db, busy_timeout: 0.2")
    ));
    let other = rusqlite::Connection::open(scratch.path("shop.db")).unwrap();
    other.execute_batch("create table t (a); begin exclusive; insert into t values (1)").unwrap();
    scratch.forge(&["build"]).expect_failure(&["E0702", "shop.db"]);
    other.execute_batch("commit").unwrap();
    scratch.forge(&["build"]).expect(0, &[]);
}

#[test]
fn two_builds_at_once_both_end_well() {
    let scratch = Scratch::new("//- seeds/s.csv\nid\n1\n2\n3\n");
    for at in 0..12 {
        let from = if at == 0 { "s".to_owned() } else { format!("m{}", at - 1) };
        let kind = ["table", "view", "incremental"][at % 3];
        scratch.write(
            &format!("models/m{at}.sql"),
            &model(
                &format!("materialized='{kind}', unique_key='id'"),
                &format!("select id from {{{{ ref('{from}') }}}}"),
            ),
        );
    }
    scratch.write(
        "models/s.yml",
        "models:\n  - name: m11\n    columns: [{name: id, data_tests: [unique, not_null]}]\n",
    );
    scratch.forge(&["build"]).expect(0, &[]);
    thread::scope(|scope| {
        let runs: Vec<_> = (0..3)
            .map(|at| {
                let scratch = &scratch;
                scope.spawn(move || {
                    scratch.forge(&["build", "--target-path", &format!("target{at}")])
                })
            })
            .collect();
        for run in runs {
            run.join().unwrap().expect(0, &[]);
        }
    });
    assert_eq!(rows(&scratch, "select id from m11 order by 1"), ["1", "2", "3"]);
    assert_eq!(rows(&scratch, "pragma integrity_check"), ["ok"]);
}

#[test]
fn a_view_whose_table_is_gone_does_not_hold_up_the_others() {
    let scratch = Scratch::new(
        "//- models/t.sql\n{{ config(materialized='table') }}\nselect 1 as id\n\
         //- models/v.sql\nselect id from {{ ref('t') }}\n//- models/w.sql\nselect id from {{ ref('v') }}\n",
    );
    scratch.forge(&["run"]).expect(0, &[]);
    scratch.db().execute_batch("drop table t").unwrap();
    scratch.forge(&["run", "--select", "v"]).expect(1, &["E0706", "`main.t`"]);
    scratch.forge(&["show", "--select", "w"]).expect_failure(&["`main.t`"]);
    scratch.forge(&["run"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select id from w"), ["1"]);
}

#[test]
fn a_folder_in_place_of_the_database_is_reported() {
    let scratch = Scratch::new("//- models/a.sql\nselect 1 as id\n//- shop.db/x\n");
    scratch.forge(&["run"]).expect_failure(&["E0701", "folder"]);
    assert!(Path::new(&scratch.path("shop.db/x")).exists());
}

#[test]
fn a_half_database_is_reported_and_left_alone() {
    let scratch =
        Scratch::new("//- models/a.sql\n{{ config(materialized='table') }}\nselect 1 as id\n");
    scratch.forge(&["run"]).expect(0, &[]);
    scratch.db().pragma_update(None, "journal_mode", "delete").unwrap();
    let mut bytes = std::fs::read(scratch.path("shop.db")).unwrap();
    bytes[100..].fill(0xab);
    std::fs::write(scratch.path("shop.db"), &bytes).unwrap();
    scratch.forge(&["run"]).expect_failure(&["E0704", "shop.db"]);
}
