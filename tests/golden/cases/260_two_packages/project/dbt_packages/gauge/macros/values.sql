{# Values lie between bounds. #}
{% test between_values(model, column_name, min_value=none, max_value=none, strictly=false, row_condition=none) %}
  {{ adapter.dispatch('test_between_values', 'gauge')(model, column_name, min_value, max_value, strictly, row_condition) }}
{% endtest %}

{% macro default__test_between_values(model, column_name, min_value, max_value, strictly, row_condition) -%}
{%- set holds -%}not {{ gauge.out_of_range(column_name, min_value, max_value, strictly) }}{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Values are in a list. #}
{% test in_set(model, column_name, values, quote_values=true, row_condition=none) %}
  {{ adapter.dispatch('test_in_set', 'gauge')(model, column_name, values, quote_values, row_condition) }}
{% endtest %}

{% macro default__test_in_set(model, column_name, values, quote_values, row_condition) -%}
{%- set holds -%}{{ column_name }} in ({{ gauge.literals(values, quote_values) }}){%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Values are not in a list. #}
{% test not_in_set(model, column_name, values, quote_values=true, row_condition=none) %}
  {{ adapter.dispatch('test_not_in_set', 'gauge')(model, column_name, values, quote_values, row_condition) }}
{% endtest %}

{% macro default__test_not_in_set(model, column_name, values, quote_values, row_condition) -%}
{%- set holds -%}{{ column_name }} not in ({{ gauge.literals(values, quote_values) }}){%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Values are above zero. #}
{% test positive(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_positive', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_positive(model, column_name, row_condition) -%}
{%- set holds -%}{{ column_name }} > 0{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Values are zero or above. #}
{% test not_negative(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_not_negative', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_not_negative(model, column_name, row_condition) -%}
{%- set holds -%}{{ column_name }} >= 0{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Values lie between zero and a whole. #}
{% test percentage(model, column_name, whole=100, row_condition=none) %}
  {{ adapter.dispatch('test_percentage', 'gauge')(model, column_name, whole, row_condition) }}
{% endtest %}

{% macro default__test_percentage(model, column_name, whole, row_condition) -%}
{%- set holds -%}{{ column_name }} between 0 and {{ whole }}{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Values are degrees of latitude. #}
{% test latitude(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_latitude', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_latitude(model, column_name, row_condition) -%}
{%- set holds -%}{{ column_name }} between -90 and 90{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Values are degrees of longitude. #}
{% test longitude(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_longitude', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_longitude(model, column_name, row_condition) -%}
{%- set holds -%}{{ column_name }} between -180 and 180{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Values are multiples of a number. #}
{% test multiple_of(model, column_name, step, row_condition=none) %}
  {{ adapter.dispatch('test_multiple_of', 'gauge')(model, column_name, step, row_condition) }}
{% endtest %}

{% macro default__test_multiple_of(model, column_name, step, row_condition) -%}
{%- set holds -%}({{ column_name }} % {{ step }}) = 0{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Values have no fraction. #}
{% test whole_number(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_whole_number', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_whole_number(model, column_name, row_condition) -%}
{%- set holds -%}{{ column_name }} = round({{ column_name }}){%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Values have so many digits behind the point at most. #}
{% test at_most_decimals(model, column_name, digits, row_condition=none) %}
  {{ adapter.dispatch('test_at_most_decimals', 'gauge')(model, column_name, digits, row_condition) }}
{% endtest %}

{% macro default__test_at_most_decimals(model, column_name, digits, row_condition) -%}
{%- set holds -%}abs({{ column_name }} - round({{ column_name }}, {{ digits }})) < 0.0000000001{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Values are 0 and 1. #}
{% test boolean_like(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_boolean_like', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_boolean_like(model, column_name, row_condition) -%}
{%- set holds -%}{{ column_name }} in (0, 1){%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Days are not ahead. #}
{% test not_in_future(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_not_in_future', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_not_in_future(model, column_name, row_condition) -%}
{%- set holds -%}{{ gauge.days_since(column_name) }} >= 0{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Days are not before a day. #}
{% test not_before(model, column_name, day, row_condition=none) %}
  {{ adapter.dispatch('test_not_before', 'gauge')(model, column_name, day, row_condition) }}
{% endtest %}

{% macro default__test_not_before(model, column_name, day, row_condition) -%}
{%- set holds -%}{{ column_name }} >= '{{ day }}'{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Days are not after a day. #}
{% test not_after(model, column_name, day, row_condition=none) %}
  {{ adapter.dispatch('test_not_after', 'gauge')(model, column_name, day, row_condition) }}
{% endtest %}

{% macro default__test_not_after(model, column_name, day, row_condition) -%}
{%- set holds -%}{{ column_name }} <= '{{ day }}'{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# A value is there where a condition holds. #}
{% test not_null_when(model, column_name, condition) %}
  {{ adapter.dispatch('test_not_null_when', 'gauge')(model, column_name, condition) }}
{% endtest %}

{% macro default__test_not_null_when(model, column_name, condition) -%}
select * from {{ model }} where ({{ condition }}) and {{ column_name }} is null
{%- endmacro %}

{# No value is there where a condition holds. #}
{% test null_when(model, column_name, condition) %}
  {{ adapter.dispatch('test_null_when', 'gauge')(model, column_name, condition) }}
{% endtest %}

{% macro default__test_null_when(model, column_name, condition) -%}
select * from {{ model }} where ({{ condition }}) and {{ column_name }} is not null
{%- endmacro %}

{# No value is there. #}
{% test always_null(model, column_name) %}
  {{ adapter.dispatch('test_always_null', 'gauge')(model, column_name) }}
{% endtest %}

{% macro default__test_always_null(model, column_name) -%}
select * from {{ model }} where {{ column_name }} is not null
{%- endmacro %}

{# A value is there somewhere, in every group. #}
{% test at_least_one(model, column_name, group_by=none) %}
  {{ adapter.dispatch('test_at_least_one', 'gauge')(model, column_name, group_by) }}
{% endtest %}

{% macro default__test_at_least_one(model, column_name, group_by) -%}
{%- set keys = gauge.key_list(group_by) -%}
select {{ keys ~ ', ' if keys }}count({{ column_name }}) as present
from {{ model }}
{{ 'group by ' ~ keys if keys }}
having count({{ column_name }}) = 0
{%- endmacro %}

{# There is more than one value, in every group. #}
{% test not_constant(model, column_name, group_by=none) %}
  {{ adapter.dispatch('test_not_constant', 'gauge')(model, column_name, group_by) }}
{% endtest %}

{% macro default__test_not_constant(model, column_name, group_by) -%}
{%- set keys = gauge.key_list(group_by) -%}
select {{ keys ~ ', ' if keys }}count(distinct {{ column_name }}) as variants
from {{ model }}
{{ 'group by ' ~ keys if keys }}
having count(distinct {{ column_name }}) < 2
{%- endmacro %}

{# Two columns are equal, nulls being equal. #}
{% test equals_column(model, column_name, other, row_condition=none) %}
  {{ adapter.dispatch('test_equals_column', 'gauge')(model, column_name, other, row_condition) }}
{% endtest %}

{% macro default__test_equals_column(model, column_name, other, row_condition) -%}
{{ gauge.rows_that_break(model, '(' ~ column_name ~ ' = ' ~ other ~ ') or (' ~ column_name ~ ' is null and ' ~ other ~ ' is null)', row_condition) }}
{%- endmacro %}

{# A column is above another. #}
{% test above_column(model, column_name, other, or_equal=false, row_condition=none) %}
  {{ adapter.dispatch('test_above_column', 'gauge')(model, column_name, other, or_equal, row_condition) }}
{% endtest %}

{% macro default__test_above_column(model, column_name, other, or_equal, row_condition) -%}
{%- set holds -%}{{ column_name }} {{ '>=' if or_equal else '>' }} {{ other }}{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# A column is below another. #}
{% test below_column(model, column_name, other, or_equal=false, row_condition=none) %}
  {{ adapter.dispatch('test_below_column', 'gauge')(model, column_name, other, or_equal, row_condition) }}
{% endtest %}

{% macro default__test_below_column(model, column_name, other, or_equal, row_condition) -%}
{%- set holds -%}{{ column_name }} {{ '<=' if or_equal else '<' }} {{ other }}{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# A column is as far from another as a share of it at most. #}
{% test within_share_of(model, column_name, other, share, row_condition=none) %}
  {{ adapter.dispatch('test_within_share_of', 'gauge')(model, column_name, other, share, row_condition) }}
{% endtest %}

{% macro default__test_within_share_of(model, column_name, other, share, row_condition) -%}
{%- set holds -%}abs({{ column_name }} - {{ other }}) <= {{ share }} * abs({{ other }}){%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# The values of two columns are one of pairs. #}
{% test pairs_in_set(model, first, second, pairs, quote_values=true) %}
  {{ adapter.dispatch('test_pairs_in_set', 'gauge')(model, first, second, pairs, quote_values) }}
{% endtest %}

{% macro default__test_pairs_in_set(model, first, second, pairs, quote_values) -%}
{%- set known = [] -%}
{%- for pair in pairs -%}
{%- do known.append(first ~ ' = ' ~ gauge.one_literal(pair[0], quote_values) ~ ' and ' ~ second ~ ' = ' ~ gauge.one_literal(pair[1], quote_values)) -%}
{%- endfor -%}
{{ gauge.rows_that_break(model, '(' ~ (known | join(') or (')) ~ ')') }}
{%- endmacro %}

{# Columns add up to a number or to a column. #}
{% test columns_add_up(model, columns, total, tolerance=0) %}
  {{ adapter.dispatch('test_columns_add_up', 'gauge')(model, columns, total, tolerance) }}
{% endtest %}

{% macro default__test_columns_add_up(model, columns, total, tolerance) -%}
{{ gauge.rows_that_break(model, 'abs((' ~ (columns | join(' + ')) ~ ') - (' ~ total ~ ')) <= ' ~ tolerance) }}
{%- endmacro %}

{# No two of the columns are the same in a row. #}
{% test columns_differ_in_row(model, columns) %}
  {{ adapter.dispatch('test_columns_differ_in_row', 'gauge')(model, columns) }}
{% endtest %}

{% macro default__test_columns_differ_in_row(model, columns) -%}
{%- set same = [] -%}
{%- for one in columns -%}
{%- for other in columns[loop.index:] -%}
{%- do same.append(one ~ ' = ' ~ other) -%}
{%- endfor -%}
{%- endfor -%}
select * from {{ model }} where {{ same | join(' or ') }}
{%- endmacro %}

{# At least one of the columns has a value. #}
{% test any_present(model, columns) %}
  {{ adapter.dispatch('test_any_present', 'gauge')(model, columns) }}
{% endtest %}

{% macro default__test_any_present(model, columns) -%}
select * from {{ model }} where coalesce({{ columns | join(', ') }}, null) is null
{%- endmacro %}

{# An expression holds in every row; under a column it follows the column. #}
{% test expression_true(model, expression, column_name=none, row_condition=none) %}
  {{ adapter.dispatch('test_expression_true', 'gauge')(model, expression, column_name, row_condition) }}
{% endtest %}

{% macro default__test_expression_true(model, expression, column_name, row_condition) -%}
{{ gauge.rows_that_break(model, '(' ~ (column_name ~ ' ' if column_name else '') ~ expression ~ ')', row_condition) }}
{%- endmacro %}

{# An expression holds in no row. #}
{% test expression_false(model, expression, row_condition=none) %}
  {{ adapter.dispatch('test_expression_false', 'gauge')(model, expression, row_condition) }}
{% endtest %}

{% macro default__test_expression_false(model, expression, row_condition) -%}
select * from {{ model }} where {{ gauge.both(expression, row_condition) }}
{%- endmacro %}
