{# Replaces the rows whose key is among the staged rows; target, source, unique_key (a column, a list of columns or nothing), dest_columns, incremental_predicates (narrow what is deleted). The keys stand in a CTE because a subquery could take a column that the staged rows lack from the target, and delete everything. #}

{% macro get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {{ adapter.dispatch('get_delete_insert_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates) }}
{%- endmacro %}

{% macro default__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
    {%- if unique_key -%}
    {%- set key = unique_key if unique_key is string else unique_key | join(', ') -%}
    with dbt_internal_keys as (
        select distinct {{ key }} from {{ source }}
    )
    delete from {{ target }} as DBT_INTERNAL_DEST
    where ({{ key }}) in (select * from dbt_internal_keys)
    {%- for predicate in incremental_predicates or [] %}
      and {{ predicate }}
    {%- endfor %};
    {% endif %}
    {{- get_insert_into_sql(target, source, dest_columns) }}
{%- endmacro %}
