{# Dropping and emptying on SQLite, which knows neither `cascade` nor `truncate`; relation. #}

{% macro sqlite__get_drop_sql(relation) -%}
    drop {{ relation.type or 'table' }} if exists {{ relation.render() }}
{%- endmacro %}

{% macro sqlite__drop_relation(relation) -%}
    {% call statement('drop_relation', auto_begin=False) -%}
        {{ get_drop_sql(relation) }}
    {%- endcall %}
{% endmacro %}

{% macro sqlite__drop_table(relation) -%}
    drop table if exists {{ relation.render() }}
{%- endmacro %}

{% macro sqlite__drop_view(relation) -%}
    drop view if exists {{ relation.render() }}
{%- endmacro %}

{% macro sqlite__truncate_relation(relation) -%}
  {% call statement('truncate_relation') -%}
    delete from {{ relation.render() }}
  {%- endcall %}
{% endmacro %}
