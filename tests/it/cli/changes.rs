//! What changed: `git:` and `state:` with the reasons of `ls --explain`, where dbt is no reference.

use std::process::Command;

use crate::scratch::Scratch;

const PROJECT: &str = "
//- dbt_project.yml
name: shop
version: '1.0'
vars: {rate: 2}
models:
  shop:
    marts: {+schema: \"{{ target.name }}\"}
//- macros/money.sql
{% macro cents(column) %}{{ rounded(column) }}{% endmacro %}
{% macro rounded(column) %}round({{ column }}, 2){% endmacro %}
//- models/plain.sql
select 1 as id, 'a  b' as text
//- models/marts/paid.sql
{{ config(materialized='table') }}
select id, {{ cents('id') }} * {{ var('rate') }} as amount from {{ ref('plain') }}
//- models/marts/below.sql
select * from {{ ref('paid') }}
";

/// Runs git in the project; false when there is no git, which is said.
pub(super) fn git(scratch: &Scratch, arguments: &[&str]) -> bool {
    let name = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"];
    let ran = Command::new("git").current_dir(scratch.path("")).args(name).args(arguments).output();
    match ran {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            true
        }
        Err(error) => {
            eprintln!("skipped: git cannot be run here: {error}");
            false
        }
    }
}

/// A project in a repository of its own; none when there is no git.
pub(super) fn committed(files: &str) -> Option<Scratch> {
    let scratch = Scratch::new(files);
    let done = git(&scratch, &["init", "-q"])
        && git(&scratch, &["add", "-A"])
        && git(&scratch, &["commit", "-q", "-m", "x"]);
    done.then_some(scratch)
}

fn listed(scratch: &Scratch, arguments: &[&str]) -> String {
    let outcome = scratch.forge(&[&["ls", "--quiet", "--output", "name"], arguments].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    outcome.stdout
}

#[test]
fn formatting_comments_and_paths_are_no_change() {
    let Some(scratch) = committed(PROJECT) else { return };
    scratch.write("models/base/plain.sql", "-- new\nselect  1 as id ,\n  'a  b' as text{# x #}\n");
    std::fs::remove_file(scratch.path("models/plain.sql")).unwrap();
    assert_eq!(listed(&scratch, &["-s", "git:HEAD"]), "");
    scratch.write("models/base/plain.sql", "select 1 as id, 'a b' as text\n");
    assert_eq!(listed(&scratch, &["-s", "git:HEAD"]), "plain\n");
}

#[test]
fn macros_variables_and_new_models_are_told() {
    let Some(scratch) = committed(PROJECT) else { return };
    scratch.write(
        "macros/money.sql",
        "{% macro cents(column) %}{{ rounded(column) }}{% endmacro %}\n\
         {% macro rounded(column) %}round({{ column }}, 3){% endmacro %}\n",
    );
    let file = std::fs::read_to_string(scratch.path("dbt_project.yml")).unwrap();
    scratch.write("dbt_project.yml", &file.replace("rate: 2", "rate: 3"));
    scratch.write("models/more.sql", "select 1 as id\n");
    assert_eq!(
        listed(&scratch, &["-s", "git:HEAD+", "--explain"]),
        "below\n  git:HEAD+, below paid\n\
         more\n  git:HEAD+\n    new\n\
         paid\n  git:HEAD+\n    vars: rate has another value\n    \
         macros: shop.rounded changed (macros/money.sql)\n"
    );
    assert_eq!(listed(&scratch, &["-s", "git.vars:HEAD"]), "paid\n");
    assert_eq!(listed(&scratch, &["-s", "git.new:HEAD"]), "more\n");
}

#[test]
fn revisions_that_cannot_be_read_are_explained() {
    let Some(scratch) = committed(PROJECT) else { return };
    git(&scratch, &["branch", "release"]);
    let ls = |selector: &str| scratch.forge(&["ls", "-s", selector]);
    ls("git:relase").expect(2, &["git knows no revision `relase`", "did you mean `release`?"]);
    ls("git:--output=x").expect(2, &["git knows no revision `--output=x`"]);
    assert!(!scratch.path("x").exists());
    let outside = Scratch::new("//- models/a.sql\nselect 1 as id\n");
    outside.forge(&["ls", "-s", "git:HEAD"]).expect(2, &["needs a git repository", "--state DIR"]);
}

#[test]
fn a_state_of_another_target_differs_by_what_is_written_only() {
    let scratch = Scratch::new(PROJECT);
    let profile = |name: &str| {
        format!(
            "shop:\n  target: {name}\n  outputs:\n    {name}: {{type: sqlite, path: {name}.db}}\n"
        )
    };
    scratch.write("profiles.yml", &profile("prod"));
    scratch.forge(&["parse"]).expect(0, &[]);
    std::fs::rename(scratch.path("target"), scratch.path("prod")).unwrap();
    scratch.write("profiles.yml", &profile("dev"));
    let state = ["--state", "prod"];
    assert_eq!(listed(&scratch, &[&["-s", "state:modified"][..], &state].concat()), "");
    let changed = [&["-s", "state:modified", "--vars", "{rate: 5}"][..], &state].concat();
    assert_eq!(listed(&scratch, &changed), "paid\n");
}

#[test]
fn warnings_that_are_errors_now_do_not_hide_the_past() {
    let Some(scratch) = committed(PROJECT) else { return };
    let file = std::fs::read_to_string(scratch.path("dbt_project.yml")).unwrap();
    let flags = "flags: {warn_error_options: {error: [UnusedResourceConfigPath]}}\n";
    scratch.write("dbt_project.yml", &format!("{file}{flags}"));
    git(&scratch, &["commit", "-q", "-a", "-m", "y"]);
    assert_eq!(listed(&scratch, &["-s", "plain", "--exclude", "git:HEAD"]), "plain\n");
    scratch.write("models/plain.sql", "select 2 as id, 'a  b' as text\n");
    assert_eq!(listed(&scratch, &["-s", "git:HEAD"]), "plain\n");
    scratch.forge(&["ls", "-s", "git.boddy:HEAD"]).expect(2, &["did you mean `git.body:`?"]);
}

#[test]
fn a_verb_that_defers_nothing_asks_for_no_state() {
    let scratch = Scratch::new(PROJECT);
    scratch.forge_with(&["source", "freshness"], &[("DBT_DEFER", "true")]).expect(0, &[]);
    scratch.forge_with(&["compile"], &[("DBT_DEFER", "true")]).expect(2, &["--defer-state"]);
}
