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
fn a_bound_may_be_a_cast_and_one_that_is_a_number_is_named() {
    let model = |bound: &str| {
        format!(
            "//- models/m.sql\nselect {{{{ dbt_utils.get_intervals_between(\"{bound}\", \"date('2024-02-01')\", 'day') }}}} as days\n"
        )
    };
    for bound in ["date('2024-01-31')", "cast('2024-01-31' as date)"] {
        let scratch = project(&model(bound));
        scratch.forge(&["build"]).expect(0, &[]);
        assert_eq!(rows(&scratch, "select * from m"), ["1"]);
    }
    let scratch = project(&model("(cast('2024-01-31' as integer))"));
    scratch
        .forge(&["build"])
        .expect(1, &["`(cast('2024-01-31' as integer))` is a number", "models/m.sql:1"]);
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

#[test]
fn weeks_and_names_of_the_date_package_are_calendar_weeks_and_words() {
    let dispatched = |name: &str, arguments: &str| {
        format!(
            "{{% macro {name}({arguments}) %}}{{{{ adapter.dispatch('{name}', 'dbt_date')({arguments}) }}}}{{% endmacro %}}\n\
             {{% macro default__{name}({arguments}) %}}default{{% endmacro %}}\n"
        )
    };
    let macros: String =
        ["week_start", "week_end", "week_of_year", "iso_week_start", "iso_week_end"]
            .map(|name| dispatched(name, "date"))
            .into_iter()
            .chain(["day_name", "month_name"].map(|name| dispatched(name, "date, short")))
            .collect();
    let scratch = Scratch::new(&format!(
        "//- packages.yml\npackages:\n  - local: dbt_packages/dbt_date\n\
         //- dbt_packages/dbt_date/dbt_project.yml\nname: dbt_date\nversion: '1.0'\n\
         //- dbt_packages/dbt_date/macros/all.sql\n{macros}\
         //- models/weeks.sql\n{{{{ config(materialized='table') }}}}\nselect {{{{ dbt_date.week_start('d') }}}} as a, {{{{ dbt_date.week_end('d') }}}} as b, \
         {{{{ dbt_date.week_of_year('d') }}}} as c, {{{{ dbt_date.iso_week_start('d') }}}} as e, {{{{ dbt_date.iso_week_end('d') }}}} as f, \
         {{{{ dbt_date.day_name('d', true) }}}} as g, {{{{ dbt_date.month_name('d', false) }}}} as h \
         from (select '2020-11-29' as d union all select '2020-12-05')\n\
         //- models/none.sql\nselect 1 as id\n"
    ));
    scratch.forge(&["build"]).expect(0, &[]);
    assert_eq!(
        rows(&scratch, "select * from weeks"),
        [
            "2020-11-29|2020-12-05|48|2020-11-23|2020-11-29|Sun|November",
            "2020-11-29|2020-12-05|49|2020-11-30|2020-12-06|Sat|December",
        ]
    );
}

#[test]
fn patterns_of_the_expectations_package_take_flags() {
    let scratch = Scratch::new(
        "//- packages.yml\npackages:\n  - local: dbt_packages/dbt_expectations\n\
         //- dbt_packages/dbt_expectations/dbt_project.yml\nname: dbt_expectations\nversion: '1.0'\n\
         //- dbt_packages/dbt_expectations/macros/all.sql\n\
         {% macro regexp_instr(source_value, regexp, position=1, occurrence=1, is_raw=False, flags='') %}\n\
         {{ adapter.dispatch('regexp_instr', 'dbt_expectations')(source_value, regexp, position, occurrence, is_raw, flags) }}\n\
         {% endmacro %}\n\
         {% macro default__regexp_instr() %}default{% endmacro %}\n\
         {% macro percentile_cont(field, quantile, partition=None) %}{{ adapter.dispatch('quantile', 'dbt_expectations')(field, quantile, partition) }}{% endmacro %}\n\
         {% macro default__quantile() %}default{% endmacro %}\n\
         {% macro type_timestamp() %}{{ return(adapter.dispatch('type_timestamp', 'dbt_expectations')()) }}{% endmacro %}\n\
         {% macro default__type_timestamp() %}timestamp{% endmacro %}\n\
         //- models/m.sql\n{{ config(materialized='table') }}\nselect {{ dbt_expectations.regexp_instr('name', 'B') }} as a, \
         {{ dbt_expectations.regexp_instr('name', 'B', flags='i') }} as b, {{ dbt_expectations.regexp_instr('name', \"'\", flags='c') }} as c,\n\
         (select {{ dbt_expectations.percentile_cont('x', 0.25) }} from (select 1 as x union all select 3)) as d,\n\
         cast('2026-01-31 10:00:00' as {{ dbt_expectations.type_timestamp() }}) as e\nfrom (select 'ab''c' as name)\n",
    );
    scratch.forge(&["build"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select * from m"), ["0|2|3|1.5|2026-01-31 10:00:00"]);
}
