//! What other programs are told of the data: catalog, statements, clones; and what is refused before anything runs.

use serde_json::Value as Json;

use crate::scratch::Scratch;

const SHOP: &str = "//- seeds/raw.csv\nid,name\n1,a\n2,b\n\
     //- models/t.sql\n{{ config(materialized='table') }}\nselect id, name from {{ ref('raw') }}\n\
     //- models/v.sql\nselect id + 1 as n from {{ ref('t') }}\n";

fn json(scratch: &Scratch, path: &str) -> Json {
    serde_json::from_str(&scratch.read(path)).expect("JSON")
}

#[test]
fn the_catalog_has_what_is_in_the_database() {
    let scratch = Scratch::new(SHOP);
    scratch.forge(&["docs", "generate"]).expect(0, &["with 0 relations"]);
    scratch.forge(&["build"]).expect(0, &[]);
    scratch.forge(&["docs", "generate", "--select", "t"]).expect(0, &["with 1 relation"]);
    scratch.forge(&["docs", "generate", "--no-compile"]).expect(0, &["with 3 relations"]);
    let catalog = json(&scratch, "target/catalog.json");
    let table = &catalog["nodes"]["model.shop.t"];
    assert_eq!(table["metadata"]["type"], "table");
    assert_eq!(table["columns"]["name"]["index"], 2);
    assert_eq!(catalog["nodes"]["model.shop.v"]["metadata"]["type"], "view");
    scratch.forge(&["docs", "generate", "--empty-catalog"]).expect(0, &["with 0 relations"]);
}

#[test]
fn a_seed_shows_what_was_loaded() {
    let scratch = Scratch::new(SHOP);
    let outcome = scratch.forge(&["seed", "--show"]).expect(0, &["raw:"]);
    assert!(outcome.stdout.contains(" 2  b"), "{outcome}");
}

#[test]
fn debug_prints_statements_with_their_comment() {
    let project = "//- dbt_project.yml\nname: shop\nversion: '1.0'\n\
         query-comment: \"{{ return('of ' ~ (node.name if node else connection_name)) }}\"\n\
         //- models/t.sql\nselect 1 as id\n";
    let scratch = Scratch::new(project);
    scratch.forge(&["run", "--debug"]).expect(0, &["/* of t */", "create view"]);
    scratch.forge(&["run"]).expect(0, &[]).without(&["/* of t */"]);
}

#[test]
fn a_query_comment_that_ends_itself_stops_the_run() {
    let project = |comment: &str| {
        format!(
            "//- dbt_project.yml\nname: shop\nversion: '1.0'\nquery-comment: \"{comment}\"\n\
             //- models/t.sql\nselect 1 as id\n"
        )
    };
    let scratch = Scratch::new(&project("a */ b"));
    scratch.forge(&["run"]).expect(2, &["`query-comment`", "`*/`"]);
    let scratch = Scratch::new(&project("{{ exceptions.raise_compiler_error('not today') }}"));
    scratch.forge(&["run"]).expect(2, &["`query-comment`", "not today"]);
}

#[test]
fn hooks_that_cannot_be_meant_are_refused_while_parsing() {
    let reading = "//- dbt_project.yml\nname: shop\nversion: '1.0'\n\
         seeds:\n  +post-hook: select * from {{ ref('t') }}\n\
         //- seeds/raw.csv\nid\n1\n//- models/t.sql\nselect 1 as id\n";
    let scratch = Scratch::new(reading);
    scratch.forge(&["parse"]).expect(2, &["a hook of seed `raw` reads `t`"]);
    let both = "//- models/t.sql\n{{ config({'pre-hook': 'select 1', 'pre_hook': 'select 2'}) }}\nselect 1 as id\n";
    let scratch = Scratch::new(both);
    scratch.forge(&["parse"]).expect(2, &["`pre_hook` and `pre-hook`"]);
}

#[test]
fn a_clone_needs_the_state_of_another_run() {
    let scratch = Scratch::new(SHOP);
    scratch.forge(&["clone"]).expect(2, &["--state"]);
    scratch.forge(&["clone", "--state", "nowhere"]).expect(2, &["`", "nowhere", "no such folder"]);
    scratch.forge(&["parse"]).expect(0, &[]);
    scratch.forge(&["clone", "--state", "target"]).expect(2, &["directories are the same"]);
}
