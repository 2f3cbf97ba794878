{# A relation has so many rows. #}
{% test row_count_equals(model, value) %}
  {{ adapter.dispatch('test_row_count_equals', 'gauge')(model, value) }}
{% endtest %}

{% macro default__test_row_count_equals(model, value) -%}
select count(*) as n from {{ model }} having count(*) <> {{ value }}
{%- endmacro %}

{# A relation has so many rows, in every group. #}
{% test row_count_between(model, min_value=none, max_value=none, group_by=none, row_condition=none) %}
  {{ adapter.dispatch('test_row_count_between', 'gauge')(model, min_value, max_value, group_by, row_condition) }}
{% endtest %}

{% macro default__test_row_count_between(model, min_value, max_value, group_by, row_condition) -%}
{{ gauge.aggregate_out_of_range(model, 'count(*)', min_value, max_value, group_by, row_condition) }}
{%- endmacro %}

{# A relation has as many rows as another, or a multiple. #}
{% test row_counts_match(model, other, factor=1) %}
  {{ adapter.dispatch('test_row_counts_match', 'gauge')(model, other, factor) }}
{% endtest %}

{% macro default__test_row_counts_match(model, other, factor) -%}
select * from (select count(*) as here from {{ model }}) as a cross join (select count(*) as there from {{ other }}) as b where here <> there * {{ factor }}
{%- endmacro %}

{# A relation has fewer rows than another. #}
{% test fewer_rows_than(model, other) %}
  {{ adapter.dispatch('test_fewer_rows_than', 'gauge')(model, other) }}
{% endtest %}

{% macro default__test_fewer_rows_than(model, other) -%}
select * from (select count(*) as here from {{ model }}) as a cross join (select count(*) as there from {{ other }}) as b where here >= there
{%- endmacro %}

{# Groups have as many rows in two relations. #}
{% test group_counts_match(model, other, group_by) %}
  {{ adapter.dispatch('test_group_counts_match', 'gauge')(model, other, group_by) }}
{% endtest %}

{% macro default__test_group_counts_match(model, other, group_by) -%}
{%- set keys = gauge.key_list(group_by) -%}
select * from (select {{ keys }}, count(*) as n from {{ model }} group by {{ keys }} except select {{ keys }}, count(*) from {{ other }} group by {{ keys }}) as more
union all
select * from (select {{ keys }}, count(*) as n from {{ other }} group by {{ keys }} except select {{ keys }}, count(*) from {{ model }} group by {{ keys }}) as less
{%- endmacro %}

{# The sum of a column is that of another relation. #}
{% test sums_match(model, column_name, other, field=none, tolerance=0) %}
  {{ adapter.dispatch('test_sums_match', 'gauge')(model, column_name, other, field, tolerance) }}
{% endtest %}

{% macro default__test_sums_match(model, column_name, other, field, tolerance) -%}
select * from (select sum({{ column_name }}) as here from {{ model }}) as a cross join (select sum({{ field or column_name }}) as there from {{ other }}) as b where abs(here - there) > {{ tolerance }}
{%- endmacro %}

{# Two relations have the same rows. #}
{% test same_rows(model, other, columns=none) %}
  {{ adapter.dispatch('test_same_rows', 'gauge')(model, other, columns) }}
{% endtest %}

{% macro default__test_same_rows(model, other, columns) -%}
{%- set list = (columns or gauge.names_of(model)) | join(', ') or '*' -%}
select * from (select {{ list }} from {{ model }} except select {{ list }} from {{ other }}) as more
union all
select * from (select {{ list }} from {{ other }} except select {{ list }} from {{ model }}) as less
{%- endmacro %}

{# A relation has a column. #}
{% test column_there(model, column) %}
  {{ adapter.dispatch('test_column_there', 'gauge')(model, column) }}
{% endtest %}

{% macro default__test_column_there(model, column) -%}
{{ gauge.problem_rows(gauge.missing_from([column], gauge.names_of(model)) if execute else []) }}
{%- endmacro %}

{# A relation has columns, and maybe others. #}
{% test columns_contain(model, columns) %}
  {{ adapter.dispatch('test_columns_contain', 'gauge')(model, columns) }}
{% endtest %}

{% macro default__test_columns_contain(model, columns) -%}
{{ gauge.problem_rows(gauge.missing_from(columns, gauge.names_of(model)) if execute else []) }}
{%- endmacro %}

{# A relation has no other columns. #}
{% test columns_only(model, columns) %}
  {{ adapter.dispatch('test_columns_only', 'gauge')(model, columns) }}
{% endtest %}

{% macro default__test_columns_only(model, columns) -%}
{{ gauge.problem_rows(gauge.missing_from(gauge.names_of(model), columns) if execute else []) }}
{%- endmacro %}

{# A relation has columns in this order. #}
{% test columns_equal(model, columns) %}
  {{ adapter.dispatch('test_columns_equal', 'gauge')(model, columns) }}
{% endtest %}

{% macro default__test_columns_equal(model, columns) -%}
{{ gauge.problem_rows(['columns are ' ~ (gauge.names_of(model) | join(', '))] if execute and gauge.names_of(model) != columns | map('lower') | list else []) }}
{%- endmacro %}

{# A relation has so many columns. #}
{% test column_count_equals(model, value) %}
  {{ adapter.dispatch('test_column_count_equals', 'gauge')(model, value) }}
{% endtest %}

{% macro default__test_column_count_equals(model, value) -%}
{{ gauge.problem_rows(['has ' ~ (gauge.names_of(model) | length) ~ ' columns'] if execute and gauge.names_of(model) | length != value else []) }}
{%- endmacro %}

{# A relation has so many columns. #}
{% test column_count_between(model, min_value=0, max_value=1000) %}
  {{ adapter.dispatch('test_column_count_between', 'gauge')(model, min_value, max_value) }}
{% endtest %}

{% macro default__test_column_count_between(model, min_value, max_value) -%}
{{ gauge.problem_rows(['has ' ~ (gauge.names_of(model) | length) ~ ' columns'] if execute and not min_value <= gauge.names_of(model) | length <= max_value else []) }}
{%- endmacro %}

{# Two relations have the same columns. #}
{% test same_columns(model, other) %}
  {{ adapter.dispatch('test_same_columns', 'gauge')(model, other) }}
{% endtest %}

{% macro default__test_same_columns(model, other) -%}
{{ gauge.problem_rows(gauge.missing_from(gauge.names_of(model), gauge.names_of(other)) + gauge.missing_from(gauge.names_of(other), gauge.names_of(model)) if execute else []) }}
{%- endmacro %}

{# A column has one of types. #}
{% test column_type_in(model, column_name, types) %}
  {{ adapter.dispatch('test_column_type_in', 'gauge')(model, column_name, types) }}
{% endtest %}

{% macro default__test_column_type_in(model, column_name, types) -%}
{%- set problems = [] -%}
{%- for column in (adapter.get_columns_in_relation(model) if execute else []) if column.name | lower == column_name | lower and column.dtype | lower not in types | map('lower') | list -%}
{%- do problems.append(column.name ~ ' is ' ~ column.dtype) -%}
{%- endfor -%}
{{ gauge.problem_rows(problems) }}
{%- endmacro %}
