//! Kills at random moments of a build with every kind of node: each relation is the old one or the new one, the ledger
//! agrees, and a retry ends where an uninterrupted run ends.
//!
//! A few kills by default; `FORGE_KILLS=200` for more, which `tests/faults.sh` does with a release build.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use super::artifacts::are_whole;
use super::rows;
use crate::scratch::{Rows, Scratch};

/// How many runs are killed unless `FORGE_KILLS` says otherwise.
const KILLS: usize = 10;
/// When the runs after the first one happen.
const LATER: [(&str, &str); 1] = [("FORGE_NOW", "2026-03-02T12:00:00Z")];

/// How runs are started that are killed.
const WAYS: [&[&str]; 2] = [&["build"], &["build", "--threads", "2", "--compute-aside", "always"]];

const PROJECT: &str = "//- dbt_project.yml
name: shop
version: '1.0'
on-run-end: \"create table if not exists ended as select 1 as n\"
//- models/base.sql
{{ config(materialized='table', post_hook='create index base_n on {{ this }} (n)') }}
with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 150)
select input.id * 1000 + n as n, id, v, day from {{ ref('input') }} as input, numbers
//- models/appended.sql
{{ config(materialized='incremental') }}
select round, id, v from {{ ref('input') }}
{% if is_incremental() %}where round > (select max(round) from {{ this }}){% endif %}
//- models/replaced.sql
{{ config(materialized='incremental', unique_key='n') }}
select n, v from {{ ref('base') }}
//- models/merged.sql
{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id', on_schema_change='append_new_columns') }}
select id, max(v) as v, count(*) as pieces from {{ ref('base') }} group by id
//- models/guarded.sql
{{ config(materialized='table', publish='after_tests') }}
select id, v from {{ ref('merged') }}
//- models/daily.sql
{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='day', batch_size='day',
          begin='2026-02-21', lookback=12) }}
select id, v, day from {{ ref('input') }}
//- models/summary.sql
select (select count(*) from {{ ref('replaced') }}) as replaced, (select sum(v) from {{ ref('guarded') }}) as v
//- models/models.yml
models:
  - name: guarded
    columns: [{name: id, data_tests: [unique, not_null]}]
  - name: base
    columns: [{name: n, data_tests: [unique]}]
seeds:
  - name: input
    config: {event_time: day, column_types: {day: text}}
//- snapshots/snapshots.yml
snapshots:
  - name: checked
    relation: ref('input')
    config: {strategy: check, unique_key: id, check_cols: [v], hard_deletes: invalidate}
  - name: stamped
    relation: ref('input')
    config: {strategy: timestamp, unique_key: id, updated_at: day, hard_deletes: new_record}
";

/// The input of the first run, and of those after it: rows that change, come and go.
fn input(round: i64) -> String {
    let mut csv = String::from("id,v,round,day\n");
    for id in 1..=60 {
        if round == 2 && id % 9 == 0 {
            continue;
        }
        let (v, day) = match round {
            2 if id % 4 == 0 => (id + 100, 9),
            _ => (id, id % 8 + 1),
        };
        csv.push_str(&format!("{id},{v},1,2026-02-{:02}\n", day + 20 - i64::from(day > 8)));
    }
    for id in 61..=60 + 20 * (round - 1) {
        csv.push_str(&format!("{id},{id},2,2026-02-{:02}\n", 25 + id % 4));
    }
    csv
}

/// The database after the first run, kept aside.
struct Start {
    scratch: Scratch,
    before: Rows,
}

impl Start {
    fn new() -> Self {
        let scratch = Scratch::new(PROJECT);
        scratch.write("seeds/input.csv", &input(1));
        scratch.forge(&["build"]).expect(0, &["ERROR=0"]);
        let before = scratch.rows("shop.db");
        fs::copy(scratch.path("shop.db"), scratch.path("start.copy")).unwrap();
        scratch.write("seeds/input.csv", &input(2));
        Start { scratch, before }
    }

    fn restore(&self) {
        for file in ["shop.db-wal", "shop.db-shm", "shop.db-journal"] {
            let _ = fs::remove_file(self.scratch.path(file));
        }
        fs::copy(self.scratch.path("start.copy"), self.scratch.path("shop.db")).unwrap();
    }

    /// The relations after an uninterrupted run, and how long that took.
    fn uninterrupted(&self) -> (Rows, Duration) {
        let start = Instant::now();
        self.scratch.forge_with(&["build"], &LATER).expect(0, &["ERROR=0"]);
        (self.scratch.rows("shop.db"), start.elapsed())
    }
}

#[test]
fn killed_at_random_moments_a_retry_ends_as_an_uninterrupted_run() {
    let kills: usize =
        std::env::var("FORGE_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(KILLS);
    let start = Start::new();
    let (after, took) = start.uninterrupted();
    assert!(after.iter().filter(|(name, rows)| start.before.get(*name) != Some(rows)).count() >= 8);
    let mut random = 20_260_301;
    // A run that was over before its moment came makes the next moments earlier: the machine may be less busy now.
    let (mut tries, mut reached, mut latest) = (0, BTreeMap::new(), took);
    while reached.values().sum::<usize>() < kills {
        tries += 1;
        assert!(
            tries <= 4 * kills,
            "only {reached:?} of {tries} runs were still running when they were to be killed"
        );
        start.restore();
        random = next(random);
        let moment = latest.mul_f64(1.05 * (random % 10_000) as f64 / 10_000.0);
        if killed_after(&start.scratch, moment, WAYS[tries % WAYS.len()]) {
            let done = check(&start, &after, tries);
            *reached.entry(done).or_default() += 1;
            finish(&start.scratch, &after, tries);
            latest = latest.mul_f64(1.1).min(took);
        } else {
            latest = latest.mul_f64(0.7);
        }
    }
    println!("{kills} kills in {tries} runs of {took:?}; nodes done at the kill: {reached:?}");
}

/// A linear congruential generator (Knuth, MMIX), so that a failure can be repeated.
fn next(random: u64) -> u64 {
    random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) >> 16
}

/// Whether the run was still running when it was killed.
fn killed_after(scratch: &Scratch, moment: Duration, way: &[&str]) -> bool {
    let mut command = scratch.command(way);
    command.envs(LATER).stdout(Stdio::null()).stderr(Stdio::null());
    let mut forge = command.spawn().unwrap();
    // Not a wait for something: any moment is as good as another.
    thread::sleep(moment);
    let _ = forge.kill();
    forge.wait().unwrap().code().is_none()
}

/// Asserts that every relation is old or new and that the ledger agrees; returns how many nodes were done.
fn check(start: &Start, after: &Rows, at: usize) -> usize {
    let scratch = &start.scratch;
    assert_eq!(rows(scratch, "pragma integrity_check"), ["ok"], "kill {at}");
    are_whole(scratch);
    let found = scratch.rows("shop.db");
    let names: Vec<&String> = found.keys().filter(|name| name.contains("tmp")).collect();
    assert!(names.is_empty(), "kill {at} left {names:?}");
    let done: Vec<String> = rows(
        scratch,
        "select replace(relation, '\"', '') from _forge_node_runs join _forge_runs using (run_id) \
         where number = 2 and _forge_node_runs.status = 'success' and relation is not null",
    );
    for (name, new) in after {
        let old = start.before.get(name);
        let is = found.get(name);
        // A view has no rows of its own, batches are looked at one by one, and a hook has no entry.
        if ["summary", "daily", "ended"].contains(&name.as_str()) {
            continue;
        }
        match done.contains(name) {
            true => assert_eq!(is, Some(new), "kill {at}: the ledger says that {name} is new"),
            false => assert_eq!(is, old, "kill {at}: the ledger does not say that {name} is new"),
        }
    }
    check_batches(start, after, &found, at);
    done.len()
}

/// Each day of the microbatch model is the old one or the new one, as the ledger says.
fn check_batches(start: &Start, after: &Rows, found: &Rows, at: usize) {
    let done = rows(
        &start.scratch,
        "select substr(batch_start, 1, 10) from _forge_batches join _forge_runs using (run_id) \
         where number = 2 and _forge_batches.status = 'success'",
    );
    for day in 21..=29 {
        let day = format!("2026-02-{day}");
        let of = |rows: &Rows| -> Vec<String> {
            rows["daily"].iter().filter(|row| row.contains(&day)).cloned().collect()
        };
        let wanted = if done.contains(&day) { after } else { &start.before };
        assert_eq!(of(found), of(wanted), "kill {at}: batch {day}, done are {done:?}");
    }
}

/// Ends what was begun; a run that was killed before it had begun anything is run again.
fn finish(scratch: &Scratch, after: &Rows, at: usize) {
    let began = rows(scratch, "select max(number) from _forge_runs") == ["2"];
    scratch.forge_with(&[if began { "retry" } else { "build" }], &LATER).expect(0, &[]);
    assert_eq!(&scratch.rows("shop.db"), after, "after the retry of kill {at}");
    // Killed after its last entry, it has ended all the same; killed just before that, nothing is left to retry, and no
    // other run was there to write down that this one was killed.
    let status = rows(scratch, "select status from _forge_runs where number = 2").remove(0);
    let known = if began { &["killed", "error", "success", "running"][..] } else { &["success"] };
    assert!(known.contains(&status.as_str()), "kill {at}: {status}");
}

#[test]
fn running_again_on_the_same_input_changes_nothing() {
    let start = Start::new();
    let (after, _) = start.uninterrupted();
    start.scratch.forge_with(&["build"], &LATER).expect(0, &["ERROR=0"]);
    assert_eq!(start.scratch.rows("shop.db"), after);
}

#[test]
fn a_disk_that_is_full_fails_nodes_and_harms_nothing() {
    if !Path::new("/bin/sh").exists() {
        println!("skipped: there is no /bin/sh to limit the size of files with");
        return;
    }
    let start = Start::new();
    let (after, _) = start.uninterrupted();
    start.restore();
    let size = fs::metadata(start.scratch.path("shop.db")).unwrap().len();
    // In blocks of 512 bytes: the log may not grow to what the run needs.
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" build", size / 512 / 2);
    let command = start.scratch.command(&[]);
    let forge = command.get_program().to_owned();
    let mut limited = std::process::Command::new("/bin/sh");
    limited.args(["-c", &script]).arg(forge).current_dir(start.scratch.path("")).env_clear();
    for (name, value) in command.get_envs() {
        limited.env(name, value.unwrap_or_default());
    }
    let output = limited.envs(LATER).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(matches!(output.status.code(), Some(1 | 2)), "{text}");
    assert!(text.contains("full") || text.contains("disk I/O error"), "{text}");
    assert!(!text.contains("panicked"), "{text}");
    check(&start, &after, 0);
    finish(&start.scratch, &after, 0);
}

#[test]
fn a_file_that_was_cut_off_is_an_error_and_not_a_panic() {
    let start = Start::new();
    let size = fs::metadata(start.scratch.path("shop.db")).unwrap().len();
    for rest in [0, 10, 100, 4096, size / 2, size - 4096] {
        start.restore();
        let file = fs::OpenOptions::new().write(true).open(start.scratch.path("shop.db")).unwrap();
        file.set_len(rest).unwrap();
        drop(file);
        let outcome = start.scratch.forge_with(&["build"], &LATER);
        match rest {
            // An empty file is a new database.
            0 => outcome.expect(0, &[]),
            _ => outcome.expect_failure(&["shop.db"]),
        };
    }
}

#[test]
fn a_clock_that_goes_backwards_changes_no_order() {
    let start = Start::new();
    let earlier = [("FORGE_NOW", "2026-02-01T12:00:00Z")];
    start.scratch.write("models/broken.sql", "select nope from {{ ref('base') }}\n");
    start.scratch.forge_with(&["build"], &earlier).expect(1, &["ERROR=1"]);
    start.scratch.forge_with(&["history"], &earlier).expect(0, &["2 2026-02-01 12:00:00"]);
    start.scratch.write("models/broken.sql", "select 1 as fine from {{ ref('base') }}\n");
    start.scratch.forge_with(&["retry"], &earlier).expect(0, &["retrying 1 node of run 2"]);
    let overlaps = "select count(*) from checked as one join checked as other on one.id = other.id \
                    and one.dbt_scd_id < other.dbt_scd_id \
                    and one.dbt_valid_from < coalesce(other.dbt_valid_to, '9999') \
                    and other.dbt_valid_from < coalesce(one.dbt_valid_to, '9999')";
    assert_eq!(rows(&start.scratch, overlaps), ["0"]);
    let backwards = "select count(*) from checked where dbt_valid_to < dbt_valid_from";
    assert_eq!(rows(&start.scratch, backwards), ["0"]);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_ends_in_order_and_the_second_time_at_once() {
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) as id from n";
    let scratch =
        Scratch::new("//- models/first.sql\n{{ config(materialized='table') }}\nselect 1 as id\n");
    scratch.forge(&["build"]).expect(0, &[]);
    scratch
        .write("models/first.sql", &format!("{{{{ config(materialized='table') }}}}\n{endless}\n"));
    scratch.write("models/second.sql", "select id from {{ ref('first') }}\n");
    for signals in [1, 2] {
        let mut command = scratch.command(&["build"]);
        let mut forge = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let begun = format!("select count(*) from _forge_runs where number = {}", signals + 1);
        while rows(&scratch, &begun) != ["1"] {
            thread::yield_now();
        }
        for _ in 0..signals {
            let id = forge.id().to_string();
            assert!(
                std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success()
            );
        }
        assert_eq!(forge.wait().unwrap().code(), Some(130));
        are_whole(&scratch);
        assert_eq!(rows(&scratch, "select id from first"), ["1"]);
    }
    // The first one said how it ended; of the second one nothing is known, or the same when it was quick.
    let ends = rows(&scratch, "select status from _forge_runs order by number");
    assert_eq!(ends[..2], ["success", "interrupted"]);
    let skipped = "select _forge_node_runs.status from _forge_node_runs join _forge_runs using (run_id) where number = 2 \
                   and unique_id = 'model.shop.second'";
    assert_eq!(rows(&scratch, skipped), ["skipped"]);
    scratch.write("models/first.sql", "{{ config(materialized='table') }}\nselect 3 as id\n");
    scratch.forge(&["retry"]).expect(0, &["TOTAL=2"]);
    assert_eq!(rows(&scratch, "select id from second"), ["3"]);
}
