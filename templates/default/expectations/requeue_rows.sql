{# Puts rows that left the quarantine into the table of their model, as a later run of the model would; target_relation, source_relation, column_names. Strategies that replace more than single rows only insert here. Projects override it for strategies of their own. #}

{% macro requeue_rows(target_relation, source_relation, column_names) %}
  {%- set names = column_names | map('lower') | list -%}
  {%- set dest_columns = [] -%}
  {%- for column in adapter.get_columns_in_relation(target_relation) if column.name | lower in names -%}
    {%- do dest_columns.append(column) -%}
  {%- endfor -%}
  {%- set strategy = config.get('incremental_strategy') or 'default' -%}
  {%- if config.get('materialized') != 'incremental' or strategy in ('append', 'insert_overwrite', 'microbatch') -%}
    {%- set build = get_incremental_append_sql -%}
  {%- else -%}
    {%- set build = adapter.get_incremental_strategy_macro(context, strategy) -%}
  {%- endif -%}
  {%- set build_sql = build({
    'target_relation': target_relation,
    'temp_relation': source_relation,
    'unique_key': config.get('unique_key'),
    'dest_columns': dest_columns,
    'incremental_predicates': config.get('predicates', none) or config.get('incremental_predicates', none)
  }) -%}
  {%- call statement('main') -%}
    {{ build_sql }}
  {%- endcall -%}
{% endmacro %}
