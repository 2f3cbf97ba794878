{# Queries without rows that carry columns: get_empty_subquery_sql(select_sql, select_sql_header) those of a query, get_empty_schema_sql(columns) those of a YAML `columns` mapping. #}

{% macro get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
  {{ return(adapter.dispatch('get_empty_subquery_sql', 'dbt')(select_sql, select_sql_header)) }}
{% endmacro %}

{% macro default__get_empty_subquery_sql(select_sql, select_sql_header=none) %}
    {{- (select_sql_header ~ "\n") if select_sql_header is not none -}}
    select * from (
        {{ select_sql }}
    ) as __dbt_sbq
    where false
    limit 0
{% endmacro %}

{% macro get_empty_schema_sql(columns) -%}
  {{ return(adapter.dispatch('get_empty_schema_sql', 'dbt')(columns)) }}
{% endmacro %}

{% macro default__get_empty_schema_sql(columns) %}
    {%- set untyped = [] -%}
    {%- set loose = [] -%}
    {%- set items = [] -%}
    {%- for key in columns -%}
      {%- set column = columns[key] -%}
      {%- if not column['data_type'] -%}
        {%- do untyped.append(column['name']) -%}
      {%- else -%}
        {%- if column['data_type'].strip().lower() in ('numeric', 'decimal', 'number') -%}
          {%- do loose.append(column['name']) -%}
        {%- endif -%}
        {%- set name = adapter.quote(column['name']) if column.get('quote') else column['name'] -%}
        {%- do items.append((cast('null', column['data_type']) | trim) ~ ' as ' ~ name) -%}
      {%- endif -%}
    {%- endfor -%}
    {%- if untyped -%}
      {%- do exceptions.column_type_missing(column_names=untyped) -%}
    {%- elif loose -%}
      {%- do exceptions.warn("columns of a numeric type without precision and scale may be rounded: " ~ (loose | join(', '))) -%}
    {%- endif -%}
    select {{ items | join(', ') }}
{% endmacro %}
