{# DDL on SQLite: sql takes no parentheses after `as`, an enforced contract declares the columns first and inserts then, and a view is read once because `create view` accepts anything; temporary, relation, sql. #}

{% macro sqlite__create_table_as(temporary, relation, sql) -%}
  {%- set sql_header = config.get('sql_header', none) -%}
  {%- set contract = config.get('contract') -%}
  {{ sql_header if sql_header is not none }}
  {%- if contract and contract.enforced and temporary %}
  {{- get_assert_columns_equivalent(sql) }}
  {{ sqlite__create_typed_temp_table(relation, sql) }}
  {%- elif contract and contract.enforced %}
  {{- get_assert_columns_equivalent(sql) }}
  create table {{ relation.render() }} {{ get_table_columns_and_constraints() }};
  insert into {{ relation.render() }}
  {{ get_select_subquery(sql) }}
  {%- else %}
  create {{ "temporary " if temporary }}table {{ relation.render() }} as
  {{ sql }}
  {%- endif %}
{%- endmacro %}

{% macro sqlite__create_view_as(relation, sql, auto_begin=False) -%}
  {%- set sql_header = config.get('sql_header', none) -%}
  {%- set contract = config.get('contract') -%}
  {{ sql_header if sql_header is not none }}
  {%- if contract and contract.enforced %}
  {{- get_assert_columns_equivalent(sql) }}
  {%- endif %}
  create view {{ relation.render() }} as
  {{ sql }}
{%- endmacro %}

{% macro sqlite__validate_view(relation) -%}
  {%- do run_query("select * from " ~ relation.render() ~ " limit 0") -%}
{%- endmacro %}

{% macro sqlite__can_clone_table() %}
  {{ return(False) }}
{% endmacro %}
