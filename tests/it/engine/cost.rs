//! What models cost by the engine's own counters. None of it depends on time.

use serde_json::Value as Json;

use super::{model, rows};
use crate::scratch::Scratch;

/// A source with so many rows, made by somebody else.
fn accounts(scratch: &Scratch, count: usize) {
    let sql = format!(
        "drop table if exists raw_accounts;
         create table raw_accounts (id integer, name text, amount integer, updated_at text);
         with recursive n (i) as (select 1 union all select i + 1 from n where i < {count})
         insert into raw_accounts select i, 'account ' || i, i % 97, '2026-01-01' from n;
         create unique index raw_accounts_id on raw_accounts (id);
         create index raw_accounts_updated_at on raw_accounts (updated_at);"
    );
    scratch.db().execute_batch(&sql).unwrap();
}

const SOURCES: &str = "//- models/s.yml\nsources:\n  - name: raw\n    schema: main\n    tables: [{name: raw_accounts}]\n";

/// A table over the source, and a database to put the source into.
fn table() -> Scratch {
    let scratch = Scratch::new(SOURCES);
    let sql = "select id, name from {{ source('raw', 'raw_accounts') }} where amount >= 0";
    scratch.write("models/t.sql", &model("materialized='table'", sql));
    scratch.write("models/first.sql", "select 1 as id\n");
    scratch.forge(&["run", "-s", "first"]).expect(0, &[]);
    scratch
}

/// The runs of a model, the newest first.
fn cost(scratch: &Scratch, name: &str) -> Vec<Json> {
    let told = scratch.forge(&["cost", name, "--limit", "9", "--output", "json", "-q"]);
    let told: Json = serde_json::from_str(&told.stdout).unwrap();
    assert!(told[0]["bytes_on_disk"].as_u64().is_none_or(|bytes| bytes > 0), "{told}");
    told[0]["runs"].as_array().unwrap().clone()
}

fn steps(run: &Json) -> u64 {
    run["steps"].as_u64().unwrap()
}

#[test]
fn the_same_work_is_always_counted_the_same() {
    let scratch = table();
    accounts(&scratch, 2000);
    scratch.forge(&["run", "-s", "t"]).expect(0, &[]);
    scratch.forge(&["run", "-s", "t", "--threads", "4"]).expect(0, &[]);
    let runs = cost(&scratch, "t");
    assert_eq!(steps(&runs[0]), steps(&runs[1]));
    let first = &runs[1];
    assert_eq!((&first["rows_scanned"], &first["rows_written"]), (&1999.into(), &2000.into()));
    assert_eq!((&first["mode"], &first["sorts"]), (&"whole".into(), &0.into()));
    // Built anew it takes the place of what it was.
    assert!(first["bytes_grown"].as_i64().unwrap() > 16_384);
    assert_eq!(runs[0]["bytes_grown"], 0);
    let told = scratch.forge(&["cost"]).expect(0, &[]);
    let lines: Vec<&str> = told.stdout.lines().collect();
    assert!(lines[0].starts_with("node         run  seconds  rows scanned"), "{}", told.stdout);
    assert!(
        lines[2].starts_with("model t        3 ") && lines[2].contains(" KiB"),
        "{}",
        told.stdout
    );
    assert!(lines[3].starts_with("model first    1 "), "{}", told.stdout);
}

#[test]
fn tests_are_told_when_they_are_asked_for() {
    let scratch = table();
    accounts(&scratch, 500);
    let tests = "models:\n  - name: t\n    columns: [{name: id, data_tests: [not_null]}]\n";
    scratch.write("models/t.yml", tests);
    scratch.forge(&["build", "--threads", "2"]).expect(0, &[]);
    let told = scratch.forge(&["cost", "--resource-type", "test", "--output", "json", "-q"]);
    let told: Json = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!(told[0]["runs"][0]["rows_scanned"], 499);
    assert_eq!(told[0]["bytes_on_disk"], Json::Null);
}

#[test]
fn a_model_that_became_expensive_is_told_and_fails_the_run_when_that_is_wanted() {
    let scratch = table();
    accounts(&scratch, 2000);
    let run = |more: &[&str]| scratch.forge(&[&["run", "-s", "t"], more].concat());
    run(&[]).expect(0, &[]);
    accounts(&scratch, 20_000);
    // One run is no history.
    let second = run(&[]);
    assert!(!second.stderr.contains("E0830"), "{}", second.stderr);
    accounts(&scratch, 2000);
    run(&[]).expect(0, &[]);
    accounts(&scratch, 20_000);
    run(&[]).expect(0, &["warning[E0830] cost-growth: model `t` took 10.0 times the work"]);
    run(&["--fail-on-cost-growth", "20"]).expect(0, &["warning[E0830]"]);
    accounts(&scratch, 70_000);
    let quiet = run(&["--warn-error-options", "{silence: [cost-growth]}"]);
    assert!(!quiet.stderr.contains("E0830"), "{}", quiet.stderr);
    let failed = run(&["--fail-on-cost-growth", "2.0"]);
    failed.expect(1, &["error[E0830] cost-growth: model `t` took 3.5 times the work"]);
    // The data is right, so it is there, and the model did not fail.
    assert_eq!(rows(&scratch, "select count(*) from t"), ["70000"]);
    let results: Json = serde_json::from_str(&scratch.read("target/run_results.json")).unwrap();
    assert_eq!(results["results"][0]["status"], "success");
    scratch.forge(&["run", "--fail-on-cost-growth", "0.5"]).expect(2, &["a factor is 1 or more"]);
}

#[test]
fn a_ledger_of_an_earlier_version_gains_what_it_lacks() {
    let scratch = table();
    accounts(&scratch, 10);
    scratch.forge(&["run", "-s", "t"]).expect(0, &[]);
    scratch.db().execute_batch("drop table _forge_costs").unwrap();
    scratch.forge(&["cost"]).expect(0, &["the ledger knows of no cost of these nodes yet"]);
    scratch.forge(&["run", "-s", "t"]).expect(0, &[]);
    assert_eq!(cost(&scratch, "t").len(), 1);
    scratch.forge(&["history", "t"]).expect(0, &[]);
}

/// What a full refresh and a run after 47 of 50,000 accounts changed cost.
fn refreshed_and_added(strategy: &str) -> [Json; 2] {
    let scratch = table();
    accounts(&scratch, 50_000);
    let config = format!(
        "materialized='incremental', incremental_strategy='{strategy}', unique_key='id',
         indexes=[{{'columns': ['id'], 'unique': true}}, {{'columns': ['updated_at']}}]"
    );
    let sql = "select id, upper(name) as name, updated_at from {{ source('raw', 'raw_accounts') }}
         {% if is_incremental() %} where updated_at > (select max(updated_at) from {{ this }}) {% endif %}";
    scratch.write("models/inc.sql", &model(&config, sql));
    scratch.forge(&["run", "-s", "inc"]).expect(0, &[]);
    scratch.forge(&["run", "-s", "inc", "--full-refresh"]).expect(0, &[]);
    let change =
        "update raw_accounts set name = 'changed', updated_at = '2026-01-02' where id % 1063 = 0";
    assert_eq!(scratch.db().execute(change, []).unwrap(), 47);
    scratch.forge(&["run", "-s", "inc"]).expect(0, &[]);
    let changed = "select count(*), count(distinct id), sum(name = 'CHANGED') from inc";
    assert_eq!(rows(&scratch, changed), ["50000|50000|47"]);
    let runs = cost(&scratch, "inc");
    assert_eq!((&runs[0]["mode"], &runs[1]["mode"]), (&"added".into(), &"whole".into()));
    [runs[1].clone(), runs[0].clone()]
}

#[test]
fn an_incremental_run_takes_a_fiftieth_of_the_work_of_a_full_refresh() {
    for strategy in ["delete+insert", "merge"] {
        let [full, added] = refreshed_and_added(strategy);
        let scanned = |run: &Json| run["rows_scanned"].as_u64().unwrap();
        let told = format!("{strategy}: {full} {added}");
        assert!(steps(&added) * 50 <= steps(&full), "{told}");
        assert!(scanned(&added) * 50 <= scanned(&full), "{told}");
    }
}

#[test]
fn what_took_longest_in_earlier_runs_begins_first() {
    let scratch = Scratch::new("");
    for name in ["a", "b", "c", "z"] {
        scratch.write(&format!("models/{name}.sql"), "select 1 as id\n");
    }
    scratch.write("models/d.sql", "select * from {{ ref('c') }}\n");
    let order = || -> Vec<String> {
        scratch.forge(&["run", "--threads", "2"]).expect(0, &[]);
        let results: Json = serde_json::from_str(&scratch.read("target/run_results.json")).unwrap();
        let name = |result: &Json| result["unique_id"].as_str().unwrap()[11..].to_owned();
        results["results"].as_array().unwrap().iter().map(name).collect()
    };
    // Nothing is known: the deepest path first.
    assert_eq!(order()[0], "c");
    let slow = "update _forge_node_runs set seconds = 0.0;
                update _forge_node_runs set seconds = 9.0 where unique_id = 'model.shop.z';
                update _forge_node_runs set seconds = 5.0 where unique_id = 'model.shop.b'";
    scratch.db().execute_batch(slow).unwrap();
    let second = order();
    assert_eq!(second[0], "z");
}

#[test]
fn a_run_tells_where_its_time_went_when_it_is_asked() {
    let scratch = table();
    accounts(&scratch, 100);
    let tests = "models:\n  - name: t\n    columns: [{name: id, data_tests: [not_null]}]\n";
    scratch.write("models/t.yml", tests);
    let without = scratch.forge(&["build"]).expect(0, &[]);
    assert!(!without.stderr.contains("where the time went"));
    assert!(!scratch.path("target/run_profile.json").exists());
    let told = [
        "where the time went: ",
        "s on 2 threads",
        "work seconds %",
        "node seconds render engine write",
    ];
    scratch.forge(&["build", "--profile-run", "--threads", "2"]).expect(0, &told);
    let profile: Json = serde_json::from_str(&scratch.read("target/run_profile.json")).unwrap();
    let work: Vec<&str> =
        profile["seconds"].as_object().unwrap().keys().map(String::as_str).collect();
    let all = ["read", "parse", "resolve", "select", "render", "engine", "tests", "write"];
    assert_eq!(work, all);
    let mut ids: Vec<&str> = profile["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["unique_id"].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids[..2], ["model.shop.first", "model.shop.t"]);
    assert!(ids[2].starts_with("test.shop.not_null_t_id"));
    // Tests that keep their rows, and models that fail, have their time too.
    scratch.write("models/first.sql", "select nope\n");
    scratch
        .forge(&["run", "--profile-run", "--threads", "1"])
        .expect(1, &["s on 1 thread", "other 0.", "model first 0."]);
}
