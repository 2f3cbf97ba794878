{# dbt_utils.get_tables_by_pattern_sql on SQLite, which has no information_schema: the relations of the matching schemas are listed in the query; schema_pattern, table_pattern, exclude, database. #}

{% macro sqlite__dbt_utils__get_tables_by_pattern_sql(schema_pattern, table_pattern, exclude='', database=target.database) -%}
  {%- set rows = [] -%}
  {%- for schema in adapter.list_schemas(database) -%}
    {%- set holder = api.Relation.create(database=database, schema=schema) -%}
    {%- for relation in adapter.list_relations_without_caching(holder) -%}
      {%- do rows.append(
        "select " ~ dbt.string_literal(schema) ~ " as table_schema, "
        ~ dbt.string_literal(relation.identifier) ~ " as table_name, "
        ~ dbt.string_literal(relation.type) ~ " as table_type"
      ) -%}
    {%- endfor -%}
  {%- endfor -%}
select table_schema, table_name, table_type
from (
    {{ rows | join('\n    union all ') or 'select null as table_schema, null as table_name, null as table_type' }}
) as relations
where table_schema like '{{ schema_pattern }}'
    and table_name like '{{ table_pattern }}'
    and table_name not like '{{ exclude }}'
order by table_schema, table_name
{%- endmacro %}
