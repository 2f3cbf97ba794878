{# Appends the staged rows; target_relation, temp_relation, dest_columns. Columns are qualified, so that one which is missing from the rows is an error and never a text. #}

{% macro get_insert_into_sql(target_relation, temp_relation, dest_columns) %}
    {%- set names = dest_columns | map(attribute="name") | list -%}
    insert into {{ target_relation }} ({{ get_quoted_csv(names) }})
    select {% for name in names -%}
    DBT_INTERNAL_SOURCE.{{ adapter.quote(name) }}{{ ", " if not loop.last }}
    {%- endfor %}
    from {{ temp_relation }} as DBT_INTERNAL_SOURCE
{%- endmacro %}
