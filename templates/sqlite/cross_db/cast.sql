{# Casts on SQLite, where a name that is no storage class means a number: dates and timestamps are text in ISO form and go through their functions, an unknown type changes nothing; field, type. #}

{% macro sqlite__cast(field, type) %}
    {% set name = type | lower | trim -%}
    {%- if name == 'date' -%}
    date({{ field }})
    {%- elif name.startswith('timestamp') or name.startswith('datetime') -%}
    datetime({{ field }})
    {%- elif name in ('', 'unknown') -%}
    {{ field }}
    {%- else -%}
    cast({{ field }} as {{ type }})
    {%- endif %}
{% endmacro %}

{% macro sqlite__safe_cast(field, type) %}
    {{ sqlite__cast(field, type) }}
{%- endmacro %}
