//! `debug --parity`: what of a project forge treats differently, where, and what to do.

use serde_json::Value as Json;

use crate::scratch::Scratch;

const ODD: &str = "//- models/m.sql\n{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at',\n\
     batch_size='day', begin='2026-01-01') }}\nselect 1 as id\n\
     //- models/d.sql\n{{ config(persist_docs={'relation': true}) }}\nselect 2 as id\n\
     //- macros/o.sql\n{% macro o() %}\n{% do adapter.commit() %}{{ adapter.teleport() }}\n\
     {{ modules.re.match('a', 'a') }}{{ modules.re.misspelt }}{% endmacro %}\n\
     //- tests/t.sql\nselect 1 as id where 1 = 0 {{ adapter.vanish() if false }}\n";

#[test]
fn every_difference_is_listed_with_place_and_advice() {
    let scratch = Scratch::new(ODD);
    let outcome = scratch.forge(&["debug", "--parity"]).expect(
        1,
        &[
            "model.shop.m (models/m.sql:1:61)",
            "hold rows twice",
            "adapter.teleport (macros/o.sql:2:29)",
            "modules.re.misspelt (macros/o.sql:3:36)",
            "adapter.vanish (tests/t.sql:1:31)",
            "adapter.commit (macros/o.sql:2:7)",
            "model.shop.d (models/d.sql:1:11)",
        ],
    );
    assert!(!outcome.stdout.contains("modules.re.match"), "{outcome}");
    assert!(!scratch.path("shop.db").exists(), "a report made a database");
}

#[test]
fn the_report_is_there_for_programs_too() {
    let outcome =
        Scratch::new(ODD).forge(&["debug", "--parity", "--output", "json"]).expect(1, &[]);
    let report: Vec<Json> = serde_json::from_str(&outcome.stdout).expect("is a JSON list");
    let commit = report.iter().find(|entry| entry["rule"] == "commit").expect("was found");
    assert_eq!(commit["verdict"], "differs");
    assert_eq!(commit["places"][0]["path"], "macros/o.sql");
    assert_eq!(commit["places"][0]["line"], 2);
}

#[test]
fn flags_that_ask_for_what_is_not_there_are_listed() {
    let project = |value: &str| {
        Scratch::new(&format!(
            "//- dbt_project.yml\nname: shop\nversion: '1.0'\nflags: {{require_generic_test_arguments_property: {value}}}\n\
             //- models/a.sql\nselect 1 as id\n"
        ))
    };
    let flag = "flags.require_generic_test_arguments_property (dbt_project.yml:";
    project("false").forge(&["debug", "--parity"]).expect(1, &["behavior-flag", flag]);
    project("true").forge(&["debug", "--parity"]).expect(0, &["no known difference"]);
}

#[test]
fn macros_of_packages_that_forge_replaces_are_listed() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect {{ dbt.last_day('d', 'month') }} as id, cast(e as date) as e from (select 1 as d, 2 as e)\n\
         //- dbt_packages/dbt_utils/dbt_project.yml\nname: dbt_utils\nversion: '1.0'\n\
         //- dbt_packages/dbt_utils/macros/u.sql\n\
         {% macro default__union_relations(relations) %}{% endmacro %}\n",
    );
    scratch.forge(&["debug", "--parity"]).expect(
        0,
        &[
            "dbt_utils.union_relations (dbt_packages/dbt_utils/macros/u.sql:1:1)",
            "dbt.last_day (models/a.sql:1:11)",
            "model.shop.a (models/a.sql:1:1)",
        ],
    );
}

#[test]
fn a_plain_project_has_no_differences() {
    let scratch = Scratch::new("//- models/a.sql\nselect 1 as id\n");
    scratch.forge(&["debug", "--parity"]).expect(0, &["no known difference"]);
}
