{# Snapshots on SQLite, which has no MERGE, no type for timestamps, and md5() as a blob; arguments as in the defaults. #}

{% macro sqlite__snapshot_hash_arguments(args) -%}
    lower(hex(md5({{ snapshot_hash_text(args) }})))
{%- endmacro %}

{% macro sqlite__snapshot_string_as_time(timestamp) -%}
    {{ return("datetime('" ~ timestamp ~ "')") }}
{%- endmacro %}

{% macro sqlite__snapshot_merge_sql(target, source, insert_cols) -%}
    {%- set columns = snapshot_meta_columns() -%}
    {%- set names = insert_cols | join(', ') -%}
    update {{ target.render() }} as DBT_INTERNAL_DEST
    set {{ columns.dbt_valid_to }} = DBT_INTERNAL_SOURCE.{{ columns.dbt_valid_to }}
    from {{ source }} as DBT_INTERNAL_SOURCE
    where DBT_INTERNAL_SOURCE.{{ columns.dbt_scd_id }} = DBT_INTERNAL_DEST.{{ columns.dbt_scd_id }}
        and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')
        and {{ snapshot_is_current("DBT_INTERNAL_DEST." ~ columns.dbt_valid_to) }};
    insert into {{ target.render() }} ({{ names }})
    select {{ names }} from {{ source }}
    where dbt_change_type = 'insert'
{%- endmacro %}
