{# Updates the rows with a known key and inserts the others; target, source, unique_key (a column, a list of columns or nothing), dest_columns, incremental_predicates. Inside the predicates the two sides are DBT_INTERNAL_DEST and DBT_INTERNAL_SOURCE. #}

{% macro get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- set incremental_predicates = kwargs.get('predicates', incremental_predicates) -%}
  {{ adapter.dispatch('get_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates) }}
{%- endmacro %}

{% macro default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {%- set columns = get_quoted_csv(dest_columns | map(attribute="name")) -%}
    {%- set update_columns = get_merge_update_columns(config.get('merge_update_columns'), config.get('merge_exclude_columns'), dest_columns) -%}
    {%- set sql_header = config.get('sql_header', none) -%}
    {{ sql_header if sql_header is not none }}
    merge into {{ target }} as DBT_INTERNAL_DEST
    using {{ source }} as DBT_INTERNAL_SOURCE
    on {{ merge_condition(unique_key, incremental_predicates) }}
    {%- if unique_key %}
    when matched then update set
        {% for column in update_columns -%}
        {{ column }} = DBT_INTERNAL_SOURCE.{{ column }}{{ ", " if not loop.last }}
        {%- endfor %}
    {%- endif %}
    when not matched then insert ({{ columns }})
    values ({{ columns }})
{%- endmacro %}

{% macro merge_condition(unique_key, incremental_predicates) %}
    {%- set terms = [] -%}
    {%- do terms.extend(incremental_predicates or []) -%}
    {%- if not unique_key -%}
        {%- do terms.append('FALSE') -%}
    {%- else -%}
        {%- for key in ([unique_key] if unique_key is string else unique_key) -%}
            {%- do terms.append(get_merge_unique_key_match("DBT_INTERNAL_SOURCE." ~ key, "DBT_INTERNAL_DEST." ~ key)) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return("(" ~ (terms | join(") and (")) ~ ")") }}
{% endmacro %}
