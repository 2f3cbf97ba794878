{# The name of the relation that points to a model's latest version; custom_alias_name (config `latest_version_pointer.alias`), node. Projects override it. #}

{% macro generate_latest_version_pointer_alias(custom_alias_name=none, node=none) -%}
    {% do return(adapter.dispatch('generate_latest_version_pointer_alias', 'dbt')(custom_alias_name, node)) %}
{%- endmacro %}

{% macro default__generate_latest_version_pointer_alias(custom_alias_name=none, node=none) -%}
    {{- (custom_alias_name | trim) if custom_alias_name else node.name -}}
{%- endmacro %}
