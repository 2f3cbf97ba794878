//! Order and parallelism: the same result whatever the number of threads, and reasons for what did not run.

use super::{model, rows};
use crate::scratch::{Rows, Scratch};

/// A wide and a deep project of all kinds.
fn wide() -> Scratch {
    let scratch = Scratch::new("//- seeds/s.csv\nid,v\n1,a\n2,b\n3,c\n");
    let kinds = ["table", "view", "incremental", "ephemeral"];
    let mut yaml = String::from("models:\n");
    for at in 0..40 {
        let config = format!("materialized='{}'", kinds[at % 4]);
        let from = if at < 4 { "s".to_owned() } else { format!("m{}", at - 4) };
        scratch.write(
            &format!("models/m{at}.sql"),
            &model(&config, &format!("select id, v || '{at}' as v from {{{{ ref('{from}') }}}}")),
        );
        yaml.push_str(&format!(
            "  - name: m{at}\n    columns: [{{name: id, data_tests: [unique, not_null]}}]\n"
        ));
    }
    let all: Vec<String> =
        (0..40).map(|at| format!("select * from {{{{ ref('m{at}') }}}}")).collect();
    scratch.write("models/all.sql", &model("materialized='table'", &all.join("\nunion all\n")));
    scratch.write("models/s.yml", &yaml);
    scratch
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let mut seen: Vec<(Rows, usize)> = Vec::new();
    for threads in ["1", "2", "8"] {
        let scratch = wide();
        scratch.forge(&["build", "--threads", threads]).expect(0, &["ERROR=0"]);
        let results: serde_json::Value =
            serde_json::from_str(&scratch.read("target/run_results.json")).unwrap();
        seen.push((scratch.rows("shop.db"), results["results"].as_array().unwrap().len()));
    }
    assert_eq!(seen[0].0["all"].len(), 120);
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn a_hundred_ephemeral_models_deep() {
    let scratch =
        Scratch::new("//- models/e0.sql\n{{ config(materialized='ephemeral') }}\nselect 1 as n\n");
    for at in 1..100 {
        let sql = format!(
            "with x as (select * from {{{{ ref('e{}') }}}}) select n + 1 as n from x",
            at - 1
        );
        scratch.write(&format!("models/e{at}.sql"), &model("materialized='ephemeral'", &sql));
    }
    scratch.write(
        "models/end.sql",
        "select n from {{ ref('e99') }} union all select n from {{ ref('e50') }}\n",
    );
    scratch.forge(&["build"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select n from \"end\" order by 1"), ["51", "100"]);
}

#[test]
fn two_hundred_models_over_one() {
    let scratch =
        Scratch::new("//- models/root.sql\n{{ config(materialized='table') }}\nselect 1 as id\n");
    for at in 0..200 {
        scratch.write(&format!("models/w{at}.sql"), "select id from {{ ref('root') }}\n");
    }
    scratch.forge(&["build", "--threads", "8"]).expect(0, &["PASS=201"]);
    scratch.write("models/root.sql", "{{ config(materialized='table') }}\nselect nope\n");
    scratch.forge(&["build", "--threads", "8"]).expect(1, &["ERROR=1", "SKIP=200"]);
    assert_eq!(rows(&scratch, "select id from w199"), ["1"]);
}

#[test]
fn fail_fast_stops_at_the_first_failure() {
    let scratch = Scratch::new("//- models/a.sql\nselect nope\n");
    for at in 0..20 {
        scratch.write(
            &format!("models/b{at}.sql"),
            "{{ config(materialized='table') }}\nselect 1 as id\n",
        );
    }
    scratch
        .forge(&["run", "--fail-fast", "--threads", "1"])
        .expect(1, &["ERROR=1", "SKIP=20", "fail-fast"]);
    scratch.forge(&["run", "--threads", "4"]).expect(1, &["ERROR=1", "PASS=20"]);
    // What is computed beside the writer waits for its turn, and that does not come any more.
    let aside = ["run", "--fail-fast", "--threads", "2", "--compute-aside", "always"];
    let scratch = Scratch::new("");
    for name in ["a", "b"] {
        let path = format!("models/{name}.sql");
        scratch.write(&path, &model("materialized='table'", "select nope"));
    }
    scratch.forge(&aside).expect(1, &["ERROR=1", "SKIP=1"]);
}

#[test]
fn a_skipped_node_says_which_failure_was_the_first() {
    let scratch = Scratch::new(
        "//- models/a.sql\n{{ config(materialized='table') }}\nselect nope\n//- models/b.sql\nselect * from {{ ref('a') }}\n//- models/c.sql\nselect * from {{ ref('b') }}\n\
         //- models/s.yml\nmodels: [{name: c, columns: [{name: id, data_tests: [unique]}]}]\n",
    );
    scratch.forge(&["build"]).expect(1, &["view main.c", "model `a` failed", "SKIP=3"]);
    let results: serde_json::Value =
        serde_json::from_str(&scratch.read("target/run_results.json")).unwrap();
    let skipped =
        results["results"].as_array().unwrap().iter().filter(|r| r["status"] == "skipped");
    assert_eq!(skipped.count(), 3);
}

#[test]
fn what_reads_a_model_with_on_error_continue_runs_although_it_failed() {
    let table = |sql: &str| model("materialized='table', on_error='continue'", sql);
    let scratch = Scratch::new("//- models/b.sql\nselect id from {{ ref('a') }}\n");
    scratch.write("models/a.sql", &table("select 1 as id"));
    scratch.forge(&["run", "--strict"]).expect(0, &["PASS=2"]);
    scratch.write("models/a.sql", &table("select nope"));
    scratch.forge(&["run"]).expect(1, &["PASS=1", "ERROR=1", "SKIP=0"]);
    let manifest: serde_json::Value =
        serde_json::from_str(&scratch.read("target/manifest.json")).unwrap();
    let config = &manifest["nodes"]["model.shop.a"]["config"];
    assert_eq!(config["on_error"], "continue");
}
