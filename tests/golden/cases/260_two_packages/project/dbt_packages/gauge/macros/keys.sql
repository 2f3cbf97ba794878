{# Columns together are unique. #}
{% test unique_together(model, columns, row_condition=none, nulls_count=true) %}
  {{ adapter.dispatch('test_unique_together', 'gauge')(model, columns, row_condition, nulls_count) }}
{% endtest %}

{% macro default__test_unique_together(model, columns, row_condition, nulls_count) -%}
select {{ columns | join(', ') }}, count(*) as n
from {{ model }}
where {{ row_condition or '1 = 1' }}
{%- if not nulls_count %}{% for column in columns %} and {{ column }} is not null{% endfor %}{% endif %}
group by {{ columns | join(', ') }}
having count(*) > 1
{%- endmacro %}

{# A column is unique where a condition holds. #}
{% test unique_where(model, column_name, condition) %}
  {{ adapter.dispatch('test_unique_where', 'gauge')(model, column_name, condition) }}
{% endtest %}

{% macro default__test_unique_where(model, column_name, condition) -%}
select {{ column_name }}, count(*) as n from {{ model }} where ({{ condition }}) and {{ column_name }} is not null group by {{ column_name }} having count(*) > 1
{%- endmacro %}

{# A column is unique and never null. #}
{% test primary_key(model, column_name) %}
  {{ adapter.dispatch('test_primary_key', 'gauge')(model, column_name) }}
{% endtest %}

{% macro default__test_primary_key(model, column_name) -%}
select {{ column_name }}, count(*) as n from {{ model }} group by {{ column_name }} having count(*) > 1 or {{ column_name }} is null
{%- endmacro %}

{# Values are in a column of another relation, under conditions on both sides. #}
{% test relationship_where(model, column_name, to, field, from_condition="1 = 1", to_condition="1 = 1") %}
  {{ adapter.dispatch('test_relationship_where', 'gauge')(model, column_name, to, field, from_condition, to_condition) }}
{% endtest %}

{% macro default__test_relationship_where(model, column_name, to, field, from_condition, to_condition) -%}
select child.{{ column_name }}
from (select {{ column_name }} from {{ model }} where {{ from_condition }}) as child
left join (select {{ field }} as parent_key from {{ to }} where {{ to_condition }}) as parent on child.{{ column_name }} = parent.parent_key
where child.{{ column_name }} is not null and parent.parent_key is null
{%- endmacro %}

{# Every value is in a column of another relation. #}
{% test has_children(model, column_name, child, field) %}
  {{ adapter.dispatch('test_has_children', 'gauge')(model, column_name, child, field) }}
{% endtest %}

{% macro default__test_has_children(model, column_name, child, field) -%}
select parent.{{ column_name }} from {{ model }} as parent where not exists (select 1 from {{ child }} as child where child.{{ field }} = parent.{{ column_name }})
{%- endmacro %}

{# So large a share of values is in a column of another relation. #}
{% test relationship_share(model, column_name, to, field, min_share) %}
  {{ adapter.dispatch('test_relationship_share', 'gauge')(model, column_name, to, field, min_share) }}
{% endtest %}

{% macro default__test_relationship_share(model, column_name, to, field, min_share) -%}
select found from (
    select avg(case when exists (select 1 from {{ to }} as parent where parent.{{ field }} = child.{{ column_name }}) then 1.0 else 0 end) as found
    from {{ model }} as child where {{ column_name }} is not null
) as measured where found < {{ min_share }}
{%- endmacro %}

{# Numbers follow each other by a step. #}
{% test sequential(model, column_name, step=1, group_by=none) %}
  {{ adapter.dispatch('test_sequential', 'gauge')(model, column_name, step, group_by) }}
{% endtest %}

{% macro default__test_sequential(model, column_name, step, group_by) -%}
{%- set keys = gauge.key_list(group_by) -%}
select * from (
    select {{ keys ~ ', ' if keys }}{{ column_name }} as value, lag({{ column_name }}) over ({{ 'partition by ' ~ keys if keys }} order by {{ column_name }}) as previous
    from {{ model }}
) as ordered where previous is not null and value <> previous + {{ step }}
{%- endmacro %}

{# Values grow in an order. #}
{% test increasing(model, column_name, sort_by, strictly=true, group_by=none) %}
  {{ adapter.dispatch('test_increasing', 'gauge')(model, column_name, sort_by, strictly, group_by) }}
{% endtest %}

{% macro default__test_increasing(model, column_name, sort_by, strictly, group_by) -%}
{%- set keys = gauge.key_list(group_by) -%}
select * from (
    select {{ column_name }} as value, lag({{ column_name }}) over ({{ 'partition by ' ~ keys if keys }} order by {{ sort_by }}) as previous from {{ model }}
) as ordered where previous is not null and value {{ '<=' if strictly else '<' }} previous
{%- endmacro %}

{# Values shrink in an order. #}
{% test decreasing(model, column_name, sort_by, strictly=true, group_by=none) %}
  {{ adapter.dispatch('test_decreasing', 'gauge')(model, column_name, sort_by, strictly, group_by) }}
{% endtest %}

{% macro default__test_decreasing(model, column_name, sort_by, strictly, group_by) -%}
{%- set keys = gauge.key_list(group_by) -%}
select * from (
    select {{ column_name }} as value, lag({{ column_name }}) over ({{ 'partition by ' ~ keys if keys }} order by {{ sort_by }}) as previous from {{ model }}
) as ordered where previous is not null and value {{ '>=' if strictly else '>' }} previous
{%- endmacro %}

{# Ranges do not overlap; gaps are allowed, required or refused. #}
{% test exclusive_ranges(model, lower_bound, upper_bound, partition_by=none, gaps="allowed") %}
  {{ adapter.dispatch('test_exclusive_ranges', 'gauge')(model, lower_bound, upper_bound, partition_by, gaps) }}
{% endtest %}

{% macro default__test_exclusive_ranges(model, lower_bound, upper_bound, partition_by, gaps) -%}
{%- set comparison = {'allowed': '<=', 'required': '<', 'refused': '='} -%}
{%- if gaps not in comparison -%}
{%- do exceptions.raise_compiler_error('gaps is allowed, required or refused, not ' ~ gaps) -%}
{%- endif -%}
select * from (
    select {{ partition_by ~ ', ' if partition_by }}{{ lower_bound }} as lower_bound, {{ upper_bound }} as upper_bound,
        lead({{ lower_bound }}) over ({{ 'partition by ' ~ partition_by if partition_by }} order by {{ lower_bound }}, {{ upper_bound }}) as next_lower_bound
    from {{ model }}
) as ordered
where lower_bound > upper_bound or (next_lower_bound is not null and not (upper_bound {{ comparison[gaps] }} next_lower_bound))
{%- endmacro %}

{# Every day between the first and the last is there. #}
{% test no_missing_days(model, column_name) %}
  {{ adapter.dispatch('test_no_missing_days', 'gauge')(model, column_name) }}
{% endtest %}

{% macro default__test_no_missing_days(model, column_name) -%}
select count(distinct {{ column_name }}) as days, {{ dbt.datediff('min(' ~ column_name ~ ')', 'max(' ~ column_name ~ ')', 'day') }} + 1 as expected from {{ model }} having count(distinct {{ column_name }}) <> {{ dbt.datediff('min(' ~ column_name ~ ')', 'max(' ~ column_name ~ ')', 'day') }} + 1
{%- endmacro %}

{% macro sqlite__test_no_missing_days(model, column_name) -%}
select count(distinct date({{ column_name }})) as days from {{ model }}
having count(distinct date({{ column_name }})) <> julianday(date(max({{ column_name }}))) - julianday(date(min({{ column_name }}))) + 1
{%- endmacro %}
