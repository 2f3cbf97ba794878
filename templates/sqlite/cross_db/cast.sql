{# Casts on SQLite, where a name that is no storage class means a number: dates and timestamps are text in ISO form and go through their functions, booleans are 0 and 1, an unknown type changes nothing. A cast that cannot be done is a wrong number on SQLite and null from safe_cast; field, type. #}

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
    {%- set is_number = modules.re.match("(tiny|small|medium|big)?int(eger)?\d*$|float\d*$|double( precision)?$|real$|(numeric|decimal|number)(\(.*\))?$", name) -%}
    {%- if is_number %}
    case when {{ sqlite_is_number(field) }} then cast({{ field }} as {{ type }}) end
    {%- elif name in ('bool', 'boolean') %}
    case when lower({{ field }}) in ('true', 't', 'yes', 'y', 'on', '1') then 1 when lower({{ field }}) in ('false', 'f', 'no', 'n', 'off', '0') then 0 end
    {%- else %}
    {{ sqlite__cast(field, type) }}
    {%- endif %}
{%- endmacro %}

{# Whether a value is a number or the text of one: digits with at most one sign before and one point in them; field. #}
{% macro sqlite_is_number(field) -%}
    {%- set digits = "ltrim(trim(" ~ field ~ "), '+-')" -%}
    typeof({{ field }}) in ('integer', 'real') or ({{ digits }} glob '*[0-9]*' and {{ digits }} not glob '*[^0-9.]*' and {{ digits }} not glob '*.*.*' and length(trim({{ field }})) - length({{ digits }}) < 2)
{%- endmacro %}
