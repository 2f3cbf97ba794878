{# dbt_date.date_spine on SQLite, as that of dbt_utils; datepart, start_date, end_date. #}

{% macro sqlite__dbt_date__date_spine(datepart, start_date, end_date) -%}
  {{ return(dbt_date.default__date_spine(datepart, sqlite_moment(start_date), sqlite_moment(end_date))) }}
{%- endmacro %}

{% macro sqlite__dbt_date__get_intervals_between(start_date, end_date, datepart) -%}
  {{ return(sqlite__dbt_utils__get_intervals_between(start_date, end_date, datepart)) }}
{%- endmacro %}
