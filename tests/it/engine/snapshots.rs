//! Snapshots: random histories keep their invariants, what does not fit is refused whole, nothing is ever rebuilt.

use std::collections::BTreeMap;

use super::rows;
use crate::scratch::Scratch;

/// Snapshots of one table by every strategy and treatment of deleted rows; names say which.
const VARIANTS: &str = "\
//- snapshots/all.yml
snapshots:
  - {name: t_ignore, relation: \"source('s', 'src')\", config: {strategy: timestamp, updated_at: changed, unique_key: id}}
  - {name: t_invalidate, relation: \"source('s', 'src')\", config: {strategy: timestamp, updated_at: changed, unique_key: [id, part], hard_deletes: invalidate}}
  - {name: t_new_record, relation: \"source('s', 'src')\", config: {strategy: timestamp, updated_at: \"coalesce(changed, '')\", unique_key: id || part, hard_deletes: new_record}}
  - {name: c_ignore, relation: \"source('s', 'src')\", config: {strategy: check, check_cols: all, unique_key: [id]}}
  - {name: c_invalidate, relation: \"source('s', 'src')\", config: {strategy: check, check_cols: [name, changed], unique_key: id, hard_deletes: invalidate}}
  - {name: c_new_record, relation: \"source('s', 'src')\", config: {strategy: check, check_cols: all, unique_key: [id, part], hard_deletes: new_record}}
sources: [{name: s, schema: main, tables: [{name: src}]}]
";
const NAMES: [&str; 6] =
    ["t_ignore", "t_invalidate", "t_new_record", "c_ignore", "c_invalidate", "c_new_record"];

/// What the source says of a key: name and time of change.
type State = BTreeMap<u64, (Option<&'static str>, String)>;

/// A small generator, so that a failure comes again.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Minutes of a made-up day as the database writes them.
fn time(minute: u64) -> String {
    format!("2026-05-{:02} {:02}:{:02}:00", 1 + minute / 1440, minute / 60 % 24, minute % 60)
}

struct History {
    scratch: Scratch,
    source: State,
    /// What was deleted, as it was.
    gone: State,
    /// What every key was when it was last there.
    last_seen: State,
    /// The runs: their time, what was there, and what had been seen by then.
    runs: Vec<(String, State, State)>,
}

impl History {
    fn new() -> Self {
        let scratch = Scratch::new(VARIANTS);
        scratch
            .forge(&["run-operation", "--sql", "create table src (id, part, name, changed)"])
            .expect(0, &[]);
        let empty = State::new;
        History { scratch, source: empty(), gone: empty(), last_seen: empty(), runs: Vec::new() }
    }

    /// Some rows come, change (also back to what they were), go and return as they were or changed.
    fn change(&mut self, random: &mut Random, minute: u64) {
        const VALUES: [Option<&str>; 4] = [None, Some("a"), Some("b"), Some("")];
        for id in 0..5 {
            let value = VALUES[random.below(4) as usize];
            match (self.source.contains_key(&id), random.below(6)) {
                (true, 0) => {
                    let row = self.source.remove(&id).unwrap();
                    self.gone.insert(id, row);
                }
                (false, 0) if self.gone.contains_key(&id) => {
                    self.source.insert(id, self.gone[&id].clone());
                }
                (_, 1 | 2) => {
                    self.source.insert(id, (value, time(minute)));
                }
                _ => {}
            }
        }
        let db = self.scratch.db();
        db.execute("delete from src", []).unwrap();
        for (id, (name, changed)) in &self.source {
            let row = rusqlite::params![*id as i64, "p", name, changed];
            db.execute("insert into src values (?, ?, ?, ?)", row).unwrap();
        }
        self.last_seen.extend(self.source.clone());
    }

    fn run(&mut self, minute: u64) {
        let now = format!("{}Z", time(minute).replace(' ', "T"));
        self.scratch.forge_with(&["snapshot"], &[("FORGE_NOW", &now)]).expect(0, &[]);
        self.runs.push((time(minute), self.source.clone(), self.last_seen.clone()));
    }

    /// Versions that overlap, end before they begin, or share an id.
    fn check_order(&self) {
        for name in NAMES {
            let sql = format!(
                "select id, dbt_valid_from, dbt_valid_to, next from ( \
                 select *, lead(dbt_valid_from) over (partition by id order by dbt_valid_from, coalesce(dbt_valid_to, '9'), rowid) as next \
                 from {name}) \
                 where dbt_valid_to < dbt_valid_from or next < coalesce(dbt_valid_to, '9') or dbt_valid_from is null"
            );
            assert_eq!(rows(&self.scratch, &sql), [""; 0], "order of {name}");
            let ids = format!("select dbt_scd_id from {name} group by 1 having count(*) > 1");
            assert_eq!(rows(&self.scratch, &ids), [""; 0], "ids of {name}");
        }
    }

    /// The state of the source, as a snapshot has it where `condition` holds.
    fn expect_state(&self, condition: &str, source: &State, last_seen: &State) {
        for name in NAMES {
            let expected = if name.ends_with("ignore") { last_seen } else { source };
            let lines: Vec<String> = (expected.iter())
                .map(|(id, (name, changed))| format!("{id}|{}|{changed}", name.unwrap_or("~")))
                .collect();
            let live =
                if name.ends_with("new_record") { "and dbt_is_deleted = 'False'" } else { "" };
            let sql =
                format!("select id, name, changed from {name} where {condition} {live} order by 1");
            assert_eq!(rows(&self.scratch, &sql), lines, "{name} where {condition}");
        }
    }

    fn check_current(&self) {
        self.expect_state("dbt_valid_to is null", &self.source, &self.last_seen);
    }
}

#[test]
fn any_moment_of_a_history_can_be_had_again() {
    for seed in 1..=2 {
        let (mut random, mut history) = (Random(seed), History::new());
        for step in 0..6 {
            let minute = 100 * step + random.below(50);
            history.change(&mut random, minute);
            history.run(minute + random.below(40));
            history.check_order();
            history.check_current();
        }
        for (time, source, last_seen) in &history.runs {
            let then =
                format!("dbt_valid_from <= '{time}' and coalesce(dbt_valid_to, '9') > '{time}'");
            history.expect_state(&then, source, last_seen);
        }
        let before = history.scratch.rows("shop.db");
        history.run(2000);
        assert_eq!(history.scratch.rows("shop.db"), before, "a run without a change");
    }
}

#[test]
fn versions_stay_in_order_when_the_clock_does_not() {
    for seed in 11..=12 {
        let (mut random, mut history) = (Random(seed), History::new());
        for step in 0..6 {
            // The source's clock goes on; that of the runs stands still or jumps either way.
            history.change(&mut random, 100 * step);
            history.run([300, 300, 10, 900][random.below(4) as usize]);
            history.check_order();
            history.check_current();
        }
    }
}

/// A snapshot `h` of the table `src`, which holds `id`, `name` and `at`.
fn project(config: &str, values: &str) -> Scratch {
    let scratch = Scratch::new(&format!(
        "//- snapshots/h.yml\nsnapshots: [{{name: h, relation: \"source('s', 'src')\", config: {{{config}}}}}]\n\
         sources: [{{name: s, schema: main, tables: [{{name: src}}]}}]\n"
    ));
    let sql =
        format!("create table src (id int, name text, at text); insert into src values {values}");
    scratch.forge(&["run-operation", "--sql", &sql]).expect(0, &[]);
    scratch
}

fn change(scratch: &Scratch, sql: &str) {
    scratch.db().execute_batch(sql).unwrap();
}

const CHECK: &str = "strategy: check, check_cols: all, unique_key: id";

#[test]
fn keys_that_repeat_or_are_missing_write_nothing() {
    let scratch = project(CHECK, "(1, 'a', ''), (2, 'b', '')");
    scratch.forge(&["snapshot"]).expect(0, &["2 rows"]);
    let before = scratch.rows("shop.db")["h"].clone();
    change(
        &scratch,
        "insert into src values (2, 'c', ''), (3, 'd', ''), (3, 'e', ''), (3, 'f', '')",
    );
    let told = "snapshot `h`: `id = 2` is in 2 rows of its query; so is 1 other key";
    scratch.forge(&["snapshot"]).expect(1, &["E0720", told, "add a column to `unique_key`"]);
    change(&scratch, "delete from src where id > 1; insert into src values (null, 'x', '')");
    scratch
        .forge(&["snapshot"])
        .expect(1, &["E0720", "the key `id` is null in 1 row of its query"]);
    assert_eq!(scratch.rows("shop.db")["h"], before);
    assert!(!scratch.rows("shop.db").keys().any(|name| name.starts_with("h__")));
}

#[test]
fn a_full_refresh_keeps_the_history() {
    let scratch = project(CHECK, "(1, 'a', '')");
    scratch.forge(&["build"]).expect(0, &[]);
    change(&scratch, "update src set name = null");
    scratch.forge(&["build", "--full-refresh"]).expect(0, &[]);
    change(&scratch, "update src set name = 'a'");
    scratch.forge(&["build", "--full-refresh"]).expect(0, &["2 rows"]);
    assert_eq!(rows(&scratch, "select name from h order by rowid"), ["a", "~", "a"]);
    assert_eq!(rows(&scratch, "select count(*) from h where dbt_valid_to is null"), ["1"]);
}

#[test]
fn a_table_that_does_not_fit_is_left_alone() {
    let scratch = project(CHECK, "(1, 'a', '2020-01-01'), (2, 'a', '2020-01-01')");
    scratch.forge(&["snapshot"]).expect(0, &[]);
    let before = scratch.rows("shop.db");
    let with = |config: &str| {
        let text = scratch.read("snapshots/h.yml");
        let (head, rest) = text.split_once("config: {").unwrap();
        let rest = rest.split_once('}').unwrap().1;
        scratch.write("snapshots/h.yml", &format!("{head}config: {{{config}}}{rest}"));
        scratch.forge(&["snapshot"])
    };
    change(&scratch, "update src set at = id");
    with("strategy: check, check_cols: all, unique_key: at").expect(
        1,
        &["E0721", "2 current versions with `at = '2020-01-01'`", "was `unique_key` changed"],
    );
    change(&scratch, "update src set at = '2020-01-01'");
    with(&format!("{CHECK}, hard_deletes: new_record"))
        .expect(1, &["E0721", "it has no `dbt_is_deleted`", "was `hard_deletes` changed?"]);
    with("strategy: check, check_cols: [nmae], unique_key: id").expect(
        1,
        &["E0510", "`check_cols: nmae` cannot be read from its query", "did you mean `name`?"],
    );
    assert_eq!(scratch.rows("shop.db"), before);
    with("strategy: timestamp, updated_at: at, unique_key: id").expect(0, &["0 rows"]);
}

#[test]
fn a_change_of_the_end_of_current_versions_is_noticed() {
    let scratch =
        project(&format!("{CHECK}, dbt_valid_to_current: \"'9999-12-31'\""), "(1, 'a', '')");
    scratch.forge(&["snapshot"]).expect(0, &["1 row"]);
    scratch.forge(&["snapshot"]).expect(0, &["0 rows"]);
    let text = scratch.read("snapshots/h.yml");
    scratch.write("snapshots/h.yml", &text.replace(", dbt_valid_to_current: \"'9999-12-31'\"", ""));
    scratch.forge(&["snapshot"]).expect(1, &["E0721", "was `dbt_valid_to_current` changed?"]);
    assert_eq!(rows(&scratch, "select count(*) from h"), ["1"]);
}

#[test]
fn rows_without_a_time_are_told_and_followed_once_they_have_one() {
    let scratch = project(
        "strategy: timestamp, updated_at: at, unique_key: id",
        "(1, 'a', null), (2, 'b', '2026-01-01')",
    );
    scratch
        .forge(&["snapshot"])
        .expect(0, &["E0722", "`at` is null in 1 row of its query", "2 rows"]);
    change(&scratch, "update src set name = 'c', at = '2026-01-02' where id = 1");
    scratch.forge(&["snapshot"]).expect(0, &[]).without(&["E0722"]);
    let versions = "select name, dbt_valid_from, dbt_valid_to from h where id = 1 order by rowid";
    assert_eq!(rows(&scratch, versions), ["a|~|2026-01-02", "c|2026-01-02|~"]);
    change(&scratch, "update src set name = 'late', at = '2025-12-31' where id = 1");
    scratch.forge(&["snapshot"]).expect(0, &["0 rows"]);
}

#[test]
fn mistakes_in_the_configuration_are_found_before_anything_runs() {
    for (config, told) in [
        ("unique_key: id", "it has no `strategy`"),
        ("strategy: check, check_cols: all", "it has no `unique_key`"),
        ("strategy: timestamp, unique_key: id", "the strategy `timestamp` needs `updated_at`"),
        ("strategy: check, unique_key: id", "the strategy `check` needs `check_cols`"),
        ("strategy: chek, unique_key: id", "did you mean `check`?"),
        ("strategy: a.b, unique_key: id", "the package `a` needs a macro `snapshot_b_strategy`"),
        ("strategy: check, unique_key: {a: 1}, check_cols: all", "`unique_key` is `{\"a\":1}`"),
        ("strategy: check, unique_key: id, check_cols: some", "`check_cols` is `all` or a list"),
        (
            "strategy: timestamp, unique_key: id, updated_at: at, check_cols: all",
            "takes no `check_cols`",
        ),
        ("strategy: timestamp, unique_key: id, updated_at: 1", "`updated_at` is a column"),
        (
            "strategy: check, unique_key: id, check_cols: all, hard_deletes: new_rec",
            "did you mean `new_record`?",
        ),
        (
            "strategy: check, unique_key: id, check_cols: all, hard_deletes: ignore, invalidate_hard_deletes: true",
            "it has both",
        ),
        (
            "strategy: check, unique_key: id, check_cols: all, materialized: table",
            "cannot be materialized as `table`",
        ),
        (
            "strategy: check, unique_key: id, check_cols: all, snapshot_meta_column_names: {dbt_valid_form: a}",
            "did you mean `dbt_valid_from`?",
        ),
        (
            "strategy: check, unique_key: id, check_cols: all, snapshot_meta_column_names: {dbt_valid_from: A, dbt_valid_to: a}",
            "gives two columns the name `a`",
        ),
    ] {
        let scratch = Scratch::new(&format!(
            "//- models/m.sql\nselect 1 as id\n//- snapshots/h.yml\n\
             snapshots: [{{name: h, relation: ref('m'), config: {{{config}}}}}]\n"
        ));
        scratch.forge(&["parse"]).expect(2, &["E0510", "snapshots/h.yml:1", told]);
        let off = scratch.read("snapshots/h.yml").replace("config: {", "config: {enabled: false, ");
        scratch.write("snapshots/h.yml", &off);
        scratch.forge(&["parse"]).expect(0, &[]);
    }
}

#[test]
fn a_lost_history_is_begun_anew_only_when_asked() {
    let scratch = project(CHECK, "(1, 'a', '')");
    scratch.forge(&["snapshot"]).expect(0, &["1 row"]);
    change(&scratch, "drop table h");
    scratch.forge(&["snapshot"]).expect(1, &["E0804", "--allow-rebuild"]);
    scratch.forge(&["snapshot", "--allow-rebuild"]).expect(0, &["1 row"]);
}
