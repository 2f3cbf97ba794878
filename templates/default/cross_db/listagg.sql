{# Aggregate: the texts of a group with a delimiter between; measure, delimiter_text (a SQL expression), order_by_clause (`order by …`), limit_num (only the first so many). #}

{% macro listagg(measure, delimiter_text="','", order_by_clause=none, limit_num=none) %}
  {{ return(adapter.dispatch('listagg', 'dbt')(measure, delimiter_text, order_by_clause, limit_num)) }}
{% endmacro %}

{% macro default__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    {%- set order = " within group (" ~ order_by_clause ~ ")" if order_by_clause else "" -%}
    {%- if limit_num -%}
    array_to_string(array_slice(array_agg({{ measure }}){{ order }}, 0, {{ limit_num }}), {{ delimiter_text }})
    {%- else -%}
    listagg({{ measure }}, {{ delimiter_text }}){{ order }}
    {%- endif -%}
{%- endmacro %}
