{# dbt_utils.date_spine on SQLite: the bounds are compared as texts, so casts to dates are resolved first, and a bound that is a number all the same is an error; datepart, start_date, end_date. #}

{% macro sqlite__dbt_utils__date_spine(datepart, start_date, end_date) -%}
  {{ return(dbt_utils.default__date_spine(datepart, sqlite_moment(start_date), sqlite_moment(end_date))) }}
{%- endmacro %}

{% macro sqlite__dbt_utils__get_intervals_between(start_date, end_date, datepart) -%}
  {%- set bounds = [sqlite_moment(start_date), sqlite_moment(end_date)] -%}
  {%- set query -%}
    select {{ dbt.datediff(bounds[0], bounds[1], datepart) }}, typeof({{ bounds[0] }}), typeof({{ bounds[1] }})
  {%- endset -%}
  {%- set result = run_query(query) -%}
  {%- if not execute or not result.rows -%}
    {{ return(1) }}
  {%- endif -%}
  {%- for bound in bounds -%}
    {%- if result.rows[0][loop.index] in ['integer', 'real'] -%}
      {%- do exceptions.raise_compiler_error(
        "the bound `" ~ bound ~ "` is a number on SQLite, where a cast to date keeps the year alone; write date('2024-01-31') or datetime('2024-01-31 12:00:00')"
      ) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(result.rows[0][0]) }}
{%- endmacro %}
