//! Macros of widely used packages on SQLite: forge's own implementation stands in for a default that cannot run there.
//!
//! The package below is a few lines with the names and the dispatch of the real one.

use super::rows;
use crate::scratch::Scratch;

const PROJECT: &str = "//- dbt_packages/dbt_utils/dbt_project.yml\nname: dbt_utils\nversion: '1.0'\n\
    //- packages.yml\npackages:\n  - local: dbt_packages/dbt_utils\n\
    //- dbt_packages/dbt_utils/macros/all.sql\n\
    {% macro union_relations(relations, column_override=none, include=[], exclude=[], source_column_name='_dbt_source_relation', where=none) %}\n\
    {{ return(adapter.dispatch('union_relations', 'dbt_utils')(relations, column_override, include, exclude, source_column_name, where)) }}\n\
    {% endmacro %}\n\
    {% macro default__union_relations(relations) %}(select the) union all (default){% endmacro %}\n\
    {% macro get_tables_by_pattern_sql(schema_pattern, table_pattern, exclude='', database=target.database) %}\n\
    {{ return(adapter.dispatch('get_tables_by_pattern_sql', 'dbt_utils')(schema_pattern, table_pattern, exclude, database)) }}\n\
    {% endmacro %}\n\
    {% macro default__get_tables_by_pattern_sql() %}information_schema{% endmacro %}\n\
    {% macro get_intervals_between(start_date, end_date, datepart) %}\n\
    {{ return(adapter.dispatch('get_intervals_between', 'dbt_utils')(start_date, end_date, datepart)) }}\n\
    {% endmacro %}\n\
    {% macro default__get_intervals_between() %}0{% endmacro %}\n\
    {% test recency(model, field, datepart, interval, ignore_time_component=False, group_by_columns=[]) %}\n\
    {{ return(adapter.dispatch('test_recency', 'dbt_utils')(model, field, datepart, interval, ignore_time_component, group_by_columns)) }}\n\
    {% endtest %}\n\
    {% macro default__test_recency() %}default{% endmacro %}\n\
    {% macro test_not_null_proportion(model, group_by_columns=[]) %}\n\
    {{ return(adapter.dispatch('test_not_null_proportion', 'dbt_utils')(model, group_by_columns, **kwargs)) }}\n\
    {% endmacro %}\n\
    {% macro default__test_not_null_proportion() %}default{% endmacro %}\n\
    //- seeds/one.csv\nid,name\n1,a\n2,b\n\
    //- seeds/two.csv\nid,size\n3,7.5\n";

fn project(files: &str) -> Scratch {
    Scratch::new(&format!("{PROJECT}{files}"))
}

#[test]
fn relations_with_different_columns_are_united() {
    let scratch = project(
        "//- models/all_of_them.sql\n{{ dbt_utils.union_relations([ref('one'), ref('two')], where='id > 1') }}\n\
         //- models/some.sql\n{{ dbt_utils.union_relations([ref('one'), ref('two')], exclude=['NAME'], source_column_name=none) }}\n",
    );
    scratch.forge(&["build"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select id, name, size from all_of_them"), ["2|b|~", "3|~|7.5"]);
    assert_eq!(rows(&scratch, "select * from some"), ["1|~", "2|~", "3|7.5"]);
    let sources = rows(&scratch, "select _dbt_source_relation from all_of_them");
    assert!(sources[0].contains("one") && sources[1].contains("two"), "{sources:?}");
}

#[test]
fn both_lists_of_columns_are_a_mistake() {
    let scratch = project(
        "//- models/m.sql\n{{ dbt_utils.union_relations([ref('one')], include=['id'], exclude=['name']) }}\n",
    );
    scratch.forge(&["build"]).expect_failure(&["`include` or `exclude`", "models/m.sql:1"]);
}

#[test]
fn the_root_project_overrides_what_stands_in() {
    let scratch = project(
        "//- macros/mine.sql\n{% macro sqlite__union_relations(relations, column_override, include, exclude, source_column_name, where) %}select 'mine' as who{% endmacro %}\n\
         //- models/m.sql\n{{ dbt_utils.union_relations([ref('one')]) }}\n",
    );
    scratch.forge(&["build"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select * from m"), ["mine"]);
    let place = "dbt_utils.test_recency (dbt_packages/dbt_utils/macros/all.sql:16:1)";
    scratch.forge(&["debug", "--parity"]).expect(0, &["package-macro", place]);
}

#[test]
fn tables_are_found_by_pattern_without_an_information_schema() {
    let scratch = project(
        "//- models/found.sql\n-- depends_on: {{ ref('one') }} {{ ref('two') }}\n\
         select table_name, table_type from ({{ dbt_utils.get_tables_by_pattern_sql(target.schema, '%O%', 't_o') }})\n",
    );
    scratch.forge(&["build"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select * from found"), ["one|table"]);
}

#[test]
fn a_bound_that_is_a_number_is_named() {
    let model = |bound: &str| {
        format!(
            "//- models/m.sql\nselect {{{{ dbt_utils.get_intervals_between(\"{bound}\", \"date('2024-02-01')\", 'day') }}}} as days\n"
        )
    };
    let scratch = project(&model("date('2024-01-31')"));
    scratch.forge(&["build"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select * from m"), ["1"]);
    let scratch = project(&model("cast('2024-01-31' as date)"));
    scratch
        .forge(&["build"])
        .expect(1, &["`cast('2024-01-31' as date)` is a number", "models/m.sql:1"]);
}

#[test]
fn proportions_are_no_integers_and_recency_compares_dates() {
    let scratch = project(
        "//- models/m.sql\nselect 1 as a, datetime('now', '-20 hours') as at union all select null, datetime('now', '-30 hours')\n\
         //- models/m.yml\nmodels:\n  - name: m\n    columns:\n      - name: a\n        tests:\n          - dbt_utils.not_null_proportion: {at_least: 0.5, at_most: 0.5}\n    \
         tests:\n      - dbt_utils.recency: {field: at, datepart: day, interval: 1}\n      - dbt_utils.recency: {field: at, datepart: day, interval: 1, ignore_time_component: true}\n",
    );
    scratch.forge(&["build"]).expect(0, &["PASS=6"]);
}
