//! Nothing is lost: a failed or killed node leaves its old relation, and a second run changes no row.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode};

use crate::scratch::Scratch;

/// One row, then an integer overflow: SQLite notices only when it gets there.
const FAILS_MIDWAY: &str =
    "select 7 as id union all select abs(-9223372036854775807 - id) from (select 1 as id)";
/// More rows than anybody waits for.
const ENDLESS: &str = "with recursive n(id) as (select 1 union all select id + 1 from n where id < 1000000000000) \
                       select id from n";

fn model(config: &str, sql: &str) -> String {
    format!("{{{{ config({config}) }}}}\n{sql}\n")
}

#[test]
fn a_failed_node_leaves_its_old_relation_untouched() {
    for config in [
        "materialized='table'",
        "materialized='incremental'",
        "materialized='incremental', unique_key='id'",
        "materialized='incremental', unique_key='id', incremental_strategy='delete+insert'",
    ] {
        let scratch = Scratch::new("");
        scratch.write("models/a.sql", &model(config, "select 1 as id"));
        scratch.write("models/below.sql", "select * from {{ ref('a') }}\n");
        scratch.forge(&["run"]).expect(0, &[]);
        let before = scratch.rows("shop.db");
        scratch.write("models/a.sql", &model(config, FAILS_MIDWAY));
        scratch.forge(&["run"]).expect(1, &["overflow", "below"]);
        assert_eq!(scratch.rows("shop.db"), before, "{config}");
        scratch.forge(&["run", "--full-refresh"]).expect(1, &["overflow"]);
        assert_eq!(scratch.rows("shop.db"), before, "{config} with a full refresh");
    }
}

#[test]
fn a_view_that_cannot_work_does_not_replace_one_that_does() {
    let scratch = Scratch::new("//- models/a.sql\nselect 1 as id\n");
    scratch.forge(&["run"]).expect(0, &[]);
    scratch.write("models/a.sql", "select id from no_such_table\n");
    scratch.forge(&["run"]).expect(1, &["no_such_table"]);
    assert_eq!(scratch.value("select id from a"), 1.into());
}

#[test]
fn a_failed_hook_takes_the_node_back_with_it() {
    let scratch = Scratch::new("");
    scratch.write("models/a.sql", &model("materialized='table'", "select 1 as id"));
    scratch.forge(&["run"]).expect(0, &[]);
    let config = "materialized='table', post_hook='insert into no_such_table values (1)'";
    scratch.write("models/a.sql", &model(config, "select 2 as id"));
    scratch.forge(&["run"]).expect(1, &["no_such_table"]);
    assert_eq!(scratch.value("select id from a"), 1.into());
}

#[test]
fn a_second_run_changes_no_row() {
    let scratch = Scratch::new(
        "//- seeds/raw.csv\nid,day\n1,2026-01-01\n2,2026-01-02\n\
         //- models/v.sql\nselect * from {{ ref('raw') }}\n\
         //- models/t.sql\n{{ config(materialized='table') }}\nselect *, '{{ run_started_at }}' as at from {{ ref('v') }}\n\
         //- models/i.sql\n{{ config(materialized='incremental', unique_key='id') }}\nselect * from {{ ref('t') }}\n\
         {% if is_incremental() %}where day > (select max(day) from {{ this }}){% endif %}\n\
         //- models/schema.yml\nmodels:\n  - name: i\n    columns: [{name: id, data_tests: [unique, not_null]}]\n",
    );
    scratch.forge(&["build"]).expect(0, &[]);
    let before = scratch.rows("shop.db");
    assert_eq!(before.keys().map(String::as_str).collect::<Vec<_>>(), ["i", "raw", "t", "v"]);
    scratch.forge(&["build"]).expect(0, &[]);
    assert_eq!(scratch.rows("shop.db"), before);
}

#[test]
fn kill_at_the_first_lock_leaves_the_old_relation() {
    kill_when(|scratch| is_locked(&scratch.db()));
}

#[test]
fn kill_after_a_million_bytes_leaves_the_old_relation() {
    kill_when(|scratch| {
        let written =
            |name: &str| std::fs::metadata(scratch.path(name)).map_or(0, |file| file.len());
        written("shop.db") + written("shop.db-wal") > 1_000_000
    });
}

/// Builds a table, replaces it by an endless query, kills forge when `now` says so, and looks at what is left.
fn kill_when(now: impl Fn(&Scratch) -> bool) {
    let scratch = Scratch::new("");
    scratch.write("models/a.sql", &model("materialized='table'", "select 1 as id"));
    scratch.forge(&["run"]).expect(0, &[]);
    scratch.write("models/a.sql", &model("materialized='table'", ENDLESS));
    let mut command = scratch.command(&["run"]);
    let mut forge = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let moment = wait_until(&mut forge, || now(&scratch));
    // SIGKILL: no handler runs.
    forge.kill().unwrap();
    forge.wait().unwrap();
    assert!(moment, "forge ended by itself, or the moment to kill it did not come");
    let rows = || scratch.rows("shop.db")["a"].clone();
    assert_eq!(rows(), ["[Integer(1)]"]);
    assert_eq!(scratch.value("pragma integrity_check"), "ok".to_owned().into());
    scratch.write("models/a.sql", &model("materialized='table'", "select 3 as id"));
    scratch.forge(&["run"]).expect(0, &[]);
    assert_eq!(rows(), ["[Integer(3)]"]);
}

/// Asks again and again, at most a minute, while the process is alive.
fn wait_until(process: &mut Child, now: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while process.try_wait().unwrap().is_none() && start.elapsed() < Duration::from_secs(60) {
        if now() {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

/// Whether another process writes.
fn is_locked(db: &Connection) -> bool {
    db.busy_timeout(Duration::ZERO).unwrap();
    match db.execute_batch("begin immediate; rollback") {
        Ok(()) => false,
        Err(error) => error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy),
    }
}

#[test]
fn a_secret_is_never_shown() {
    let scratch = Scratch::new(
        "//- profiles.yml\nshop:\n  target: dev\n  outputs:\n    dev: {type: sqlite, path: \"{{ env_var('DBT_ENV_SECRET_DB') }}.db\"}\n\
         //- dbt_project.yml\nname: shop\nprofile: shop\nversion: '1.0'\n\
         //- models/a.sql\n-- {{ target.path }}\nselect nope\n",
    );
    for arguments in [
        &["debug"][..],
        &["run"],
        &["run", "--log-format", "json"],
        &["run", "--vars", "{a: hunter2}"],
        &["compile"],
    ] {
        let output =
            scratch.command(arguments).env("DBT_ENV_SECRET_DB", "hunter2").output().unwrap();
        for text in [&output.stdout, &output.stderr] {
            let text = String::from_utf8_lossy(text);
            assert!(!text.contains("hunter2"), "{arguments:?}: {text}");
        }
    }
    for file in
        ["target/manifest.json", "target/run_results.json", "target/compiled/shop/models/a.sql"]
    {
        let text = scratch.read(file);
        assert!(!text.contains("hunter2"), "{file}");
        assert!(file.ends_with("manifest.json") || text.contains("*****"), "{file}");
    }
    assert!(scratch.path("hunter2.db").exists());
}

#[test]
fn a_frozen_clock_must_show_a_time() {
    let scratch = Scratch::new("//- models/a.sql\nselect 1 as id\n");
    let output = scratch.command(&["parse"]).env("FORGE_NOW", "foo").output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("`FORGE_NOW` is `foo`"), "{text}");
}

#[test]
fn variables_of_dbts_engine_prefix_reach_the_console() {
    let scratch = Scratch::new("//- models/a.sql\nselect 1 as id\n");
    let run = |name: &str, value: &str| {
        let output = scratch.command(&["run"]).env(name, value).output().unwrap();
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned())
    };
    assert_eq!(run("DBT_ENGINE_QUIET", "1"), ["", ""]);
    let [stdout, stderr] = run("DBT_ENGINE_LOG_FORMAT", "json");
    assert!(stdout.starts_with('{') && stderr.is_empty(), "{stdout}{stderr}");
}

#[test]
fn a_folder_for_sql_that_cannot_be_written_is_one_warning_and_stops_nothing() {
    let scratch = Scratch::new(
        "//- models/one.sql\nselect 1 as id\n//- models/two.sql\nselect id from {{ ref('one') }}\n",
    );
    scratch.write("target/compiled", "a file where the folder should be\n");
    let outcome = scratch.forge(&["build"]).expect(0, &["E0802", "cannot write", "PASS=2"]);
    assert_eq!(outcome.text().matches("E0802").count(), 1, "{outcome}");
    assert_eq!(scratch.value("select id from two"), Value::Integer(1));
}
