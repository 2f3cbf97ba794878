//! What the verbs promise besides dbt's behaviour: no needless database, variants, a starter that builds.

use serde_json::Value as Json;

use crate::scratch::Scratch;

const INCREMENTAL: &str = "//- models/a.sql\nselect 1 as id, '2026-01-01' as day\n\
     //- models/i.sql\n{{ config(materialized='incremental', unique_key='id') }}\nselect * from {{ ref('a') }}\n\
     {% if is_incremental() %}\nwhere day > (select max(day) from {{ this }})\n{% endif %}\n";
const FILTER: &str = "where day > (select max(day)";

#[test]
fn compile_needs_no_database() {
    let scratch = Scratch::new(INCREMENTAL);
    let outcome = scratch
        .forge(&["compile", "--select", "i"])
        .expect(0, &["select * from"])
        .without(&[FILTER]);
    assert!(outcome.stdout.contains("select * from"), "the SQL belongs on stdout: {outcome}");
    assert!(scratch.read("target/compiled/shop/models/i.sql").contains("select * from"));
    assert!(!scratch.path("shop.db").exists(), "compile made a database");
}

#[test]
fn compile_renders_both_variants_whatever_is_in_the_database() {
    let scratch = Scratch::new(INCREMENTAL);
    let compile =
        |variant: &str| scratch.forge(&["compile", "--select", "i", "--variant", variant]);
    for _ in 0..2 {
        compile("full-refresh").expect(0, &[]).without(&[FILTER]);
        compile("incremental").expect(0, &[FILTER]);
        let both = compile("both").expect(0, &["full-refresh", "incremental"]);
        assert_eq!(both.stdout.matches(FILTER).count(), 1, "{both}");
        assert_eq!(both.stdout.matches("select * from").count(), 2, "{both}");
        scratch.forge(&["run"]).expect(0, &[]);
    }
    compile("sometimes").expect(2, &["sometimes"]);
}

#[test]
fn compile_shows_what_differs_between_the_variants() {
    let scratch = Scratch::new(INCREMENTAL);
    let outcome =
        scratch.forge(&["compile", "--select", "i", "--variant", "both", "--diff"]).expect(0, &[]);
    let added = |line: &str| line.starts_with('+') && line.contains(FILTER);
    assert!(outcome.stdout.lines().any(added), "{outcome}");
    assert!(
        !outcome
            .stdout
            .lines()
            .any(|line| line.starts_with(['+', '-']) && line.contains("select *"))
    );
}

#[test]
fn compile_takes_sql_from_the_command_line_and_gives_json() {
    let scratch = Scratch::new(INCREMENTAL);
    let inline = "select count(*) as n from {{ ref('a') }}";
    scratch
        .forge(&["compile", "--inline", inline])
        .expect(0, &["select count(*) as n from"])
        .without(&["ref("]);
    let outcome =
        scratch.forge(&["--quiet", "compile", "--select", "a", "--output", "json"]).expect(0, &[]);
    let json = serde_json::from_str::<Json>(&outcome.stdout);
    let json = json.unwrap_or_else(|error| panic!("not JSON: {error}: {outcome}"));
    assert!(json.to_string().contains("select 1 as id"), "{outcome}");
}

#[test]
fn init_writes_a_project_that_builds() {
    let scratch = Scratch::empty();
    scratch.forge(&["init", "starter"]).expect(0, &["starter"]);
    assert!(scratch.path("starter/dbt_project.yml").is_file());
    let outcome = scratch.forge(&["build", "--project-dir", "starter"]).expect(0, &[]);
    assert!(scratch.path("starter/starter.db").is_file(), "{outcome}");
    scratch.forge(&["test", "--project-dir", "starter"]).expect(0, &[]);
    scratch.forge(&["init", "starter"]).expect(2, &["starter"]);
}

#[test]
fn clean_does_not_touch_the_database() {
    let scratch =
        Scratch::new("//- models/a.sql\n{{ config(materialized='table') }}\nselect 1 as id\n");
    scratch.forge(&["run"]).expect(0, &[]);
    assert!(scratch.path("target").is_dir());
    scratch.forge(&["clean"]).expect(0, &[]);
    assert!(!scratch.path("target").exists());
    assert_eq!(scratch.value("select id from a"), 1.into());
}

#[test]
fn clean_spares_a_database_that_lies_in_a_folder_to_clean() {
    let scratch = Scratch::new(
        "//- dbt_project.yml\nname: shop\nversion: '1.0'\nprofile: shop\nclean-targets: [target, data]\n\
         //- profiles.yml\nshop:\n  outputs:\n    default: {type: sqlite, path: data/shop.db}\n\
         //- models/a.sql\n{{ config(materialized='table') }}\nselect 1 as id\n//- data/keep.txt\n",
    );
    scratch.forge(&["run"]).expect(0, &[]);
    let before = scratch.rows("data/shop.db");
    let outcome = scratch.forge(&["clean"]);
    assert!(scratch.path("data/shop.db").is_file(), "{outcome}");
    assert_eq!(scratch.rows("data/shop.db"), before);
    assert!(!scratch.path("target").exists());
}

#[test]
fn explain_prints_the_page_of_a_code() {
    let scratch = Scratch::empty();
    for code in ["E0301", "e0301", "unknown-ref"] {
        let outcome = scratch.forge(&["explain", code]).expect(0, &["E0301 unknown-ref"]);
        assert!(outcome.stdout.contains("unknown-ref"), "{outcome}");
    }
    scratch.forge(&["explain", "E9999"]).expect(2, &["E9999"]);
}

#[test]
fn debug_shows_what_is_in_use() {
    let scratch = Scratch::new("//- models/a.sql\nselect 1 as id\n");
    scratch
        .forge(&["debug"])
        .expect(0, &["dbt_project.yml", "shop.db", "sqlite", "journal_mode wal"]);
    let profile = "shop:\n  target: dev\n  outputs:\n    dev: {type: sqlite, path: shop.db, synchronous: full, cache_mib: 8, mmap_mib: 16}\n";
    scratch.write("profiles.yml", profile);
    let told = ["synchronous full", "cache_size 8 MiB", "mmap_size 16 MiB", "temp_store memory"];
    scratch.forge(&["debug", "--profile", "shop"]).expect(0, &told);
    scratch.write("profiles.yml", &profile.replace("full", "quickly"));
    scratch
        .forge(&["debug", "--profile", "shop"])
        .expect(1, &["`synchronous` is \"quickly\"; use one of off, normal"]);
}

#[test]
fn show_prints_rows_and_changes_nothing() {
    let scratch = Scratch::new(
        "//- seeds/s.csv\nid,name\n1,Ada\n2,Grace\n//- models/a.sql\nselect * from {{ ref('s') }}\n",
    );
    scratch.forge(&["seed"]).expect(0, &[]);
    let before = scratch.rows("shop.db");
    let outcome = scratch.forge(&["show", "--select", "a"]).expect(0, &[]);
    assert!(outcome.stdout.contains("Grace"), "rows belong on stdout: {outcome}");
    let one = scratch.forge(&[
        "show",
        "--inline",
        "select name from {{ ref('s') }} order by id",
        "--limit",
        "1",
    ]);
    one.expect(0, &["Ada"]).without(&["Grace"]);
    assert_eq!(scratch.rows("shop.db"), before);
}

#[test]
fn data_goes_to_stdout_and_the_log_can_be_json() {
    let scratch = Scratch::new("//- models/a.sql\nselect 1 as id\n");
    let outcome = scratch.forge(&["--log-format", "json", "run"]).expect(0, &[]);
    let lines =
        outcome.stdout.lines().chain(outcome.stderr.lines()).filter(|line| !line.is_empty());
    let parsed = lines.map(serde_json::from_str::<Json>).collect::<Result<Vec<_>, _>>();
    assert!(parsed.is_ok_and(|lines| lines.len() > 1), "a line is not JSON: {outcome}");
    let listed = scratch.forge(&["ls"]).expect(0, &[]);
    assert_eq!(listed.stdout, "shop.a\n");
    let quiet = scratch.forge(&["--quiet", "run"]).expect(0, &[]);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
}

#[test]
fn flags_of_the_project_file_reach_the_console() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect 1 as id{{ print('printed') if execute }}\n\
         //- dbt_project.yml\nname: shop\nversion: '1.0'\nflags: {quiet: true}\n",
    );
    let quiet = scratch.forge(&["run"]).expect(0, &[]);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("printed\n", ""));
    scratch.forge(&["--no-quiet", "run"]).expect(0, &["view main.a"]);
    let project = "name: shop\nversion: '1.0'\nflags: {log_format: json, print: false}\n";
    scratch.write("dbt_project.yml", project);
    let json = scratch.forge(&["run"]).expect(0, &[]).without(&["printed\"}"]);
    let mut lines = json.stderr.lines().chain(json.stdout.lines());
    assert!(lines.all(|line| line.starts_with('{')), "{json}");
}

#[test]
fn output_without_a_terminal_has_no_escape_codes() {
    let scratch =
        Scratch::new("//- models/a.sql\nselect 1 as id\n//- models/b.sql\nselect no_such_column\n");
    let mut command = scratch.command(&["run"]);
    let output = command.env_remove("NO_COLOR").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(!output.stdout.contains(&0x1b) && !output.stderr.contains(&0x1b));
}

#[test]
fn a_common_table_expression_may_have_the_name_of_what_it_reads() {
    let scratch = Scratch::new(
        "//- seeds/raw.csv\nid\n1\n2\n\
         //- models/orders.sql\n{{ config(materialized='incremental') }}\n\
         with orders as (select * from {{ ref('raw') }}) select * from orders\n\
         {% if is_incremental() %} where id > (select max(id) from {{ this }}){% endif %}\n\
         //- models/rows.sql\n{{ config(materialized='ephemeral') }}select * from {{ ref('raw') }}\n\
         //- models/totals.sql\n{{ config(materialized='table') }}\n\
         with raw as (select * from {{ ref('rows') }}), \"Orders\"(id) as materialized (\n\
         select id from {{ ref('orders') }}) select count(*) as n from raw join \"Orders\" using (id)\n\
         //- models/same.sql\nwith same as (select * from {{ ref('orders') }}) select * from same\n\
         //- models/s.yml\nmodels: [{name: orders, columns: [{name: id, data_tests: [unique]}]}]\n",
    );
    scratch.forge(&["check"]).expect(0, &["no mistakes"]);
    scratch.forge(&["build"]).expect(0, &["completed successfully"]);
    scratch.write("seeds/raw.csv", "id\n1\n2\n3\n");
    scratch.forge(&["build"]).expect(0, &["1 row"]);
    let shown = scratch.forge(&["show", "--inline", "select n from totals"]);
    assert_eq!(shown.stdout.trim(), "n\n-\n3");
    scratch
        .forge(&["compile", "-s", "totals"])
        .expect(0, &["from main.\"orders\"", "main.\"raw\""]);
    scratch.forge(&["compile", "-s", "same"]).expect(0, &["from \"orders\""]).without(&["main."]);
}
