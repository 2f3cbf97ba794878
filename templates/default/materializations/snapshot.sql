{# Keeps the history of a query's rows, a version each: built whole the first time, then what has changed is staged in a temporary table and merged in. Strategies are macros, see snapshots/strategies.sql. #}

{% materialization snapshot, default %}
  {%- set exists, target_relation = get_or_create_relation(database=model.database, schema=model.schema, identifier=model.alias, type='table') -%}
  {%- if not target_relation.is_table -%}
    {%- do exceptions.relation_wrong_type(target_relation, 'table') -%}
  {%- endif -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}

  {% set strategy_macro = strategy_dispatch(config.get('strategy')) %}
  {% set strategy = strategy_macro(model, "snapshotted_data", "source_data", model['config'], exists) %}

  {% if not exists %}
    {% set staged_sql = build_snapshot_table(strategy, model['compiled_code']) %}
    {% set final_sql = create_table_as(False, target_relation, staged_sql) %}
  {% else %}
    {% do adapter.assert_valid_snapshot_target_given_strategy(target_relation, snapshot_meta_columns(), strategy) %}
    {% set staged_sql = snapshot_staging_table(strategy, sql, target_relation) %}
    {% set staging = build_snapshot_staging_table(strategy, sql, target_relation) %}
    {% do adapter.expand_target_column_types(from_relation=staging, to_relation=target_relation) %}
    {% set own = ['dbt_change_type', 'dbt_unique_key'] %}
    {% for _ in (strategy.unique_key if strategy.unique_key is not string else []) %}
      {% do own.append('dbt_unique_key_' ~ loop.index) %}
    {% endfor %}
    {% set added = [] %}
    {% for column in adapter.get_missing_columns(staging, target_relation) if column.name | lower not in own %}
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
  {% do adapter.commit() %}
  {% if staging is defined %}
    {% do post_snapshot(staging) %}
  {% endif %}
  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
