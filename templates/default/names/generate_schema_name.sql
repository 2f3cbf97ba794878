{# The schema of a node; custom_schema_name (config `schema`), node. Projects override it, often with generate_schema_name_for_env. #}

{% macro generate_schema_name(custom_schema_name=none, node=none) -%}
    {{ return(adapter.dispatch('generate_schema_name', 'dbt')(custom_schema_name, node)) }}
{% endmacro %}

{% macro default__generate_schema_name(custom_schema_name, node) -%}
    {{- target.schema -}}
    {%- if custom_schema_name is not none -%}
        _{{ custom_schema_name | trim }}
    {%- endif -%}
{%- endmacro %}
