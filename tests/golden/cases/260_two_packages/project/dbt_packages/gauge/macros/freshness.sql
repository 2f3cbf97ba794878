{# The newest row is not older than so many days. #}
{% test recent(model, column_name, max_days, row_condition=none) %}
  {{ adapter.dispatch('test_recent', 'gauge')(model, column_name, max_days, row_condition) }}
{% endtest %}

{% macro default__test_recent(model, column_name, max_days, row_condition) -%}
select max({{ column_name }}) as newest from {{ model }} where {{ row_condition or '1 = 1' }} having max({{ column_name }}) is null or {{ gauge.days_since('max(' ~ column_name ~ ')') }} > {{ max_days }}
{%- endmacro %}

{# The newest row of every group is not older than so many days. #}
{% test recent_by_group(model, column_name, max_days, group_by) %}
  {{ adapter.dispatch('test_recent_by_group', 'gauge')(model, column_name, max_days, group_by) }}
{% endtest %}

{% macro default__test_recent_by_group(model, column_name, max_days, group_by) -%}
{%- set keys = gauge.key_list(group_by) -%}
select {{ keys }}, max({{ column_name }}) as newest from {{ model }} group by {{ keys }} having max({{ column_name }}) is null or {{ gauge.days_since('max(' ~ column_name ~ ')') }} > {{ max_days }}
{%- endmacro %}

{# Every day that is there has so many rows. #}
{% test rows_per_day(model, column_name, min_rows=1) %}
  {{ adapter.dispatch('test_rows_per_day', 'gauge')(model, column_name, min_rows) }}
{% endtest %}

{% macro default__test_rows_per_day(model, column_name, min_rows) -%}
select {{ column_name }} as day, count(*) as n from {{ model }} group by {{ column_name }} having count(*) < {{ min_rows }}
{%- endmacro %}

{% macro sqlite__test_rows_per_day(model, column_name, min_rows) -%}
select date({{ column_name }}) as day, count(*) as n from {{ model }} group by date({{ column_name }}) having count(*) < {{ min_rows }}
{%- endmacro %}

{# The newest row is as new as that of another relation. #}
{% test not_stale_against(model, column_name, other, field) %}
  {{ adapter.dispatch('test_not_stale_against', 'gauge')(model, column_name, other, field) }}
{% endtest %}

{% macro default__test_not_stale_against(model, column_name, other, field) -%}
select * from (select max({{ column_name }}) as here from {{ model }}) as a cross join (select max({{ field }}) as there from {{ other }}) as b where here < there
{%- endmacro %}
