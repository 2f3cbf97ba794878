{# A CSV as a table: created when it is new, its header changed or everything is refreshed, else emptied; then filled. #}

{% materialization seed, default %}
  {%- set full_refresh_mode = should_full_refresh() -%}
  {%- set old_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set rows_table = load_agate_table() -%}
  {%- do store_result('agate_table', response='OK', agate_table=rows_table) -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}

  {% if old_relation is not none and old_relation.is_view %}
    {% do exceptions.raise_compiler_error("cannot seed " ~ old_relation.render() ~ ": it is a view") %}
  {% elif old_relation is none %}
    {% set prepare_sql = create_csv_table(model, rows_table) %}
  {% else %}
    {% set prepare_sql = reset_csv_table(model, full_refresh_mode, old_relation, rows_table) %}
  {% endif %}

  {% set row_count = rows_table.rows | length %}
  {% set insert_sql = load_csv_rows(model, rows_table) if row_count > 0 else "" %}

  {% set code = 'CREATE' if full_refresh_mode else 'INSERT' %}
  {% call noop_statement('main', code ~ ' ' ~ row_count, code, row_count) %}
    {{ get_csv_sql(prepare_sql, insert_sql) }};
  {% endcall %}

  {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(old_relation, full_refresh_mode)) %}
  {% do persist_docs(target_relation, model) %}
  {% do create_indexes(target_relation) %}

  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {% do adapter.commit() %}
  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
