//! What is published of macros, and how packages check what they were given.

use serde_json::{Value as Json, json};

use crate::scratch::Scratch;

#[test]
fn macros_of_a_package_are_published_with_their_calls_and_their_text() {
    let scratch = Scratch::new(
        "//- packages.yml\npackages:\n  - local: dbt_packages/dbt_tools\n\
         //- dbt_packages/dbt_tools/dbt_project.yml\nname: dbt_tools\nversion: '1.0'\n\
         //- dbt_packages/dbt_tools/macros/t.sql\n\n{%- macro first(r) -%}\n{{ adapter.get_columns_in_relation(r) }}{{ dbt.type_string() }}\n{%- endmacro -%}\n\n\n\
         {# between #}\n\n{%- macro second() %}{{ return(adapter.dispatch('second', 'dbt_tools')()) }}{% endmacro %}\n\
         {% macro default__second() %}{{ dbt_tools.first(this) }}{% endmacro %}\n",
    );
    scratch.forge(&["parse"]).expect(0, &[]);
    let manifest: Json = serde_json::from_str(&scratch.read("target/manifest.json")).unwrap();
    let of = |name: &str| &manifest["macros"][format!("macro.dbt_tools.{name}")];
    let calls = |name: &str| of(name)["depends_on"]["macros"].clone();
    assert_eq!(calls("first"), json!(["macro.dbt.type_string"]));
    assert_eq!(calls("second"), json!(["macro.dbt_tools.default__second"]));
    assert_eq!(calls("default__second"), json!(["macro.dbt_tools.first"]));
    let text = |name: &str| of(name)["macro_sql"].as_str().unwrap();
    assert!(text("first").starts_with("{%- macro") && text("first").ends_with("-%}\n\n\n"));
    assert!(text("second").starts_with("\n\n{%- macro") && text("second").ends_with("macro %}"));
    assert!(text("default__second").starts_with("{% macro"));
}

#[test]
fn a_macro_in_the_arguments_of_a_test_is_not_noted_as_its_macro() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect 1 as id\n\
         //- macros/m.sql\n{% macro limit_of() %}{{ return(5) }}{% endmacro %}\n{% test below(model, n) %}select * from {{ model }} where id > {{ n }}{% endtest %}\n\
         //- models/s.yml\nmodels:\n  - name: a\n    tests:\n      - below: {n: '{{ limit_of() }}'}\n",
    );
    scratch.forge(&["build"]).expect(0, &[]);
    let manifest: Json = serde_json::from_str(&scratch.read("target/manifest.json")).unwrap();
    let nodes = manifest["nodes"].as_object().unwrap();
    let test = nodes.values().find(|node| node["resource_type"] == "test").unwrap();
    assert_eq!(
        test["depends_on"]["macros"],
        json!(["macro.shop.test_below", "macro.dbt.get_where_subquery"])
    );
}
