{# Generic tests of dbt_utils on SQLite, where a quotient of integers is an integer and a cast to date a number; arguments as in the package. #}

{% macro sqlite__dbt_utils__test_not_null_proportion(model, group_by_columns=[]) -%}
  {%- set column = kwargs.get('column_name', kwargs.get('arg')) -%}
  {%- set at_least = kwargs.get('at_least', kwargs.get('arg')) -%}
  {%- set at_most = kwargs.get('at_most', kwargs.get('arg', 1)) -%}
  {%- set groups = group_by_columns | join(', ') -%}
select *
from (
    select
        {% if groups %}{{ groups }},
        {% endif %}count({{ column }}) * 1.0 / count(*) as not_null_proportion
    from {{ model }}
    {%- if groups %}
    group by {{ groups }}
    {%- endif %}
) as proportions
where not_null_proportion < {{ at_least }}
    or not_null_proportion > {{ at_most }}
{%- endmacro %}

{% macro sqlite__dbt_utils__test_recency(model, field, datepart, interval, ignore_time_component=false, group_by_columns=[]) -%}
  {%- set type = 'date' if ignore_time_component else 'timestamp' -%}
  {%- set groups = group_by_columns | join(', ') -%}
  {%- set threshold = dbt.cast(dbt.dateadd(datepart, interval * -1, dbt.current_timestamp()), type) | trim -%}
select *
from (
    select
        {% if groups %}{{ groups }},
        {% endif %}{{ dbt.cast('max(' ~ field ~ ')', type) | trim }} as most_recent,
        {{ threshold }} as threshold
    from {{ model }}
    {%- if groups %}
    group by {{ groups }}
    {%- endif %}
) as recency
where most_recent < threshold
{%- endmacro %}

{% macro sqlite__dbt_utils__test_sequential_values(model, column_name, interval=1, datepart=none, group_by_columns=[]) -%}
  {%- set previous = 'previous_' ~ dbt_utils.slugify(column_name) -%}
  {%- set groups = group_by_columns | join(', ') -%}
  {%- if datepart -%}
    {%- set found = dbt.cast(column_name, 'timestamp') | trim -%}
    {%- set expected = dbt.cast(dbt.dateadd(datepart, interval, previous), 'timestamp') | trim -%}
  {%- else -%}
    {%- set found = column_name -%}
    {%- set expected = previous ~ ' + ' ~ interval -%}
  {%- endif -%}
select *
from (
    select
        {% if groups %}{{ groups }},
        {% endif %}{{ column_name }},
        lag({{ column_name }}) over ({{ 'partition by ' ~ groups ~ ' ' if groups }}order by {{ column_name }}) as {{ previous }}
    from {{ model }}
) as steps
where not ({{ found }} = {{ expected }})
{%- endmacro %}
