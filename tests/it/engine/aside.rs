//! Models that are computed beside the writer: the same tables, statements, messages and costs as without.

use super::{model, rows};
use crate::scratch::Scratch;

const ALWAYS: &[&str] = &["--threads", "2", "--compute-aside", "always"];
const NEVER: &[&str] = &["--threads", "2", "--compute-aside", "never"];

/// Models of all kinds; the name of those that are computed aside begins with `aside`.
const PROJECT: &str = "//- seeds/s.csv
id,v,amount,day
1,a,1.5,2026-01-01
2,b,,2026-01-02
3,a,7,
//- models/aside_types.sql
{{ config(materialized='table', indexes=[{'columns': ['id'], 'unique': true}]) }}
select id, v, v, amount as \"select\", amount as \"a \"\"b\", cast(id as text) as t, x'00ff' as b, null as n,
       count(*) over (), 9223372036854775807 as large, -0.0 as zero
from {{ ref('s') }} order by id desc;
//- models/aside_from_view.sql
{{ config(materialized='table', post_hook=\"create index from_view_id on {{ this }} (id)\") }}
with e as (select * from {{ ref('inlined') }}) select e.*, v.total from e join {{ ref('seen') }} as v using (id)
//- models/aside_below.sql
{{ config(materialized='table', publish='after_tests') }}
select \"select\", t, md5(t) as m from {{ ref('aside_types') }} union all select id, total, 'x' from {{ ref('aside_from_view') }}
//- models/aside_empty.sql
{{ config(materialized='table') }}
select id, day from {{ ref('s') }} where 0 -- no rows
//- models/inlined.sql
{{ config(materialized='ephemeral') }}
select id from {{ ref('s') }}
//- models/seen.sql
select id, sum(amount) over () as total from {{ ref('s') }}
//- models/typed.sql
{{ config(materialized='table', contract={'enforced': true}) }}
select id, cast(v as text) as v from {{ ref('s') }}
//- models/grown.sql
{{ config(materialized='table') }}
{% set relation = adapter.get_relation(this.database, this.schema, this.identifier) %}
select 1 as n {% if relation is not none %} union all select n + 1 from {{ this }} {% endif %}
//- models/several.sql
{{ config(materialized='table') }}
-- a comment with {{ this }} in it
select ';' as n
//- models/asked.sql
{{ config(materialized='table') }}
select {{ run_query('select max(id) from ' ~ ref('s')).columns[0].values()[0] }} as n
//- models/hooked.sql
{{ config(materialized='table', pre_hook='create table if not exists made as select 1 as n') }}
select n from made
//- models/looking.sql
{{ config(materialized='table', post_hook=\"create table if not exists looked as {{ sql }}\") }}
select id from {{ ref('s') }}
//- models/unreferenced.sql
{{ config(materialized='table') }}
select n from zzz_written_later
//- models/zzz_written_later.sql
{{ config(materialized='table', pre_hook=\"select 1\") }}
-- depends_on: {{ ref('aside_below') }}
select 1 as n
//- models/models.yml
models:
  - name: aside_below
    columns: [{name: m, data_tests: [not_null]}]
  - name: typed
    columns: [{name: id, data_type: integer}, {name: v, data_type: text}]
";

fn project() -> Scratch {
    let scratch = Scratch::new(PROJECT);
    // What a query reads that names no model is there from the start.
    scratch.write("dbt_project.yml", "name: shop\nversion: '1.0'\non-run-start: \"create table if not exists zzz_written_later as select 0 as n\"\n");
    scratch
}

/// The names of models that were built from rows that were computed aside, in order.
fn computed(scratch: &Scratch) -> Vec<String> {
    let log = scratch.read("logs/forge.log");
    let of = |line: &str| {
        let made = line.trim().strip_prefix("create table \"")?;
        made.split_once("\" as").map(|(name, _)| name.to_owned())
    };
    let lines: Vec<&str> = log.lines().collect();
    let mut names: Vec<String> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.contains("forge_aside_rows"))
        .filter_map(|(at, _)| lines[..=at].iter().rev().find_map(|line| of(line)))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Everything that a run leaves, apart from times: definitions, rows in order, written statements, results.
fn left(scratch: &Scratch) -> Vec<String> {
    let mut left = rows(
        scratch,
        "select type, name, tbl_name, sql from sqlite_master where name not like '!_forge%' escape '!' order by name",
    );
    let tables = rows(
        scratch,
        "select name from sqlite_master where type = 'table' and name not like '!_forge%' escape '!' and name not like 'sqlite%' order by name",
    );
    for table in tables {
        let columns = rows(
            scratch,
            &format!(
                "select 'typeof(\"' || replace(name, '\"', '\"\"') || '\") || quote(\"' || replace(name, '\"', '\"\"') || '\")' from pragma_table_info('{table}')"
            ),
        );
        left.extend(rows(
            scratch,
            &format!(
                "select '{table}', rowid, {} from \"{table}\" order by rowid",
                columns.join(", ")
            ),
        ));
    }
    for name in ["aside_types", "aside_from_view", "aside_below", "aside_empty", "grown", "several"]
    {
        for kind in ["run", "compiled"] {
            left.push(scratch.read(&format!("target/{kind}/shop/models/{name}.sql")));
        }
    }
    let results: serde_json::Value =
        serde_json::from_str(&scratch.read("target/run_results.json")).unwrap();
    let mut results: Vec<String> = results["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            format!(
                "{} {} {} {} {}",
                one["unique_id"],
                one["status"],
                one["message"],
                one["adapter_response"],
                one["compiled_code"]
            )
        })
        .collect();
    results.sort();
    left.extend(results);
    left
}

fn assert_same(left: &[String], right: &[String]) {
    for (one, other) in left.iter().zip(right) {
        assert_eq!(one, other);
    }
    assert_eq!(left.len(), right.len());
}

#[test]
fn what_is_left_is_the_same() {
    let (never, always, one) = (project(), project(), project());
    for _ in 0..2 {
        never.forge(&[&["build"], NEVER].concat()).expect(0, &["ERROR=0"]);
        one.forge(&["build", "--threads", "1", "--compute-aside", "always"])
            .expect(0, &["ERROR=0"]);
        always.forge(&[&["build"], ALWAYS].concat()).expect(0, &["ERROR=0"]);
        assert_same(&left(&always), &left(&never));
        assert_same(&left(&one), &left(&never));
    }
    // `grown` reads itself only once it is there.
    let all = ["aside_below", "aside_empty", "aside_from_view", "aside_types", "grown"];
    assert_eq!(computed(&always), all);
    assert!(computed(&never).is_empty() && computed(&one).is_empty());
    assert!(!always.path("target/.forge_aside").exists());
    let costs = "select steps, rows_scanned, sorts, rows_indexed from _forge_costs join _forge_runs using (run_id) \
                 where unique_id like 'model.shop.aside%' order by number, unique_id";
    let of = |scratch: &Scratch| -> Vec<Vec<i64>> {
        let numbers = |row: &String| row.split('|').filter_map(|one| one.parse().ok()).collect();
        rows(scratch, costs).iter().map(numbers).collect()
    };
    let (of_always, of_never) = (of(&always), of(&never));
    for (one, other) in of_always.iter().zip(&of_never) {
        assert!((one[0] - other[0]).abs() < 16 && one[1..] == other[1..], "{one:?} {other:?}");
    }
    assert!(of_always.len() == 8 && of_always[0][0] > 0);
}

#[test]
fn mistakes_are_told_as_ever() {
    let files = [
        ("models/typo.sql", "select nope from {{ ref('base') }}"),
        ("models/late.sql", "select abs(-9223372036854775808) as n from {{ ref('base') }}"),
        ("models/template.sql", "select {{ nope.attribute }} from {{ ref('base') }}"),
        ("models/fine.sql", "select n from {{ ref('base') }}"),
        (
            "models/doubled.sql",
            "select n from {{ ref('base') }} union all select n from {{ ref('base') }}",
        ),
    ];
    let told = |flags: &[&str]| {
        let scratch = Scratch::new("");
        scratch.write("models/base.sql", &model("materialized='table'", "select 1 as n"));
        for (path, sql) in files {
            let config = match path.contains("doubled") {
                true => "materialized='table', indexes=[{'columns': ['n'], 'unique': true}]",
                false => "materialized='table'",
            };
            scratch.write(path, &model(config, sql));
        }
        let ended = scratch.forge(&[&["run"], flags].concat()).expect(1, &["PASS=2", "ERROR=4"]);
        let is_stable = |line: &&str| !line.starts_with("ok ") && !line.starts_with("completed");
        let mut lines: Vec<String> = ended
            .stderr
            .lines()
            .chain(ended.stdout.lines())
            .filter(is_stable)
            .map(str::to_owned)
            .collect();
        lines
            .iter_mut()
            .filter(|line| line.starts_with("error "))
            .for_each(|line| line.truncate(30));
        lines.sort();
        let found = rows(
            &scratch,
            "select name from sqlite_master where name not like '%forge%' order by name",
        );
        assert_eq!(found, ["base", "fine"]);
        assert!(!scratch.path("target/.forge_aside").exists());
        lines
    };
    assert_eq!(told(ALWAYS), told(NEVER));
}

#[test]
fn a_connection_that_was_changed_is_not_replaced() {
    let like = "select 'A' like 'a' as n";
    for (hook, is_computed) in [
        ("pragma case_sensitive_like = on", false),
        ("create temp table extra as select 1 as n", false),
        ("create temp table extra as select 1 as n; drop table extra", true),
        ("select 1 as temperature", true),
    ] {
        let scratch = Scratch::new("");
        scratch.write("dbt_project.yml", &format!("name: shop\non-run-start: \"{hook}\"\n"));
        scratch.write("models/m.sql", &model("materialized='table'", like));
        scratch.forge(&[&["run"], ALWAYS].concat()).expect(0, &[]);
        assert_eq!(!computed(&scratch).is_empty(), is_computed, "{hook}");
        assert_eq!(
            rows(&scratch, "select n from m"),
            [if hook.contains("like") { "0" } else { "1" }]
        );
    }
}

#[test]
fn a_project_with_a_way_of_its_own_keeps_it() {
    for own in [
        "{% macro sqlite__create_table_as(temporary, relation, sql) %}create table {{ relation }} as select '{{ sql }}' as n{% endmacro %}",
        "{% macro stage_self_reference(existing, sql) %}{{ return(\"select '\" ~ sql ~ \"' as n\") }}{% endmacro %}",
        "{% materialization table, default %}{% call statement('main') %}create table {{ this }} as select '{{ sql }}' as n{% endcall %}\
         {{ return({'relations': [this]}) }}{% endmaterialization %}",
    ] {
        let made = |flags: &[&str]| {
            let scratch = Scratch::new("");
            scratch.write("macros/own.sql", own);
            scratch.write("models/m.sql", &model("materialized='table'", "select 5 as five"));
            scratch.forge(&[&["run"], flags].concat()).expect(0, &[]);
            assert!(computed(&scratch).is_empty());
            scratch.rows("shop.db")
        };
        assert_eq!(made(ALWAYS), made(NEVER), "{own}");
    }
}

#[test]
fn what_stands_in_the_way_of_the_files_changes_nothing() {
    let scratch = project();
    // What a run that was killed has left.
    scratch.write("target/.forge_aside/1-0.db", "half of a file");
    scratch.forge(&[&["build"], ALWAYS].concat()).expect(0, &["ERROR=0"]);
    assert!(!computed(&scratch).is_empty() && !scratch.path("target/.forge_aside").exists());
    let never = project();
    never.forge(&[&["build"], NEVER].concat()).expect(0, &["ERROR=0"]);
    // A file where the folder would be.
    let blocked = project();
    blocked.write("target/.forge_aside", "a file");
    blocked.forge(&[&["build"], ALWAYS].concat()).expect(0, &["ERROR=0"]);
    assert!(computed(&blocked).is_empty());
    assert_same(&left(&blocked), &left(&never));
}

#[test]
fn many_threads_compute_many_models() {
    let scratch = Scratch::new("");
    for at in 0..30 {
        let sql = match at {
            0..3 => format!(
                "with recursive n(i) as (select 1 union all select i + 1 from n where i < 300) select i, {at} as k from n"
            ),
            _ => {
                format!("select i, k + {at} as k from {{{{ ref('m{}') }}}} order by i desc", at - 3)
            }
        };
        scratch.write(&format!("models/m{at}.sql"), &model("materialized='table'", &sql));
    }
    scratch.forge(&["run", "--threads", "8", "--compute-aside", "always"]).expect(0, &["PASS=30"]);
    assert_eq!(computed(&scratch).len(), 30);
    let (aside, plain) = (scratch.rows("shop.db"), Scratch::new(""));
    for at in 0..30 {
        let path = format!("models/m{at}.sql");
        plain.write(&path, &scratch.read(&path));
    }
    plain.forge(&["run", "--threads", "1"]).expect(0, &["PASS=30"]);
    assert_eq!(plain.rows("shop.db"), aside);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_what_is_computed() {
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) as id from n";
    let scratch = Scratch::new("");
    for name in ["a", "b"] {
        scratch.write(&format!("models/{name}.sql"), &model("materialized='table'", endless));
    }
    let mut command = scratch.command(&[&["run"], ALWAYS].concat());
    let quiet = std::process::Stdio::null;
    let mut forge = command.stdout(quiet()).stderr(quiet()).spawn().unwrap();
    let files =
        || std::fs::read_dir(scratch.path("target/.forge_aside")).map_or(0, Iterator::count);
    while files() < 2 {
        assert_eq!(forge.try_wait().unwrap(), None, "it ended by itself");
        std::thread::yield_now();
    }
    let id = forge.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(forge.wait().unwrap().code(), Some(130));
    assert!(!scratch.path("target/.forge_aside").exists());
    scratch.write("models/a.sql", &model("materialized='table'", "select 1 as id"));
    scratch.write("models/b.sql", &model("materialized='table'", "select 2 as id"));
    scratch.forge(&["retry"]).expect(0, &["PASS=2"]);
    assert_eq!(rows(&scratch, "select id from b"), ["2"]);
}
