{# Queries for the terminal: get_show_sql(compiled_code, sql_header, limit), and get_limit_subquery_sql(sql, limit), which engines change through get_limit_sql. #}

{% macro get_show_sql(compiled_code, sql_header, limit) -%}
  {%- if sql_header is not none -%}
  {{ sql_header }}
  {%- endif %}
  {{ get_limit_subquery_sql(compiled_code, limit) }}
{% endmacro %}

{% macro get_limit_subquery_sql(sql, limit) -%}
  {{ adapter.dispatch('get_limit_sql', 'dbt')(sql, limit) }}
{%- endmacro %}

{% macro default__get_limit_sql(sql, limit) %}
  {{ sql }}
  {{ ("\n  limit " ~ limit) if limit is not none }}
{%- endmacro %}
