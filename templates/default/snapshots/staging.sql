{# The queries of a snapshot: build_snapshot_table(strategy, sql) the first time, snapshot_staging_table(strategy, source_sql, target_relation) afterwards, with one row per change and its kind in dbt_change_type; build_snapshot_staging_table(strategy, sql, target_relation) keeps those in a temporary table. #}

{% macro build_snapshot_table(strategy, sql) -%}
  {{ adapter.dispatch('build_snapshot_table', 'dbt')(strategy, sql) }}
{% endmacro %}

{% macro default__build_snapshot_table(strategy, sql) %}
    {%- set columns = snapshot_meta_columns() %}
    select
        *,
        {{ strategy.scd_id }} as {{ columns.dbt_scd_id }},
        {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
        {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
        {{ get_dbt_valid_to_current(strategy, columns) | trim }}
        {%- if strategy.hard_deletes == 'new_record' %},
        'False' as {{ columns.dbt_is_deleted }}
        {%- endif %}
    from (
        {{ sql }}
    ) as snapshot_source
{% endmacro %}

{# The rows of the query in a temporary table, so that every part of a run sees the same ones. #}
{% macro build_snapshot_source(sql, target_relation) %}
    {% set source = make_temp_relation(target_relation, '__dbt_source') %}
    {% do drop_relation_if_exists(source) %}
    {% call statement('build_snapshot_source') %}
        {{ create_table_as(True, source, sql) }}
    {% endcall %}
    {% do return(source) %}
{% endmacro %}

{% macro build_snapshot_staging_table(strategy, sql, target_relation) %}
    {% set staging = make_temp_relation(target_relation) %}
    {% do drop_relation_if_exists(staging) %}
    {% set changes = snapshot_staging_table(strategy, sql, target_relation) %}
    {% call statement('build_snapshot_staging_relation') %}
        {{ create_table_as(True, staging, changes) }}
    {% endcall %}
    {% do return(staging) %}
{% endmacro %}

{% macro snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {{ adapter.dispatch('snapshot_staging_table', 'dbt')(strategy, source_sql, target_relation) }}
{% endmacro %}

{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) -%}
    {%- set columns = snapshot_meta_columns() -%}
    {%- set key = strategy.unique_key -%}
    {%- set same_key = unique_key_join_on(key, "snapshotted_data", "source_data") | trim -%}
    {%- set follows_deletes = strategy.hard_deletes in ('invalidate', 'new_record') -%}
    {%- set keeps_deletes = strategy.hard_deletes == 'new_record' -%}
    {%- set was_deleted = "snapshotted_data." ~ columns.dbt_is_deleted ~ " = 'True'" -%}
    {%- set changed = strategy.row_changed ~ (" or " ~ was_deleted if keeps_deletes else "") -%}
    with snapshot_query as (
        {{ source_sql }}
    ),
    snapshotted_data as (
        select *, {{ unique_key_fields(key) | trim }}
        from {{ target_relation }}
        where {{ snapshot_is_current(columns.dbt_valid_to) }}
    ),
    insertions_source_data as (
        select *, {{ unique_key_fields(key) | trim }},
            {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
            {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
            {{ get_dbt_valid_to_current(strategy, columns) | trim }},
            {{ strategy.scd_id }} as {{ columns.dbt_scd_id }}
        from snapshot_query
    ),
    updates_source_data as (
        select *, {{ unique_key_fields(key) | trim }},
            {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
            {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
            {{ strategy.updated_at }} as {{ columns.dbt_valid_to }}
        from snapshot_query
    ),
    {%- if follows_deletes %}
    deletes_source_data as (
        select *, {{ unique_key_fields(key) | trim }}
        from snapshot_query
    ),
    {%- endif %}
    insertions as (
        select 'insert' as dbt_change_type, source_data.*{{ (", 'False' as " ~ columns.dbt_is_deleted) if keeps_deletes }}
        from insertions_source_data as source_data
        left join snapshotted_data on {{ same_key }}
        where {{ unique_key_is_null(key, "snapshotted_data") }} or ({{ changed }})
    ),
    updates as (
        select 'update' as dbt_change_type, source_data.*, snapshotted_data.{{ columns.dbt_scd_id }}{{ (", snapshotted_data." ~ columns.dbt_is_deleted) if keeps_deletes }}
        from updates_source_data as source_data
        join snapshotted_data on {{ same_key }}
        where {{ changed }}
    )
    {%- if follows_deletes %},
    deletes as (
        select 'delete' as dbt_change_type, source_data.*,
            {{ snapshot_get_time() }} as {{ columns.dbt_valid_from }},
            {{ snapshot_get_time() }} as {{ columns.dbt_updated_at }},
            {{ snapshot_get_time() }} as {{ columns.dbt_valid_to }},
            snapshotted_data.{{ columns.dbt_scd_id }}{{ (", snapshotted_data." ~ columns.dbt_is_deleted) if keeps_deletes }}
        from snapshotted_data
        left join deletes_source_data as source_data on {{ same_key }}
        where {{ unique_key_is_null(key, "source_data") }}{{ (" and not (" ~ was_deleted ~ ")") if keeps_deletes }}
    )
    {%- endif %}
    {%- if keeps_deletes %},
    deletion_records as (
        {{ snapshot_deletion_records(strategy, source_sql, target_relation, columns) }}
        from snapshotted_data
        left join deletes_source_data as source_data on {{ same_key }}
        where {{ unique_key_is_null(key, "source_data") }} and not ({{ was_deleted }})
    )
    {%- endif %}
    select * from insertions
    union all
    select * from updates
    {%- if follows_deletes %}
    union all
    select * from deletes
    {%- endif %}
    {%- if keeps_deletes %}
    union all
    select * from deletion_records
    {%- endif %}
{%- endmacro %}

{# The select list of the new versions that say a row is gone, in the order of the other changes. #}
{% macro snapshot_deletion_records(strategy, source_sql, target_relation, columns) -%}
    {%- set kept = get_list_of_column_names(get_columns_in_relation(target_relation)) -%}
    {%- set fields = ["'insert' as dbt_change_type"] -%}
    {%- for name in get_columns_in_query(source_sql) -%}
        {%- do fields.append(("snapshotted_data." if name in kept else "source_data.") ~ adapter.quote(name)) -%}
    {%- endfor -%}
    {%- if strategy.unique_key is string -%}
        {%- do fields.append("snapshotted_data.dbt_unique_key") -%}
    {%- else -%}
        {%- for _ in strategy.unique_key -%}
            {%- do fields.append("snapshotted_data.dbt_unique_key_" ~ loop.index) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- do fields.extend([
        snapshot_get_time() ~ " as " ~ columns.dbt_updated_at,
        snapshot_get_time() ~ " as " ~ columns.dbt_valid_from,
        "snapshotted_data." ~ columns.dbt_valid_to,
        snapshot_hash_arguments(["snapshotted_data." ~ columns.dbt_scd_id, snapshot_get_time()]) ~ " as " ~ columns.dbt_scd_id,
        "'True' as " ~ columns.dbt_is_deleted,
    ]) -%}
    select {{ fields | join(', ') }}
{%- endmacro %}

{% macro post_snapshot(staging_relation) %}
  {{ adapter.dispatch('post_snapshot', 'dbt')(staging_relation) }}
{% endmacro %}

{% macro default__post_snapshot(staging_relation) %}
{% endmacro %}

{% macro get_updated_at_column_data_type(snapshot_sql) %}
  {% for column in get_column_schema_from_query(snapshot_sql) if column.column | lower == 'dbt_updated_at' %}
    {{ return(column.dtype or none) }}
  {% endfor %}
  {{ return(none) }}
{% endmacro %}

{% macro check_time_data_types(sql) %}
  {% set updated_at = get_updated_at_column_data_type(sql) %}
  {% set clock = get_snapshot_get_time_data_type() %}
  {# A type that the engine does not know is none that could differ. #}
  {% if updated_at != clock and '' not in [updated_at or '', clock or ''] and 'unknown' not in [updated_at | lower, clock | lower] %}
    {% do exceptions.warn_snapshot_timestamp_data_types(clock, updated_at) %}
  {% endif %}
{% endmacro %}
