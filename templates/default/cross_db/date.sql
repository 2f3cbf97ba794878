{# A calendar day as a literal; year, month, day as numbers. #}

{% macro date(year, month, day) %}
  {{ return(adapter.dispatch('date', 'dbt')(year, month, day)) }}
{% endmacro %}

{% macro default__date(year, month, day) -%}
    {%- set text = modules.datetime.date(year, month, day).strftime('%Y-%m-%d') -%}
    to_date('{{ text }}', 'YYYY-MM-DD')
{%- endmacro %}
