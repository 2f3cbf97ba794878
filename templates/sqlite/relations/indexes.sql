{# Indexes on SQLite from dicts with columns, unique and where; relation, index_dict. The index takes the schema, the table after `on` must not have one; the name is derived from what is indexed. #}

{% macro sqlite__get_create_index_sql(relation, index_dict) -%}
    {%- set table = relation.include(database=false, schema=false) | string -%}
    {%- set place = relation.include(database=false) | string -%}
    {%- set schema_prefix = place[:(place | length) - (table | length)] -%}
    {%- set columns = get_quoted_csv(index_dict['columns']) -%}
    {%- set where = index_dict.get('where') -%}
    {%- set identity = local_md5([place, columns, where or '', 'unique' if index_dict.get('unique') else ''] | join('|')) -%}
    create {{ 'unique ' if index_dict.get('unique') }}index if not exists {{ schema_prefix }}{{ adapter.quote(relation.identifier ~ '__idx_' ~ identity[:8]) }}
    on {{ table }} ({{ columns }}){{ (' where ' ~ where) if where }}
{%- endmacro %}

{% macro sqlite__get_drop_index_sql(relation, index_name) -%}
    drop index if exists {{ adapter.quote(index_name) }}
{%- endmacro %}

{% macro sqlite__get_show_indexes_sql(relation) -%}
    select name, "unique" from pragma_index_list('{{ relation.identifier }}')
{%- endmacro %}
