{# Changing columns on SQLite: one per statement, and a type only by way of a new column; relation, add_columns, remove_columns. #}

{% macro sqlite__get_columns_in_relation(relation) -%}
  {{ return(adapter.get_columns_in_relation(relation)) }}
{% endmacro %}

{% macro sqlite__alter_relation_add_remove_columns(relation, add_columns, remove_columns) %}
  {%- for column in add_columns or [] -%}
    {%- set type = '' if column.dtype | lower == 'unknown' else column.dtype -%}
    {%- do run_query("alter table " ~ relation.render() ~ " add column " ~ column.quoted ~ " " ~ type) -%}
  {%- endfor -%}
  {%- for column in remove_columns or [] -%}
    {%- do run_query("alter table " ~ relation.render() ~ " drop column " ~ column.quoted) -%}
  {%- endfor -%}
{% endmacro %}

{% macro sqlite__alter_column_type(relation, column_name, new_column_type) -%}
  {%- set table = relation.render() -%}
  {%- set old = adapter.quote(column_name) -%}
  {%- set new = adapter.quote(column_name ~ "__dbt_alter") -%}
  {% call statement('alter_column_type') %}
    alter table {{ table }} add column {{ new }} {{ new_column_type }};
    update {{ table }} set {{ new }} = {{ old }};
    alter table {{ table }} drop column {{ old }};
    alter table {{ table }} rename column {{ new }} to {{ old }}
  {% endcall %}
{% endmacro %}
