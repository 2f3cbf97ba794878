{# DDL that puts a query's relation in the place of an existing one: a native replace where the engine has it, else drop and create; existing_relation, target_relation, sql. #}

{% macro get_replace_sql(existing_relation, target_relation, sql) %}
    {{- adapter.dispatch('get_replace_sql', 'dbt')(existing_relation, target_relation, sql) -}}
{% endmacro %}

{% macro default__get_replace_sql(existing_relation, target_relation, sql) %}
    {%- if existing_relation.type == target_relation.type and existing_relation.can_be_replaced -%}
        {%- if existing_relation.is_view -%}
            {{ get_replace_view_sql(target_relation, sql) }}
        {%- elif existing_relation.is_table -%}
            {{ get_replace_table_sql(target_relation, sql) }}
        {%- else -%}
            {{ get_replace_materialized_view_sql(target_relation, sql) }}
        {%- endif -%}
    {%- else -%}
        {{ get_drop_sql(existing_relation) }};
        {{ get_create_sql(target_relation, sql) }}
    {%- endif -%}
{% endmacro %}

{% macro get_replace_view_sql(relation, sql) %}
    {{- adapter.dispatch('get_replace_view_sql', 'dbt')(relation, sql) -}}
{% endmacro %}

{% macro default__get_replace_view_sql(relation, sql) %}
    {%- do exceptions.raise_compiler_error("`get_replace_view_sql` is not implemented on " ~ adapter.type()) -%}
{% endmacro %}

{% macro get_replace_table_sql(relation, sql) %}
    {{- adapter.dispatch('get_replace_table_sql', 'dbt')(relation, sql) -}}
{% endmacro %}

{% macro default__get_replace_table_sql(relation, sql) %}
    {%- do exceptions.raise_compiler_error("`get_replace_table_sql` is not implemented on " ~ adapter.type()) -%}
{% endmacro %}
