{# Creates an empty table for a seed and returns its DDL; model, agate_table. Types come from config `column_types`, else from the values. #}

{% macro create_csv_table(model, agate_table) -%}
  {{ adapter.dispatch('create_csv_table', 'dbt')(model, agate_table) }}
{%- endmacro %}

{% macro default__create_csv_table(model, agate_table) %}
  {%- set quote_columns = model['config'].get('quote_columns', None) -%}
  {%- set types = seed_column_types(model, agate_table) -%}
  {%- set definitions = [] -%}
  {%- for name in agate_table.column_names -%}
    {%- do definitions.append(adapter.quote_seed_column(name | string, quote_columns) ~ ' ' ~ types[loop.index0]) -%}
  {%- endfor -%}
  {% set sql = 'create table ' ~ this.render() ~ ' (' ~ (definitions | join(', ')) ~ ')' %}
  {% call statement('_') -%}
    {{ sql }}
  {%- endcall %}
  {{ return(sql) }}
{% endmacro %}

{% macro seed_column_types(model, agate_table) %}
  {%- set declared = model['config'].get('column_types') or {} -%}
  {%- set types = [] -%}
  {%- for name in agate_table.column_names -%}
    {%- do types.append(declared.get(name) or adapter.convert_type(agate_table, loop.index0)) -%}
  {%- endfor -%}
  {{ return(types) }}
{% endmacro %}
