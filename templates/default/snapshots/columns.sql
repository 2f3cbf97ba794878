{# The columns that a snapshot adds, and how its unique key is compared. get_snapshot_table_column_names() is the default of config snapshot_table_column_names; unique_key is a column or a list of columns, identifiers are the aliases of the two sides. #}

{% macro get_snapshot_table_column_names() %}
    {% set names = {} %}
    {% for name in ['dbt_valid_to', 'dbt_valid_from', 'dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted'] %}
        {% do names.update({name: name}) %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}

{% macro snapshot_meta_columns() %}
    {{ return(config.get('snapshot_table_column_names') or get_snapshot_table_column_names()) }}
{% endmacro %}

{% macro get_dbt_valid_to_current(strategy, columns) %}
    {# The expression is null, and still has the type of updated_at. #}
    coalesce(nullif({{ strategy.updated_at }}, {{ strategy.updated_at }}), {{ config.get('dbt_valid_to_current') or 'null' }}) as {{ columns.dbt_valid_to }}
{% endmacro %}

{# Whether a version is the current one; column, the name of its dbt_valid_to. #}
{% macro snapshot_is_current(column) -%}
    {%- set current = config.get('dbt_valid_to_current') -%}
    {%- if current -%}
    ({{ equals(column, current | trim) | trim }} or {{ column }} is null)
    {%- else -%}
    {{ column }} is null
    {%- endif -%}
{%- endmacro %}

{% macro unique_key_fields(unique_key) %}
    {%- if unique_key is string -%}
    {{ unique_key }} as dbt_unique_key
    {%- else -%}
    {%- for key in unique_key -%}
    {{ key }} as dbt_unique_key_{{ loop.index }}{{ ", " if not loop.last }}
    {%- endfor -%}
    {%- endif -%}
{% endmacro %}

{% macro unique_key_join_on(unique_key, identifier, from_identifier) %}
    {%- if unique_key is string -%}
    {{ identifier }}.dbt_unique_key = {{ from_identifier }}.dbt_unique_key
    {%- else -%}
    {%- for key in unique_key -%}
    {{ equals(identifier ~ ".dbt_unique_key_" ~ loop.index, from_identifier ~ ".dbt_unique_key_" ~ loop.index) | trim }}{{ " and " if not loop.last }}
    {%- endfor -%}
    {%- endif -%}
{% endmacro %}

{% macro unique_key_is_null(unique_key, identifier) %}
    {{- identifier }}.dbt_unique_key{{ "_1" if unique_key is not string }} is null
{%- endmacro %}

{% macro unique_key_is_not_null(unique_key, identifier) %}
    {{- identifier }}.dbt_unique_key{{ "_1" if unique_key is not string }} is not null
{%- endmacro %}

{% macro create_columns(relation, columns) %}
  {{ adapter.dispatch('create_columns', 'dbt')(relation, columns) }}
{% endmacro %}

{% macro default__create_columns(relation, columns) %}
  {% for column in columns %}
    {% call statement() %}
      alter table {{ relation.render() }} add column {{ adapter.quote(column.name) }} {{ column.expanded_data_type }};
    {% endcall %}
  {% endfor %}
{% endmacro %}
