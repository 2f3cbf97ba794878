{# Keeps the history of a query's rows, a version each: built whole the first time, then what has changed is staged in a temporary table and merged in. The query is read once, into a temporary table, and checked before anything is written. Strategies are macros, see snapshots/strategies.sql. #}

{% materialization snapshot, default %}
  {%- set exists, target_relation = get_or_create_relation(database=model.database, schema=model.schema, identifier=model.alias, type='table') -%}
  {%- if not target_relation.is_table -%}
    {%- do exceptions.relation_wrong_type(target_relation, 'table') -%}
  {%- endif -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}

  {% set source = build_snapshot_source(sql, target_relation) %}
  {% do adapter.check_snapshot_settings(source) %}
  {% set strategy_macro = strategy_dispatch(config.get('strategy')) %}
  {% set strategy = strategy_macro(model, "snapshotted_data", "source_data", model['config'], exists) %}

  {% set columns = snapshot_meta_columns() %}
  {% if exists %}
    {% do adapter.assert_valid_snapshot_target_given_strategy(target_relation, columns, strategy) %}
    {% do adapter.check_snapshot_table(target_relation, columns, strategy, snapshot_is_current(columns.dbt_valid_to), snapshot_get_time()) %}
  {% endif %}
  {% do adapter.check_snapshot_source(source, columns, strategy) %}
  {% set source_sql = "select * from " ~ source.render() %}

  {% if not exists %}
    {% set staged_sql = build_snapshot_table(strategy, source_sql) %}
    {% set final_sql = create_table_as(False, target_relation, staged_sql) %}
  {% else %}
    {% set staged_sql = snapshot_staging_table(strategy, source_sql, target_relation) %}
    {% set staging = build_snapshot_staging_table(strategy, source_sql, target_relation) %}
    {% do snapshot_order_versions(staging, target_relation, strategy) %}
    {% do adapter.expand_target_column_types(from_relation=staging, to_relation=target_relation) %}
    {% set own = ['dbt_change_type', 'dbt_unique_key'] %}
    {% for _ in (strategy.unique_key if strategy.unique_key is not string else []) %}
      {% do own.append('dbt_unique_key_' ~ loop.index) %}
    {% endfor %}
    {% set present = adapter.get_columns_in_relation(target_relation) | map(attribute='name') | map('lower') | list %}
    {% set added = [] %}
    {% for column in adapter.get_missing_columns(staging, target_relation) if column.name | lower not in own + present %}
      {% do added.append(column) %}
    {% endfor %}
    {% do create_columns(target_relation, added) %}
    {% set inserted = [] %}
    {% for column in adapter.get_columns_in_relation(staging) if column.name | lower not in own %}
      {% do inserted.append(adapter.quote(column.name)) %}
    {% endfor %}
    {% set final_sql = snapshot_merge_sql(target=target_relation, source=staging, insert_cols=inserted) %}
  {% endif %}

  {% do check_time_data_types(staged_sql) %}
  {% call statement('main') %}
    {{ final_sql }}
  {% endcall %}

  {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(exists, full_refresh_mode=False)) %}
  {% do persist_docs(target_relation, model) %}
  {% if not exists %}
    {% do create_indexes(target_relation) %}
  {% endif %}

  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {% do drop_relation_if_exists(source) %}
  {% do adapter.commit() %}
  {% if staging is defined %}
    {% do post_snapshot(staging) %}
    {% do drop_relation_if_exists(staging) %}
  {% endif %}
  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
