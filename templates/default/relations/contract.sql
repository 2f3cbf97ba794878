{# What an enforced contract adds to DDL: get_table_columns_and_constraints() declares the YAML's columns, get_assert_columns_equivalent(sql) fails when the query has others, get_select_subquery(sql) puts the query's columns in the YAML's order. #}

{% macro get_table_columns_and_constraints() -%}
  {{ adapter.dispatch('get_table_columns_and_constraints', 'dbt')() }}
{%- endmacro %}

{% macro default__get_table_columns_and_constraints() -%}
  {{ return(table_columns_and_constraints()) }}
{%- endmacro %}

{% macro table_columns_and_constraints() %}
    {%- set parts = [] -%}
    {%- do parts.extend(adapter.render_raw_columns_constraints(raw_columns=model['columns'])) -%}
    {%- do parts.extend(adapter.render_raw_model_constraints(raw_constraints=model['constraints'])) -%}
    (
    {{ parts | join(',\n    ') }}
    )
{% endmacro %}

{% macro get_assert_columns_equivalent(sql) -%}
  {{ adapter.dispatch('get_assert_columns_equivalent', 'dbt')(sql) }}
{%- endmacro %}

{% macro default__get_assert_columns_equivalent(sql) -%}
  {{ return(assert_columns_equivalent(sql)) }}
{%- endmacro %}

{% macro assert_columns_equivalent(sql) %}
  {%- set declared = model['columns'] -%}
  {%- if not declared -%}
    {%- do exceptions.raise_contract_error([], []) -%}
  {%- endif -%}
  {%- set in_sql = format_columns(get_column_schema_from_query(sql, config.get('sql_header', none))) -%}
  {%- set in_yaml = format_columns(get_column_schema_from_query(get_empty_schema_sql(declared))) -%}
  {%- set sql_shape = in_sql | map(attribute='formatted') | sort | list -%}
  {%- set yaml_shape = in_yaml | map(attribute='formatted') | sort | list -%}
  {%- if sql_shape != yaml_shape -%}
    {%- do exceptions.raise_contract_error(in_yaml, in_sql) -%}
  {%- endif -%}
{% endmacro %}

{% macro format_columns(columns) %}
  {% set formatted = [] %}
  {% for column in columns %}
    {% do formatted.append(adapter.dispatch('format_column', 'dbt')(column)) %}
  {% endfor %}
  {{ return(formatted) }}
{% endmacro %}

{% macro default__format_column(column) -%}
  {{ return({'name': column.name, 'data_type': column.dtype, 'formatted': column.column.lower() ~ " " ~ column.dtype}) }}
{%- endmacro %}

{% macro get_select_subquery(sql) %}
  {{ return(adapter.dispatch('get_select_subquery', 'dbt')(sql)) }}
{% endmacro %}

{% macro default__get_select_subquery(sql) %}
    select {{ adapter.dispatch('get_column_names', 'dbt')() }}
    from (
        {{ sql }}
    ) as model_subq
{%- endmacro %}

{% macro default__get_column_names() %}
    {%- for name in model['columns'] -%}
      {%- set column = model['columns'][name] -%}
      {{ adapter.quote(column['name']) if column.get('quote') else column['name'] }}{{ ", " if not loop.last }}
    {%- endfor -%}
{% endmacro %}
