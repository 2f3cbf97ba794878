//! Odd and hostile names: quoted where they are names, refused where they are paths.

use super::{model, rows};
use crate::scratch::Scratch;

#[test]
fn an_alias_is_a_name_and_never_sql() {
    let long = "n".repeat(3000);
    for alias in [
        "a b",
        "a\"b",
        "a'b",
        "a;drop table keep;--",
        "select",
        "a.b",
        "été",
        "../x",
        "a`b",
        "[x]",
        "%s",
        "x--",
        &long,
    ] {
        let scratch = Scratch::new(
            "//- models/keep.sql\n{{ config(materialized='table') }}\nselect 1 as id\n",
        );
        let quoted = alias.replace('\\', "\\\\").replace('\'', "\\'");
        for kind in ["table", "view", "incremental", "incremental"] {
            let config = format!(
                "materialized='{kind}', alias='{quoted}', unique_key='id', indexes=[{{'columns': ['id']}}]"
            );
            scratch.write("models/odd.sql", &model(&config, "select 1 as id"));
            scratch.write("models/below.sql", "select * from {{ ref('odd') }}\n");
            scratch.write("models/s.yml", "models: [{name: odd, columns: [{name: id, data_tests: [unique, {not_null: {config: {store_failures: true}}}]}]}]\n");
            scratch.forge(&["build"]).expect(0, &["ERROR=0"]);
        }
        let sql = format!("select id from \"{}\"", alias.replace('"', "\"\""));
        assert_eq!(rows(&scratch, &sql), ["1"], "{alias}");
        assert_eq!(rows(&scratch, "select id from below"), ["1"]);
        assert_eq!(rows(&scratch, "select id from keep"), ["1"]);
    }
}

#[test]
fn a_schema_is_a_name_and_never_a_path_in_one_file() {
    for schema in ["a b", "../up", "a\"b", "a;b", "..", "/etc", "temp2"] {
        let scratch = Scratch::new("");
        let quoted = schema.replace('"', "\\\"");
        for (name, kind) in [("t", "table"), ("i", "incremental"), ("v", "view")] {
            let config = format!("materialized='{kind}', schema=\"{quoted}\"");
            scratch.write(&format!("models/{name}.sql"), &model(&config, "select 1 as id"));
        }
        scratch.write("models/w.sql", "select t.id from {{ ref('t') }} t join {{ ref('i') }} using (id) join {{ ref('v') }} using (id)\n");
        for _ in 0..2 {
            scratch.forge(&["run"]).expect(0, &["ERROR=0"]);
        }
        let sql = format!("select count(*) from \"main_{}__t\"", schema.replace('"', "\"\""));
        assert_eq!(rows(&scratch, &sql), ["1"], "{schema}");
    }
}

/// A profile with attached files below `data/`.
fn attached(target_schema: &str) -> Scratch {
    let scratch = Scratch::new("//- dbt_project.yml\nname: shop\nversion: '1.0'\nprofile: shop\n");
    scratch.write(
        "profiles.yml",
        &format!(
            "shop:\n  target: dev\n  outputs:\n    dev:\n      type: sqlite\n      threads: 1\n      database: database\n      schema: {target_schema}\n      schemas_and_paths: {{main: data/main.db}}\n      schema_directory: data\n"
        ),
    );
    scratch
}

#[test]
fn a_schema_that_would_leave_its_folder_is_refused() {
    let all = |scratch: &Scratch| -> Vec<String> {
        let files = walkdir::WalkDir::new(scratch.path("..")).into_iter().filter_map(Result::ok);
        let mut names: Vec<String> = files
            .map(|entry| entry.path().display().to_string())
            .filter(|path| path.ends_with(".db"))
            .collect();
        names.sort();
        names
    };
    for schema in ["../out", "/tmp/forge_out", "..", "a/b", "a\\\\b", "", ".", "x\\0y"] {
        let scratch = attached("main");
        scratch.write(
            "models/a.sql",
            &model(&format!("materialized='table', schema='{schema}'"), "select 1 as id"),
        );
        scratch.write("macros/names.sql", "{% macro generate_schema_name(custom, node) %}{{ custom if custom is not none else target.schema }}{% endmacro %}\n");
        scratch.forge(&["run"]).without(&["panicked"]);
        let found = all(&scratch);
        let outside =
            found.iter().filter(|path| !path.contains("/shop/data/") || path.contains("data/a/"));
        assert_eq!(outside.count(), 0, "{schema}: {found:?}");
        assert!(!std::path::Path::new("/tmp/forge_out.db").exists());
    }
}

#[test]
fn a_refused_schema_says_why() {
    let scratch = attached("main");
    scratch
        .write("models/a.sql", &model("materialized='table', schema='../out'", "select 1 as id"));
    scratch.write(
        "macros/names.sql",
        "{% macro generate_schema_name(custom, node) %}{{ custom }}{% endmacro %}\n",
    );
    scratch.forge(&["run"]).expect_failure(&["../out", "schema"]);
}

#[test]
fn attached_schemas_hold_tables_with_odd_names() {
    let scratch = attached("main");
    scratch.write(
        "models/a.sql",
        &model(
            "materialized='table', schema='mart', alias='a b', indexes=[{'columns': ['id']}]",
            "select 1 as id",
        ),
    );
    scratch.write("models/b.sql", &model("materialized='incremental', unique_key='id', incremental_strategy='merge', schema='mart'", "select id from {{ ref('a') }}"));
    scratch.write("models/s.yml", "models: [{name: b, columns: [{name: id, data_tests: [{not_null: {config: {store_failures: true}}}, unique]}]}]\n");
    for _ in 0..2 {
        scratch.forge(&["build"]).expect(0, &["ERROR=0"]);
    }
    assert_eq!(scratch.rows("data/main_mart.db").into_keys().collect::<Vec<_>>(), ["a b", "b"]);
}

#[test]
fn a_view_over_another_attached_file_is_explained() {
    let scratch = attached("main");
    scratch.write("models/a.sql", &model("materialized='table', schema='mart'", "select 1 as id"));
    scratch.write("models/v.sql", "select id from {{ ref('a') }}\n");
    scratch.forge(&["run"]).expect(1, &["make it a table"]);
}

#[test]
fn a_source_with_a_hostile_name_is_only_a_name() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect * from {{ source('raw', 't') }}\n\
         //- models/s.yml\nsources:\n  - name: raw\n    schema: main\n    tables: [{name: t, identifier: 'x\"; drop table keep; --'}]\n",
    );
    rusqlite::Connection::open(scratch.path("shop.db"))
        .unwrap()
        .execute_batch("create table keep as select 1 as id")
        .unwrap();
    scratch.forge(&["run"]).expect(1, &["E0706"]);
    assert_eq!(rows(&scratch, "select id from keep"), ["1"]);
}

#[test]
fn values_that_no_engine_likes_are_errors_and_not_panics() {
    for sql in [
        "select 99999999999999999999999999999999999999 as n, 1e999 as x",
        "select 'a\0b' as v",
        "select 1 as id where",
        "",
        ";",
        "-- only a comment",
        "select 1 as id;;",
        "select 1 as id; -- end",
        "values (1), (2)",
        "with recursive n(i) as (select 1 union all select i from n) select 1 as id",
        "delete from sqlite_master",
        "create table stray (a)",
        "select 1 as id) ; drop table keep; --",
        "commit",
    ] {
        for kind in ["table", "view", "incremental"] {
            let scratch = Scratch::new(
                "//- models/keep.sql\n{{ config(materialized='table') }}\nselect 1 as id\n",
            );
            scratch.forge(&["run"]).expect(0, &[]);
            scratch.write("models/a.sql", &model(&format!("materialized='{kind}'"), sql));
            let outcome = scratch.forge(&["run", "--select", "a"]).mentions(&[]);
            assert!(matches!(outcome.code, Some(0 | 1)), "{sql:?} {outcome}");
            assert_eq!(rows(&scratch, "pragma integrity_check"), ["ok"]);
        }
    }
}

#[test]
fn two_models_cannot_mean_one_relation() {
    for (one, other) in
        [("alias='A'", "alias='a'"), ("schema='mart', alias='t'", "alias='main_mart__t'")]
    {
        let scratch = Scratch::new("");
        scratch.write("models/x.sql", &model(one, "select 1 as id"));
        scratch.write("models/y.sql", &model(other, "select 2 as id"));
        scratch.forge(&["run"]).expect(2, &["E0304", "model.shop.x", "model.shop.y"]);
    }
    let scratch = Scratch::new("//- models/_forge_runs.sql\nselect 1 as id\n");
    scratch.forge(&["run"]).expect(2, &["E0304", "belong to forge"]);
    let scratch = Scratch::new("//- models/sqlite_x.sql\nselect 1 as id\n");
    scratch.forge(&["run"]).expect(1, &["reserved"]);
}

#[test]
fn no_name_and_no_path_leads_a_compiled_file_out_of_target() {
    let scratch = Scratch::new("//- models/one.sql\nselect 1 as id\n");
    let far = "../".repeat(8);
    scratch.write(
        "models/s.yml",
        &format!("models: [{{name: one, columns: [{{name: id, data_tests: [{{unique: {{name: \"{far}escaped\"}}}}]}}]}}]\n"),
    );
    scratch.forge(&["build"]).expect(0, &["ERROR=0"]);
    let name = format!("{}escaped.sql", far.replace('/', "_"));
    for kind in ["compiled", "run"] {
        let file = scratch.path(&format!("target/{kind}/shop/models/s.yml/{name}"));
        assert!(file.is_file(), "{}", file.display());
    }
}

#[test]
fn a_model_from_outside_of_the_project_is_compiled_below_its_package() {
    let scratch = Scratch::new("//- models/one.sql\nselect 1 as id\n");
    let project = scratch.read("dbt_project.yml") + "\nmodel-paths: [\"../models\"]\n";
    scratch.write("inner/dbt_project.yml", &project);
    scratch.forge(&["build", "--project-dir", "inner"]).expect(0, &["ERROR=0"]);
    assert!(scratch.path("inner/target/compiled/shop/models/one.sql").is_file());
    assert!(!scratch.path("inner/target/compiled/models").exists());
}
