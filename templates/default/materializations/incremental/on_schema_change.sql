{# What happens when the new rows have other columns than the table, by config on_schema_change: ignore, append_new_columns, sync_all_columns, fail. process_schema_changes(on_schema_change, source_relation, target_relation) returns the columns to insert, or nothing to mean the table's; refuse_missing_columns says under `ignore` which of those the query lacks. #}

{% macro incremental_validate_on_schema_change(on_schema_change, default='ignore') %}
  {% if on_schema_change in ['sync_all_columns', 'append_new_columns', 'fail', 'ignore'] %}
    {{ return(on_schema_change) }}
  {% endif %}
  {% do log("`" ~ on_schema_change ~ "` is no value for on_schema_change, taking `" ~ default ~ "`") %}
  {{ return(default) }}
{% endmacro %}

{% macro process_schema_changes(on_schema_change, source_relation, target_relation) %}
  {{ return(adapter.dispatch('process_schema_changes', 'dbt')(on_schema_change, source_relation, target_relation)) }}
{% endmacro %}

{% macro default__process_schema_changes(on_schema_change, source_relation, target_relation) %}
  {% if on_schema_change == 'ignore' %}
    {{ return({}) }}
  {% endif %}
  {% set changes = check_for_schema_changes(source_relation, target_relation) %}
  {% if changes['schema_changed'] and on_schema_change == 'fail' %}
    {% set lists = {
      'only in the query': changes['source_not_in_target'] | map(attribute='name') | list,
      'only in the table': changes['target_not_in_source'] | map(attribute='name') | list,
      'with another type': changes['new_target_types'] | map(attribute='column_name') | list
    } %}
    {% set told = [] %}
    {% for what, names in lists.items() if names %}
      {% do told.append(what ~ ": `" ~ (names | join('`, `')) ~ "`") %}
    {% endfor %}
    {% do exceptions.raise_compiler_error(
      "the query of incremental model `" ~ model.name ~ "` and its table have different columns, and `on_schema_change` is `fail`; "
      ~ (told | join('; '))
    ) %}
  {% elif changes['schema_changed'] %}
    {% do sync_column_schemas(on_schema_change, target_relation, changes) %}
  {% endif %}
  {{ return(changes['source_columns']) }}
{% endmacro %}

{% macro check_for_schema_changes(source_relation, target_relation) %}
  {{ return(adapter.dispatch('check_for_schema_changes', 'dbt')(source_relation, target_relation)) }}
{% endmacro %}

{% macro default__check_for_schema_changes(source_relation, target_relation) %}
  {%- set source_columns = adapter.get_columns_in_relation(source_relation) -%}
  {%- set target_columns = adapter.get_columns_in_relation(target_relation) -%}
  {%- set added = diff_columns(source_columns, target_columns) -%}
  {%- set removed = diff_columns(target_columns, source_columns) -%}
  {%- set retyped = diff_column_data_types(source_columns, target_columns) -%}
  {{ return({
    'schema_changed': added | length + removed | length + retyped | length > 0,
    'source_not_in_target': added,
    'target_not_in_source': removed,
    'source_columns': source_columns,
    'target_columns': target_columns,
    'new_target_types': retyped
  }) }}
{% endmacro %}

{% macro refuse_missing_columns(on_schema_change, source_relation, dest_columns) %}
  {%- if on_schema_change != 'ignore' -%}
    {{ return(none) }}
  {%- endif -%}
  {%- set present = adapter.get_columns_in_relation(source_relation) | map(attribute='name') | map('lower') | list -%}
  {%- set missing = [] -%}
  {%- for column in dest_columns if column.name | lower not in present -%}
    {%- do missing.append(column.name) -%}
  {%- endfor -%}
  {%- if missing and present -%}
    {%- do exceptions.raise_compiler_error(
      "the query of incremental model `" ~ model.name ~ "` lacks columns that its table has: `" ~ (missing | join('`, `')) ~ "`"
    ) -%}
  {%- endif -%}
{% endmacro %}

{% macro sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
  {{ return(adapter.dispatch('sync_column_schemas', 'dbt')(on_schema_change, target_relation, schema_changes_dict)) }}
{% endmacro %}

{% macro default__sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
  {%- set sync_all = on_schema_change == 'sync_all_columns' -%}
  {%- set added = schema_changes_dict['source_not_in_target'] -%}
  {%- set removed = schema_changes_dict['target_not_in_source'] if sync_all else [] -%}
  {%- set retyped = schema_changes_dict['new_target_types'] if sync_all else [] -%}
  {%- if added or removed -%}
    {%- do alter_relation_add_remove_columns(target_relation, added, removed) -%}
  {%- endif -%}
  {%- for change in retyped -%}
    {%- do alter_column_type(target_relation, change['column_name'], change['new_type']) -%}
  {%- endfor -%}
  {%- do log("changed the columns of " ~ target_relation ~ " (" ~ on_schema_change ~ "): "
             ~ (added | length) ~ " added, " ~ (removed | length) ~ " removed, " ~ (retyped | length) ~ " with a new type") -%}
{% endmacro %}
