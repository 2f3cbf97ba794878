{# dbt_date's weeks on SQLite: a calendar week begins on Sunday and is counted from the first of January, an ISO week on Monday; date. #}

{% macro sqlite__dbt_date__week_start(date) -%}
date({{ date }}, 'weekday 6', '-6 days')
{%- endmacro %}

{% macro sqlite__dbt_date__week_end(date) -%}
date({{ date }}, 'weekday 6')
{%- endmacro %}

{% macro sqlite__dbt_date__week_of_year(date) -%}
((strftime('%j', {{ date }}) + 6) / 7)
{%- endmacro %}

{% macro sqlite__dbt_date__iso_week_start(date) -%}
date({{ date }}, 'weekday 0', '-6 days')
{%- endmacro %}

{% macro sqlite__dbt_date__iso_week_end(date) -%}
date({{ date }}, 'weekday 0')
{%- endmacro %}
