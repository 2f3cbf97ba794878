{# dbt_utils.get_intervals_between on SQLite, for date spines: says so when a bound is no date, because there a cast to date gives the year; start_date, end_date, datepart. #}

{% macro sqlite__dbt_utils__get_intervals_between(start_date, end_date, datepart) -%}
  {%- set query -%}
    select {{ dbt.datediff(start_date, end_date, datepart) }}, typeof({{ start_date }}), typeof({{ end_date }})
  {%- endset -%}
  {%- set result = run_query(query) -%}
  {%- if not execute or not result.rows -%}
    {{ return(1) }}
  {%- endif -%}
  {%- for bound in [start_date, end_date] -%}
    {%- if result.rows[0][loop.index] in ['integer', 'real'] -%}
      {%- do exceptions.raise_compiler_error(
        "the bound `" ~ bound | trim ~ "` is a number on SQLite, where `cast(… as date)` keeps the year alone; write date('2024-01-31') or datetime('2024-01-31 12:00:00')"
      ) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(result.rows[0][0]) }}
{%- endmacro %}
