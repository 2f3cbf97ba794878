{# dbt_expectations' names of types on SQLite, where a cast to any other name keeps the year alone. #}

{% macro sqlite__dbt_expectations__type_timestamp() -%}
  {{ return(dbt.type_timestamp()) }}
{%- endmacro %}

{% macro sqlite__dbt_expectations__type_datetime() -%}
  {{ return(dbt.type_timestamp()) }}
{%- endmacro %}
