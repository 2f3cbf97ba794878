//! What values of the project come to: variables that are templates, tags that are numbers.

use serde_json::{Value as Json, json};

use crate::scratch::Scratch;

#[test]
fn a_variable_may_be_a_template() {
    let scratch = Scratch::new(
        "//- dbt_project.yml\nname: shop\nversion: '1.0'\nvars:\n  t: \"{{ this.name }}_{{ var('u') }}\"\n  \
         u: \"{{ 1 + 1 }}\"\n  loop: \"{{ var('loop') }}\"\n\
         //- models/a.sql\nselect '{{ var('t') }}' as t\n",
    );
    scratch.forge(&["run"]).expect(0, &[]);
    assert_eq!(scratch.value("select t from a"), "a_2".to_owned().into());
    scratch.write("models/b.sql", "select {{ var('loop') }} as b\n");
    scratch.forge(&["parse"]).expect(2, &["`loop`", "mentions itself"]);
}

#[test]
fn a_tag_is_text_whatever_its_template_makes() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect 1 as id\n\
         //- models/s.yml\nmodels:\n  - name: a\n    config: {tags: ['{{ run_started_at.year }}']}\n",
    );
    scratch.forge(&["parse"]).expect(0, &[]);
    let manifest: Json = serde_json::from_str(&scratch.read("target/manifest.json")).unwrap();
    let node = &manifest["nodes"]["model.shop.a"];
    assert_eq!(node["config"]["tags"], json!(["2026"]));
    assert_eq!(node["tags"], json!(["2026"]));
}

/// dbt 1.12 renders what has tags only, and Jinja is who normalises newlines.
#[test]
fn newlines_stay_as_written_where_there_is_no_template() {
    let scratch = Scratch::new("");
    scratch.write("models/plain.sql", "select 1 as id,\r\n  2 as b\r\n");
    scratch.write("models/templated.sql", "select 1 as id,\r\n  {{ 2 }} as b\r\n");
    scratch.forge(&["compile"]).expect(0, &[]);
    let compiled = |name: &str| scratch.read(&format!("target/compiled/shop/models/{name}.sql"));
    assert_eq!(compiled("plain"), "select 1 as id,\r\n  2 as b");
    assert_eq!(compiled("templated"), "select 1 as id,\n  2 as b");
}
