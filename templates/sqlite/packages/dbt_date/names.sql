{# dbt_date's names of days and months on SQLite; date, short (three letters). #}

{% macro sqlite__dbt_date__day_name(date, short=true) -%}
to_char({{ date }}, '{{ 'Dy' if short else 'Day' }}')
{%- endmacro %}

{% macro sqlite__dbt_date__month_name(date, short=true) -%}
to_char({{ date }}, '{{ 'Mon' if short else 'Month' }}')
{%- endmacro %}
