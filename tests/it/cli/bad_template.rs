//! Mistakes in templates and in the SQL that they make: the message points into the file that the user wrote.

use crate::scratch::Scratch;

#[test]
fn an_unknown_macro_is_reported_when_the_node_is_compiled() {
    let scratch = Scratch::new(
        "//- macros/clean.sql\n{% macro clean_name(column) %}trim({{ column }}){% endmacro %}\n\
         //- models/a.sql\nselect\n  {{ clean_nme('x') }} as x\n",
    );
    scratch.forge(&["parse"]).expect(0, &[]);
    let texts = ["E0402", "clean_nme", "`clean_name`", "models/a.sql:2:"];
    scratch.forge(&["compile"]).expect(2, &texts);
    scratch.forge(&["run"]).expect(1, &texts);
}

#[test]
fn a_missing_variable_is_reported_when_the_node_is_compiled() {
    let scratch = Scratch::new("//- models/a.sql\nselect 1 as id\nwhere '{{ var('day') }}' > ''\n");
    scratch.forge(&["parse"]).expect(0, &[]);
    scratch.forge(&["compile"]).expect(2, &["E0404", "day", "models/a.sql:2:"]);
    scratch.forge(&["compile", "--vars", "{day: '2026-03-01'}"]).expect(0, &[]);
}

#[test]
fn a_missing_environment_variable_is_reported_when_the_project_is_read() {
    let scratch =
        Scratch::new("//- models/a.sql\nselect '{{ env_var('SHOP_REGION') }}' as region\n");
    scratch.forge(&["parse"]).expect(2, &["E0405", "SHOP_REGION", "models/a.sql:1:"]);
    scratch.write(".env", "SHOP_REGION=north\n");
    scratch.forge(&["compile", "--select", "a"]).expect(0, &["'north'"]);
}

#[test]
fn a_jinja_syntax_error_has_the_line_of_the_file() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect 1 as id\n\
         //- models/b.sql\nselect id\n-- a comment\nfrom {{ ref('a' }}\n",
    );
    scratch.forge(&["parse"]).expect(2, &["E0401", "models/b.sql:3:"]);
}

#[test]
fn a_jinja_syntax_error_in_a_macro_has_the_line_of_the_macro_file() {
    let scratch = Scratch::new(
        "//- macros/m.sql\n{% macro fine() %}1{% endmacro %}\n\n{% macro broken() %}{{ 1 + }}{% endmacro %}\n\
         //- models/a.sql\nselect 1 as id\n",
    );
    scratch.forge(&["parse"]).expect(2, &["E0401", "macros/m.sql:3:"]);
}

#[test]
fn an_error_that_the_project_raises_shows_the_calls_that_led_there() {
    let scratch = Scratch::new(
        "//- macros/m.sql\n{% macro check(n) %}\n  {% if execute %}\
         {{ exceptions.raise_compiler_error('too small: ' ~ n) }}{% endif %}\n{% endmacro %}\n\
         //- models/a.sql\nselect 1 as id\n{{ check(3) }}\n",
    );
    scratch.forge(&["compile"]).expect(2, &["E0406", "too small: 3", "check", "models/a.sql:2:"]);
}

#[test]
fn sql_that_the_engine_rejects_is_shown_at_the_line_of_the_template() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect 1 as id\n\
         //- models/b.sql\n{{ config(materialized='table') }}\n{% for n in range(5) %}\n-- {{ n }}\n{% endfor %}\n\
         select\n  id,\n  no_such_column\nfrom {{ ref('a') }}\n",
    );
    scratch.forge(&["run"]).expect(1, &["E0705", "no_such_column", "models/b.sql:7:"]);
}

#[test]
fn sql_that_a_macro_makes_is_shown_at_the_line_that_makes_it() {
    let scratch = Scratch::new(
        "//- macros/m.sql\n{% macro columns() %}\n  id,\n  no_such_column\n{% endmacro %}\n\
         //- models/a.sql\nselect 1 as id\n\
         //- models/b.sql\nselect\n{{ columns() }}\nfrom {{ ref('a') }}\n",
    );
    scratch
        .forge(&["run"])
        .expect(1, &["E0705", "no_such_column", "macros/m.sql:3:", "models/b.sql:2:"]);
}

#[test]
fn an_unknown_test_gets_a_suggestion() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect 1 as id\n\
         //- models/schema.yml\nmodels:\n  - name: a\n    columns: [{name: id, data_tests: [uniqe]}]\n",
    );
    scratch.forge(&["compile"]).expect(2, &["E0409", "uniqe", "`unique`", "models/schema.yml:3:"]);
}

#[test]
fn an_unknown_materialization_gets_a_suggestion() {
    let scratch =
        Scratch::new("//- models/a.sql\n{{ config(materialized='tabel') }}\nselect 1 as id\n");
    scratch.forge(&["run"]).expect_failure(&["E0504", "tabel", "`table`", "models/a.sql"]);
}

/// dbt 1.12: `config.get` gives an empty text while parsing, so that chains on it must be harmless then.
#[test]
fn an_unknown_method_is_said_when_it_is_compiled() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect '{{ config.get('meta', {}).get('k') }}' as a\n\
         //- models/b.sql\nselect '{{ 'x'.nope() }}' as b\n",
    );
    scratch.forge(&["parse"]).expect(0, &[]);
    scratch.forge(&["compile", "--select", "a"]).expect(0, &["select 'None' as a"]);
    scratch
        .forge(&["compile", "--select", "b"])
        .expect(2, &["no method named `nope`", "b.sql:1:15"]);
}
