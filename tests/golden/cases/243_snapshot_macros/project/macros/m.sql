{# A clock that stands still, and a hash that every engine has. #}
{% macro sqlite__snapshot_get_time() -%}
'2026-03-01 00:00:00'
{%- endmacro %}
{% macro sqlite__snapshot_hash_arguments(args) -%}
{% for arg in args %}coalesce(cast({{ arg }} as text), ''){{ " || '|' || " if not loop.last }}{% endfor %}
{%- endmacro %}
{% macro snapshot_own_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
{{ return({'unique_key': 'id', 'updated_at': 'ts', 'row_changed': snapshotted_rel ~ '.name <> ' ~ current_rel ~ '.name', 'scd_id': snapshot_hash_arguments(['id', 'ts']), 'invalidate_hard_deletes': false, 'hard_deletes': 'ignore'}) }}
{% endmacro %}
{% macro history(strategy) %}
{% set sql = 'select * from ' ~ ref('before') %}
{% if execute %}
{% set made = strategy_dispatch(strategy)(model, 'snapshotted_data', 'source_data', config, false) %}
{{ build_snapshot_table(made, sql) }}
{% endif %}
{% endmacro %}
{% macro changes(strategy, table) %}
{% set sql = 'select * from ' ~ ref('after') %}
{% if execute %}
{% set node = {'compiled_code': sql, 'database': table.database, 'schema': table.schema, 'alias': table.identifier} %}
{% set made = strategy_dispatch(strategy)(node, 'snapshotted_data', 'source_data', config, true) %}
{{ snapshot_staging_table(made, sql, table) }}
{% endif %}
{% endmacro %}
{% macro sqlite__get_columns_in_relation(relation) %}
{{ return(adapter.get_columns_in_relation(relation)) }}
{% endmacro %}
