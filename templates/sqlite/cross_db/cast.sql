{# Casts on SQLite, where a name that is no storage class means a number: dates and timestamps are text in ISO form and go through their functions, booleans are 0 and 1, an unknown type changes nothing. A cast to a number is dbt's: SQLite makes 0 of what is none; field, type. #}

{% macro sqlite__cast(field, type) %}
    {% set name = type | lower | trim -%}
    {%- if name == 'date' -%}
    date({{ field }})
    {%- elif name.startswith('timestamp') or name.startswith('datetime') -%}
    datetime({{ field }}) || {{ sqlite_fraction(field) }}
    {%- elif name in ('bool', 'boolean') -%}
    case when lower({{ field }}) in ('true', 't', 'yes', 'y', 'on') then 1 when lower({{ field }}) in ('false', 'f', 'no', 'n', 'off') then 0 else cast({{ field }} as numeric) <> 0 end
    {%- elif name in ('', 'unknown') -%}
    {{ field }}
    {%- else -%}
    cast({{ field }} as {{ type }})
    {%- endif %}
{% endmacro %}

{% macro sqlite__safe_cast(field, type) %}
    {%- set name = type | lower | trim -%}
    {%- if name in ('bool', 'boolean') %}
    case when lower({{ field }}) in ('true', 't', 'yes', 'y', 'on', '1') then 1 when lower({{ field }}) in ('false', 'f', 'no', 'n', 'off', '0') then 0 end
    {%- elif name == 'date' or name.startswith(('timestamp', 'datetime')) %}
    {{ sqlite__cast(field, type) }}
    {%- elif name in ('', 'unknown') %}
    {{ field }}
    {%- else -%}
    {{ default__safe_cast(field, type) }}
    {%- endif -%}
{%- endmacro %}
