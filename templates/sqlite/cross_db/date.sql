{# A calendar day on SQLite is its ISO text; year, month, day. #}

{% macro sqlite__date(year, month, day) -%}
    date('{{ modules.datetime.date(year, month, day).strftime('%Y-%m-%d') }}')
{%- endmacro %}
