//! Batches of event time: every row in its own batch, failures that leave the others alone, backfill, gaps.

use rusqlite::types::Value;

use crate::scratch::{NOW, Scratch};

const MODEL: &str = "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at',\n\
    batch_size='day', begin='2026-02-25') }}\n\
    select id, at, '{{ model.batch.id }}' as batch from {{ source('raw', 'events') }}\n";

const SOURCES: &str = "sources:\n- name: raw\n  schema: main\n  tables:\n  - name: events\n    config: {event_time: at}\n\
    \x20 - name: others\n";

fn project(rows: &str) -> Scratch {
    let scratch = Scratch::new(&format!(
        "//- models/daily.sql\n{MODEL}//- models/s.yml\n{SOURCES}//- models/n.sql\n\
         {{{{ config(materialized='table') }}}} select count(*) as n from {{{{ ref('daily') }}}}\n"
    ));
    rusqlite::Connection::open(scratch.path("shop.db"))
        .unwrap()
        .execute_batch(&format!("create table events (id, at); insert into events values {rows};"))
        .unwrap();
    scratch
}

fn text(scratch: &Scratch, sql: &str) -> String {
    match scratch.value(sql) {
        Value::Text(text) => text,
        other => format!("{other:?}"),
    }
}

fn batches(scratch: &Scratch) -> String {
    text(
        scratch,
        "select group_concat(id || ':' || batch, ' ') from (select * from daily order by id, batch)",
    )
}

/// How the last entry of each batch reads.
fn ledger(scratch: &Scratch) -> String {
    let sql = "select group_concat(substr(batch_start, 9, 2) || status, ' ') from (\
               select batch_start, b.status from _forge_batches b join _forge_runs r using (run_id) \
               where r.number = (select max(number) from _forge_runs) order by batch_start)";
    text(scratch, sql)
}

#[test]
fn every_form_of_a_time_is_in_its_own_batch_however_often_it_runs() {
    let scratch = project(
        "(1, '2026-02-25'), (2, '2026-02-26 00:00:00'), (3, '2026-02-27T23:59:59Z'), (4, '2026-02-28T01:00:00+02:00'), \
         (5, 1772236800)",
    );
    let expected = "1:20260225 2:20260226 3:20260227 4:20260227 5:20260228";
    for window in [&["run"][..], &["run"], &["run", "--full-refresh"]] {
        scratch.forge(window).expect(0, &["batch 2026-03-01"]);
        assert_eq!(batches(&scratch), expected);
    }
    let window = ["run", "--event-time-start", "2026-02-26", "--event-time-end", "2026-02-28"];
    scratch.forge(&window).expect(
        0,
        &["event time from 2026-02-26 00:00:00 up to, not including, 2026-02-28 00:00:00"],
    );
    assert_eq!(batches(&scratch), expected);
}

#[test]
fn inputs_may_have_an_alias() {
    let scratch = project("(1, '2026-02-25 10:00:00'), (2, '2026-02-26 10:00:00')");
    let aliased = MODEL.replace("select id, at,", "select e.id, e.at,");
    let aliased = aliased.trim_end().to_owned()
        + " as e\njoin {{ source('raw', 'events') }} o on o.id = e.id\n";
    scratch.write("models/daily.sql", &aliased);
    scratch.forge(&["run"]).expect(0, &[]);
    assert_eq!(batches(&scratch), "1:20260225 2:20260226");
    scratch.forge(&["run", "--empty", "--full-refresh"]).expect(0, &[]);
    assert_eq!(text(&scratch, "select count(*) || '' from daily"), "0");
}

#[test]
fn rows_without_a_time_are_told_and_can_be_refused() {
    let scratch = project("(1, '2026-02-25 10:00:00'), (2, null), (3, '26.02.2026')");
    scratch.forge(&["run"]).expect(0, &["E0852", "2 rows have no time in `at`", "26.02.2026"]);
    assert_eq!(batches(&scratch), "1:20260225");
    let strict = ["run", "--warn-error-options", "{error: [unreadable-event-time]}"];
    scratch.forge(&strict).expect(1, &["E0852", "make it ISO text"]);
}

#[test]
fn rows_outside_of_their_batch_are_told_and_can_be_refused() {
    let scratch = project("(1, '2026-02-25 10:00:00'), (2, '2026-02-26 10:00:00')");
    let shifted = MODEL.replace("id, at,", "id, '2026-02-25 12:00:00' as at,");
    scratch.write("models/daily.sql", &shifted);
    scratch.forge(&["run"]).expect(0, &["E0851", "1 row have"]);
    scratch.forge(&["run", "--warn-error", "--full-refresh"]).expect(1, &["in batch 2026-02-26"]);
}

#[test]
fn a_backfill_that_fails_in_the_middle_leaves_the_others_alone() {
    let days: Vec<String> =
        (1..=28).map(|day| format!("({day}, '2026-02-{day:02} 10:00:00')")).collect();
    let scratch = project(&days.join(", "));
    scratch.forge(&["run", "--select", "daily"]).expect(0, &[]);
    let bad = MODEL
        .replace("id, at,", "case when id = 12 then json_extract('{', '$') else id end as id, at,");
    scratch.write("models/daily.sql", &bad);
    let february = ["backfill", "daily", "--start", "2026-02-01", "--end", "2026-03-01"];
    let outcome = scratch.forge(&february);
    outcome.expect(1, &["28 batches of one day", "malformed JSON", "in batch 2026-02-12"]);
    assert_eq!(text(&scratch, "select count(*) || '' from daily"), "27");
    assert_eq!(ledger(&scratch).matches("success").count(), 27);
    assert!(ledger(&scratch).contains("12error"), "{}", ledger(&scratch));
    let results: serde_json::Value =
        serde_json::from_str(&scratch.read("target/run_results.json")).unwrap();
    assert_eq!(results["results"][0]["status"], "partial success");
    assert_eq!(results["results"][0]["message"], "PARTIAL SUCCESS (27/28)");
    let gaps = scratch.forge(&["history", "--gaps", "daily"]);
    let shown = gaps.expect(0, &["1 batch never succeeded between 2026-02-01"]).stdout.clone();
    assert!(shown.contains("20260212"), "{shown}");

    let others = "select group_concat(rowid || ':' || id, ' ') from daily where id <> 12";
    let before = text(&scratch, others);
    scratch.write("models/daily.sql", MODEL);
    scratch.forge(&["retry"]).expect(0, &["retrying 1 node"]);
    assert_eq!(ledger(&scratch), "12success");
    assert_eq!(text(&scratch, others), before, "a batch was touched that had succeeded");
    assert_eq!(text(&scratch, "select count(*) || '' from daily"), "28");
    scratch.forge(&["retry"]).expect(0, &["nothing to retry"]);
    scratch.forge(&["history", "--gaps"]).expect(0, &["daily: no gaps"]);
}

#[test]
fn a_run_that_failed_at_its_first_batch_is_retried_from_there() {
    let scratch = project("(1, '2026-02-25 10:00:00'), (2, '2026-02-27 10:00:00')");
    let bad = MODEL.replace("id, at,", "json_extract('{', '$') as id, at,");
    scratch.write("models/daily.sql", &bad);
    scratch.forge(&["run"]).expect(1, &["in batch 2026-02-25", "skip"]);
    assert!(!scratch.rows("shop.db").contains_key("daily"));
    scratch.write("models/daily.sql", MODEL);
    // The newest batch of a repetition is that of the first run, however late it is.
    let late = [("FORGE_NOW", "2026-03-05T12:00:00Z")];
    scratch.forge_with(&["retry"], &late).expect(0, &["retrying 2 nodes", "batch 2026-03-01"]);
    assert_eq!(batches(&scratch), "1:20260225 2:20260227");
    assert_eq!(ledger(&scratch).matches("success").count(), 5);
}

#[test]
fn a_sample_closes_no_history() {
    let scratch = project("(1, '2026-02-25 10:00:00')");
    scratch.write(
        "snapshots/s.yml",
        "snapshots:\n- name: kept\n  relation: source('raw', 'events')\n  config: {unique_key: id, strategy: check, \
         check_cols: all, hard_deletes: invalidate}\n",
    );
    scratch.forge(&["snapshot", "--empty"]).expect(0, &[]);
    scratch.forge(&["snapshot"]).expect(0, &[]);
    scratch.forge(&["snapshot", "--empty"]).expect(1, &["E0854", "`kept` notices deletions"]);
    scratch.forge(&["build", "--sample", "1 day"]).expect(1, &["E0854"]);
    let open = "select count(*) || '' from kept where dbt_valid_to is null";
    assert_eq!(text(&scratch, open), "1");
}

#[test]
fn gaps_are_told_by_name() {
    let scratch = project("(1, '2026-02-25 10:00:00')");
    scratch.forge(&["history", "--gaps"]).expect(0, &["daily: the ledger knows no batches"]);
    let window = [
        "run",
        "-s",
        "daily",
        "--event-time-start",
        "2026-02-27",
        "--event-time-end",
        "2026-02-28",
    ];
    scratch.forge(&window).expect(0, &[]);
    let outcome = scratch.forge(&["history", "--gaps", "--output", "json"]);
    let told: serde_json::Value =
        serde_json::from_str(&outcome.expect(0, &[]).stdout).expect("is JSON");
    assert_eq!(told[0]["gaps"][0]["id"], "20260225");
    assert_eq!(told[0]["gaps"].as_array().map(Vec::len), Some(2));
    scratch.forge(&["history", "--gaps", "n"]).expect(2, &["E0652"]);
}

#[test]
fn a_dry_run_prints_the_batches_and_touches_nothing() {
    let scratch = project("(1, '2026-02-25 10:00:00')");
    let before = std::fs::read(scratch.path("shop.db")).unwrap();
    let asked =
        ["backfill", "daily", "--start", "2026-02-25T07:00:00", "--end", "2026-02-26T01:00:00"];
    let dry = [&asked[..], &["--dry-run", "--reverse"]].concat();
    let outcome = scratch.forge(&dry);
    let shown = outcome.expect(0, &["rounded to whole batches"]).stdout.clone();
    let (late, early) = (shown.find("20260226").unwrap(), shown.find("20260225").unwrap());
    assert!(late < early, "{shown}");
    assert_eq!(std::fs::read(scratch.path("shop.db")).unwrap(), before);
    scratch
        .forge(&["backfill", "n", "--start", "2026-02-25", "--end", "2026-02-26"])
        .expect(2, &["E0652", "`n` is not built in batches", "`daily`"]);
    scratch
        .forge(&["backfill", "dayly", "--start", "2026-02-25", "--end", "2026-02-26"])
        .expect(2, &["did you mean `daily`"]);
    scratch
        .forge(&["backfill", "daily", "--start", "soon", "--end", "2026-02-26"])
        .expect(2, &["E0651", "`--start` is `soon`"]);
}

#[test]
fn what_is_below_comes_along_when_it_is_asked_for() {
    let scratch = project("(1, '2026-02-25 10:00:00'), (2, '2026-02-26 10:00:00')");
    let window = ["backfill", "daily", "--start", "2026-02-25", "--end", "2026-02-26"];
    scratch.forge(&window).expect(0, &[]);
    assert!(!scratch.rows("shop.db").contains_key("n"));
    scratch.forge(&[&window[..], &["--downstream"]].concat()).expect(0, &["built as by `run`: n"]);
    assert_eq!(scratch.rows("shop.db")["n"].len(), 1);
}

#[test]
fn gaps_are_filled_when_the_model_asks_for_it() {
    let scratch = project(
        "(1, '2026-02-25 10:00:00'), (2, '2026-02-27 10:00:00'), (3, '2026-03-01 10:00:00')",
    );
    let of =
        |start, end| ["run", "-s", "daily", "--event-time-start", start, "--event-time-end", end];
    scratch.forge(&of("2026-02-26", "2026-02-27")).expect(0, &[]);
    scratch.forge(&["run", "-s", "daily"]).expect(0, &["2 of 2"]);
    assert_eq!(batches(&scratch), "3:20260301");
    let filling = MODEL.replace("batch_size", "fill_gaps=true, batch_size");
    scratch.write("models/daily.sql", &filling);
    scratch.forge(&["run", "-s", "daily"]).expect(0, &["batch 2026-02-25", "batch 2026-02-27"]);
    assert_eq!(batches(&scratch), "1:20260225 2:20260227 3:20260301");
    scratch.forge(&["run", "-s", "daily"]).expect(0, &["2 of 2"]);
}

#[test]
fn a_sample_is_no_batch_that_counts() {
    let scratch = project(
        "(1, '2026-02-28 10:00:00'), (2, '2026-03-01 01:00:00'), (3, '2026-03-01 10:00:00')",
    );
    scratch.forge(&["run", "-s", "daily"]).expect(0, &[]);
    scratch
        .forge(&["run", "-s", "daily", "--sample", "6 hours"])
        .expect(0, &["a sample of event time"]);
    assert_eq!(batches(&scratch), "1:20260228 3:20260301");
    assert_eq!(ledger(&scratch), "01sampled");
}

#[test]
fn a_first_batch_in_the_future_makes_an_empty_table() {
    let scratch = project("(1, '2026-02-25 10:00:00')");
    scratch.write("models/daily.sql", &MODEL.replace("2026-02-25", "2027-01-01"));
    scratch.forge(&["run"]).expect(0, &["E0853", "begins in the future"]);
    assert_eq!(text(&scratch, "select count(*) || '' from daily"), "0");
    assert!(NOW < "2027");
}

/// The third day cannot be read as long as the model has this.
fn broken() -> String {
    MODEL.replace("id, at,", "case when id = 3 then json_extract('{', '$') else id end as id, at,")
}

#[test]
fn a_repetition_that_fails_again_keeps_what_the_first_run_built_anew() {
    let scratch = project(
        "(1, '2026-02-25 10:00:00'), (2, '2026-02-26 10:00:00'), (3, '2026-02-27 10:00:00'), \
         (4, '2026-02-28 10:00:00')",
    );
    scratch.forge(&["run", "-s", "daily"]).expect(0, &[]);
    scratch.write("models/daily.sql", &broken());
    scratch.forge(&["run", "-s", "daily", "--full-refresh"]).expect(1, &["batch 2026-02-27"]);
    for _ in 0..2 {
        scratch.forge(&["retry"]).expect(1, &["batch 2026-02-27 of main.daily (1 of 1)"]);
    }
    scratch.write("models/daily.sql", MODEL);
    scratch.forge(&["retry"]).expect(0, &["batch 2026-02-27 of main.daily (1 of 1)"]);
    assert_eq!(batches(&scratch), "1:20260225 2:20260226 3:20260227 4:20260228");
}

#[test]
fn a_repeated_backfill_rebuilds_nothing_and_keeps_its_window_below() {
    let scratch = project(
        "(1, '2026-02-25 10:00:00'), (2, '2026-02-26 10:00:00'), (3, '2026-02-27 10:00:00')",
    );
    let below = MODEL.replace("source('raw', 'events')", "ref('daily')");
    scratch.write("models/below.sql", &below);
    scratch.write(
        "models/s.yml",
        &format!(
            "{SOURCES}models:\n- name: daily\n  config: {{event_time: at, full_refresh: true}}\n"
        ),
    );
    scratch.forge(&["run", "-s", "daily", "below"]).expect(0, &[]);
    scratch.write("models/daily.sql", &broken());
    let window = ["backfill", "daily", "--start", "2026-02-27", "--end", "2026-02-28"];
    let downstream = [&window[..], &["--downstream"]].concat();
    scratch.forge(&downstream).expect(1, &["batch 2026-02-27"]);
    scratch.write("models/daily.sql", MODEL);
    let again = scratch.forge(&["retry"]);
    again.expect(0, &["batch 2026-02-27 of main.below (1 of 1)"]);
    assert_eq!(batches(&scratch), "1:20260225 2:20260226 3:20260227");
}
