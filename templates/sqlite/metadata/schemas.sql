{# Schemas on SQLite are attached files or name prefixes, which the adapter knows; arguments as in the defaults. #}

{% macro sqlite__list_schemas(database) -%}
  {{ return(adapter.list_schemas(database)) }}
{% endmacro %}

{% macro sqlite__check_schema_exists(information_schema, schema) -%}
  {{ return(adapter.check_schema_exists(information_schema.database, schema)) }}
{% endmacro %}

{% macro sqlite__list_relations_without_caching(schema_relation) %}
  {{ return(adapter.list_relations_without_caching(schema_relation)) }}
{% endmacro %}

{% macro sqlite__create_schema(relation, auto_begin=False) -%}
  {% do adapter.create_schema(relation) %}
{% endmacro %}

{% macro sqlite__drop_schema(relation) -%}
  {% do adapter.drop_schema(relation) %}
{% endmacro %}

{% macro sqlite__rename_relation(from_relation, to_relation) -%}
  {% do adapter.rename_relation(from_relation, to_relation) %}
{% endmacro %}
