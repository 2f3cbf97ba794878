{# An enforced contract on SQLite: forge compares the columns, since the engine does not tell the types of expressions, and names are quoted where they are read. #}

{% macro sqlite__get_assert_columns_equivalent(sql) %}
  {%- set header = config.get('sql_header', none) -%}
  {%- if header is not none and header | trim -%}
    {%- do run_query(header) -%}
  {%- endif -%}
  {%- do adapter.check_contract(sql) -%}
{% endmacro %}

{% macro sqlite__get_column_names() %}
    {%- for name in model['columns'] -%}
      {{ adapter.quote(model['columns'][name]['name']) }}{{ ", " if not loop.last }}
    {%- endfor -%}
{% endmacro %}

{# Declared types without constraints, for rows on their way into a table that has them; relation, sql. #}
{% macro sqlite__create_typed_temp_table(relation, sql) %}
  create temporary table {{ relation.render() }} ({{ adapter.render_contract_types() | join(', ') }});
  insert into {{ relation.render() }}
  {{ get_select_subquery(sql) }}
{% endmacro %}
