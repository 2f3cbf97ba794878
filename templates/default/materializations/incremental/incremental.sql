{# A model that adds to its table: built whole on the first run, on a full refresh and over a view; else the new rows are staged in a temporary table and merged in by the strategy. Strategies are macros get_incremental_<strategy>_sql, the project's own included. #}

{% materialization incremental, default %}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set full_refresh_mode = should_full_refresh() or (existing_relation is not none and not existing_relation.is_table) -%}
  {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') -%}
  {%- set strategy = adapter.get_incremental_strategy_macro(context, config.get('incremental_strategy') or 'default') -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}

  {% if existing_relation is none or full_refresh_mode %}
    {% set sql = stage_self_reference(existing_relation, sql) %}
    {% do drop_relation_if_exists(existing_relation) %}
    {% call statement('main') -%}
      {{ get_create_table_as_sql(False, target_relation, sql) }}
    {%- endcall %}
    {% do create_indexes(target_relation) %}
  {% else %}
    {% set temp_relation = make_temp_relation(target_relation) %}
    {% do run_query(get_drop_sql(temp_relation)) %}
    {% do adapter.check_contract(sql, existing_relation) %}
    {% do run_query(get_create_table_as_sql(True, temp_relation, sql)) %}
    {% do adapter.check_contract_rows(temp_relation) %}
    {% set contract = config.get('contract') %}
    {% if not contract or not contract.enforced %}
      {% do adapter.expand_target_column_types(from_relation=temp_relation, to_relation=target_relation) %}
    {% endif %}
    {% set dest_columns = process_schema_changes(on_schema_change, temp_relation, existing_relation)
                          or adapter.get_columns_in_relation(existing_relation) %}
    {% do refuse_missing_columns(on_schema_change, temp_relation, dest_columns) %}
    {% set build_sql = strategy({
      'target_relation': target_relation,
      'temp_relation': temp_relation,
      'unique_key': config.get('unique_key'),
      'dest_columns': dest_columns,
      'incremental_predicates': config.get('predicates', none) or config.get('incremental_predicates', none)
    }) %}
    {% call statement('main') -%}
      {{ build_sql }}
    {%- endcall %}
    {% do run_query(get_drop_sql(temp_relation)) %}
  {% endif %}

  {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode)) %}
  {% do persist_docs(target_relation, model) %}

  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {% do adapter.commit() %}
  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
